// Whether every read and write stays within its region. The rules, by region:
//
//   guest memory    The address is base + S. In a guarded memory, intervals prove that S and S + size lie in
//                   the reservation. Otherwise dominating comparisons prove 0 <= S and S + size <= b, for a
//                   value b that was read from `bytes` before. `bytes` never shrinks, so b is at most its
//                   present value.
//   tables          Whole elements, with 0 <= S and S + size <= 8 * length, proven likewise. A stored value
//                   is a reference of the table's type.
//   the instance    A constant offset. The cells (Regions.h) say which types may be read there, and whether
//                   the place may be written.
//   references      The fields of a function reference are only read. Of an exception, the tag is read, and
//                   two flags are set and never cleared. Its values have the types of its proven tag. They
//                   are used only where the exception cannot have been freed (Exceptions.h). A reference may
//                   be null: the first page of a process is never mapped. All fields lie within it, except
//                   values of an exception that has very many. Their tag is proven first: it was read, or
//                   the exception was just made.
//   null            Only for a reference in a loop, or a loaded one, that is proven to be null always. The
//                   offset is within the first page. The access faults, so a value that is read there is
//                   never used.
//   stack frames, constants, counters, slots
//                   0 <= S and S + size <= size of the object. Where slots may hold references, a value that
//                   is read as a number is proven to be one (Slots.h).
//
// Alias metadata is allowed on accesses to guest memory only. Metadata that says "this never changes" is
// allowed only on reads of the base of a memory (Harden.h).
//
// If a block, or one that dominates it, has a condition that never holds (Facts.h), the block never runs, and
// any access in it is proven.
//
// A pointer, or a part of its offset, may be a select, or a phi whose block does not come round (Values.h).
// If the whole pointer is not proven, each alternative is proven with the facts of the place where it comes
// from.
#pragma once

#include "Provenance.h"

namespace isolation {

struct Access {
  const llvm::Instruction &at;
  /// The type that is read or written; null for `length` bytes without a type.
  llvm::Type *type = nullptr;
  bool reads = false, writes = false;
  /// The stored value; null if it may be any value.
  const llvm::Value *stored = nullptr;
  LinearForm length;

  explicit Access(const llvm::Instruction &at) : at(at) {}
};

class Accesses {
public:
  explicit Accesses(Provenance &provenance)
      : provenance(provenance), values(provenance.values), instance(provenance.instance) {}

  /// Returns null if the access is proven, and otherwise the reason why it is not.
  const char *check(const llvm::Value *pointer, unsigned lane, const Access &access);
  /// Proves that `bytes` bytes from a guest address lie in its memory.
  const char *checkGuestAddress(const llvm::Value *pointer, uint64_t bytes, const llvm::Instruction &at);

private:
  Provenance &provenance;
  Values &values;
  const Instance &instance;
  /// How many facts one proof may add up.
  unsigned mostSteps = Facts::mostSteps;

  bool proveQuickly(const Pointer &pointer, const Place &place, const Access &access);
  const char *prove(const Pointer &pointer, const Place &place, const Access &access, unsigned splits);
  const char *split(const Pointer &pointer, const Place &place, const Access &access, unsigned splits,
                    const char *reason);
  const char *proveWays(const Pointer &pointer, const Place &place, const Access &access, unsigned splits,
                        const char *reason);
  const char *proveRegion(const Pointer &pointer, const Place &place, const Access &access);
  const char *proveMemory(const Pointer &pointer, const Place &place, const Access &access);
  const char *proveTable(const Pointer &pointer, const Place &place, const Access &access);
  const char *proveCells(const Pointer &pointer, const Access &access);
  const char *proveReference(const Pointer &pointer, const Access &access);
  const char *proveException(const Pointer &pointer, const Access &access, uint64_t begin, uint64_t end);
  const char *proveSlot(const Pointer &pointer, const Access &access, bool hasReferences);
  const char *proveWithin(const Pointer &pointer, uint64_t bytes, const Place &place, const Access &access);
  const char *proveHostSlots(const Pointer &pointer, const Place &place, const Access &access);
  bool isMemoryBase(const Pointer &pointer) const;
  bool endsAtNull(const Pointer &pointer, const Access &access) const;
  bool isBehindArgument(const Pointer &pointer, const Access &access);
  std::optional<int64_t> lessThanSizes(const Region &region, const llvm::Value *value);
  bool isBelowSizeBefore(const llvm::BasicBlock *block, llvm::function_ref<bool(AtomID)> isBelow);
  bool isBelowSize(const Pointer &pointer, const Place &place, const LinearForm &end, int64_t scale);
  bool storesFit(const Access &access, const Region &wanted);
  bool storesNoPointer(const Access &access) const;
};

} // namespace isolation
