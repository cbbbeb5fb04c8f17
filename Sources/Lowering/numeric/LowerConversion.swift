// Conversions between numeric types. Spec: 4.3.4 Conversions.
import LLVMKit
import WasmModule

/// The open or closed interval of floats that a truncation to an integer accepts.
struct TruncationBounds {
  /// Exactly representable in the source type.
  let low: Double
  let lowIsIncluded: Bool
  /// Never included: the first value too large.
  let high: Double

  static let i32FromF32 = TruncationBounds(low: -0x1p31, lowIsIncluded: true, high: 0x1p31)
  static let i32FromF64 = TruncationBounds(low: -0x1p31 - 1, lowIsIncluded: false, high: 0x1p31)
  static let u32 = TruncationBounds(low: -1, lowIsIncluded: false, high: 0x1p32)
  static let i64 = TruncationBounds(low: -0x1p63, lowIsIncluded: true, high: 0x1p63)
  static let u64 = TruncationBounds(low: -1, lowIsIncluded: false, high: 0x1p64)
}

extension FunctionLowering {
  mutating func lowerCast(_ operation: CastOperation, to type: LLVMType) {
    let result = builder.cast(operation, pop(), to: type)
    push(operation == .floatExtend ? oneNaN(result) : result)
  }

  mutating func lowerExtendU() {
    let operand = popOperand()
    push(builder.zeroExtend(operand.value, to: types.i64))
  }

  /// Traps: invalid conversion to integer for a NaN, integer overflow outside of the bounds.
  mutating func lowerTruncate(
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

  mutating func lowerTruncateSaturating(_ intrinsic: String, to type: LLVMType) {
    let value = pop()
    push(callIntrinsic(intrinsic, overloads: [type, value.type], [value], returning: type))
  }

  mutating func lowerDemote() {
    push(oneNaN(builder.cast(.floatTruncate, pop(), to: types.float)))
  }
}
