// Gives an interpreter a separate jump for each instruction that it interprets.
//
// A loop around a switch has one indirect jump. The processor can predict it only by the few branches before
// it. If every case ends in its own copy of the dispatch, the processor predicts each jump by what usually
// follows this case's instruction. After this pass the loop has several entries, which passes over loops
// cannot handle. So it runs after all of them.
#pragma once

#include "llvm/IR/PassManager.h"

namespace swasm {

/// Make one for each module: it limits the cost of all copies of the module.
class CopyDispatch : public llvm::PassInfoMixin<CopyDispatch> {
public:
  CopyDispatch();
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);

private:
  uint64_t budget;
};

} // namespace swasm
