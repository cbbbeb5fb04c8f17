// Whether an exception is still one where it is looked at: that none is freed that somebody names.
//
// swasm_exception_free gives a cell back, and the next exception may get it. It leaves those alone that are marked as
// captured. So an exception is either one's own, or it is captured:
//
//   own        What a landing pad brings and what swasm_exception_new makes; and what a function that LLVM split off is lent,
//              that is, given although it may not be captured. It may be captured all the same: what was thrown was a reference.
//   captured   Every other: what is loaded, what a function of wasm is given, what calls return.
//
// Two rules keep it so, on every way from where an exception became one's own. The flow of control is followed back from a
// place to there; of phis and selects it is the value that each way gives them.
//
//   1. An own exception is looked at, freed, lent and thrown. Whatever else is done with it (it is stored, passed, returned)
//      comes after it was marked. Nobody takes a mark away (Accesses.cpp).
//   2. Nothing is done with an own exception after it was freed or thrown, or lent to a function that may free it, unless it
//      was marked before that. What is thrown may be caught in the same function: then it is the landing pad's.
//
// So a reference that anybody has, by whatever way it reached him, names an exception that is captured and never freed,
// also while it is thrown and caught; and an own one that is not captured is named by what it is handed on to in one
// function alone. A new exception has null and 0 for values, so that what is not stored to before it is thrown is of its type.
//
// The runtime does not rely on it. It uses a cell that was given back for exceptions of the same tag alone, unless it
// has seen that nothing points to it (exception.c).
#pragma once

#include "Provenance.h"

namespace isolation {

/// Whether a value is a call of a function of the runtime, which this module only declares.
bool isCallOf(const llvm::Value &value, llvm::StringRef name);

/// Whether something is an own exception to begin with; a landing pad is by its first element.
bool isOwnException(Provenance &provenance, const llvm::Value &source);

/// Rule 1 for what becomes one's own exception at `source`. Null: proven.
const char *checkCaptured(Provenance &provenance, const llvm::Value &source);
/// Rule 2: whether there is a way on which it was freed. `exception` may have come from several places.
bool mayBeFreed(Provenance &provenance, const llvm::Value *exception, const llvm::Instruction &before);
/// Whether a function that is lent an exception may free it, and return.
bool mayFree(Provenance &provenance, const llvm::Argument &lent);
/// Whether what is given to a call may be an own exception that is not marked as captured before.
bool mayBeUnmarked(Provenance &provenance, const llvm::Value *given, const llvm::Instruction &before);

} // namespace isolation
