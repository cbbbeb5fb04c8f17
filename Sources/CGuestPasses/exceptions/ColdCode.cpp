// See ColdCode.h.
#include "ColdCode.h"

#include "CGuestIR.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace swasm {

bool isCall(const Instruction &instruction) {
  return isa<CallBase>(instruction) && !isa<IntrinsicInst>(instruction);
}

bool hasCall(const BasicBlock &block) { return any_of(block, isCall); }

bool endsInThrow(const BasicBlock &block) {
  if (!isa<UnreachableInst>(block.getTerminator()))
    return false;
  auto *last = dyn_cast_or_null<CallInst>(block.getTerminator()->getPrevNode());
  return last && isCall(*last) && last->hasFnAttr(Attribute::Cold) && last->doesNotReturn();
}

Blocks coldBlocks(Function &function, const DominatorTree &dominators) {
  Blocks cold;
  auto isCold = [&](BasicBlock &block) {
    auto *dominator = dominators.getNode(&block)->getIDom();
    if (block.isLandingPad() || endsInThrow(block) || (dominator && cold.contains(dominator->getBlock())))
      return true;
    return !succ_empty(&block) && all_of(successors(&block), [&](BasicBlock *next) { return cold.contains(next); });
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (BasicBlock &block : function)
      if (dominators.isReachableFromEntry(&block) && !cold.contains(&block) && isCold(block))
        changed = cold.insert(&block);
  }
  return cold;
}

Blocks blocksAfterCalls(Function &function, const Blocks &cold) {
  SmallVector<BasicBlock *, 16> calling;
  for (BasicBlock &block : function)
    if (block.isLandingPad() || (!cold.contains(&block) && hasCall(block)))
      calling.push_back(&block);
  return reached(calling, [](BasicBlock *) { return true; });
}

/// Whether `value` may be computed again anywhere in the function.
static bool isInvariant(const Value *value) {
  if (isa<Constant, Argument>(value))
    return true;
  if (auto *address = dyn_cast<GetElementPtrInst>(value))
    return address->hasAllConstantIndices() && isInvariant(address->getPointerOperand());
  auto *load = dyn_cast<LoadInst>(value);
  return load && load->isSimple() && load->hasMetadata(LLVMContext::MD_invariant_load) &&
         isInvariant(load->getPointerOperand());
}

/// Computes the invariant `value` once more before `position`.
static Value *recomputed(Value *value, BasicBlock::iterator position, DenseMap<Value *, Value *> &done) {
  auto *instruction = dyn_cast<Instruction>(value);
  if (!instruction)
    return value;
  if (Value *known = done.lookup(value))
    return known;
  Instruction *copy = instruction->clone();
  for (Use &operand : copy->operands())
    operand = recomputed(operand, position, done);
  copy->insertBefore(position);
  copy->setName(instruction->getName());
  return done[value] = copy;
}

void recomputeInvariants(ArrayRef<BasicBlock *> region) {
  Blocks inside(region.begin(), region.end());
  SmallVector<Use *, 16> uses;
  for (BasicBlock *block : region)
    for (Instruction &user : *block) {
      if (block == region[0] && isa<PHINode>(user))
        continue;
      for (Use &use : user.operands())
        if (auto *value = dyn_cast<Instruction>(use))
          if (!inside.contains(value->getParent()) && isInvariant(value))
            uses.push_back(&use);
    }
  DenseMap<Value *, Value *> done;
  BasicBlock::iterator position = region[0]->getFirstInsertionPt();
  for (Use *use : uses)
    use->set(recomputed(*use, position, done));
}

bool loadsReference(ArrayRef<BasicBlock *> region, const SetVector<Value *> &inputs) {
  for (BasicBlock *block : region)
    for (Instruction &instruction : *block) {
      auto *load = dyn_cast<LoadInst>(&instruction);
      if (load && load->getType()->isPointerTy() && load->getPointerAddressSpace() == 0 &&
          inputs.contains(load->getPointerOperand()))
        return true;
    }
  return false;
}

void returnBy(CallInst &call, BasicBlock &block, Value *result) {
  call.setTailCall();
  // The optimiser is finished, so nothing will make other calls tail calls.
  block.getParent()->removeFnAttr(SWASM_IR_NO_TAIL_CALLS);
  ReturnInst::Create(block.getContext(), result, &block);
}

} // namespace swasm
