// Keeps LLVM from replacing a load by the value that the previous iteration stored, because another store may
// have changed a part of that value.
//
// LoopLoadElimination of LLVM 22 looks for stores that a load could read. It ignores those of another size
// (llvm-project issue 224832). So a byte that is stored into the middle of the word is lost. If a loop stores
// and loads memory of one address space in different sizes, that pass is skipped.
#pragma once

#include "llvm/IR/Function.h"
#include "llvm/IR/PassInstrumentation.h"

namespace swasm {

/// Whether every innermost loop of a function that stores to an address space accesses it in one size.
bool hasLoopsOfOneSize(const llvm::Function &function);

/// Skips that pass for all other functions, wherever a pipeline has it.
void forwardStoresWithCare(llvm::PassInstrumentationCallbacks &callbacks);

} // namespace swasm
