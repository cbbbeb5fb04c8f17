// If the condition holds, the loop itself is entered, and otherwise the copy. Both leave to the same block.
#include "LoopCopy.h"

#include "llvm/IR/Instructions.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/LoopUtils.h"

using namespace llvm;

namespace swasm {
namespace {

/// How much more often the condition holds than not. Only the layout of code depends on it.
constexpr uint32_t likely = 1u << 20;

Value *copyOf(Value *value, const ValueToValueMapTy &copies) {
  auto found = copies.find(value);
  return found == copies.end() ? value : static_cast<Value *>(found->second);
}

/// Gives the copy its own exit block. Both exits lead to `join`, with the values that their loop leaves.
BasicBlock *joinExits(BasicBlock &exit, BasicBlock &join, BasicBlock &latch, const ValueToValueMapTy &copies) {
  auto *copiedLatch = cast<BasicBlock>(copyOf(&latch, copies));
  auto *copiedExit = BasicBlock::Create(exit.getContext(), exit.getName() + ".guest", exit.getParent(), &join);
  for (PHINode &phi : exit.phis()) {
    auto *copy = PHINode::Create(phi.getType(), 1, phi.getName() + ".guest", copiedExit);
    copy->addIncoming(copyOf(phi.getIncomingValueForBlock(&latch), copies), copiedLatch);
    auto *either = PHINode::Create(phi.getType(), 2, phi.getName() + ".either", join.begin());
    phi.replaceAllUsesWith(either);
    either->addIncoming(&phi, &exit);
    either->addIncoming(copy, copiedExit);
  }
  BranchInst::Create(&join, copiedExit);
  copiedLatch->getTerminator()->replaceSuccessorWith(&exit, copiedExit);
  return copiedExit;
}

} // namespace

bool isCopyable(const Loop &loop, const DominatorTree &dominators) {
  BasicBlock *latch = loop.getLoopLatch();
  auto *branch = latch ? dyn_cast<BranchInst>(latch->getTerminator()) : nullptr;
  return branch && branch->isConditional() && loop.getExitingBlock() == latch && loop.getUniqueExitBlock() &&
         loop.isLoopSimplifyForm() && loop.isLCSSAForm(dominators) && loop.isSafeToClone();
}

void copyLoop(Loop &loop, Value *condition, LoopInfo &loops, DominatorTree &dominators) {
  BasicBlock *check = loop.getLoopPreheader();
  BasicBlock *exit = loop.getUniqueExitBlock();
  BasicBlock *join = SplitBlock(exit, exit->getFirstNonPHIIt(), &dominators, &loops);
  BasicBlock *preheader = SplitBlock(check, check->getTerminator(), &dominators, &loops);
  ValueToValueMapTy copies;
  SmallVector<BasicBlock *, 8> blocks;
  Loop *copy = cloneLoopWithPreheader(preheader, check, &loop, copies, ".guest", &loops, &dominators, blocks);
  remapInstructionsInBlocks(blocks, copies);
  auto *before = cast<BasicBlock>(copyOf(preheader, copies));
  auto *branch = BranchInst::Create(preheader, before, condition, check->getTerminator()->getIterator());
  branch->setMetadata(LLVMContext::MD_prof, MDBuilder(exit->getContext()).createBranchWeights(likely, 1));
  check->getTerminator()->eraseFromParent();
  BasicBlock *copiedExit = joinExits(*exit, *join, *loop.getLoopLatch(), copies);
  dominators.addNewBlock(copiedExit, copy->getLoopLatch());
  dominators.changeImmediateDominator(join, check);
  if (Loop *parent = loops.getLoopFor(exit))
    parent->addBasicBlockToLoop(copiedExit, loops);
  addStringMetadataToLoop(copy, "llvm.loop.isvectorized", 1);
  copy->setLoopAlreadyUnrolled();
}

} // namespace swasm
