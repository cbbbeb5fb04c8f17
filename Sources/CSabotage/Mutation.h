// Kinds of change, each at one instruction.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/Instructions.h"

namespace sabotage {

/// The attribute of functions with guest code, and of those that make the instance. Any code may call them. In
/// a library their first parameter is the instance.
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

/// The state of one change.
struct Change {
  Random random;
  llvm::ArrayRef<uint64_t> protectedOffsets;
  /// The instructions that compute or do something else than before. The oracle starts from them.
  llvm::SmallVector<llvm::Instruction *, 8> roots;

  /// Another value of the type that is available before `at`; null if there is none.
  llvm::Value *other(llvm::Instruction &at, llvm::Type *type, llvm::Value *than);
  /// Another integer of 64 bits that is available before `at`; null if there is none. Often the
  /// guest can choose it.
  llvm::Value *wide(llvm::Instruction &at, llvm::Value *than);
  /// The instance of a function with guest code, or null.
  static llvm::Value *instanceOf(llvm::Function &function);

  /// Marks an instruction as changed.
  bool changed(llvm::Instruction &instruction) {
    roots.push_back(&instruction);
    return true;
  }
  /// Replaces an operand, and marks the instruction. False if there is no value, or the operand has it already.
  bool set(llvm::Instruction &instruction, unsigned operand, llvm::Value *value);
};

struct Kind {
  const char *name;
  /// Makes the change. False if nothing was changed.
  bool (*apply)(llvm::Instruction &at, Change &change);
  /// A quick test whether an instruction may be a site.
  bool (*applies)(const llvm::Instruction &at);
  /// Whether every change of this kind, in code that can run, is a hole. Examples are an access outside of
  /// every memory, a call of a wrong address, and a host address that the guest can read.
  bool isAlwaysHarmful = false;
};

llvm::ArrayRef<Kind> controlKinds();
llvm::ArrayRef<Kind> valueKinds();
llvm::ArrayRef<Kind> accessKinds();

/// The position of the pointer operand of a load, a store or an atomic operation; -1 for other instructions,
/// calls among them.
int pointerOperandOf(const llvm::Instruction &instruction);

} // namespace sabotage
