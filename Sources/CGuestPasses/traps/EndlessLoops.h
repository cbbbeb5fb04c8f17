// Keeps the traps of stores before and in loops that never end.
//
// LLVM assumes that a loop ends. So two passes may lose the trap of a store if the loop goes on for ever:
//
//   LICM                      keeps in a register what a loop stores to one place, and stores it once, where
//                             the loop is left.
//   Dead store elimination    deletes a store if another one, behind the loop, writes the same bytes.
//
// Each is skipped where it could do that. A load of the same bytes beside a store has the trap too (KeepTraps.h).
#pragma once

#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/PassInstrumentation.h"

namespace swasm {

/// Whether a loop stores to guest memory at an address that may be the same in every iteration, without a load beside it.
bool storesToOnePlaceOnly(const llvm::Loop &loop);

/// Whether a function with loops stores to one place of guest memory in two of its blocks.
bool storesOnBothSidesOfLoops(const llvm::Function &function);

/// Skips the passes wherever a pipeline has them.
void keepStoresOfEndlessLoops(llvm::PassInstrumentationCallbacks &callbacks);

} // namespace swasm
