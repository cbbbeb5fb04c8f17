// What code generation must not be told.
//
// Instruction selection believes flags (an addition that does not wrap may be done in 64 bits, a zero-extension of what is
// not negative by sign), metadata (a range makes a mask superfluous), attributes of results and parameters, assumptions, and
// that `unreachable` is not reached. LLVM may be wrong about each of these, and the checker looks at none. So they are
// taken away before it runs: what machine code then computes is what the instructions say. Literal undef and poison that a
// phi or select would pass on become 0. An `unreachable` that nothing
// comes before that is known to end gets a trap, and a switch that has no way for other values a way that traps.
#pragma once

#include "llvm/IR/Instructions.h"

namespace isolation {

void harden(llvm::Module &module);

/// Whether control cannot arrive: right before comes a trap or a call of the runtime that does not return.
bool endsSafely(const llvm::UnreachableInst &end);

} // namespace isolation
