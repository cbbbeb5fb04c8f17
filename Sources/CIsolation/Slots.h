// What is in the slots of calls: arguments and results that do not fit registers.
//
// A slot has no type of its own; what it holds depends on the call that is being made. So a reference that is read from
// a slot, and a number where a reference may have been before, is traced back, against the flow of control, to what put it
// there, on every way:
//
//   a store of the whole reference, or of all the bytes that are read
//   a call of a function of wasm, whose results are in the slots of the callee's instance
//   the entry of the function, where slots of its own instance hold the arguments
//   the entry of a thunk, where the host's slots hold them
//
// Anything else that may write slots, and each other call, ends the way: what is there is not known. In turn, whoever
// calls a function proves that its slots hold arguments of its types, and whoever returns that they hold results.
//
// Slots of different instances may be the same memory, as may be slots that two addresses were loaded for: stores are
// only told apart where they are at different places from one address. The slots of a host are its own. Slots are those of
// the instance that a reference refers to as long as the value is the same: what comes before it is made is not looked at.
#pragma once

#include "LinearForm.h"
#include "Regions.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Instructions.h"

#include <optional>

namespace isolation {

class Provenance;
class Contracts;
struct Contract;
struct Pointer;

/// What bytes of a slot are known to be; neither: nothing is known.
struct SlotContent {
  /// Bits that no address is in.
  bool isNumber = false;
  /// A reference, or null.
  Region reference;

  bool isKnown() const { return isNumber || reference; }
};

/// Whose slots an address points to.
struct SlotOwner {
  enum Kind : uint8_t {
    none,
    own,      ///< This instance's.
    other,    ///< Those of the instance of what `base` refers to.
    returned, ///< Those whose address the call `base` returned.
    host,     ///< Those that a thunk is given.
  };
  Kind kind = none;
  const llvm::Value *base = nullptr;

  bool operator==(const SlotOwner &other) const { return kind == other.kind && base == other.base; }
};

class Slots {
public:
  explicit Slots(Provenance &provenance) : provenance(provenance) {}

  /// Whether a pointer points into slots.
  static bool isSlot(const Instance &instance, const Region &region, const LinearForm &offset);

  /// The reference that a load finds; none: it is not known to be one.
  Region referenceAt(const Pointer &location, const llvm::LoadInst &load);
  /// Whether `bytes` at a place, before an instruction, are numbers.
  bool areNumbers(const Pointer &location, uint64_t bytes, const llvm::Instruction &before);

  /// That the slots hold the arguments for a call. Null: they do. `reference`: what an indirect callee was reached by.
  const char *checkArguments(const llvm::CallBase &call, const swasm_isolation_type &type, const llvm::Value *reference);
  /// That the slots hold the results of a function. `address`: of the slots, where it is returned.
  const char *checkResults(const llvm::ReturnInst &end, const swasm_isolation_type &type, const llvm::Value *address);

private:
  /// Bytes of the slots of one owner.
  struct Part {
    SlotOwner owner;
    uint64_t begin, end;
  };

  Provenance &provenance;

  std::optional<Part> partAt(const Pointer &location, uint64_t bytes);
  SlotOwner ownerOf(const Pointer &location);
  SlotContent contentBefore(const llvm::Instruction &at, const Part &part);
  std::optional<SlotContent> contentAfter(const llvm::Instruction &at, const Part &part);
  bool isOutside(int64_t begin, int64_t bytes) const;
  SlotContent contentAtEntry(const Part &part);
  SlotContent contentAfterCall(const llvm::CallBase &call, const Part &part);
  std::optional<SlotContent> contentAfterWrite(const llvm::Value *address, std::optional<uint64_t> bytes,
                                               const llvm::Value *stored, const Part &part);
  SlotContent contentOf(swasm_isolation_value type, uint8_t bytes, uint64_t position, const Part &part) const;
  bool holds(const llvm::Instruction &before, const SlotOwner &owner, uint64_t position, swasm_isolation_value type,
             uint8_t bytes);
};

} // namespace isolation
