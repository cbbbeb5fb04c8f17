// What code generation must not be told.
//
// Instruction selection believes flags (an addition that does not wrap may be done in 64 bits; a value that
// is not negative may be extended by its sign), metadata (a range makes a mask superfluous), attributes of
// results and parameters, assumptions, and that an `unreachable` is never reached. LLVM may be wrong about
// each of these, and the checker looks at none of them. So they are removed before the checker runs: then
// machine code computes what the instructions say. This list says what stays. All else goes, including
// whatever LLVM adds in the future:
//
//   metadata    !dbg and !prof, which say nothing about values. For reads and writes of guest memory, also
//               alias metadata: it only lets them change their order. Each is still done once, and no proof
//               rests on the contents of guest memory. The checker proves that the access is to guest memory
//               (Accesses.h). A tag that says "this memory never changes" goes: a value could be read again
//               after it was compared. Only reads of the base of a memory keep such metadata, where it is
//               true; the checker proves that they read a base. Beside functions: debug information and the
//               profile's summary.
//   attributes  Of functions and calls: how they are optimised, whether they have or need unwind tables (an
//               exception that finds none ends the process), and that they probe their stack, as all do. Of
//               parameters and results: none but the alignment of what intrinsics read and write. An access
//               with a wrong alignment faults. Only vectors of odd sizes could be read beyond their end
//               because of an alignment, so they get alignment 1.
//   flags       None, of floating point neither: the same computation at two places gives the same result.
//   undef, poison
//               In no operand and no constant, except in lanes that nobody looks at (UndefinedLanes.h).
//
// Some intrinsics may be told that their operand is not 0, or not the least number. That is removed. Calls
// are not marked as tail calls. Stack slots have no lifetime, so no two share a place. An `unreachable` gets
// a trap before it, unless a call that is known not to return comes before it. A switch without a default
// gets one that traps. A number of an odd width is read with all the bits of its bytes, and then cut:
// otherwise code generation would believe that the other bits are 0 in memory.
#pragma once

#include "llvm/IR/Instructions.h"

namespace isolation {

/// The address space of pointers to guest memory.
constexpr unsigned guestAddressSpace = 1;

void harden(llvm::Module &module);

/// Whether control cannot arrive: a trap, or a runtime call that does not return, comes right before.
bool endsSafely(const llvm::UnreachableInst &end);

} // namespace isolation
