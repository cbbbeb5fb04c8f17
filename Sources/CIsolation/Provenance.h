// What pointers point into, and how far from its beginning.
//
// A pointer is taken apart into its root and a linear form, modulo 2^64, of what was added to it. The root says the
// region: the instance (a global, or the first parameter), what a cell of the instance holds (Regions.h), an alloca, a
// constant, what a parameter or result is by contract (Contracts.h). Phis and selects of pointers, and loads of what waits in
// the frame, have the region that all that come together have. A reference may come round by what was read or called
// through it: what a web of them is, is then assumed and proven of all that come together (References.cpp). Address spaces and types say nothing here. An integer that is turned into a pointer is one pointer
// that was turned into an integer, and what was added to that: their sum modulo 2^64 is the same. All others have no region, and
// nothing may be done with them.
#pragma once

#include "Regions.h"
#include "Values.h"
#include "llvm/IR/Operator.h"

namespace isolation {

class Contracts;

/// All that one exception is handed on to in a function (Exceptions.h).
struct ExceptionWeb {
  llvm::SmallPtrSet<const llvm::Value *, 16> values;
  /// False: the budget ended first.
  bool isWhole = true;
};

/// What is stored to a slot of the frame that is only stored to and loaded from, always as one type.
struct SlotStores {
  /// Null: something else is done with it.
  const llvm::Type *type = nullptr;
  llvm::SmallVector<const llvm::StoreInst *, 4> stores;
};

struct Pointer {
  Region region;
  LinearForm offset;
  /// Where the offset counts from.
  const llvm::Value *root = nullptr;
};

/// The pointers that come together in a phi or select, with the places where they do; others: none.
struct Alternative {
  const llvm::Value *value;
  Place place;
};
llvm::SmallVector<Alternative, 4> alternativesOf(const llvm::Value *value, const Place &place);

class Provenance : public LoadedRanges {
public:
  Provenance(const llvm::Function &function, const Instance &instance, Contracts &contracts, Budget &budget);

  Values values;

  Pointer resolve(const llvm::Value *pointer, unsigned lane = 0, unsigned depth = 0) {
    return resolve(pointer, lane, depth, nullptr);
  }
  /// The same with each index as one atom, whatever it is made of; `isScaled`: or what it is a constant multiple of.
  Pointer resolveByWords(const llvm::Value *pointer, bool isScaled);
  /// The region of a pointer that has to point to its beginning; none where it does not.
  Region whole(const llvm::Value *pointer, unsigned lane = 0);
  /// The same of a pointer; what the instance has of each function that can be referred to is a reference, too.
  Region asReference(const Pointer &pointer);
  /// What is loaded, a pointer, points into.
  Region contentAt(const Pointer &location, const llvm::LoadInst &load);

  /// The canonical type of the function that a reference refers to, at a place; nullopt: not known.
  std::optional<uint32_t> typeOf(const llvm::Value *reference, const Place &place, unsigned depth = 0);
  /// The tag that an exception has, at a place.
  /// The instance whose address `value` is.
  const swasm_isolation_instance *instanceOf(const llvm::Value *value);
  std::optional<uint32_t> tagOf(const llvm::Value *exception, const Place &place, unsigned depth = 0);

  /// Whether a value was read from `bytes` of a memory (or `length` of a table), which never shrink.
  bool isSizeOf(Region::Kind kind, uint32_t index, const llvm::Value *value);
  /// The atoms of a block that could be one.
  llvm::ArrayRef<AtomID> sizeAtoms(const llvm::BasicBlock *block);

  Interval rangeOf(const llvm::LoadInst &load, unsigned depth) override;
  Interval rangeOf(const llvm::Argument &argument) override;
  Interval rangeOf(const llvm::CallBase &call) override;
  Interval rangeOfOffset(const llvm::Value &pointer, unsigned lane, const Place &place, unsigned depth) override;

  /// Of each exception that was asked about.
  llvm::DenseMap<const llvm::Value *, std::unique_ptr<ExceptionWeb>> exceptionWebs;

