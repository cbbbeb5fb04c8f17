// Whether what is read or written lies within its region, at every place where it is.
//
//   guest memory    base + S with S and S + size within the reservation of a guarded memory: by intervals. Or 0 <= S and
//                   S + size <= b for a value b that was read from `bytes` before: by dominating comparisons. As `bytes`
//                   never shrinks, b is at most what it is now.
//   tables          whole elements, 0 <= S and S + size <= 8 * length, likewise; what is stored is a reference of the
//                   table's type.
//   the instance    a constant place, of which the cells say whether it may be read as what it is read, and written.
//   references      The fields of a function reference are read only. Of an exception, the tag is read, and two flags are
//                   set and never cleared. Its values are those of the tag that it is proven to have. They are used only
//                   where it cannot have been freed before (Exceptions.h). A reference may be null: the first page of a
//                   process is never mapped, and fields are nearer to 0 than its end.
//   null            in the first page, where a loop's reference is never anything else: what is read there never comes.
//   stack frames, constants, counters, slots     0 <= S and S + size <= size of the object. Where slots may hold references,
//                   what is read as a number is proven to be one (Slots.h).
//
// Where an access says what it does not alias, it is one of guest memory; where a read says that what it reads never
// changes, that is where a memory begins (Harden.h).
//
// Where a block's conditions cannot hold together (Facts.h), nothing in it runs.
// Where a pointer or a part of its offset is a phi (that does not come round) or a select, and the whole is not proven,
// each alternative is, with what is known where it comes from.
#pragma once

#include "Provenance.h"

namespace isolation {

struct Access {
  const llvm::Instruction &at;
  /// What is read or written; null: bytes without a type, `length` of them.
  llvm::Type *type = nullptr;
  bool reads = false, writes = false;
  /// What is stored; null: anything.
  const llvm::Value *stored = nullptr;
  LinearForm length;

  explicit Access(const llvm::Instruction &at) : at(at) {}
};

class Accesses {
public:
  explicit Accesses(Provenance &provenance)
      : provenance(provenance), values(provenance.values), instance(provenance.instance) {}

  /// Null: proven. Otherwise why not.
  const char *check(const llvm::Value *pointer, unsigned lane, const Access &access);
  /// That `bytes` from a guest address are in its memory.
  const char *checkGuestAddress(const llvm::Value *pointer, uint64_t bytes, const llvm::Instruction &at);

private:
  Provenance &provenance;
  Values &values;
  const Instance &instance;
  /// Facts that are added up in one proof.
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
  bool storesFit(const Access &access, const Region &wanted, uint64_t offset);
  bool storesNoPointer(const Access &access) const;
};

} // namespace isolation
