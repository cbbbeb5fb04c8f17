// Splits loops over v128 into lanes, so that the vectoriser can choose its own width, interleave, and check
// for overlaps.
//
// If the guest's compiler vectorises, it makes loops over 16 bytes. In such a loop every store waits for the
// loads before it, and a processor with wider vectors uses only a part of them. A fast loop (Streams.h) is
// split if it does the same to each of its N lanes, and if the lanes are next to each other in memory. It
// becomes a loop over single lanes that runs N times as often, like the scalar loop in the source.
//
// A loop that passes a vector to its next iteration stays as it is: the vectoriser would join such lanes at a
// higher cost than the guest's compiler did.
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

/// Runs after the vectoriser, and removes the requests to vectorise loops. LLVM would report a request that
/// it did not fulfil.
class ForgetWishes : public llvm::PassInfoMixin<ForgetWishes> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

} // namespace swasm
