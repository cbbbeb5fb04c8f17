// What a pass says that changed instructions, if anything, and no block.
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
