// An oracle for changes that cannot reach outside. Its rules are simple enough to see that they are right.
//
// Taint starts at the changed instructions. It spreads to values that are computed from tainted values, and
// to values that are read from a stack slot to which a tainted value was written. If a branch is tainted,
// every block that it can reach is tainted, and all phis there. An instruction that touches memory, and is
// tainted or in a tainted block, must be one of:
//   - an access at base + offset, where base is an untainted load of a guarded memory's base. The offset is a
//     sum of zero-extended 32-bit or masked values, simple loop counters and constants. No values of these
//     lead out of the reservation;
//   - a store of a tainted number to an untainted address, where the block is not tainted;
//   - an access at a constant offset from an untainted instance, stack slot, or pointer that the instance
//     holds;
//   - a copy or fill of bounded length between such addresses in guest memory;
//   - an intrinsic without pointers;
//   - a direct call to a function of the guest or to a declared one. Its tainted arguments are numbers. A
//     function of the runtime, except swasm_memory_grow, has no tainted argument.
// A return that is tainted or in a tainted block must be in a function of the guest, and return no tainted
// pointer. The rules read the mutant only. A change that they do not allow is not explained, but it need not
// be harmful.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/IR/Function.h"

namespace sabotage {

/// The rule that explains why the change is harmless; null if no rule does.
const char *explain(llvm::Function &function, llvm::ArrayRef<llvm::Instruction *> roots, bool allGuarded);

} // namespace sabotage
