// Whether an exception still exists where it is used: no exception is freed while anybody has its address.
//
// swasm_exception_free gives a cell back, and the next exception may get it. It does not free exceptions that
// are marked as captured. So the checker knows two kinds of exception:
//
//   own        The exception of a landing pad, a result of swasm_exception_new, and an exception that a
//              split-off function is lent: given although it may not be captured. An own exception may still
//              be captured: the thrown value may have been a reference.
//   captured   Every other: loaded, given to a function of wasm, or returned by a call.
//
// Two rules keep this true, on every way from the place where an exception became own. The checker follows
// the flow of control back to that place. For a phi or select it follows the value that each way gives.
//
// 1. An own exception may be looked at, freed, lent and thrown. Any other use (a store, an argument, a
//    result) comes after it was marked. Nobody takes a mark away (Accesses.cpp).
// 2. An own exception is not used after it was freed or thrown, or lent to a function that may free it,
//    unless it was marked before that. The same function may catch what it throws: then the landing pad has
//    it.
//
// So every reference, however it was reached, names an exception that is captured and never freed, also while
// it is thrown and caught. The address of an own exception that is not captured is only in the values of one
// function that it is handed on to. The values of a new exception are null and 0. So a value that is not
// stored to before the throw has its type, too.
//
// Machine code may hide a reference from a collection: in part of a sum, or at an odd address. The check proves
// nothing of that. So the runtime reuses a cell only for exceptions of the same tag (exception.c): a reference
// always finds its tag and values of its types. That also holds if one of the two rules does not.
#pragma once

#include "Provenance.h"

namespace isolation {

/// Whether a value is a call of a function of the runtime, which this module only declares.
bool isCallOf(const llvm::Value &value, llvm::StringRef name);

/// Whether a value is where an exception becomes own. A landing pad stands for its first element.
bool isOwnException(Provenance &provenance, const llvm::Value &source);

/// Proves rule 1 for the exception that becomes own at `source`. Null: proven.
const char *checkCaptured(Provenance &provenance, const llvm::Value &source);
/// Rule 2: whether the exception was freed on some way to `before`. It may have come from several places.
bool mayBeFreed(Provenance &provenance, const llvm::Value *exception, const llvm::Instruction &before);
/// Whether a function that is lent an exception may free it, and return.
bool mayFree(Provenance &provenance, const llvm::Argument &lent);
/// Whether an argument of a call may be an own exception that is not yet marked as captured.
bool mayBeUnmarked(Provenance &provenance, const llvm::Value *given, const llvm::Instruction &before);

} // namespace isolation
