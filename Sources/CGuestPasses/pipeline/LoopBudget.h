// Keeps what loops cost the optimiser near linear in their number.
//
// LLVM's analysis of loops asks of each whether a condition holds where it is entered, and goes back through all branches
// that lead there: a function of 800 small loops one behind the other took a minute. So where the loops of a function have
// too many such branches before them in all, the function stays as it was lowered (optnone). BudgetInlining sees to it that
// inlining makes no such function. Nobody writes one: CPython has at most 327 such branches, Benchmarks/ has 118.
//
// Code generation looks at loops even where it is not to optimise, with costs that grow with the square of their number or
// their depth. So a module with such a function is generated as at -O0 (hasTooManyLoops).
#pragma once

#include "llvm/IR/PassManager.h"

namespace swasm {

class BudgetLoops : public llvm::PassInfoMixin<BudgetLoops> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

/// How many loops a function has as it was lowered, where a loop's head comes before what is in it.
unsigned loweredLoops(const llvm::Function &function);

/// Whether a function that was left as it was lowered has more loops than code generation should look at.
bool hasTooManyLoops(const llvm::Module &module);

} // namespace swasm