  const Instance &instance;
  Contracts &contractsOf() { return contracts; }
  const llvm::Function *functionOf() const { return &function; }

private:
  const llvm::Function &function;
  Contracts &contracts;
  /// A lane of a value.
  using Key = std::pair<const llvm::Value *, unsigned>;
  llvm::DenseMap<Key, Pointer> known;
  /// The choices that are being looked at, with their numbers.
  llvm::DenseMap<Key, unsigned> inWork;
  unsigned choices = 0;
  /// The smallest number of a choice that was met while it was unfinished.
  unsigned leastMet = ~0u;

  /// One walk over choices that hand on each other's pointers, by Tarjan's algorithm. Each choice is visited once. Those that
  /// lead to each other have the same region; it is known when the walk returns to the first of them.
  struct Walk {
    /// Visited, but not known yet.
    llvm::DenseMap<Key, unsigned> open;
    llvm::SmallVector<Key, 8> order;
  };
  /// What is left of the budget where the outermost of those in work gives up.
  unsigned leastLeft = 0;

  /// What the members of a web of references are assumed to be, while that is being proven; with what follows from it.
  struct Web {
    llvm::SmallVector<Key, 8> members;
    llvm::DenseMap<Key, Region> assumed;
    llvm::DenseMap<Key, Pointer> following;
  };
  std::unique_ptr<Web> web;
  /// A member that may turn out not to need an assumption is being looked at.
  bool isApart = false;
  llvm::DenseMap<const llvm::BasicBlock *, llvm::SmallVector<AtomID, 2>> sizes;
  llvm::DenseMap<const llvm::AllocaInst *, std::unique_ptr<SlotStores>> slots;
  size_t atomsSeen = 0;

  const llvm::Value *pointerInInteger(const llvm::Value *value, unsigned lane, LinearForm &offset);
  bool addIndices(const llvm::GEPOperator &address, unsigned lane, LinearForm &offset);
  /// With a walk: the pointer is one that comes together in a choice of that walk.
  Pointer resolve(const llvm::Value *pointer, unsigned lane, unsigned depth, Walk *walk);
  Pointer ofRoot(const llvm::Value *root, unsigned lane, unsigned depth, Walk *walk);
  Pointer ofChoice(const llvm::Instruction &choice, unsigned lane, unsigned depth, Walk *walk);
  Pointer visit(const llvm::Instruction &choice, unsigned lane, unsigned depth, Walk &walk);
  void close(Walk &walk, Key first, const Pointer &result);
  Pointer joined(const llvm::Instruction &choice, unsigned lane, unsigned depth, Walk &walk);
  Pointer ofMember(const llvm::Instruction &choice, unsigned lane);
  Region ofReferences(const llvm::Instruction &choice, unsigned lane);
  bool grow(Key member, bool &isProven);
  llvm::SmallVector<Alternative, 4> comingTogether(const llvm::Instruction &choice);
  static Key keyOf(const llvm::Instruction &choice, unsigned lane);
  const SlotStores &storesOf(const llvm::AllocaInst &slot);
  bool isStoredBefore(const llvm::AllocaInst &slot, const llvm::LoadInst &load);
  Region classify(const llvm::Value *root, unsigned depth);
  Region ofGlobal(const llvm::GlobalVariable &global);
  Region ofElement(const llvm::ExtractValueInst &extract);
  Region resultOf(const llvm::CallBase &call, unsigned position);
  Interval rangeOfStored(const llvm::AllocaInst &slot, const llvm::LoadInst &load, unsigned depth);
  bool isLoadedSize(Region::Kind kind, uint32_t index, const llvm::Value *value);
  Region fieldOfReference(const Pointer &location, const llvm::LoadInst &load);
  Region loadedConstant(const Pointer &location);
  std::optional<uint32_t> comparedType(const llvm::Value *reference, const Place &place);
  std::optional<uint32_t> tagOfNew(const llvm::CallBase &call);
  std::optional<uint32_t> comparedTag(const llvm::Value *exception, const Place &place);
  std::optional<uint32_t> typeOfID(const llvm::Value *id, const Place &place);
};

} // namespace isolation
