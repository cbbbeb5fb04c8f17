// Keeps the SLP vectoriser from making a loop slower in order to make the code after it faster.
//
// It gives an instruction the same weight wherever it runs. For four stores behind a loop, of values from the
// loop, it put a vector operation into the loop, with eight insertions and four extractions in each
// iteration. With wide vectors, chacha20 of Benchmarks/ took 1.35 times as long. So:
//
//   HideLoopValues   (before it)   puts a copy, which it cannot look through, before each use after the loop
//   ShowLoopValues   (after it)    removes the copies
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
