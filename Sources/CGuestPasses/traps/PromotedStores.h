// Keeps the trap of a store in a loop that never ends.
//
// LICM keeps what a loop stores to one place in a register and stores it once, where the loop is left. A loop that is not left
// then never stores, and a store that should have trapped in the first iteration does not. A load of the same bytes beside
// the store has the trap too (KeepTraps.h). So this is about places of guest memory that a loop only stores to.
#pragma once

#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/PassInstrumentation.h"

namespace swasm {

/// Whether a loop stores to guest memory at an address that may be the same in every iteration, without a load beside it.
bool storesToOnePlaceOnly(const llvm::Loop &loop);

/// Skips LICM for such loops, wherever a pipeline has it.
void promoteStoresWithCare(llvm::PassInstrumentationCallbacks &callbacks);

} // namespace swasm
