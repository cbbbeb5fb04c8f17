// Lanes of vectors that were never set.
//
// Vectors begin as undef or poison, and shuffles leave lanes undefined. A value that is computed from such a
// lane may be another number at each use. In lane-wise operations the checker tracks the undefined lanes
// (Values.h, Provenance.h), and proves nothing about them. In all other operations (bitcasts, reductions,
// stores, calls) it would regard them as normal numbers. So if an undefined lane reaches such an operation,
// or is extracted, it gets a value where it is made: 0 or another lane. Undefined lanes that no instruction
// reads stay. Most shuffles of reductions have some.
#pragma once

#include "llvm/IR/Instructions.h"

namespace isolation {

/// Gives a value to the lanes that an insertelement or a shuffle leaves undefined, if an instruction may read
/// one.
void settleLanes(llvm::Instruction &instruction);

/// The constant with 0 in place of every undef and poison, also in nested parts.
llvm::Constant *settled(llvm::Constant &constant);

} // namespace isolation
