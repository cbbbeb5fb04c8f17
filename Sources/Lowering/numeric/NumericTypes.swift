// Number types, widths and comparisons of the opcode table, as LLVM knows them.
import LLVMKit
import WasmModule

extension IntegerType {
  var bits: UInt64 {
    switch self {
    case .i32: 32
    case .i64: 64
    }
  }

  func type(_ types: LLVMTypes) -> LLVMType {
    switch self {
    case .i32: types.i32
    case .i64: types.i64
    }
  }
}

extension FloatType {
  func type(_ types: LLVMTypes) -> LLVMType {
    switch self {
    case .f32: types.float
    case .f64: types.double
    }
  }
}

extension NumberType {
  func type(_ types: LLVMTypes) -> LLVMType {
    switch self {
    case .i32: types.i32
    case .i64: types.i64
    case .f32: types.float
    case .f64: types.double
    }
  }
}

extension AccessWidth {
  /// The low bits that are accessed; nil for all of the value.
  func narrow(_ types: LLVMTypes) -> LLVMType? {
    switch self {
    case .whole: nil
    case .bits8: types.i8
    case .bits16: types.i16
    case .bits32: types.i32
    }
  }
}

extension IntegerComparison {
  var predicate: IntegerPredicate {
    switch self {
    case .eq: .equal
    case .ne: .notEqual
    case .ltS: .signedLess
    case .ltU: .unsignedLess
    case .gtS: .signedGreater
    case .gtU: .unsignedGreater
    case .leS: .signedLessOrEqual
    case .leU: .unsignedLessOrEqual
    case .geS: .signedGreaterOrEqual
    case .geU: .unsignedGreaterOrEqual
    }
  }
}

extension FloatComparison {
  var predicate: FloatPredicate {
    switch self {
    case .eq: .orderedEqual
    case .ne: .unorderedNotEqual
    case .lt: .less
    case .gt: .greater
    case .le: .lessOrEqual
    case .ge: .greaterOrEqual
    }
  }
}

extension InstanceLowering {
  /// The value of a constant instruction.
  func constant(_ type: ConstantType, _ instruction: Instruction) -> LLVMValue {
    switch type {
    case .i32: return types.i32.constant(instruction.value)
    case .i64: return types.i64.constant(instruction.value)
    case .f32: return types.float.constant(bits: types.i32.constant(UInt64(instruction.f32Bits)))
    case .f64: return types.double.constant(bits: types.i64.constant(instruction.f64Bits))
    case .v128:
      let words = [
        instruction.value, instruction.value >> 32, instruction.value2, instruction.value2 >> 32,
      ]
      return .vector(words.map { types.i32.constant($0) })
    }
  }
}
