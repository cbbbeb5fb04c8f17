// Keeps the cost of optimising loops nearly linear in their number.
//
// LLVM's analysis asks for each loop whether a condition holds at its entry, and goes back through all
// branches that lead there. A function of 800 small loops, one after another, took a minute. Deep nesting is
// as costly. So a function stays as it was lowered (optnone) if its loops have too many such branches before
// them in total, or are nested too deep. BudgetInlining takes care that inlining makes no such function.
// Nobody writes one: CPython has at most 327 such branches, Benchmarks/ has 118.
//
// Code generation looks at loops even when it does not optimise, at a cost that grows with the square of
// their number or depth. So if such a function has more than 200 loops, its module is generated as at -O0
// (hasTooManyLoops).
#pragma once

#include "llvm/IR/PassManager.h"

namespace swasm {

class BudgetLoops : public llvm::PassInfoMixin<BudgetLoops> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

/// How many loops a function has in its lowered form. In that form a loop's head comes before its body.
unsigned loweredLoops(const llvm::Function &function);

/// Whether some function that was left as it was lowered has more loops than code generation should look at.
bool hasTooManyLoops(const llvm::Module &module);

} // namespace swasm
