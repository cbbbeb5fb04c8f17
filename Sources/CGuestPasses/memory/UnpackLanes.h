// Takes apart loops over v128, so that the vectoriser can choose its own width, interleave, and check for overlaps itself.
//
// Producers that vectorise leave loops of 16 bytes. In these every store waits for the loads before it, and a
// processor with wider vectors runs them at half its speed. A fast loop (Streams.h) may do the same to every
// lane, with accesses that are next to each other. Then it becomes a loop over single lanes that runs N times
// as often, like the one that the producer started from.
//
// A loop that hands a vector on to its next iteration is left: the vectoriser would join such lanes at a
// higher cost than the producer did.
//
// The lanes of one iteration ran all at once, operation by operation. Now one lane runs after the other. The
// result is the same unless a lane stores what another lane of the same iteration accesses. That cannot be:
// accesses from one root that are not equal are a whole vector apart, and ranges from different roots were
// compared before the loop (LoopSteps.h).
#pragma once

#include "llvm/IR/PassManager.h"

namespace swasm {

class UnpackLanes : public llvm::PassInfoMixin<UnpackLanes> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

/// Runs after the vectoriser. LLVM would complain about loops that asked to be vectorised and were not.
class ForgetWishes : public llvm::PassInfoMixin<ForgetWishes> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

} // namespace swasm
