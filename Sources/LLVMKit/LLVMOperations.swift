// The names of LLVM's operations, casts and predicates that builders use.
import CLLVM

/// An instruction of two operands of one type. Its result has the same type.
public enum BinaryOperation: Sendable {
  case add, subtract, multiply, signedDivide, unsignedDivide, signedRemainder, unsignedRemainder
  case shiftLeft, shiftRightLogical, shiftRightArithmetic, and, or, xor
  case floatAdd, floatSubtract, floatMultiply, floatDivide

  var raw: LLVMOpcode {
    switch self {
    case .add: LLVMAdd
    case .subtract: LLVMSub
    case .multiply: LLVMMul
    case .signedDivide: LLVMSDiv
    case .unsignedDivide: LLVMUDiv
    case .signedRemainder: LLVMSRem
    case .unsignedRemainder: LLVMURem
    case .shiftLeft: LLVMShl
    case .shiftRightLogical: LLVMLShr
    case .shiftRightArithmetic: LLVMAShr
    case .and: LLVMAnd
    case .or: LLVMOr
    case .xor: LLVMXor
    case .floatAdd: LLVMFAdd
    case .floatSubtract: LLVMFSub
    case .floatMultiply: LLVMFMul
    case .floatDivide: LLVMFDiv
    }
  }
}

/// An instruction that converts a value to another type.
public enum CastOperation: Sendable {
  case truncate, zeroExtend, signExtend, bitCast, floatTruncate, floatExtend
  case floatToSigned, floatToUnsigned, signedToFloat, unsignedToFloat, pointerToInt, intToPointer

  var raw: LLVMOpcode {
    switch self {
    case .truncate: LLVMTrunc
    case .zeroExtend: LLVMZExt
    case .signExtend: LLVMSExt
    case .bitCast: LLVMBitCast
    case .floatTruncate: LLVMFPTrunc
    case .floatExtend: LLVMFPExt
    case .floatToSigned: LLVMFPToSI
    case .floatToUnsigned: LLVMFPToUI
    case .signedToFloat: LLVMSIToFP
    case .unsignedToFloat: LLVMUIToFP
    case .pointerToInt: LLVMPtrToInt
    case .intToPointer: LLVMIntToPtr
    }
  }
}

/// Predicates of comparisons of integers and pointers.
public enum IntegerPredicate: Sendable {
  case equal, notEqual
  case signedLess, signedLessOrEqual, signedGreater, signedGreaterOrEqual
  case unsignedLess, unsignedLessOrEqual, unsignedGreater, unsignedGreaterOrEqual

  var raw: LLVMIntPredicate {
    switch self {
    case .equal: LLVMIntEQ
    case .notEqual: LLVMIntNE
    case .signedLess: LLVMIntSLT
    case .signedLessOrEqual: LLVMIntSLE
    case .signedGreater: LLVMIntSGT
    case .signedGreaterOrEqual: LLVMIntSGE
    case .unsignedLess: LLVMIntULT
    case .unsignedLessOrEqual: LLVMIntULE
    case .unsignedGreater: LLVMIntUGT
    case .unsignedGreaterOrEqual: LLVMIntUGE
    }
  }
}

/// Predicates of floating-point comparisons. If an operand is NaN, all are false except `unorderedNotEqual` and
/// `unordered`.
public enum FloatPredicate: Sendable {
  case orderedEqual, unorderedNotEqual, less, lessOrEqual, greater, greaterOrEqual, unordered

  var raw: LLVMRealPredicate {
    switch self {
    case .orderedEqual: LLVMRealOEQ
    case .unorderedNotEqual: LLVMRealUNE
    case .less: LLVMRealOLT
    case .lessOrEqual: LLVMRealOLE
    case .greater: LLVMRealOGT
    case .greaterOrEqual: LLVMRealOGE
    case .unordered: LLVMRealUNO
    }
  }
}
