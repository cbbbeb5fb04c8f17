// An oracle for changes that cannot reach outside, by rules that are simple enough to be seen to be right.
//
// Taint starts at what was changed. It follows what is computed from it, and what is read from a stack slot that a tainted
// value was written to. Of a tainted branch, every block that can be reached from it is tainted, and all phis there.
// Everything that is tainted or runs in a tainted block and touches memory must be one of:
//   - an access at base + offset, where base is an untainted load of a guarded memory's base. The offset is a sum of
//     zero-extended 32-bit or masked values, simple loop counters and constants, and no values of these lead out of the
//     reservation;
//   - a store of a tainted number to an untainted address, where the block is not tainted;
//   - an access at a constant offset from an untainted instance, stack slot, or pointer that the instance holds;
//   - a direct call to a function that others can call too, whose tainted arguments are numbers.
// The rules read the mutant only. What they do not allow is not explained, which does not say that it is harmful.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/IR/Function.h"

namespace sabotage {

/// The rule that explains why the change is harmless; null: none does.
const char *explain(llvm::Function &function, llvm::ArrayRef<llvm::Instruction *> roots, bool allGuarded);

} // namespace sabotage
