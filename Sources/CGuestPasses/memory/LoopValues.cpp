// The copies are calls of empty assembly that reads and writes nothing. Its text distinguishes them from
// touches.
#include "LoopValues.h"
#include "pipeline/KeepingBlocks.h"

#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"

using namespace llvm;

namespace swasm {
namespace {

/// The text of a copy. It is never in machine code.
constexpr const char *copyText = "# value of a loop";

void hide(Use &use) {
  Value *value = use.get();
  auto *type = FunctionType::get(value->getType(), {value->getType()}, false);
  auto *user = cast<Instruction>(use.getUser());
  auto *copy = CallInst::Create(type, InlineAsm::get(type, copyText, "=r,0", false), {value}, "", user->getIterator());
  copy->setDoesNotAccessMemory();
  copy->setDoesNotThrow();
  copy->addFnAttr(Attribute::WillReturn);
  use.set(copy);
}

bool isCopy(const Instruction &instruction) {
  auto *call = dyn_cast<CallInst>(&instruction);
  auto *text = call ? dyn_cast<InlineAsm>(call->getCalledOperand()) : nullptr;
  return text && text->getAsmString() == copyText;
}

} // namespace

PreservedAnalyses HideLoopValues::run(Function &function, FunctionAnalysisManager &analyses) {
  auto &loops = analyses.getResult<LoopAnalysis>(function);
  SmallVector<Use *> uses;
  for (Instruction &value : instructions(function)) {
    const Loop *loop = loops.getLoopFor(value.getParent());
    bool isScalar = value.getType()->isIntegerTy() || value.getType()->isFloatingPointTy();
    if (!loop || !isScalar)
      continue;
    for (Use &use : value.uses()) {
      auto *user = cast<Instruction>(use.getUser());
      // A copy for a phi would be in the block before it, which may belong to the loop.
      if (!loop->contains(user) && !isa<PHINode>(user))
        uses.push_back(&use);
    }
  }
  for (Use *use : uses)
    hide(*use);
  return keepingBlocks(!uses.empty());
}

PreservedAnalyses ShowLoopValues::run(Function &function, FunctionAnalysisManager &) {
  bool changed = false;
  for (Instruction &instruction : make_early_inc_range(instructions(function))) {
    if (!isCopy(instruction))
      continue;
    instruction.replaceAllUsesWith(cast<CallInst>(instruction).getArgOperand(0));
    instruction.eraseFromParent();
    changed = true;
  }
  return keepingBlocks(changed);
}

} // namespace swasm
