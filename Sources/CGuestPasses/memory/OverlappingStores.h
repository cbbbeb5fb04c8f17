// Keeps LLVM from vectorising a loop that stores values of different sizes to one place.
//
// LoopAccessAnalysis of LLVM 22 counts pointers, not stores. If a loop reads nothing and writes through only
// one pointer, it is vectorised without a check of sizes and steps. Then all wide stores of a vector's
// iterations come before all narrow ones. But the wide store of the next iteration may overwrite the bytes of
// the narrow one. (clang -O2 does this with `*(float *)p = 0; *(short *)p = n; p -= 2`.)
#pragma once

#include "llvm/IR/Function.h"
#include "llvm/IR/PassInstrumentation.h"

namespace swasm {

/// Whether, in every innermost loop of a function, all stores through one pointer have the same size.
bool hasPointersOfOneSize(const llvm::Function &function);

/// Skips the vectorising of loops in all other functions, wherever a pipeline has it.
void vectorizeStoresWithCare(llvm::PassInstrumentationCallbacks &callbacks);

} // namespace swasm
