// Keeps LLVM from taking what a loop stored for what its next iteration loads, where something in between may have changed a
// part of it.
//
// LoopLoadElimination of LLVM 22 asks which stores could be what a load reads, and drops those of another size from its
// thoughts (llvm-project issue 224832). So a byte that is stored into the middle of the word is lost. Loops that store and load
// guest memory, or anything else of one address space, in different sizes are left as they are.
#pragma once

#include "llvm/IR/Function.h"
#include "llvm/IR/PassInstrumentation.h"

namespace swasm {

/// Whether every innermost loop of a function that stores to an address space accesses it in one size.
bool hasLoopsOfOneSize(const llvm::Function &function);

/// Skips that pass for all other functions, wherever a pipeline has it.
void forwardStoresWithCare(llvm::PassInstrumentationCallbacks &callbacks);

} // namespace swasm
