// Finds U isomorphic copies in a loop of one block, from its stores backwards, and keeps the first of them.
#include "Reroll.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Local.h"
#include "llvm/Transforms/Utils/ScalarEvolutionExpander.h"

using namespace llvm;

namespace swasm {
namespace {

constexpr unsigned mostCopies = 16;
constexpr unsigned mostAccesses = 96;
/// What a value that the loop leaves behind may cost to compute from the number of iterations, in LLVM's units.
constexpr unsigned exitValueBudget = 8;

/// A load or store at root + i*step + offset, in iteration i.
struct Place {
  Instruction *instruction;
  Value *root;
  int64_t step, offset;
  unsigned position; // in the block
  uint64_t bytes;
};

class LoopReroll {
public:
  LoopReroll(Loop &loop, ScalarEvolution &evolution, const TargetTransformInfo &transforms)
      : loop(loop), evolution(evolution), transforms(transforms), block(loop.getHeader()) {}

  bool run();

private:
  bool collect();
  bool collectExitValues();
  bool isInside(User *user) { return cast<Instruction>(user)->getParent() == block; }
  bool isUsedOnlyOutside(Instruction &instruction);
  bool place(Instruction &instruction, unsigned position);
  bool isInduction(Instruction &instruction);
  bool tryCopies(unsigned count);
  bool matchStores(unsigned count);
  bool match(Value *first, Value *other, unsigned copy);
  bool matchLoads(LoadInst *first, LoadInst *other, unsigned copy);
  bool coversBlock();
  bool keepsOrder(unsigned count);
  void rewrite(unsigned count);
  void rewriteExitValues();

  const Place &at(Instruction *instruction) { return places[positions.lookup(instruction)]; }

