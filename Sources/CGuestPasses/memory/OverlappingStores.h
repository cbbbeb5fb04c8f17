// Keeps LLVM from vectorising a loop that stores values of different sizes to one place.
//
// LoopAccessAnalysis of LLVM 22 counts pointers, not stores. If a loop reads nothing and writes through one
// pointer only, it is vectorised without a look at sizes and steps. Then all wide stores of a vector's
// iterations come before all narrow ones. But the wide store of the next iteration may cover what the narrow
// one wrote. (clang -O2 does this with `*(float *)p = 0; *(short *)p = n; p -= 2`.)
#pragma once

#include "llvm/IR/Function.h"
#include "llvm/IR/PassInstrumentation.h"

namespace swasm {

/// Whether in every innermost loop of a function each pointer is stored through in one size.
bool hasPointersOfOneSize(const llvm::Function &function);

/// Skips the vectorising of loops in all other functions, wherever a pipeline has it.
void vectorizeStoresWithCare(llvm::PassInstrumentationCallbacks &callbacks);

} // namespace swasm
