// Conversions between numeric types. Spec: Execution, Conversions.
import LLVMKit
import WasmModule

/// The interval of floats that a truncation to an integer accepts. The source type can represent both bounds exactly.
struct TruncationBounds {
  let low: Double
  let lowIsIncluded: Bool
  /// The first value that is too large. It is never included.
  let high: Double

  static let i32FromF32 = TruncationBounds(low: -0x1p31, lowIsIncluded: true, high: 0x1p31)
  static let i32FromF64 = TruncationBounds(low: -0x1p31 - 1, lowIsIncluded: false, high: 0x1p31)
  static let u32 = TruncationBounds(low: -1, lowIsIncluded: false, high: 0x1p32)
  static let i64 = TruncationBounds(low: -0x1p63, lowIsIncluded: true, high: 0x1p63)
  static let u64 = TruncationBounds(low: -1, lowIsIncluded: false, high: 0x1p64)

  static func of(_ from: FloatType, _ to: IntegerType, _ sign: Signedness) -> TruncationBounds {
    switch (to, sign, from) {
    case (.i32, .signed, .f32): i32FromF32
    case (.i32, .signed, .f64): i32FromF64
    case (.i32, .unsigned, .f32), (.i32, .unsigned, .f64): u32
    case (.i64, .signed, .f32), (.i64, .signed, .f64): i64
    case (.i64, .unsigned, .f32), (.i64, .unsigned, .f64): u64
    }
  }
}

extension Signedness {
  var widening: CastOperation {
    switch self {
    case .signed: .signExtend
    case .unsigned: .zeroExtend
    }
  }

  var floatToInteger: CastOperation {
    switch self {
    case .signed: .floatToSigned
    case .unsigned: .floatToUnsigned
    }
  }

  var integerToFloat: CastOperation {
    switch self {
    case .signed: .signedToFloat
    case .unsigned: .unsignedToFloat
    }
  }

  /// The intrinsic that saturates if the integer cannot hold the float, for scalars and for vectors.
  var saturatingTruncation: String {
    switch self {
    case .signed: "llvm.fptosi.sat"
    case .unsigned: "llvm.fptoui.sat"
    }
  }
}

extension FunctionLowering {
  mutating func lowerConversion(_ conversion: Conversion) {
    switch conversion {
    case .wrap: lowerCast(.truncate, to: types.i32)
    case .extend(.signed): lowerCast(.signExtend, to: types.i64)
    case .extend(.unsigned): lowerExtendU()
    case .trunc(let from, let to, let sign):
      lowerTruncate(sign.floatToInteger, to: to.type(types), .of(from, to, sign))
    case .truncSat(_, let to, let sign):
      lowerTruncateSaturating(sign.saturatingTruncation, to: to.type(types))
    case .convert(_, let to, let sign): lowerCast(sign.integerToFloat, to: to.type(types))
    case .demote: lowerDemote()
    case .promote: lowerCast(.floatExtend, to: types.double)
    case .reinterpretFloat(.f32): lowerCast(.bitCast, to: types.i32)
    case .reinterpretFloat(.f64): lowerCast(.bitCast, to: types.i64)
    case .reinterpretInteger(.i32): lowerCast(.bitCast, to: types.float)
    case .reinterpretInteger(.i64): lowerCast(.bitCast, to: types.double)
    }
  }

  private mutating func lowerCast(_ operation: CastOperation, to type: LLVMType) {
    let result = builder.cast(operation, pop(), to: type)
    push(operation == .floatExtend ? oneNaN(result) : result)
  }

  private mutating func lowerExtendU() {
    let operand = popOperand()
    push(builder.zeroExtend(operand.value, to: types.i64))
  }

  /// Traps: invalid conversion to integer for a NaN, integer overflow outside of the bounds.
  private mutating func lowerTruncate(
    _ operation: CastOperation, to type: LLVMType, _ bounds: TruncationBounds
  ) {
    let value = pop()
    let low = floatConstant(bounds.low, value.type)
    let high = floatConstant(bounds.high, value.type)
    let isAboveLow = builder.compare(bounds.lowIsIncluded ? .greaterOrEqual : .greater, value, low)
    let isBelowHigh = builder.compare(.less, value, high)
    let isOutside = builder.not(builder.and(isAboveLow, isBelowHigh), "outside")
    let (cold, going) = forkCold(isOutside)
    builder.position(atEnd: cold)
    let invalid = builder.createBlock("trap.invalid")
    let overflow = builder.createBlock("trap.overflow")
    builder.branch(
      if: builder.compare(.unordered, value, value, "nan"), then: invalid, else: overflow)
    deferBlock(invalid)
    deferBlock(overflow)
    builder.position(atEnd: invalid)
    emitTrap(.invalidConversion)
    builder.position(atEnd: overflow)
    emitTrap(.integerOverflow)
    builder.position(atEnd: going)
    push(builder.cast(operation, value, to: type))
  }

  private func floatConstant(_ value: Double, _ type: LLVMType) -> LLVMValue {
    if type == types.float {
      return type.constant(bits: types.i32.constant(UInt64(Float(value).bitPattern)))
    }
    return type.constant(bits: types.i64.constant(value.bitPattern))
  }

  private mutating func lowerTruncateSaturating(_ intrinsic: String, to type: LLVMType) {
    let value = pop()
    push(callIntrinsic(intrinsic, overloads: [type, value.type], [value], returning: type))
  }

  private mutating func lowerDemote() {
    push(oneNaN(builder.cast(.floatTruncate, pop(), to: types.float)))
  }
}
