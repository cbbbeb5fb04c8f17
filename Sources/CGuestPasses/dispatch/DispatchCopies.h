// Gives an interpreter a jump of its own for each instruction that it interprets.
//
// A loop around a switch has one indirect jump, which the processor predicts by little more than the branches
// before it. With a copy of the dispatch at the end of every case, each jump predicts what usually follows
// its own instruction. It no longer depends on how one address shares the predictor with others. The copies
// make several ways into the loop, which other passes cannot handle. So this pass comes after all of them.
#pragma once

#include "llvm/IR/PassManager.h"

namespace swasm {

/// One for each module: it limits the cost of all copies of the module.
class CopyDispatch : public llvm::PassInfoMixin<CopyDispatch> {
public:
  CopyDispatch();
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);

private:
  uint64_t budget;
};

} // namespace swasm
