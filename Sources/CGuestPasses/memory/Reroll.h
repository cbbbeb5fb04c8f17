// Rolls up loops that the producer unrolled, so that the vectoriser can choose its own width.
//
// A body of U copies at distance e, with streams of step U*e, becomes one copy with streams of step e and U times as
// many iterations: the same accesses in the same order, up to swaps of accesses that are known not to
// overlap. It runs after SplitStreams, whose argument (Streams.h) is untouched: steps become smaller, and every
// access of the one block runs in every iteration.
#pragma once

#include "llvm/IR/PassManager.h"

namespace swasm {

class RerollLoops : public llvm::PassInfoMixin<RerollLoops> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

} // namespace swasm
