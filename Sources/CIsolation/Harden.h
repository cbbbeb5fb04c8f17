// What code generation must not be told.
//
// Instruction selection believes flags (an addition that does not wrap may be done in 64 bits, a zero-extension of what is
// not negative by sign), metadata (a range makes a mask superfluous), attributes of results and parameters, assumptions, and
// that `unreachable` is not reached. LLVM may be wrong about each of these, and the checker looks at none. So they are
// taken away before it runs: what machine code then computes is what the instructions say. What stays is listed, and all
// else goes, whatever LLVM thinks of next:
//
//   metadata      !dbg and !prof, which say nothing of values. Of reads and writes of guest memory, also what they do not
//                 alias: it only moves them among each other, each is still done once, and no proof rests on what is
//                 in guest memory. The checker proves that it is guest memory (Accesses.h). Not by a tag that says that memory
//                 never changes: what is read could be read again, after it was compared. That something never changes is
//                 left to reads of where a memory begins, which is true; the checker proves that they are that. Beside
//                 functions: debug information and the profile's summary.
//   attributes    of functions and calls how they are optimised, that they have unwind tables or need none (an exception
//                 that finds none ends the process), that they probe their stack, as all do. Of parameters and results
//                 none, but the alignment of what intrinsics read and write. Where an alignment is wrong, the access
//                 faults; what could be read beyond its end by it, vectors of odd sizes, is not aligned.
//   flags         none, of floating point neither: what is computed at two places is the same twice.
//   undef, poison in no operand and no constant, but in lanes that nobody looks at (UndefinedLanes.h).
//
// Intrinsics that are told that their operand is not 0, or not the least number, are told no more. Calls are not marked as
// tail calls, and stack slots have no lifetime: no two of them share a place. An `unreachable` that nothing comes before
// that is known to end gets a trap, and a switch that has no way for other values a way that traps. A number of an odd
// width is read with all the bits of its bytes, and cut: code generation believes that the others are 0 in memory.
#pragma once

#include "llvm/IR/Instructions.h"

namespace isolation {

/// Pointers to guest memory have it.
constexpr unsigned guestAddressSpace = 1;

void harden(llvm::Module &module);

/// Whether control cannot arrive: right before comes a trap or a call of the runtime that does not return.
bool endsSafely(const llvm::UnreachableInst &end);

} // namespace isolation
