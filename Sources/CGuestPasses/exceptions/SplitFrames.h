// Splits a function where it begins to need a frame.
//
// The base case of a recursion, or what finds its work done, returns before the function has called anything. It
// needs no frame, but code generation saves registers at the entry unless the rest of the function has one way in, one
// way out and no values that arrive in other registers than they stay in: handlers of exceptions leave little of that.
// So the rest becomes a function of its own, reached by a tail call with what it needs as arguments.
#pragma once

#include "CGuestPasses.h"

namespace llvm {
class Function;
}

namespace swasm {

/// The function that has the calls of `function` now; null: all stayed as it was.
llvm::Function *splitFrame(llvm::Function &function, swasm_argument_registers registers);

} // namespace swasm
