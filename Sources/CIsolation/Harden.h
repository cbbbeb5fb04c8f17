// Removes the facts that code generation must not use.
//
// Instruction selection relies on flags (an addition that does not wrap may be done in 64 bits; a value that
// is not negative may be extended by its sign), metadata (a range makes a mask superfluous), attributes of
// results and parameters, and assumptions. It also relies on `unreachable` never being reached. LLVM may be
// wrong about each of these, and the checker looks at none of them. So they are removed before the checker
// runs, and the machine code then does exactly what the instructions mean. Only the things in this list stay.
// Everything else is removed, including whatever LLVM adds in the future:
//
//   metadata    !dbg and !prof, which are not about values. Also alias metadata of reads and writes of guest
//               memory: it only lets them change their order. Each is still done once, and no proof relies on
//               the contents of guest memory. The checker proves that the access is to guest memory
//               (Accesses.h). Tags that mean "this memory never changes" are removed, because a value could
//               be read again after it was compared. Only reads of the base of a memory keep such a tag,
//               because it is true there. The checker proves that they read a base. Outside functions: debug
//               information, the name of the compiler, and the profile's summary.
//   attributes  Of functions and calls: how they are optimised, whether they keep a frame pointer, whether
//               they have or need unwind tables (an exception that finds none ends the process), and that
//               they probe their stack, as all do. Of parameters and results: only the alignment of memory
//               that intrinsics read and write. Declarations of intrinsics have the attributes that LLVM
//               gives every such intrinsic. An access with a wrong alignment faults. A read could go beyond
//               its end because of its alignment only if its size is not a power of two. Such a read gets
//               alignment 1.
//   flags       None, also none of floating point, so that the same computation has the same result
//               everywhere.
//   undef, poison
//               Only in lanes that no instruction reads (UndefinedLanes.h).
//
// Some intrinsics have a flag that their operand is not 0, or not the least number. It is removed. Calls are
// not marked `tail`. Only `musttail`, which lowering writes, stays. Stack slots have no lifetime, so no two
// of them share a place. An `unreachable` gets a trap before it, unless a trap or a call of the runtime that
// never returns comes before it. So a switch whose default LLVM believes to be impossible traps there. A
// number of an odd width is read with all the bits of its bytes, and then truncated: otherwise code
// generation would assume that the other bits are 0 in memory. Shifts, divisions and accesses to lanes get
// operands for which they have a result (Operands.h).
#pragma once

#include "llvm/IR/Instructions.h"

namespace isolation {

/// The address space of pointers to guest memory.
constexpr unsigned guestAddressSpace = 1;

void harden(llvm::Module &module);

/// Whether control cannot reach `end`, because a trap or a runtime call that never returns comes right before
/// it.
bool endsSafely(const llvm::UnreachableInst &end);

} // namespace isolation
