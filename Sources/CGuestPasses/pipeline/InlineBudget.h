// Bounds what inlining makes of functions that call each other in circles.
//
// LLVM inlines from the callees up and weighs a callee as it has become, which bounds growth, but for calls inside a
// circle: there is no bottom, each inlined body brings calls that may be inlined in turn, and only the chain of
// a call's own ancestors stops it. Thirty functions of two calls each become some 2^20 bodies. So:
//
//   BudgetInlining     (before anything is inlined, in time linear in calls)  decides for each direct call inside
//                      a component of the call graph whether it may be inlined. It may if the callee is smaller
//                      than the caller, which leaves no circle of such calls, and if all that may come with the callee
//                      is about as little as LLVM would take; or if it is the callee's only call, which copies nothing.
//                      Other calls become `noinline`. So a function grows by at most a constant for each of its calls.
//   BudgetNewCalls     (wherever calls may have become direct since)  lets one that was indirect be inlined, but only
//                      if no circle can go through it: its callee calls nothing, or only what calls nothing.
//
// Calls between components are left to LLVM, but for loops: each function gets a constant number of loops from others, and
// further calls of functions with loops become `noinline` (LoopBudget.h). Mutual recursion loses little: producers have
// inlined once already, and what is small is still inlined into what is larger.
#pragma once

#include "llvm/Analysis/CGSCCPassManager.h"
#include "llvm/Analysis/LazyCallGraph.h"
#include "llvm/IR/PassManager.h"
#include "llvm/Passes/PassBuilder.h"

namespace swasm {

class BudgetInlining : public llvm::PassInfoMixin<BudgetInlining> {
public:
  llvm::PreservedAnalyses run(llvm::Module &module, llvm::ModuleAnalysisManager &analyses);
};

class BudgetNewCalls : public llvm::PassInfoMixin<BudgetNewCalls> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
  llvm::PreservedAnalyses run(llvm::LazyCallGraph::SCC &component, llvm::CGSCCAnalysisManager &analyses,
                              llvm::LazyCallGraph &graph, llvm::CGSCCUpdateResult &result);
};

/// Puts the passes where they belong in LLVM's pipeline.
void budgetInlining(llvm::PassBuilder &builder);

} // namespace swasm
