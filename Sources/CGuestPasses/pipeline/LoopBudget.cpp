// See LoopBudget.h.
#include "LoopBudget.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace {

/// The most branches before loops. This many take up to a second.
constexpr uint64_t mostBranches = 4000;

/// Functions of at most this many blocks cannot exceed `mostBranches`. At worst, half of their blocks are
/// loops, and the other half are before them.
constexpr size_t fewBlocks = 64;

/// The deepest nesting of loops. 1,000 nested loops with ten locals took minutes.
constexpr unsigned mostDepth = 64;

/// The most loops of a function that is not optimised.
constexpr unsigned mostPlainLoops = 200;

/// The block before this one in which LLVM looks for true conditions; null if there is none.
const BasicBlock *before(const BasicBlock &block, const LoopInfo &loops) {
  if (const BasicBlock *single = block.getSinglePredecessor())
    return single;
  const Loop *loop = loops.getLoopFor(&block);
  return loop && loop->getHeader() == &block ? loop->getLoopPredecessor() : nullptr;
}

bool isTooMuch(Function &function) {
  DominatorTree tree(function);
  LoopInfo loops(tree);
  if (loops.empty())
    return false;
  DenseMap<const BasicBlock *, uint64_t> branches;
  uint64_t total = 0;
  for (const BasicBlock *block : ReversePostOrderTraversal<Function *>(&function)) {
    const BasicBlock *from = before(*block, loops);
    uint64_t count = from ? branches.lookup(from) + (from->getTerminator()->getNumSuccessors() > 1) : 0;
    branches[block] = count;
    if (!loops.isLoopHeader(block))
      continue;
    total += count;
    if (total > mostBranches || loops.getLoopDepth(block) > mostDepth)
      return true;
  }
  return false;
}

} // namespace

namespace swasm {

unsigned loweredLoops(const Function &function) {
  SmallPtrSet<const BasicBlock *, 32> seen;
  SmallPtrSet<const BasicBlock *, 8> heads;
  for (const BasicBlock &block : function) {
    seen.insert(&block);
    for (const BasicBlock *next : successors(&block))
      if (seen.contains(next))
        heads.insert(next);
  }
  return heads.size();
}

bool hasTooManyLoops(const Module &module) {
  return any_of(module, [](const Function &function) {
    return function.hasOptNone() && function.size() > mostPlainLoops && loweredLoops(function) > mostPlainLoops;
  });
}

PreservedAnalyses BudgetLoops::run(Function &function, FunctionAnalysisManager &) {
  if (function.size() > fewBlocks && !function.hasOptNone() && isTooMuch(function)) {
    function.removeFnAttr(Attribute::OptimizeForSize);
    function.removeFnAttr(Attribute::MinSize);
    function.removeFnAttr(Attribute::AlwaysInline);
    function.addFnAttr(Attribute::NoInline);
    function.addFnAttr(Attribute::OptimizeNone);
  }
  return PreservedAnalyses::all();
}

} // namespace swasm
