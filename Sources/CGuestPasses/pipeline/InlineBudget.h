// Bounds the inlining of functions that call each other in circles.
//
// LLVM inlines from the callees up, and weighs a callee with all that was inlined into it. That bounds
// growth, except for calls inside a circle. A circle has no bottom: each inlined body brings calls that may
// be inlined in turn. LLVM stops only where a function would be inlined into its own inlined body. Thirty
// functions of two calls each become about 2^20 bodies. So:
//
//   BudgetInlining   (before anything is inlined, in time linear in calls) decides for each direct call
//                    inside a component of the call graph whether it may be inlined. It may in two cases. The
//                    callee is smaller than the caller, and all code that may come with it is about as small
//                    as LLVM would take; because callees get smaller, such calls form no circle. Or it is the
//                    only call of the callee, so nothing is copied. Other calls become `noinline`, except
//                    those of a function to itself: LLVM inlines no function that calls itself. So a function
//                    grows by at most a constant for each of its calls.
//   BudgetNewCalls   (wherever calls may have become direct since) lets a call that was indirect be inlined
//                    only if no circle can go through it: its callee calls nothing, or only functions that
//                    call nothing. Nor may the callee have loops.
//
// LLVM decides about calls between components, with one limit: each function gets a constant number of loops
// from others, and further calls of functions with loops become `noinline` (LoopBudget.h). Mutual recursion
// loses little: the guest's compiler has inlined once already, and small functions are still inlined into
// larger ones.
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
