// Splits a function where it begins to need a frame.
//
// Some functions return early without any call: in the base case of a recursion, or because their work is
// done. Such a path needs no frame, but code generation saves registers at the entry. It saves them later
// only if the rest of the function has one entry, one exit and no values that change their registers.
// Handlers of exceptions do not allow that. So the rest becomes a separate function. A tail call reaches it,
// with the values that it needs as arguments.
#pragma once

#include "CGuestPasses.h"

namespace llvm {
class Function;
}

namespace swasm {

/// Returns the new function, which has the calls of `function` now; null if nothing changed.
llvm::Function *splitFrame(llvm::Function &function, swasm_argument_registers registers);

} // namespace swasm
