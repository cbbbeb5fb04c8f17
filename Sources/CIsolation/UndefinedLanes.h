// Lanes of vectors that nothing was put to.
//
// Vectors are begun as undef or poison, and shuffles leave lanes undefined. What is computed from such a lane may be another
// number at each use. Where lanes stay lanes, the checker knows which are undefined (Values.h, Provenance.h), and nothing is
// proven of them. Where they do not - in bitcasts, reductions, stores, calls, in everything that is no work lane by lane -
// it sees a number like any other. So a lane that gets there, or is taken out, is 0 or another lane from the beginning.
// Lanes that nobody looks at stay as they are: most shuffles of reductions have some.
#pragma once

#include "llvm/IR/Instructions.h"

namespace isolation {

/// Gives all undefined lanes a value that an insertelement or a shuffle leaves, if somebody may look at one.
void settleLanes(llvm::Instruction &instruction);

/// The constant with 0 for all that is undef or poison, also deep inside.
llvm::Constant *settled(llvm::Constant &constant);

} // namespace isolation
