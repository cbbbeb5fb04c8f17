// Whether an exception is still one where it is looked at.
//
// swasm_exception_free gives a cell back, and the next exception may get it. So values of an exception are read and
// written, and it is thrown and freed, only where no free of it can have come before. The flow of control is followed back
// from there to what the exception came from: a landing pad, swasm_exception_new, a load, a parameter. Of phis and selects
// it is the value that each way gives them. A new exception has null and 0 for values, so that what is not stored to
// before it is thrown is of its type.
//
// A free on the way counts as one of this exception. It does not where three things hold. The exception came from a landing
// pad or was made here. It is only looked at, freed, and thrown out of the function. What is freed is none of the values
// that it is handed on to.
//
// Somebody else who has a reference may free it all the same, as far as is proven: that such exceptions are marked as
// captured is what the lowering does. Nothing rests on it. The runtime uses a cell that was given back for exceptions of the
// same tag alone, unless it has seen that nothing points to it (exception.c): what was found out about the tag stays
// true, and the values have its types.
#pragma once

#include "Provenance.h"

namespace isolation {

/// Whether a value is a call of a function of the runtime, which this module only declares.
bool isCallOf(const llvm::Value &value, llvm::StringRef name);

bool mayBeFreed(Provenance &provenance, const llvm::Value *exception, const llvm::Instruction &before);

} // namespace isolation
