// Vector instructions that compute lane by lane (unary, binary, ternary, shifts), and sums of neighbouring lanes.
// Spec: Execution, Vector Operations.
//
// Each is one LLVM operation on a vector, or a few. Instruction selection recognises most of these as one instruction.
import LLVMKit
import WasmModule

extension FunctionLowering {
  // MARK: Operands

  mutating func popVector(_ shape: VectorShape) -> LLVMValue {
    builder.bitCast(pop(), to: shape.type(types))
  }

  mutating func pushVector(_ value: LLVMValue) {
    push(builder.bitCast(value, to: context.valueTypes.v128))
  }

  func vectorConstant(_ shape: VectorShape, _ lane: UInt64) -> LLVMValue {
    let value = shape.lane(types).constant(lane)
    return .vector(Array(repeating: value, count: Int(shape.laneCount)))
  }

  /// Calls an intrinsic on vectors. Unless stated, the result has the type of the first argument.
  func callVector(
    _ name: String, _ overloads: [LLVMType], _ arguments: [LLVMValue],
    returning result: LLVMType? = nil
  ) -> LLVMValue {
    callIntrinsic(
      name, overloads: overloads, arguments, returning: result ?? arguments[0].type, "vector")
  }

  // MARK: Families

  mutating func lowerVectorBitwise(_ operation: VectorBitwise) {
    switch operation {
    case .not: vectorUnary(.i64x2) { $0.builder.not($1) }
    case .and: vectorBinary(.i64x2) { $0.builder.and($1, $2) }
    case .andnot: vectorBinary(.i64x2) { $0.builder.and($1, $0.builder.not($2)) }
    case .or: vectorBinary(.i64x2) { $0.builder.or($1, $2) }
    case .xor: vectorBinary(.i64x2) { $0.builder.xor($1, $2) }
    case .bitselect: lowerBitselect()
    }
  }

  mutating func lowerVectorInteger(_ operation: VectorIntegerUnary, _ shape: VectorShape) {
    switch operation {
    case .abs: vectorAbsolute(shape)
    case .neg: vectorNegate(shape)
    case .popcnt: vectorIntrinsic("llvm.ctpop", shape)
    }
  }

  mutating func lowerVectorInteger(_ operation: VectorIntegerBinary, _ shape: VectorShape) {
    switch operation {
    case .add: vectorBinary(shape) { $0.builder.add($1, $2) }
    case .sub: vectorBinary(shape) { $0.builder.sub($1, $2) }
    case .mul: vectorBinary(shape) { $0.builder.multiply($1, $2) }
    case .addSatS: vectorIntrinsic2("llvm.sadd.sat", shape)
    case .addSatU: vectorIntrinsic2("llvm.uadd.sat", shape)
    case .subSatS: vectorIntrinsic2("llvm.ssub.sat", shape)
    case .subSatU: vectorIntrinsic2("llvm.usub.sat", shape)
    case .minS: vectorIntrinsic2("llvm.smin", shape)
    case .minU: vectorIntrinsic2("llvm.umin", shape)
    case .maxS: vectorIntrinsic2("llvm.smax", shape)
    case .maxU: vectorIntrinsic2("llvm.umax", shape)
    case .avgrU: lowerRoundingAverage(shape)
    }
  }

  mutating func lowerVectorFloat(_ operation: FloatUnary, _ shape: VectorShape) {
    switch operation {
    case .abs: vectorIntrinsic("llvm.fabs", shape)
    case .neg: vectorUnary(shape) { $0.builder.negateFloat($1) }
    case .ceil: vectorRounding("llvm.ceil", shape)
    case .floor: vectorRounding("llvm.floor", shape)
    case .trunc: vectorRounding("llvm.trunc", shape)
    case .nearest: vectorRounding("llvm.roundeven", shape)
    case .sqrt: vectorRounding("llvm.sqrt", shape)
    }
  }

  mutating func lowerVectorFloat(_ operation: VectorFloatBinary, _ shape: VectorShape) {
    switch operation {
    case .add: vectorFloat(shape, .floatAdd)
    case .sub: vectorFloat(shape, .floatSubtract)
    case .mul: vectorFloat(shape, .floatMultiply)
    case .div: vectorFloat(shape, .floatDivide)
    case .min: vectorBinary(shape) { $0.floatExtremum($1, $2, .less, .or) }
    case .max: vectorBinary(shape) { $0.floatExtremum($1, $2, .greater, .and) }
    case .pmin: lowerPseudoMinimum(shape)
    case .pmax: lowerPseudoMaximum(shape)
    }
  }

  /// Shifts by a scalar, taken modulo the lane's width. Stack: [v128, i32] → [v128].
  mutating func lowerVectorShift(_ shift: VectorShift, _ shape: VectorShape) {
    switch shift {
    case .shl: vectorShift(shape, .shiftLeft)
    case .shrS: vectorShift(shape, .shiftRightArithmetic)
    case .shrU: vectorShift(shape, .shiftRightLogical)
    }
  }

  /// `v128.bitselect`. Stack: [a, b, mask] → [a where mask is set, b elsewhere].
  mutating func lowerBitselect() {
    let mask = popVector(.i64x2)
    let b = popVector(.i64x2)
    let a = popVector(.i64x2)
    pushVector(
      builder.or(builder.and(a, mask), builder.and(b, builder.not(mask)), "bitselect"))
  }

  // MARK: Shapes of operations

  private mutating func vectorUnary(
    _ shape: VectorShape, _ operation: (inout FunctionLowering, LLVMValue) -> LLVMValue
  ) {
    let a = popVector(shape)
    let result = operation(&self, a)
    pushVector(result)
  }

