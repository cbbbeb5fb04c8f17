// Examines fast loops, and gives them smaller steps.
#include "LoopSteps.h"

#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Local.h"
#include "llvm/Transforms/Utils/LoopUtils.h"
#include "llvm/Transforms/Utils/ScalarEvolutionExpander.h"

using namespace llvm;

namespace swasm {
namespace {

constexpr unsigned mostAccesses = 96;
/// The most that it may cost to compute a value after the loop from the number of iterations, in LLVM's
/// units.
constexpr unsigned exitValueBudget = 8;

} // namespace

LoopSteps::LoopSteps(Loop &loop, ScalarEvolution &evolution, const TargetTransformInfo &transforms)
    : loop(loop), block(*loop.getHeader()), evolution(evolution), transforms(transforms),
      rootsApart(findOptionMDForLoop(&loop, rootsApartName) != nullptr) {}

bool LoopSteps::isInduction(Instruction &instruction) const {
  if (isa<GetElementPtrInst>(instruction))
    return true;
  if (!instruction.getType()->isIntegerTy())
    return false;
  auto *recurrence = dyn_cast<SCEVAddRecExpr>(evolution.getSCEV(&instruction));
  return recurrence && recurrence->getLoop() == &loop && recurrence->isAffine();
}

bool LoopSteps::place(Instruction &instruction, unsigned position) {
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
  uint64_t bytes = block.getDataLayout().getTypeStoreSize(getLoadStoreType(&instruction));
  positions[&instruction] = unsigned(places.size());
  places.push_back({&instruction, base->getValue(), step, offset->getAPInt().getSExtValue(), position, bytes});
  return true;
}

/// Finds the values that are used after the loop. They must be computable from the number of iterations
/// alone.
bool LoopSteps::collectExitValues() {
  exit = loop.getExitBlock();
  SCEVExpander expander(evolution, "step");
  if (!exit || exit->getSinglePredecessor() != &block)
    return false;
  for (Instruction &value : block) {
    if (none_of(value.users(), [&](User *user) { return !isInside(user); }))
      continue;
    if (!value.getType()->isIntegerTy())
      return false;
    const SCEV *last = evolution.getSCEVAtScope(&value, loop.getParentLoop());
    if (isa<SCEVCouldNotCompute>(last) || !evolution.isLoopInvariant(last, &loop) ||
        expander.isHighCostExpansion(last, &loop, exitValueBudget, &transforms, block.getTerminator()) ||
        !expander.isSafeToExpandAt(last, &*exit->getFirstInsertionPt()))
      return false;
    exitValues.push_back({&value, last});
  }
  return true;
}

bool LoopSteps::isUsedOnlyOutside(const Instruction &instruction) const {
  return !instruction.use_empty() && none_of(instruction.users(), [&](const User *user) { return isInside(user); });
}

/// Collects the accesses. Fails if the loop has an instruction that this pass does not know.
bool LoopSteps::collectAccesses() {
  unsigned position = 0;
  bool stores = false;
  for (Instruction &instruction : block) {
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

bool LoopSteps::collect() {
  auto *branch = dyn_cast<BranchInst>(block.getTerminator());
  if (!loop.isInnermost() || loop.getNumBlocks() != 1 || !loop.getLoopPreheader() || !branch || !branch->isConditional())
    return false;
  backedges = evolution.getBackedgeTakenCount(&loop);
  SCEVExpander expander(evolution, "step");
  if (isa<SCEVCouldNotCompute>(backedges) || !backedges->getType()->isIntegerTy() ||
      !expander.isSafeToExpandAt(backedges, loop.getLoopPreheader()->getTerminator()) ||
      evolution.getUnsignedRangeMax(backedges).getActiveBits() > 33)
    return false;
  return collectExitValues() && collectAccesses();
}

bool LoopSteps::areApart(const Place &a, const Place &b) const {
  if (a.root != b.root)
    return rootsApart;
  return a.step == b.step && (a.offset + int64_t(a.bytes) <= b.offset || b.offset + int64_t(b.bytes) <= a.offset);
}

/// The exit follows this block alone, so it dominates every use behind the loop.
void LoopSteps::rewriteExitValues() {
  SCEVExpander expander(evolution, "step");
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

void LoopSteps::divide(unsigned count, function_ref<bool(const Place &)> isKept,
                       function_ref<void(const Place &, Value *)> use) {
  rewriteExitValues();
  Instruction *before = loop.getLoopPreheader()->getTerminator();
  SCEVExpander expander(evolution, "step");
  Type *i64 = Type::getInt64Ty(block.getContext());
  Value *old = expander.expandCodeFor(backedges, backedges->getType(), before->getIterator());
  IRBuilder<> builder(before);
  Value *iterations = builder.CreateAdd(builder.CreateZExtOrTrunc(old, i64), builder.getInt64(1));
  Value *total = builder.CreateMul(iterations, builder.getInt64(count), "step.count");

  builder.SetInsertPoint(&block.front());
  auto *counter = builder.CreatePHI(i64, 2, "step");
  builder.SetInsertPoint(block.getTerminator());
  auto *next = builder.CreateAdd(counter, builder.getInt64(1), "step.next");
  counter->addIncoming(builder.getInt64(0), loop.getLoopPreheader());
  counter->addIncoming(next, &block);
  auto *branch = cast<BranchInst>(block.getTerminator());
  branch->setCondition(
      builder.CreateICmp(branch->getSuccessor(0) == &block ? CmpInst::ICMP_ULT : CmpInst::ICMP_UGE, next, total));

  for (const Place &place : places) {
    if (!isKept(place))
      continue;
    builder.SetInsertPoint(place.instruction);
    Value *address = place.root;
    if (place.step != 0) {
      Value *offset = builder.CreateMul(counter, builder.getInt64(uint64_t(place.step / int64_t(count))));
      address = builder.CreateGEP(builder.getInt8Ty(), address, offset);
    }
    if (place.offset != 0)
      address = builder.CreateGEP(builder.getInt8Ty(), address, builder.getInt64(uint64_t(place.offset)));
    use(place, address);
  }
}

void LoopSteps::deleteDead() {
  evolution.forgetLoop(&loop);
  for (Instruction &instruction : make_early_inc_range(reverse(block)))
    if (isInstructionTriviallyDead(&instruction))
      instruction.eraseFromParent();
  DeleteDeadPHIs(&block);
}

PreservedAnalyses changeLoops(Function &function, FunctionAnalysisManager &analyses,
                              function_ref<bool(LoopSteps &)> change) {
  auto &loops = analyses.getResult<LoopAnalysis>(function);
  auto &evolution = analyses.getResult<ScalarEvolutionAnalysis>(function);
  auto &transforms = analyses.getResult<TargetIRAnalysis>(function);
  bool changed = false;
  for (Loop *loop : loops.getLoopsInPreorder()) {
    LoopSteps steps(*loop, evolution, transforms);
    changed |= steps.collect() && change(steps);
  }
  return changed ? PreservedAnalyses::none() : PreservedAnalyses::all();
}

} // namespace swasm
