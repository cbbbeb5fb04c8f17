// Keeps the traps of stores before and in loops that never end.
//
// LLVM assumes that a loop ends. So two passes may lose the trap of a store if the loop goes on for ever:
//
//   LICM                      keeps the value that a loop stores to one place in a register, and stores it
//                             once, after the loop.
//   Dead store elimination    deletes a store if another store after the loop writes the same bytes.
//
// Each is skipped if it could do that. For LICM, a store with a load of the same bytes in its block does not
// count: the load keeps the trap (KeepTraps.h).
#pragma once

#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/PassInstrumentation.h"

namespace swasm {

/// Whether a loop stores to guest memory at an address that may be the same in every iteration, without a
/// load beside it.
bool storesToOnePlaceOnly(const llvm::Loop &loop);

/// Whether a function with loops may store to one place of guest memory in two of its blocks.
bool storesOnBothSidesOfLoops(const llvm::Function &function);

/// Skips the passes wherever a pipeline has them.
void keepStoresOfEndlessLoops(llvm::PassInstrumentationCallbacks &callbacks);

} // namespace swasm
