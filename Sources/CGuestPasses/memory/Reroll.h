// Rolls up loops that the guest's compiler unrolled, so that the vectoriser can choose its own width.
//
// A body of U copies at distance e, with streams of step U*e, becomes one copy with streams of step e and U
// times as many iterations. The accesses are the same, in the same order, except that accesses that are known
// not to overlap may be swapped. It runs after SplitStreams. The argument in Streams.h still holds: steps
// become smaller, and every access of the one block runs in every iteration.
#pragma once

#include "llvm/IR/PassManager.h"

namespace swasm {

class RerollLoops : public llvm::PassInfoMixin<RerollLoops> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

} // namespace swasm
