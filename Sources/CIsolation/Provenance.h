// What region a pointer points into, and its distance from the region's beginning.
//
// A pointer is taken apart into a root and an offset: a linear form, modulo 2^64, of everything that was
// added to the root. The root gives the region. It may be the instance, which is a global or the first
// parameter. It may be another global, a function, an alloca, null, or the exception of a landing pad. It may
// be the content of a cell (Regions.h) or of a field of a reference. Or it is a parameter or result, whose
// contract gives the region (Contracts.h).
//
// For phis and selects of pointers, and for loads of spilled pointers, all pointers that come together must
// have one region. A reference in a loop may depend on what was read or called through it earlier. For a web
// of such references a region is assumed, and then proven for all references that come together
// (References.cpp).
//
// Address spaces and types say nothing here. An integer that is turned into a pointer may be the sum of one
// pointer that was turned into an integer, and a number. It is that pointer plus that number, modulo 2^64.
// Any other such pointer has no region, and nothing may be done with it.
#pragma once

#include "Regions.h"
#include "Values.h"
#include "llvm/IR/Operator.h"

namespace isolation {

class Contracts;

/// All values of a function to which one exception is passed on (Exceptions.h).
struct ExceptionWeb {
  llvm::SmallPtrSet<const llvm::Value *, 16> values;
  /// False if the budget was used up first.
  bool isWhole = true;
};

/// The stores to a slot of the frame that is only stored to and loaded from, always as one type.
struct SlotStores {
  /// Null: the slot is used in another way.
  const llvm::Type *type = nullptr;
  llvm::SmallVector<const llvm::StoreInst *, 4> stores;
};

struct Pointer {
  Region region;
  LinearForm offset;
  /// Where the offset counts from; null if it is not known. Without a region, the offset is only what was
  /// added to a lane of this value.
  const llvm::Value *root = nullptr;
  unsigned lane = 0;
};

/// A pointer that comes together with others in a phi or select, and the place where it does.
struct Alternative {
  const llvm::Value *value;
  Place place;
};
llvm::SmallVector<Alternative, 4> alternativesOf(const llvm::Value *value, const Place &place, Values &values);

class Provenance : public LoadedRanges {
public:
  Provenance(const llvm::Function &function, const Instance &instance, Contracts &contracts, Budget &budget);

  Values values;

  Pointer resolve(const llvm::Value *pointer, unsigned lane = 0, unsigned depth = 0) {
    return resolve(pointer, lane, depth, nullptr);
  }
  /// The same, with each index as one atom, whatever it is made of. `isScaled`: a constant factor is taken
  /// out first.
  Pointer resolveByWords(const llvm::Value *pointer, bool isScaled);
  /// The region of a pointer that must point to the beginning of its region; none if it does not.
  Region whole(const llvm::Value *pointer, unsigned lane = 0);
  /// The same. A pointer to a function's entry in the instance is a reference to that function, too.
  Region asReference(const Pointer &pointer);
  /// The region of a pointer that is loaded.
  Region contentAt(const Pointer &location, const llvm::LoadInst &load);

  /// The canonical type of the function that a reference refers to, at a place; nullopt if it is not known.
  std::optional<uint32_t> typeOf(const llvm::Value *reference, const Place &place, unsigned depth = 0);
  /// The instance whose address `value` is.
  const swasm_isolation_instance *instanceOf(const llvm::Value *value);
  /// The tag that an exception has, at a place.
  std::optional<uint32_t> tagOf(const llvm::Value *exception, const Place &place, unsigned depth = 0);

  /// Whether a value was read from `bytes` of a memory (or `length` of a table), which never shrink.
  bool isSizeOf(Region::Kind kind, uint32_t index, const llvm::Value *value);
  /// The least that a size is in a block, by what was read and compared before.
  Wide leastSizeAt(Region::Kind kind, uint32_t index, const llvm::BasicBlock &block);
  /// The atoms of a block that could be such a size.
  llvm::ArrayRef<AtomID> sizeAtoms(const llvm::BasicBlock *block);

  Interval rangeOf(const llvm::LoadInst &load, unsigned depth) override;
  uint64_t divisorOf(const llvm::LoadInst &load) override;
  Interval rangeOf(const llvm::Argument &argument) override;
  Interval rangeOf(const llvm::CallBase &call) override;
  Interval rangeOfOffset(const llvm::Value &pointer, unsigned lane, const Place &place, unsigned depth) override;

