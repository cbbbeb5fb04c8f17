// Keeps the traps of stores before and in loops that never end, and before calls that never return.
//
// LLVM assumes that a loop ends. So two passes may lose the trap of a store if the loop goes on for ever:
//
//   LICM                      keeps the value that a loop stores to one place in a register, and stores it
//                             once, after the loop.
//   Dead store elimination    deletes a store if another store after the loop writes the same bytes.
//
// Each is skipped if it could do that. For LICM, a store with a load of the same bytes in its block does not
// count: the load keeps the trap (KeepTraps.h).
//
// LLVM also deletes a store if another store of the same bytes follows a call that reads no memory, although
// the call may recurse for ever, overflow the stack or trap. So functions that may not return count as readers.
#pragma once

#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/PassInstrumentation.h"

namespace swasm {

/// Whether a loop stores to guest memory at an address that may be the same in every iteration, without a
/// load beside it.
bool storesToOnePlaceOnly(const llvm::Loop &loop);

/// Whether a function with loops may write to one place of guest memory in two of its blocks. Or, if it calls a
/// function that touches no memory and may not return, twice in any way.
bool storesOnBothSidesOfLoops(const llvm::Function &function);

/// Skips the passes wherever a pipeline has them.
void keepStoresOfEndlessLoops(llvm::PassInstrumentationCallbacks &callbacks);

/// Whenever a pipeline has found what functions do with memory, adds that those which may not return read it.
void keepStoresBeforeEndlessCalls(llvm::PassInstrumentationCallbacks &callbacks);

} // namespace swasm
