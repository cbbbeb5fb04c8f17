// Whether an exception still exists where it is used: no exception is freed while anybody has its address.
//
// swasm_exception_free gives a cell back, and the next exception may get it. It does not free exceptions that
// are marked as captured. So the checker knows two kinds of exception:
//
//   own        The exception of a landing pad, a result of swasm_exception_new, or an exception that is lent
//              to a split-off function, that is, passed to it although it may not be captured. An own
//              exception may also be captured, because the thrown value may have been a reference.
//   captured   Every other exception: it was loaded, passed to a function of wasm, or returned by a call.
//
// Two rules keep this true, on every path from the place where an exception became own. The checker follows
// the flow of control back to that place. For a phi or select it follows the operand of each path.
//
// 1. An own exception may be read, written, compared, freed, lent and thrown. Any other use (a store of its
//    address, an argument, a result) comes after it was marked as captured. Nothing removes a mark
//    (Accesses.cpp).
// 2. An own exception is not used after it was freed or thrown, or lent to a function that may free it,
//    unless it was marked before that. If the same function catches the exception that it throws, it gets it
//    anew from the landing pad.
//
// So every reference names an exception that is captured and never freed, also while it is thrown and caught.
// If an own exception is not captured, only values of the function that owns it, and of those that it is lent
// to, contain its address. The values of a new exception are null and 0. So a value to which nothing is
// stored before the throw also has its type.
//
// Machine code may hide a reference from a collection: in part of a sum, or at an odd address. The checker
// does not exclude that. So the runtime reuses a cell only for exceptions of the same tag (exception.c): a
// reference always finds its tag and values of its types. This holds even if one of the two rules is broken.
#pragma once

#include "Provenance.h"

namespace isolation {

/// Whether a value is a call of a function of the runtime, which this module only declares.
bool isCallOf(const llvm::Value &value, llvm::StringRef name);

/// Whether an exception becomes own at this value. A landing pad stands for its first element.
bool isOwnException(Provenance &provenance, const llvm::Value &source);

/// Tries to prove rule 1 for the exception that becomes own at `source`. Returns null if it is proven.
const char *checkCaptured(Provenance &provenance, const llvm::Value &source);
/// Whether an exception may have been freed on some path to `before` (rule 2). It may come from several
/// sources.
bool mayBeFreed(Provenance &provenance, const llvm::Value *exception, const llvm::Instruction &before);
/// Whether a function may free an exception that is lent to it, and then return.
bool mayFree(Provenance &provenance, const llvm::Argument &lent);
/// Whether an argument of a call may be an own exception that is not yet marked as captured.
bool mayBeUnmarked(Provenance &provenance, const llvm::Value *given, const llvm::Instruction &before);

} // namespace isolation
