// Lanes of vectors that were never set.
//
// Vectors begin as undef or poison, and shuffles leave lanes undefined. A value that is computed from such a
// lane may be another number at each use. In lane-wise operations the checker knows which lanes are undefined
// (Values.h, Provenance.h), and proves nothing about them. In all others (bitcasts, reductions, stores,
// calls), it sees a number like any other. So an undefined lane that reaches one of those, or is extracted,
// gets a value from the beginning: 0 or another lane. Undefined lanes that nobody looks at stay: most
// shuffles of reductions have some.
#pragma once

#include "llvm/IR/Instructions.h"

namespace isolation {

/// Gives a value to the lanes that an insertelement or a shuffle leaves undefined, if somebody may look at
/// one.
void settleLanes(llvm::Instruction &instruction);

/// The constant with 0 in place of every undef and poison, also in nested parts.
llvm::Constant *settled(llvm::Constant &constant);

} // namespace isolation
