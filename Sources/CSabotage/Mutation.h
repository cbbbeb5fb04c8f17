// Kinds of change, each at one instruction.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/Instructions.h"

namespace sabotage {

/// Of functions whose type is a function type of wasm: their first parameter is the instance, and others call them.
constexpr const char *guestAttribute = "sabotage-guest";

/// SplitMix64.
class Random {
public:
  explicit Random(uint64_t seed) : state(seed) {}
  uint64_t next() {
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  uint64_t below(uint64_t limit) { return next() % limit; }
  template <typename Element> Element pick(llvm::ArrayRef<Element> choices) { return choices[below(choices.size())]; }

private:
  uint64_t state;
};

/// What a change works with.
struct Change {
  Random random;
  llvm::ArrayRef<uint64_t> protectedOffsets;
  /// What computes or does something else than before: where the oracle starts.
  llvm::SmallVector<llvm::Instruction *, 8> roots;

  /// Another value of the type that is there before `at`; null: none.
  llvm::Value *other(llvm::Instruction &at, llvm::Type *type, llvm::Value *than);
  /// An integer of 64 bits that the guest may choose.
  llvm::Value *wide(llvm::Instruction &at, llvm::Value *than);
  /// The instance of a function with guest code, or null.
  static llvm::Value *instanceOf(llvm::Function &function);

  /// Marks it as changed.
  bool changed(llvm::Instruction &instruction) {
    roots.push_back(&instruction);
    return true;
  }
  bool set(llvm::Instruction &instruction, unsigned operand, llvm::Value *value);
};

struct Kind {
  const char *name;
  /// False: nothing was changed.
  bool (*apply)(llvm::Instruction &at, Change &change);
  /// A quick test for sites.
  bool (*applies)(const llvm::Instruction &at);
  /// Every change of this kind in code that can run leaves what the instance owns.
  bool isAlwaysHarmful = false;
};

llvm::ArrayRef<Kind> controlKinds();
llvm::ArrayRef<Kind> valueKinds();
llvm::ArrayRef<Kind> accessKinds();

/// The pointer operand of what reads or writes memory; none: -1.
int pointerOperandOf(const llvm::Instruction &instruction);

} // namespace sabotage
