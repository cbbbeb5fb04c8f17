// The result of a pass that may have changed instructions, but no block.
#pragma once

#include "llvm/IR/Analysis.h"

namespace swasm {

inline llvm::PreservedAnalyses keepingBlocks(bool changed) {
  if (!changed)
    return llvm::PreservedAnalyses::all();
  llvm::PreservedAnalyses preserved;
  preserved.preserveSet<llvm::CFGAnalyses>();
  return preserved;
}

} // namespace swasm