  mutating func vectorBinary(
    _ shape: VectorShape,
    _ operation: (inout FunctionLowering, LLVMValue, LLVMValue) -> LLVMValue
  ) {
    let b = popVector(shape)
    let a = popVector(shape)
    let result = operation(&self, a, b)
    pushVector(result)
  }

  private mutating func vectorIntrinsic(_ name: String, _ shape: VectorShape) {
    let a = popVector(shape)
    pushVector(callVector(name, [shape.type(types)], [a]))
  }

  private mutating func vectorFloat(_ shape: VectorShape, _ operation: BinaryOperation) {
    vectorBinary(shape) { $0.oneNaN($0.floatBinary(operation, $1, $2)) }
  }

  /// A square root, or a rounding to an integer.
  private mutating func vectorRounding(_ name: String, _ shape: VectorShape) {
    vectorUnary(shape) { $0.oneNaN($0.callVector(name, [shape.type($0.types)], [$1])) }
  }

  private mutating func vectorIntrinsic2(_ name: String, _ shape: VectorShape) {
    let b = popVector(shape)
    let a = popVector(shape)
    pushVector(callVector(name, [shape.type(types)], [a, b]))
  }

  private mutating func vectorAbsolute(_ shape: VectorShape) {
    let a = popVector(shape)
    let isPoisonAtMinimum = types.i1.constant(0)
    pushVector(callVector("llvm.abs", [shape.type(types)], [a, isPoisonAtMinimum]))
  }

  private mutating func vectorNegate(_ shape: VectorShape) {
    vectorUnary(shape) { $0.builder.sub(shape.type($0.types).null, $1) }
  }

  private mutating func vectorShift(_ shape: VectorShape, _ operation: BinaryOperation) {
    let amount = builder.and(pop(), types.i32.constant(shape.laneBits - 1), "amount")
    let lane = shape.lane(types)
    let resized =
      shape == .i64x2
      ? builder.zeroExtend(amount, to: lane)
      : shape == .i32x4 ? amount : builder.truncate(amount, to: lane)
    let a = popVector(shape)
    pushVector(builder.binary(operation, a, splat(resized, shape)))
  }

  func splat(_ lane: LLVMValue, _ shape: VectorShape) -> LLVMValue {
    let type = shape.type(types)
    let first = builder.insertLane(type.poison, lane, types.i32.constant(0))
    return builder.shuffle(
      first, type.poison, Array(repeating: 0, count: Int(shape.laneCount)), "splat")
  }

  // MARK: Special operations

  /// `b < a ? b : a`: not the minimum of IEEE 754, but one instruction. Spec: Execution, fpmin.
  mutating func lowerPseudoMinimum(_ shape: VectorShape) {
    vectorBinary(shape) { $0.selectFloat(.less, $2, $1) }
  }

  /// `a < b ? b : a`. Spec: Execution, fpmax.
  mutating func lowerPseudoMaximum(_ shape: VectorShape) {
    vectorBinary(shape) { $0.selectFloat(.greater, $2, $1) }
  }

  /// (a + b + 1) / 2 without overflow.
  private mutating func lowerRoundingAverage(_ shape: VectorShape) {
    let lane = shape == .i8x16 ? types.i16 : types.i32
    let wide = lane.vector(shape.laneCount)
    let one = LLVMValue.vector(Array(repeating: lane.constant(1), count: Int(shape.laneCount)))
    let b = builder.zeroExtend(popVector(shape), to: wide)
    let a = builder.zeroExtend(popVector(shape), to: wide)
    let sum = builder.add(builder.add(a, b), one)
    pushVector(builder.truncate(builder.shiftRight(sum, one), to: shape.type(types), "average"))
  }

  /// sat_s((a * b + 0x4000) >> 15) in 16 bits; only 0x8000 * 0x8000 saturates.
  mutating func lowerFixedPointMultiply() {
    let wide = types.i32.vector(8)
    func all(_ value: UInt64) -> LLVMValue {
      .vector(Array(repeating: types.i32.constant(value), count: 8))
    }
    let b = builder.signExtend(popVector(.i16x8), to: wide)
    let a = builder.signExtend(popVector(.i16x8), to: wide)
    let sum = builder.add(builder.multiply(a, b), all(0x4000))
    let rounded = builder.binary(.shiftRightArithmetic, sum, all(15))
    let saturated = callVector("llvm.smin", [wide], [rounded, all(0x7fff)])
    pushVector(builder.truncate(saturated, to: VectorShape.i16x8.type(types), "q15"))
  }

  /// The products of 16-bit lanes; each pair of neighbouring products is added.
  mutating func lowerDotProduct() {
    let wide = types.i32.vector(8)
    let b = builder.signExtend(popVector(.i16x8), to: wide)
    let a = builder.signExtend(popVector(.i16x8), to: wide)
    pushVector(addPairs(builder.multiply(a, b), "dot"))
  }

  /// Even lanes plus odd lanes: a vector with half as many.
  func addPairs(_ vector: LLVMValue, _ name: LLVMName) -> LLVMValue {
    let count = vector.type.vectorCount
    let even = builder.shuffle(vector, vector.type.poison, (0..<count / 2).map { $0 * 2 })
    let odd = builder.shuffle(vector, vector.type.poison, (0..<count / 2).map { $0 * 2 + 1 })
    return builder.add(even, odd, name)
  }

  mutating func lowerExtendedMultiply(
    _ shape: VectorShape, _ half: VectorHalf, _ sign: Signedness
  ) {
    let b = extendHalf(popVector(shape), shape, half, sign)
    let a = extendHalf(popVector(shape), shape, half, sign)
    pushVector(builder.multiply(a, b, "extmul"))
  }
}
