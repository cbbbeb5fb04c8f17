// Finds the copies of an unrolled body in a loop of one block, and keeps the first of them. Beginning at the
// stores, it compares what the copies compute.
#include "Reroll.h"

#include "LoopSteps.h"
#include "llvm/ADT/SetVector.h"

using namespace llvm;

namespace swasm {
namespace {

constexpr unsigned mostCopies = 16;

class LoopReroll {
public:
  explicit LoopReroll(LoopSteps &steps) : loop(steps.loop), steps(steps), places(steps.places) {}

  bool run();

private:
  bool tryCopies(unsigned count);
  bool matchStores(unsigned count);
  bool match(Value *first, Value *other, unsigned copy);
  bool matchLoads(LoadInst *first, LoadInst *other, unsigned copy);
  bool coversBlock();
  bool keepsOrder(unsigned count);
  void rewrite(unsigned count);

  Loop &loop;
  LoopSteps &steps;
  SmallVector<Place> &places;
  // For the number of copies that is being tried. `copies`: the instruction of a copy that matches one of the
  // first copy. `first`: the instructions of the first copy. `seen`: the instructions of all copies.
  DenseMap<std::pair<Value *, unsigned>, Value *> copies;
  SmallSetVector<Instruction *, 32> first, seen;
  unsigned divisor = 1;
};

bool LoopReroll::matchLoads(LoadInst *load, LoadInst *other, unsigned copy) {
  const Place &a = steps.at(load), &b = steps.at(other);
  return a.root == b.root && a.step == b.step && b.offset - a.offset == a.step / int64_t(divisor) * copy;
}

/// True if `other` in copy number `copy` corresponds to `value` in the first.
bool LoopReroll::match(Value *value, Value *other, unsigned copy) {
  auto *a = dyn_cast<Instruction>(value), *b = dyn_cast<Instruction>(other);
  if (!a || !b || !loop.contains(a) || !loop.contains(b))
    return value == other;
  Value *&known = copies[{a, copy}];
  if (known)
    return known == other;
  if (steps.isInduction(*a) || steps.isInduction(*b) || isa<PHINode>(a))
    return false;
  if (!a->isSameOperationAs(b) || a->getRawSubclassOptionalData() != b->getRawSubclassOptionalData())
    return false;
  bool same = false;
  if (auto *load = dyn_cast<LoadInst>(a)) {
    same = matchLoads(load, cast<LoadInst>(b), copy);
  } else {
    auto operandsMatch = [&](unsigned x, unsigned y) {
      return match(a->getOperand(0), b->getOperand(x), copy) && match(a->getOperand(1), b->getOperand(y), copy);
    };
    same = a->getNumOperands() == b->getNumOperands() && all_of(seq(a->getNumOperands()), [&](unsigned i) {
      return match(a->getOperand(i), b->getOperand(i), copy);
    });
    if (!same && a->isCommutative() && a->getNumOperands() == 2)
      same = operandsMatch(1, 0);
  }
  if (!same)
    return false;
  copies[{a, copy}] = b;
  first.insert(a);
  seen.insert(a);
  seen.insert(b);
  return true;
}

/// Assigns the stores of each stream to the copies by their offsets, and matches the stored values.
bool LoopReroll::matchStores(unsigned count) {
  SmallVector<const Place *> waiting;
  for (const Place &place : places)
    if (!place.isLoad())
      waiting.push_back(&place);
  sort(waiting, [](const Place *a, const Place *b) {
    return std::tie(a->offset, a->position) < std::tie(b->offset, b->position);
  });
  while (!waiting.empty()) {
    const Place *lowest = waiting.front();
    auto *store = cast<StoreInst>(lowest->instruction);
    first.insert(store);
    for (unsigned copy = 0; copy < count; copy++) {
      auto found = find_if(waiting, [&](const Place *p) {
        return p->root == lowest->root && p->step == lowest->step && p->bytes == lowest->bytes &&
               p->offset - lowest->offset == lowest->step / int64_t(count) * copy;
      });
      if (found == waiting.end())
        return false;
      auto *other = cast<StoreInst>((*found)->instruction);
      if (!match(store->getValueOperand(), other->getValueOperand(), copy))
        return false;
      copies[{store, copy}] = other;
      seen.insert(other);
      waiting.erase(found);
    }
  }
  return true;
}

/// True if every instruction belongs to a copy, controls the loop, or is used only after it.
bool LoopReroll::coversBlock() {
  return all_of(steps.block, [&](Instruction &instruction) {
    return instruction.isTerminator() || seen.contains(&instruction) || steps.isInduction(instruction) ||
           steps.isUsedOnlyOutside(instruction) ||
           (instruction.hasOneUse() && *instruction.user_begin() == steps.block.getTerminator());
  });
}

/// True if no two accesses that might overlap change their order when the copies run one after another.
bool LoopReroll::keepsOrder(unsigned count) {
  SmallVector<const Place *> order; // after the change; a load that several copies share occurs several times
  for (unsigned copy = 0; copy < count; copy++)
    for (const Place &place : places)
      if (first.contains(place.instruction))
        order.push_back(&steps.at(cast<Instruction>(copies[{place.instruction, copy}])));
  for (unsigned i = 0; i < order.size(); i++)
    for (unsigned j = i + 1; j < order.size(); j++) {
      const Place &a = *order[i], &b = *order[j];
      if (a.position <= b.position || (a.isLoad() && b.isLoad()))
        continue;
      if (!steps.areApart(a, b))
        return false;
    }
  return true;
}

/// Whether the vectoriser could change the width of an access after the change. A vector of the guest must be next
/// to that of the next iteration then (see UnpackLanes.h); otherwise rolling up would only make more iterations.
bool mayChangeWidth(const Place &place, unsigned count) {
  bool isVector = getLoadStoreType(place.instruction)->isVectorTy();
  return !isVector || place.step / int64_t(count) == int64_t(place.bytes);
}

bool LoopReroll::tryCopies(unsigned count) {
  copies.clear();
  first.clear();
  seen.clear();
  divisor = count;
  for (const Place &place : places)
    if (place.step % int64_t(count) != 0 || !mayChangeWidth(place, count))
      return false;
  if (!matchStores(count) || !coversBlock() || !keepsOrder(count))
    return false;
  // Every load and store must belong to a copy.
  return all_of(places, [&](const Place &place) { return seen.contains(place.instruction); });
}

/// Deletes all copies but the first, and divides the steps of the loop by `count`.
void LoopReroll::rewrite(unsigned count) {
  steps.divide(
      count, [&](const Place &place) { return first.contains(place.instruction); },
      [](const Place &place, Value *address) { place.instruction->setOperand(place.isLoad() ? 0 : 1, address); });
  for (const Place &place : places)
    if (!place.isLoad() && !first.contains(place.instruction))
      place.instruction->eraseFromParent();
  steps.deleteDead();
}

bool LoopReroll::run() {
  for (unsigned count = mostCopies; count >= 2; count--)
    if (tryCopies(count)) {
      rewrite(count);
      return true;
    }
  return false;
}

} // namespace

PreservedAnalyses RerollLoops::run(Function &function, FunctionAnalysisManager &analyses) {
  return changeLoops(function, analyses, [](LoopSteps &steps) { return LoopReroll(steps).run(); });
}

} // namespace swasm
