// Duplicates a loop behind a condition.
#pragma once

#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Dominators.h"

namespace swasm {

/// True where `copyLoop` can be asked: the loop is left by its latch alone, and has the form of LoopSimplify and LCSSA.
bool isCopyable(const llvm::Loop &loop, const llvm::DominatorTree &dominators);

/// Runs `loop` where `condition`, a value of its preheader, holds, and a copy of it otherwise. Nobody optimises the copy
/// further. Keeps the analyses that it is given.
void copyLoop(llvm::Loop &loop, llvm::Value *condition, llvm::LoopInfo &loops, llvm::DominatorTree &dominators);

} // namespace swasm
