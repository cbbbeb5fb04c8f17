// The operations of instructions: an enum for each family. The opcode table gives every opcode one of these values. The
// validator and lowering switch over them without a default. So the Swift compiler reports each place that lacks a new
// instruction. The families of vectors are in OpcodeVectors.swift.
//
// Cases are named as in the specification.

/// What an instruction does, and who types it.
public enum InstructionOperation: Sendable, Hashable {
  /// The validator has a separate rule for it, because its typing depends on the module or on the operands.
  case special(SpecialOperation)
  /// Typed by `PlainOperation.signature`.
  case plain(PlainOperation)
}

// MARK: Special operations

/// The operations with a typing rule of their own, by family.
public enum SpecialOperation: Sendable, Hashable {
  case control(ControlOperation)
  case exception(ExceptionOperation)
  case call(CallOperation)
  case parametric(ParametricOperation)
  case variable(VariableOperation)
  case reference(ReferenceOperation)
  case table(TableOperation)
  case memory(MemoryOperation)
  case atomicFence
}

public enum ControlOperation: Sendable, Hashable {
  case unreachable, nop, block, loop, `if`, `else`, end, br, brIf, brTable, `return`
}

/// The instructions of version 3.0, and the legacy ones.
public enum ExceptionOperation: Sendable, Hashable {
  case `throw`, throwRef, tryTable
  case `try`, `catch`, catchAll, rethrow, delegate
}

public enum CallOperation: Sendable, Hashable {
  case call, callIndirect, callRef, returnCall, returnCallIndirect, returnCallRef

  /// What says which function is called.
  public enum Callee: Sendable {
    /// The index in the instruction.
    case immediate
    /// A reference, or the position of one in a table.
    case operand
  }

  public var callee: Callee {
    switch self {
    case .call, .returnCall: .immediate
    case .callIndirect, .callRef, .returnCallIndirect, .returnCallRef: .operand
    }
  }
}

public enum ParametricOperation: Sendable, Hashable {
  case drop, select, selectTyped
}

public enum VariableOperation: Sendable, Hashable {
  case localGet, localSet, localTee, globalGet, globalSet
}

public enum ReferenceOperation: Sendable, Hashable {
  case null, isNull, `func`, asNonNull, brOnNull, brOnNonNull
}

/// Instructions on tables, and `elem.drop`.
public enum TableOperation: Sendable, Hashable {
  case get, set, size, grow, fill, copy, initialize, elemDrop
}

/// Instructions on memories other than accesses, and `data.drop`.
public enum MemoryOperation: Sendable, Hashable {
  case size, grow, fill, copy, initialize, dataDrop
}

// MARK: Plain operations

/// The operations whose types do not depend on the module or on the operands.
public enum PlainOperation: Sendable, Hashable {
  case constant(ConstantType)
  /// The sign has no meaning for an access of the whole type.
  case load(NumberType, AccessWidth = .whole, Signedness = .unsigned)
  case store(NumberType, AccessWidth = .whole)
  case eqz(IntegerType)
  case integerComparison(IntegerComparison, IntegerType)
  case integerUnary(IntegerUnary, IntegerType)
  case integerBinary(IntegerBinary, IntegerType)
  case floatComparison(FloatComparison, FloatType)
  case floatUnary(FloatUnary, FloatType)
  case floatBinary(FloatBinary, FloatType)
  case conversion(Conversion)
  case wide(WideOperation)
  case vector(VectorOperation)
  case atomic(AtomicOperation)
}

public enum IntegerType: Sendable, Hashable {
  case i32, i64
}

public enum FloatType: Sendable, Hashable {
  case f32, f64
}

public enum NumberType: Sendable, Hashable {
  case i32, i64, f32, f64
}

public enum ConstantType: Sendable, Hashable {
  case i32, i64, f32, f64, v128
}

public enum Signedness: Sendable, Hashable {
  case signed, unsigned
}

/// The part of a value that a memory access reads or writes: all of it, or the low bits.
public enum AccessWidth: Sendable, Hashable {
  case whole, bits8, bits16, bits32
}

public enum IntegerComparison: Sendable, Hashable {
  case eq, ne, ltS, ltU, gtS, gtU, leS, leU, geS, geU
}

public enum IntegerUnary: Sendable, Hashable {
  case clz, ctz, popcnt, extend8S, extend16S, extend32S
}

public enum IntegerBinary: Sendable, Hashable {
  case add, sub, mul, divS, divU, remS, remU, and, or, xor, shl, shrS, shrU, rotl, rotr
}

public enum FloatComparison: Sendable, Hashable {
  case eq, ne, lt, gt, le, ge
}

public enum FloatUnary: Sendable, Hashable {
  case abs, neg, ceil, floor, trunc, nearest, sqrt
}

public enum FloatBinary: Sendable, Hashable {
  case add, sub, mul, div, min, max, copysign
}

public enum Conversion: Sendable, Hashable {
  /// i32.wrap_i64
  case wrap
  /// i64.extend_i32
  case extend(Signedness)
  case trunc(FloatType, IntegerType, Signedness)
  case truncSat(FloatType, IntegerType, Signedness)
  case convert(IntegerType, FloatType, Signedness)
  /// f32.demote_f64
  case demote
  /// f64.promote_f32
  case promote
  /// From this type to the integer type of the same width.
  case reinterpretFloat(FloatType)
  /// From this type to the float type of the same width.
  case reinterpretInteger(IntegerType)
}

/// Arithmetic whose result is a 128-bit integer, in two i64. Wide-arithmetic proposal.
public enum WideOperation: Sendable, Hashable {
  case add128, sub128, mulWideS, mulWideU
}

/// Accesses to memory that are atomic, waiting, and waking those who wait. Threads proposal.
public enum AtomicOperation: Sendable, Hashable {
  case notify
  case wait(IntegerType)
  case load(IntegerType, AccessWidth = .whole)
  case store(IntegerType, AccessWidth = .whole)
  case rmw(AtomicModification, IntegerType, AccessWidth = .whole)
  case cmpxchg(IntegerType, AccessWidth = .whole)
}

public enum AtomicModification: Sendable, Hashable {
  case add, sub, and, or, xor, xchg
}
