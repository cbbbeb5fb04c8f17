// See ScaledConditions.h.
#include "ScaledConditions.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"

using namespace llvm;

namespace {

/// The same number without a choice; null if the value is no choice of two constants.
Value *scaled(Value *value) {
  auto *choice = dyn_cast<SelectInst>(value);
  if (!choice || !choice->getType()->isIntegerTy(64) || !choice->getCondition()->getType()->isIntegerTy(1))
    return nullptr;
  auto *taken = dyn_cast<ConstantInt>(choice->getTrueValue());
  auto *other = dyn_cast<ConstantInt>(choice->getFalseValue());
  if (!taken || !other)
    return nullptr;
  IRBuilder<> builder(choice);
  Value *condition = builder.CreateZExt(choice->getCondition(), choice->getType());
  Value *difference = builder.getInt(taken->getValue() - other->getValue());
  return builder.CreateAdd(builder.CreateMul(condition, difference), other);
}

} // namespace

namespace swasm {

PreservedAnalyses ScaleConditions::run(Function &function, FunctionAnalysisManager &) {
  bool changed = false;
  for (Instruction &instruction : make_early_inc_range(instructions(function))) {
    auto *address = dyn_cast<GetElementPtrInst>(&instruction);
    if (!address || address->getAddressSpace() != 0 || !address->getType()->isPointerTy())
      continue;
    for (Use &index : address->indices())
      if (Value *number = scaled(index)) {
        index = number;
        changed = true;
      }
  }
  if (!changed)
    return PreservedAnalyses::all();
  PreservedAnalyses kept;
  kept.preserveSet<CFGAnalyses>();
  return kept;
}

} // namespace swasm