  /// The web of each exception that was asked about.
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
  /// The choices that are being resolved, with their numbers.
  llvm::DenseMap<Key, unsigned> inWork;
  unsigned choices = 0;
  /// The smallest number of a choice that was met while it was unfinished.
  unsigned leastMet = ~0u;

  /// One walk over choices that pass each other's pointers on, by Tarjan's algorithm. Each choice is visited
  /// once. Choices that lead to each other have the same region. It is known when the walk returns to the
  /// first of them.
  struct Walk {
    /// Visited, but not known yet.
    llvm::DenseMap<Key, unsigned> open;
    llvm::SmallVector<Key, 8> order;
  };
  /// If less of the budget is left, the choices that are being resolved give up.
  unsigned leastLeft = 0;

  /// The assumptions about the members of a web of references while they are being proven, and what follows
  /// from them.
  struct Web {
    llvm::SmallVector<Key, 8> members;
    llvm::DenseMap<Key, Region> assumed;
    llvm::DenseMap<Key, Pointer> following;
  };
  std::unique_ptr<Web> web;
  /// Whether a question is being asked without the assumptions (`apart`).
  bool isApart = false;
  llvm::DenseMap<const llvm::BasicBlock *, llvm::SmallVector<AtomID, 2>> sizes;
  llvm::DenseMap<const llvm::AllocaInst *, std::unique_ptr<SlotStores>> slots;
  size_t atomsSeen = 0;

  const llvm::Value *pointerInInteger(const llvm::Value *value, unsigned lane, LinearForm &offset);
  bool addIndices(const llvm::GEPOperator &address, unsigned lane, LinearForm &offset);
  /// With a walk: `pointer` is one of those that come together in a choice of that walk.
  Pointer resolve(const llvm::Value *pointer, unsigned lane, unsigned depth, Walk *walk);
  Pointer ofRoot(const llvm::Value *root, unsigned lane, unsigned depth, Walk *walk);
  Pointer ofChoice(const llvm::Instruction &choice, unsigned lane, unsigned depth, Walk *walk);
  Pointer visit(const llvm::Instruction &choice, unsigned lane, unsigned depth, Walk &walk);
  void close(Walk &walk, Key first, const Pointer &result);
  Pointer joined(const llvm::Instruction &choice, unsigned lane, unsigned depth, Walk &walk);
  Pointer ofMember(const llvm::Instruction &choice, unsigned lane);
  Region ofReferences(const llvm::Instruction &choice, unsigned lane);
  bool grow(Key member, bool &isProven);
  /// Asks a question without the present assumptions, because its answer is remembered.
  template <typename Ask> auto apart(Ask ask) {
    if (!web || isApart)
      return ask();
    decltype(inWork) others;
    std::swap(inWork, others);
    isApart = true;
    auto answer = ask();
    isApart = false;
    std::swap(inWork, others);
    return answer;
  }
  llvm::SmallVector<Alternative, 4> comingTogether(const llvm::Instruction &choice);
  static Key keyOf(const llvm::Instruction &choice, unsigned lane);
  const SlotStores &storesOf(const llvm::AllocaInst &slot);
  bool isStoredBefore(const llvm::AllocaInst &slot, const llvm::LoadInst &load);
  Region classify(const llvm::Value *root, unsigned depth);
  Region ofGlobal(const llvm::GlobalVariable &global);
  Region ofElement(const llvm::ExtractValueInst &extract);
  Region resultOf(const llvm::CallBase &call, unsigned position);
  Interval offsetIn(const llvm::Value &pointer, unsigned lane, const Place &place, unsigned depth);
  Interval loadedIn(const llvm::LoadInst &load, unsigned depth);
  Interval rangeInWeb(const llvm::PHINode &first, unsigned lane, unsigned depth);
  Interval rangeOfStored(const llvm::AllocaInst &slot, const llvm::LoadInst &load, unsigned depth);
  bool isLoadedSize(Region::Kind kind, uint32_t index, const llvm::Value *value);
  Region fieldOfReference(const Pointer &location, const llvm::LoadInst &load);
  Region loadedConstant(const Pointer &location);
  const llvm::ConstantDataArray *numbersBehind(const llvm::LoadInst &load);
  std::optional<uint32_t> comparedType(const llvm::Value *reference, const Place &place);
  std::optional<uint32_t> tagOfNew(const llvm::CallBase &call);
  std::optional<uint32_t> comparedTag(const llvm::Value *exception, const Place &place);
  std::optional<uint32_t> typeOfID(const llvm::Value *id, const Place &place);
};

} // namespace isolation
