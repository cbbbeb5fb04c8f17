// Makes two versions of a loop. A condition decides which of them runs.
#pragma once

#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Dominators.h"

namespace swasm {

/// True if `copyLoop` accepts the loop: only its latch leaves it, and it has the form of LoopSimplify and
/// LCSSA.
bool isCopyable(const llvm::Loop &loop, const llvm::DominatorTree &dominators);

/// Makes the program run `loop` if `condition`, a value of its preheader, holds, and a copy of it otherwise.
/// The copy is marked so that it is neither vectorised nor unrolled. The given analyses stay valid.
void copyLoop(llvm::Loop &loop, llvm::Value *condition, llvm::LoopInfo &loops, llvm::DominatorTree &dominators);

} // namespace swasm
