// Why an adapter between components stops a call. An adapter imports a function for each reason, and calls it.
// Spec: CanonicalABI.md, all conditions of `trap_if`.

import CSwasmABI

/// A reason to stop a call between components.
public enum ComponentTrap: String, Sendable, Hashable, CaseIterable {
  case cannotLeave, cannotEnter
  case unalignedPointer, pointerOutOfBounds, stringOutOfBounds, listOutOfBounds, tooLong
  case invalidDiscriminant, invalidChar, invalidUTF8, incompleteUTF8, invalidUTF16
  case reallocUnaligned, reallocOutOfBounds
  case unknownHandle, handleType, handleLent, handleBorrowed, borrowsRemain, handlesExhausted
  case backpressure, unsupported, uncaughtException

  /// The runtime's number, which has its message.
  public var code: UInt32 {
    let code =
      switch self {
      case .cannotLeave: SWASM_TRAP_CANNOT_LEAVE
      case .cannotEnter: SWASM_TRAP_CANNOT_ENTER
      case .unalignedPointer: SWASM_TRAP_UNALIGNED_POINTER
      case .pointerOutOfBounds: SWASM_TRAP_POINTER_OUT_OF_BOUNDS
      case .stringOutOfBounds: SWASM_TRAP_STRING_OUT_OF_BOUNDS
      case .listOutOfBounds: SWASM_TRAP_LIST_OUT_OF_BOUNDS
      case .tooLong: SWASM_TRAP_TOO_LONG
      case .invalidDiscriminant: SWASM_TRAP_INVALID_DISCRIMINANT
      case .invalidChar: SWASM_TRAP_INVALID_CHAR
      case .invalidUTF8: SWASM_TRAP_INVALID_UTF8
      case .incompleteUTF8: SWASM_TRAP_INCOMPLETE_UTF8
      case .invalidUTF16: SWASM_TRAP_INVALID_UTF16
      case .reallocUnaligned: SWASM_TRAP_REALLOC_UNALIGNED
      case .reallocOutOfBounds: SWASM_TRAP_REALLOC_OUT_OF_BOUNDS
      case .unknownHandle: SWASM_TRAP_UNKNOWN_HANDLE
      case .handleType: SWASM_TRAP_HANDLE_TYPE
      case .handleLent: SWASM_TRAP_HANDLE_LENT
      case .handleBorrowed: SWASM_TRAP_HANDLE_BORROWED
      case .borrowsRemain: SWASM_TRAP_BORROWS_REMAIN
      case .handlesExhausted: SWASM_TRAP_HANDLES_EXHAUSTED
      case .backpressure: SWASM_TRAP_BACKPRESSURE
      case .unsupported: SWASM_TRAP_COMPONENT_UNSUPPORTED
      case .uncaughtException: SWASM_TRAP_UNCAUGHT_EXCEPTION
      }
    return code.rawValue
  }
}
