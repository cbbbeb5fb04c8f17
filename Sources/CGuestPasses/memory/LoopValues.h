// Keeps the SLP vectoriser from making a loop slower in order to make the code after it faster.
//
// The vectoriser gives an instruction the same weight wherever it runs. For four stores behind a loop, of
// values from the loop, it put a vector operation into the loop, with eight insertions and four extractions
// in each iteration. With wide vectors, the benchmark chacha20 took 1.35 times as long. So:
//
//   HideLoopValues   (before the vectoriser) puts a copy before each use after the loop. The vectoriser
//                    cannot look through the copy.
//   ShowLoopValues   (after the vectoriser) removes the copies.
//
// The vectoriser then gathers such values where they are used, or leaves them alone.
#pragma once

#include "llvm/IR/PassManager.h"

namespace swasm {

class HideLoopValues : public llvm::PassInfoMixin<HideLoopValues> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

class ShowLoopValues : public llvm::PassInfoMixin<ShowLoopValues> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

} // namespace swasm
