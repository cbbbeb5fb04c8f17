// Keeps the SLP vectoriser from paying inside a loop for what it gains behind it.
//
// It weighs an instruction the same wherever it runs. Four stores behind a loop, of values that the loop leaves behind,
// were worth a vector operation in the loop to it, with eight insertions and four extractions in each
// iteration: with wide vectors, chacha20 of Benchmarks/ took 1.35 of its time. So:
//
//   HideLoopValues   (before it)   puts a copy, which it cannot look through, before each use behind the loop
//   ShowLoopValues   (after it)    takes the copies away
//
// It then gathers such values where they are used, or leaves them alone.
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
