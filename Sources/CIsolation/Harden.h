// What code generation must not be told.
//
// Instruction selection believes flags (an addition that does not wrap may be done in 64 bits, a zero-extension of what is
// not negative by sign), metadata (a range makes a mask superfluous), attributes of results and parameters, assumptions, and
// that `unreachable` is not reached. LLVM may be wrong about each of these, and the checker looks at none. So they are
// taken away before it runs: what machine code then computes is what the instructions say. Literal undef and poison
// become 0, but for lanes that a vector begins with. Intrinsics that are told that their operand is not 0, or not the
// least number, are told no more. Calls are not marked as tail calls, and stack slots have no lifetime: no two of them
// share a place. All functions probe their stack. An `unreachable` that nothing comes before that is known to end gets
// a trap, and a switch that has no way for other values a way that traps.
#pragma once

#include "llvm/IR/Instructions.h"

namespace isolation {

void harden(llvm::Module &module);

/// Whether control cannot arrive: right before comes a trap or a call of the runtime that does not return.
bool endsSafely(const llvm::UnreachableInst &end);

} // namespace isolation
