// The contents of the slots of calls: arguments and results that do not fit registers.
//
// A slot has no type. Its content depends on the present call. So the checker follows some reads back,
// against the flow of control: reads of references, and reads of numbers from places where a reference may
// have been. On every path it looks for the place where the value was written:
//
//   a store of the whole reference, or of all the bytes that are read
//   a call of a function of wasm: its results are in the slots of the callee's instance
//   the entry of the function: slots of its own instance hold the arguments
//   the entry of a thunk: the host's slots hold the arguments
//
// Any other instruction that may write slots, and any other call, ends the search: the content is not known.
// In turn, the checker proves for every call of a function that the slots hold arguments of its types, and
// for every return that they hold results of its types.
//
// Slots of different instances may be the same memory. So may slots whose addresses were loaded twice. Two
// stores are known not to overlap only if they are at different offsets from one address. A host has slots
// of its own. The slots of a reference's instance are known only while the reference is the same value: the
// search ends where the value is made.
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

/// The known content of bytes of a slot. If neither field is set, nothing is known.
struct SlotContent {
  /// Whether the bytes contain no address.
  bool isNumber = false;
  /// A reference, or null.
  Region reference;

  bool isKnown() const { return isNumber || reference; }
};

/// The owner of the slots that an address points to.
struct SlotOwner {
  enum Kind : uint8_t {
    none,
    own,      ///< This instance's.
    other,    ///< The slots of the instance of the function that `base` refers to.
    returned, ///< The slots whose address the call `base` returned.
    host,     ///< The slots that a thunk gets from its caller.
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

  /// The region of the reference that a load reads; none if it is not known to be a reference.
  Region referenceAt(const Pointer &location, const llvm::LoadInst &load);
  /// Whether the bytes at a place contain only numbers before an instruction.
  bool areNumbers(const Pointer &location, uint64_t bytes, const llvm::Instruction &before);

  /// Proves that the slots hold a call's arguments; null if they do. For an indirect call, the callee came
  /// from `reference`.
  const char *checkArguments(const llvm::CallBase &call, const swasm_isolation_type &type, const llvm::Value *reference);
  /// Proves that the slots hold a function's results; null if they do. `address` is the returned address of
  /// the slots, if there is one; or the whole returned value, if the address in it cannot be found.
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