  Loop &loop;
  ScalarEvolution &evolution;
  const TargetTransformInfo &transforms;
  BasicBlock *block;
  SmallVector<Place> places;
  DenseMap<Instruction *, unsigned> positions; // in `places`
  const SCEV *backedges = nullptr;
  BasicBlock *exit = nullptr;
  SmallVector<std::pair<Instruction *, const SCEV *>> exitValues; // what is used behind the loop, as it is there
  // For a number of copies: what each instruction of the first copy is in the others, and all that was seen.
  DenseMap<std::pair<Value *, unsigned>, Value *> copies;
  SmallSetVector<Instruction *, 32> first, seen;
  unsigned divisor = 1;
};

/// True for what only counts iterations or forms addresses; it is made anew or dies.
bool LoopReroll::isInduction(Instruction &instruction) {
  if (isa<GetElementPtrInst>(instruction))
    return true;
  if (!instruction.getType()->isIntegerTy())
    return false;
  auto *recurrence = dyn_cast<SCEVAddRecExpr>(evolution.getSCEV(&instruction));
  return recurrence && recurrence->getLoop() == &loop && recurrence->isAffine();
}

bool LoopReroll::place(Instruction &instruction, unsigned position) {
  const SCEV *address = evolution.getSCEV(getLoadStorePointerOperand(&instruction));
  auto *base = dyn_cast<SCEVUnknown>(evolution.getPointerBase(address));
  if (!base || !isa<IntToPtrInst>(base->getValue()) || !evolution.isLoopInvariant(base, &loop))
    return false;
  const SCEV *rest = evolution.removePointerBase(address);
  int64_t step = 0;
  if (auto *recurrence = dyn_cast<SCEVAddRecExpr>(rest)) {
    auto *constant = dyn_cast<SCEVConstant>(recurrence->getStepRecurrence(evolution));
    if (recurrence->getLoop() != &loop || !recurrence->isAffine() || !constant)
      return false;
    step = constant->getAPInt().getSExtValue();
    rest = recurrence->getStart();
  }
  auto *offset = dyn_cast<SCEVConstant>(rest);
  if (!offset)
    return false;
  uint64_t bytes = block->getDataLayout().getTypeStoreSize(getLoadStoreType(&instruction));
  positions[&instruction] = unsigned(places.size());
  places.push_back({&instruction, base->getValue(), step, offset->getAPInt().getSExtValue(), position, bytes});
  return true;
}

/// Finds what the loop leaves behind: it must be computable from the number of iterations alone.
bool LoopReroll::collectExitValues() {
  exit = loop.getExitBlock();
  SCEVExpander expander(evolution, "reroll");
  if (!exit || exit->getSinglePredecessor() != block)
    return false;
  for (Instruction &value : *block) {
    if (none_of(value.users(), [&](User *user) { return !isInside(user); }))
      continue;
    if (!value.getType()->isIntegerTy())
      return false;
    const SCEV *last = evolution.getSCEVAtScope(&value, loop.getParentLoop());
    if (isa<SCEVCouldNotCompute>(last) || !evolution.isLoopInvariant(last, &loop) ||
        expander.isHighCostExpansion(last, &loop, exitValueBudget, &transforms, block->getTerminator()) ||
        !expander.isSafeToExpandAt(last, &*exit->getFirstInsertionPt()))
      return false;
    exitValues.push_back({&value, last});
  }
  return true;
}

/// True where only what follows the loop uses the value: it is computed there instead.
bool LoopReroll::isUsedOnlyOutside(Instruction &instruction) {
  return !instruction.use_empty() && none_of(instruction.users(), [&](User *user) { return isInside(user); });
}

/// Takes stock of the block: every instruction must be one that this pass understands.
bool LoopReroll::collect() {
  unsigned position = 0;
  bool stores = false;
  for (Instruction &instruction : *block) {
    position++;
    if (instruction.isTerminator())
      continue;
    if (auto *load = dyn_cast<LoadInst>(&instruction)) {
      if (!load->isSimple() || !place(instruction, position))
        return false;
    } else if (auto *store = dyn_cast<StoreInst>(&instruction)) {
      if (!store->isSimple() || !place(instruction, position) || places.back().step == 0)
        return false;
      stores = true;
    } else if (instruction.mayReadOrWriteMemory() || instruction.mayHaveSideEffects()) {
      return false;
    } else if (isa<PHINode>(instruction) && !isInduction(instruction)) {
      return false;
    }
  }
  return stores && places.size() <= mostAccesses;
}

bool LoopReroll::matchLoads(LoadInst *load, LoadInst *other, unsigned copy) {
  const Place &a = at(load), &b = at(other);
  return a.root == b.root && a.step == b.step && b.offset - a.offset == a.step / int64_t(divisor) * copy;
}

/// True where `other` is to copy number `copy` what `value` is to the first.
bool LoopReroll::match(Value *value, Value *other, unsigned copy) {
  auto *a = dyn_cast<Instruction>(value), *b = dyn_cast<Instruction>(other);
  if (!a || !b || !loop.contains(a) || !loop.contains(b))
    return value == other;
  Value *&known = copies[{a, copy}];
  if (known)
    return known == other;
  if (isInduction(*a) || isInduction(*b) || isa<PHINode>(a))
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

/// Sorts the stores of each stream into the copies by their offsets, and matches what they store.
bool LoopReroll::matchStores(unsigned count) {
  SmallVector<const Place *> waiting;
  for (const Place &place : places)
    if (isa<StoreInst>(place.instruction))
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

/// True where nothing is left over that the copies do not explain.
bool LoopReroll::coversBlock() {
  return all_of(*block, [&](Instruction &instruction) {
    return instruction.isTerminator() || seen.contains(&instruction) || isInduction(instruction) ||
           isUsedOnlyOutside(instruction) ||
           (instruction.hasOneUse() && *instruction.user_begin() == block->getTerminator());
  });
}

/// True where running the copies one after the other swaps no two accesses that might overlap.
bool LoopReroll::keepsOrder(unsigned count) {
  SmallVector<const Place *> order; // as after the change; a load that copies share occurs several times
  for (unsigned copy = 0; copy < count; copy++)
    for (const Place &place : places)
      if (first.contains(place.instruction))
        order.push_back(&at(cast<Instruction>(copies[{place.instruction, copy}])));
  for (unsigned i = 0; i < order.size(); i++)
    for (unsigned j = i + 1; j < order.size(); j++) {
      const Place &a = *order[i], &b = *order[j];
      if (a.position <= b.position || (isa<LoadInst>(a.instruction) && isa<LoadInst>(b.instruction)))
        continue;
      bool apart = a.root == b.root && a.step == b.step &&
                   (a.offset + int64_t(a.bytes) <= b.offset || b.offset + int64_t(b.bytes) <= a.offset);
      if (!apart)
        return false;
    }
  return true;
}

bool LoopReroll::tryCopies(unsigned count) {
  copies.clear();
  first.clear();
  seen.clear();
  divisor = count;
  for (const Place &place : places)
    if (place.step % int64_t(count) != 0)
      return false;
  if (!matchStores(count) || !coversBlock() || !keepsOrder(count))
    return false;
  // The first copy matches itself; a load that only later copies share is found through it.
  return all_of(places, [&](const Place &place) { return seen.contains(place.instruction); });
}

/// The exit follows this block alone, so it dominates every use behind the loop.
void LoopReroll::rewriteExitValues() {
  SCEVExpander expander(evolution, "reroll");
  for (auto &[value, last] : exitValues) {
    Value *known = expander.expandCodeFor(last, value->getType(), exit->getFirstInsertionPt());
    SmallVector<PHINode *> copies;
    for (Use &use : make_early_inc_range(value->uses())) {
      auto *phi = dyn_cast<PHINode>(use.getUser());
      if (isInside(use.getUser()))
        continue;
      if (phi && phi->getParent() == exit)
        copies.push_back(phi);
      else
        use.set(known);
    }
    for (PHINode *phi : copies) {
      phi->replaceAllUsesWith(known);
      phi->eraseFromParent();
    }
  }
}

/// Keeps the first copy, gives its streams their smaller steps and the loop its larger number of iterations.
void LoopReroll::rewrite(unsigned count) {
  rewriteExitValues();
  Instruction *before = loop.getLoopPreheader()->getTerminator();
  SCEVExpander expander(evolution, "reroll");
  Type *i64 = Type::getInt64Ty(block->getContext());
  Value *old = expander.expandCodeFor(backedges, backedges->getType(), before->getIterator());
  IRBuilder<> builder(before);
  Value *iterations = builder.CreateAdd(builder.CreateZExtOrTrunc(old, i64), builder.getInt64(1));
  Value *total = builder.CreateMul(iterations, builder.getInt64(count), "reroll.count");

  builder.SetInsertPoint(&block->front());
  auto *counter = builder.CreatePHI(i64, 2, "reroll");
  builder.SetInsertPoint(block->getTerminator());
  auto *next = builder.CreateAdd(counter, builder.getInt64(1), "reroll.next");
  counter->addIncoming(builder.getInt64(0), loop.getLoopPreheader());
  counter->addIncoming(next, block);
  auto *branch = cast<BranchInst>(block->getTerminator());
  Value *again = builder.CreateICmp(branch->getSuccessor(0) == block ? CmpInst::ICMP_ULT : CmpInst::ICMP_UGE, next, total);
  branch->setCondition(again);

  for (const Place &place : places) {
    if (!first.contains(place.instruction))
      continue;
    builder.SetInsertPoint(place.instruction);
    Value *address = place.root;
    if (place.step != 0) {
      Value *offset = builder.CreateMul(counter, builder.getInt64(uint64_t(place.step / int64_t(count))));
      address = builder.CreateGEP(builder.getInt8Ty(), address, offset);
    }
    if (place.offset != 0)
      address = builder.CreateGEP(builder.getInt8Ty(), address, builder.getInt64(uint64_t(place.offset)));
    place.instruction->setOperand(isa<LoadInst>(place.instruction) ? 0 : 1, address);
  }
  for (const Place &place : places)
    if (isa<StoreInst>(place.instruction) && !first.contains(place.instruction))
      place.instruction->eraseFromParent();
}

bool LoopReroll::run() {
  auto *branch = dyn_cast<BranchInst>(block->getTerminator());
  if (loop.getNumBlocks() != 1 || !loop.getLoopPreheader() || !branch || !branch->isConditional())
    return false;
  backedges = evolution.getBackedgeTakenCount(&loop);
  SCEVExpander expander(evolution, "reroll");
  if (isa<SCEVCouldNotCompute>(backedges) || !backedges->getType()->isIntegerTy() ||
      !expander.isSafeToExpandAt(backedges, loop.getLoopPreheader()->getTerminator()) ||
      evolution.getUnsignedRangeMax(backedges).getActiveBits() > 33)
    return false;
  if (!collectExitValues() || !collect())
    return false;
  for (unsigned count = mostCopies; count >= 2; count--)
    if (tryCopies(count)) {
      rewrite(count);
      return true;
    }
  return false;
}

} // namespace

PreservedAnalyses RerollLoops::run(Function &function, FunctionAnalysisManager &analyses) {
  auto &loops = analyses.getResult<LoopAnalysis>(function);
  auto &evolution = analyses.getResult<ScalarEvolutionAnalysis>(function);
  auto &transforms = analyses.getResult<TargetIRAnalysis>(function);
  bool changed = false;
  for (Loop *loop : loops.getLoopsInPreorder()) {
    if (!loop->isInnermost() || !LoopReroll(*loop, evolution, transforms).run())
      continue;
    evolution.forgetLoop(loop);
    // What the other copies computed is dead now, and so are the inductions of the old step.
    BasicBlock *block = loop->getHeader();
    for (Instruction &instruction : make_early_inc_range(reverse(*block)))
      if (isInstructionTriviallyDead(&instruction))
        instruction.eraseFromParent();
    DeleteDeadPHIs(block);
    changed = true;
  }
  return changed ? PreservedAnalyses::none() : PreservedAnalyses::all();
}

} // namespace swasm
