// Integer arithmetic, comparisons and bit operations. Spec: Execution, Integer Operations.
import LLVMKit
import WasmModule

extension FunctionLowering {
  mutating func lowerInteger(_ operation: IntegerUnary) {
    switch operation {
    case .clz: lowerCountZeros("llvm.ctlz")
    case .ctz: lowerCountZeros("llvm.cttz")
    case .popcnt: lowerPopcnt()
    case .extend8S: lowerExtend(from: types.i8)
    case .extend16S: lowerExtend(from: types.i16)
    case .extend32S: lowerExtend(from: types.i32)
    }
  }

  mutating func lowerInteger(_ operation: IntegerBinary, _ type: IntegerType) {
    switch operation {
    case .add: lowerBinary(.add)
    case .sub: lowerBinary(.subtract)
    case .mul: lowerBinary(.multiply)
    case .divS: lowerSignedDivision(lowest: 1 << (type.bits - 1))
    case .divU: lowerUnsignedDivision(.unsignedDivide)
    case .remS: lowerSignedRemainder()
    case .remU: lowerUnsignedDivision(.unsignedRemainder)
    case .and: lowerBinary(.and)
    case .or: lowerBinary(.or)
    case .xor: lowerBinary(.xor)
    case .shl: lowerShift(.shiftLeft, width: type.bits)
    case .shrS: lowerShift(.shiftRightArithmetic, width: type.bits)
    case .shrU: lowerShift(.shiftRightLogical, width: type.bits)
    case .rotl: lowerRotate("llvm.fshl")
    case .rotr: lowerRotate("llvm.fshr")
    }
  }

  mutating func lowerWide(_ operation: WideOperation) {
    switch operation {
    case .add128: lowerWide(.add)
    case .sub128: lowerWide(.subtract)
    case .mulWideS: lowerWideMultiply(.signExtend)
    case .mulWideU: lowerWideMultiply(.zeroExtend)
    }
  }

  private mutating func lowerBinary(_ operation: BinaryOperation) {
    let right = pop()
    let left = pop()
    push(builder.binary(operation, left, right))
  }

  mutating func lowerCompare(_ predicate: IntegerPredicate) {
    let right = pop()
    let left = pop()
    push(condition: builder.compare(predicate, left, right))
  }

  mutating func lowerEqz() {
    let operand = popOperand()
    if operand.isCondition {
      push(condition: builder.not(operand.value))
    } else {
      push(condition: builder.compare(.equal, operand.value, operand.value.type.null))
    }
  }

  /// Shifts by the count modulo the width.
  private mutating func lowerShift(_ operation: BinaryOperation, width: UInt64) {
    let count = pop()
    let value = pop()
    let masked = builder.and(count, count.type.constant(width - 1), "count")
    push(builder.binary(operation, value, masked))
  }

  /// The funnel shifts take the count modulo the width by themselves.
  private mutating func lowerRotate(_ intrinsic: String) {
    let count = pop()
    let value = pop()
    let type = value.type
    push(callIntrinsic(intrinsic, overloads: [type], [value, value, count], returning: type))
  }

  /// The result of clz and ctz for zero is the width.
  private mutating func lowerCountZeros(_ intrinsic: String) {
    let value = pop()
    let zeroIsPoison = types.i1.constant(0)
    push(
      callIntrinsic(
        intrinsic, overloads: [value.type], [value, zeroIsPoison], returning: value.type))
  }

  private mutating func lowerPopcnt() {
    let value = pop()
    push(callIntrinsic("llvm.ctpop", overloads: [value.type], [value], returning: value.type))
  }

  /// Traps: integer divide by zero.
  private mutating func lowerUnsignedDivision(_ operation: BinaryOperation) {
    let divisor = pop()
    let dividend = pop()
    trap(if: builder.compare(.equal, divisor, divisor.type.null, "zero"), .integerDivideByZero)
    push(builder.binary(operation, dividend, divisor))
  }

  /// Traps: integer divide by zero; integer overflow for the lowest number by -1.
  private mutating func lowerSignedDivision(lowest: UInt64) {
    let divisor = pop()
    let dividend = pop()
    let type = divisor.type
    trap(if: builder.compare(.equal, divisor, type.null, "zero"), .integerDivideByZero)
    let isMinusOne = builder.compare(.equal, divisor, type.constant(.max))
    let isLowest = builder.compare(.equal, dividend, type.constant(lowest))
    trap(if: builder.and(isMinusOne, isLowest, "overflow"), .integerOverflow)
    push(builder.binary(.signedDivide, dividend, divisor))
  }

  /// The remainder by -1 is zero; the machine's division would fault for the lowest number.
  private mutating func lowerSignedRemainder() {
    let divisor = pop()
    let dividend = pop()
    let type = divisor.type
    trap(if: builder.compare(.equal, divisor, type.null, "zero"), .integerDivideByZero)
    let isMinusOne = builder.compare(.equal, divisor, type.constant(.max))
    let safe = builder.select(isMinusOne, type.constant(1), divisor, "divisor")
    push(builder.binary(.signedRemainder, dividend, safe))
  }

  /// Sign-extends the lowest bits: i32.extend8_s and its kin.
  private mutating func lowerExtend(from narrow: LLVMType) {
    let value = pop()
    push(builder.signExtend(builder.truncate(value, to: narrow), to: value.type))
  }

  /// i64.add128 and i64.sub128. Stack: [low high low high: i64] → [low high].
  private mutating func lowerWide(_ operation: BinaryOperation) {
    let right = popWide()
    let left = popWide()
    pushWide(builder.binary(operation, left, right))
  }

  /// i64.mul_wide_s and i64.mul_wide_u. Stack: [i64 i64] → [low high: i64].
  private mutating func lowerWideMultiply(_ extension: CastOperation) {
    let right = builder.cast(`extension`, pop(), to: types.i128)
    let left = builder.cast(`extension`, pop(), to: types.i128)
    pushWide(builder.multiply(left, right))
  }

  private mutating func popWide() -> LLVMValue {
    let high = builder.zeroExtend(pop(), to: types.i128)
    let low = builder.zeroExtend(pop(), to: types.i128)
    let shifted = builder.shiftLeft(high, types.i128.constant(64))
    return builder.or(shifted, low)
  }

  private mutating func pushWide(_ value: LLVMValue) {
    push(builder.truncate(value, to: types.i64))
    push(builder.truncate(builder.shiftRight(value, types.i128.constant(64)), to: types.i64))
  }
}
