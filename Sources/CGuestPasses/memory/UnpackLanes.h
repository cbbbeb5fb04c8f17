// Takes apart loops over v128, so that the vectoriser can choose its own width, interleave, and check for overlaps itself.
//
// Producers that vectorise leave loops of 16 bytes, in which every store waits for the loads before it, and which a processor
// with wider vectors runs at half its speed. Where a fast loop (Streams.h) does the same to every lane, and its accesses are
// next to each other, it becomes a loop over single lanes that runs N times as often: what the producer started from.
//
// A loop that hands a vector on to its next iteration is left: the vectoriser would join such lanes at a higher cost than the
// producer did.
//
// The lanes of one iteration ran all at once, operation by operation; now one lane runs after the other. That is the same
// unless a lane stores what another lane of the same iteration accesses: accesses from one root that are not equal are a
// whole vector apart, and what is reached from different roots was compared before the loop (LoopSteps.h).
#pragma once

#include "llvm/IR/PassManager.h"

namespace swasm {

class UnpackLanes : public llvm::PassInfoMixin<UnpackLanes> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

/// After the vectoriser: LLVM would complain of loops that asked for it and were left.
class ForgetWishes : public llvm::PassInfoMixin<ForgetWishes> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

} // namespace swasm
