// Gives an interpreter a jump of its own for each instruction that it interprets.
//
// A loop around a switch has one indirect jump, which the processor predicts by little more than the way it came. Once
// every case ends in a copy of the dispatch, what usually follows an instruction is predicted where that instruction
// ends, and no longer depends on how one address shares the predictor with others. The copies make several ways into
// the loop, of which the other passes can make nothing: so this comes after all of them.
#pragma once

#include "llvm/IR/PassManager.h"

namespace swasm {

/// One for each module: what the copies of a module may cost all together is limited.
class CopyDispatch : public llvm::PassInfoMixin<CopyDispatch> {
public:
  CopyDispatch();
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);

private:
  uint64_t budget;
};

} // namespace swasm
