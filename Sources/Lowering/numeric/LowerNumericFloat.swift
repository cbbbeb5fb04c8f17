// Floating-point arithmetic and comparisons. Spec: Execution, Floating-Point Operations.
//
// An arithmetic operation that returns a NaN must return a quiet one. LLVM may replace an operation with an identity
// (x * 1, x - 0) by its operand, which would let a signalling NaN through. QuietNaNs.h says what prevents this.
// Negation, absolute value and copysign change only the sign bit and leave NaNs as they are. LLVM promises that, too.
import LLVMKit
import WasmModule

extension FunctionLowering {
  mutating func lowerFloat(_ operation: FloatUnary) {
    switch operation {
    case .abs: lowerFloatUnary("llvm.fabs")
    case .neg: lowerFloatNegate()
    case .ceil: lowerFloatUnary("llvm.ceil")
    case .floor: lowerFloatUnary("llvm.floor")
    case .trunc: lowerFloatUnary("llvm.trunc")
    case .nearest: lowerFloatUnary("llvm.roundeven")
    case .sqrt: lowerFloatUnary("llvm.sqrt")
    }
  }

  mutating func lowerFloat(_ operation: FloatBinary) {
    switch operation {
    case .add: lowerFloatBinary(.floatAdd)
    case .sub: lowerFloatBinary(.floatSubtract)
    case .mul: lowerFloatBinary(.floatMultiply)
    case .div: lowerFloatBinary(.floatDivide)
    case .min: lowerFloatMinimum()
    case .max: lowerFloatMaximum()
    case .copysign: lowerCopysign()
    }
  }

  private mutating func lowerFloatBinary(_ operation: BinaryOperation) {
    let right = pop()
    let left = pop()
    push(oneNaN(floatBinary(operation, left, right)))
  }

  /// The operation on scalars or vectors. The builder would fold an operation on two constants at once, and an identity
  /// such as x * 1 as well. So one constant is hidden from it.
  func floatBinary(_ operation: BinaryOperation, _ left: LLVMValue, _ right: LLVMValue) -> LLVMValue
  {
    guard left.isConstant, right.isConstant else { return builder.binary(operation, left, right) }
    let hidden = callIntrinsic(
      "llvm.arithmetic.fence", overloads: [left.type], [left], returning: left.type, "hidden")
    return builder.binary(operation, hidden, right)
  }

  mutating func lowerFloatCompare(_ predicate: FloatPredicate) {
    let right = pop()
    let left = pop()
    push(condition: builder.compare(predicate, left, right))
  }

  private mutating func lowerFloatUnary(_ intrinsic: String) {
    let value = pop()
    let result = callIntrinsic(
      intrinsic, overloads: [value.type], [value], returning: value.type)
    push(intrinsic == "llvm.fabs" ? result : oneNaN(result))
  }

  /// The result of arithmetic on scalars or vectors. If the options ask for it, every NaN becomes the canonical one.
  func oneNaN(_ value: LLVMValue) -> LLVMValue {
    guard context.options.canonicalizesNaNs else { return value }
    let type = integerType(of: value.type)
    let single = types.i32.constant(0x7fc0_0000)
    let double = types.i64.constant(0x7ff8 << 48)
    let nan: LLVMValue
    switch type {
    case types.i32: nan = single
    case types.i64: nan = double
    case types.i32.vector(4): nan = .vector(Array(repeating: single, count: 4))
    case types.i32.vector(2): nan = .vector(Array(repeating: single, count: 2))
    default: nan = .vector(Array(repeating: double, count: 2))
    }
    // The selection works on integers. For LLVM one floating-point NaN is as good as another, so a selection of floats
    // after a square root would be dropped.
    let bits = builder.bitCast(value, to: type)
    let isNaN = builder.compare(.unordered, value, value, "isNaN")
    return builder.bitCast(builder.select(isNaN, nan, bits), to: value.type)
  }

  private mutating func lowerFloatNegate() { push(builder.negateFloat(pop())) }

  private mutating func lowerCopysign() {
    let sign = pop()
    let value = pop()
    push(
      callIntrinsic(
        "llvm.copysign", overloads: [value.type], [value, sign], returning: value.type))
  }

  private mutating func lowerFloatMinimum() {
    let right = pop()
    let left = pop()
    push(floatExtremum(left, right, .less, .or))
  }

  private mutating func lowerFloatMaximum() {
    let right = pop()
    let left = pop()
    push(floatExtremum(left, right, .greater, .and))
  }

  /// Minimum or maximum of scalars or vectors. Each select is one instruction if the processor has it. If the operands
  /// are equal, they differ at most in the sign of zero, and joining the bits picks the right one. If one of them is a
  /// NaN, the result is their sum, which is a quiet NaN. llvm.minimum is not used, because it may return a signalling
  /// NaN unchanged.
  func floatExtremum(
    _ left: LLVMValue, _ right: LLVMValue, _ predicate: FloatPredicate, _ join: BinaryOperation
  ) -> LLVMValue {
    let type = left.type
    let bits = integerType(of: type)
    let first = selectFloat(predicate, left, right)
    let second = selectFloat(predicate, right, left)
    let joined = builder.binary(
      join, builder.bitCast(first, to: bits), builder.bitCast(second, to: bits))
    let isUnordered = builder.compare(.unordered, left, right, "nan")
    let nan = floatBinary(.floatAdd, left, right)
    return builder.select(isUnordered, oneNaN(nan), builder.bitCast(joined, to: type))
  }

  /// `left < right ? left : right`, or with `>`. For vectors it calls the intrinsic of the target's instruction, if
  /// there is one. LLVM does not always find that instruction for a select: if the operands are bit casts, it turns the
  /// select into one of integers first.
  func selectFloat(_ predicate: FloatPredicate, _ left: LLVMValue, _ right: LLVMValue) -> LLVMValue
  {
    let extrema = context.program.instructions.pseudoExtrema
    let isMinimum = predicate == .less
    if let extrema, left.type == types.float.vector(4) {
      let name = isMinimum ? extrema.minimumF32x4 : extrema.maximumF32x4
      return callVector(name, [], [left, right])
    }
    if let extrema, left.type == types.double.vector(2) {
      let name = isMinimum ? extrema.minimumF64x2 : extrema.maximumF64x2
      return callVector(name, [], [left, right])
    }
    return builder.select(builder.compare(predicate, left, right), left, right)
  }

  /// The integer type as wide as a floating-point type of wasm, or a vector of such integers.
  private func integerType(of type: LLVMType) -> LLVMType {
    if type == types.float { return types.i32 }
    if type == types.double { return types.i64 }
    if type == types.float.vector(4) { return types.i32.vector(4) }
    if type == types.float.vector(2) { return types.i32.vector(2) }
    return types.i64.vector(2)
  }
}
