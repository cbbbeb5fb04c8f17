// Vector instructions that work lane by lane: unary, binary, ternary, shifts. Spec: 4.3.6.
//
// Each is one LLVM operation on a vector or a few that instruction selection knows as one.
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

  /// An intrinsic on vectors; without another word its result has its first overload's type.
  func callVector(
    _ name: String, _ overloads: [LLVMType], _ arguments: [LLVMValue],
    returning result: LLVMType? = nil
  ) -> LLVMValue {
    callIntrinsic(
      name, overloads: overloads, arguments, returning: result ?? arguments[0].type, "vector")
  }

  // MARK: Families

  mutating func lowerVectorUnary(_ instruction: Instruction) {
    switch instruction.opcode {
    case .v128Not: vectorUnary(.i64x2) { $0.builder.not($1) }
    case .i8x16Abs: vectorAbsolute(.i8x16)
    case .i16x8Abs: vectorAbsolute(.i16x8)
    case .i32x4Abs: vectorAbsolute(.i32x4)
    case .i64x2Abs: vectorAbsolute(.i64x2)
    case .i8x16Neg: vectorNegate(.i8x16)
    case .i16x8Neg: vectorNegate(.i16x8)
    case .i32x4Neg: vectorNegate(.i32x4)
    case .i64x2Neg: vectorNegate(.i64x2)
    case .i8x16Popcnt: vectorIntrinsic("llvm.ctpop", .i8x16)
    case .f32x4Abs: vectorIntrinsic("llvm.fabs", .f32x4)
    case .f64x2Abs: vectorIntrinsic("llvm.fabs", .f64x2)
    case .f32x4Neg: vectorUnary(.f32x4) { $0.builder.negateFloat($1) }
    case .f64x2Neg: vectorUnary(.f64x2) { $0.builder.negateFloat($1) }
    case .f32x4Sqrt: vectorRounding("llvm.sqrt", .f32x4)
    case .f64x2Sqrt: vectorRounding("llvm.sqrt", .f64x2)
    case .f32x4Ceil: vectorRounding("llvm.ceil", .f32x4)
    case .f64x2Ceil: vectorRounding("llvm.ceil", .f64x2)
    case .f32x4Floor: vectorRounding("llvm.floor", .f32x4)
    case .f64x2Floor: vectorRounding("llvm.floor", .f64x2)
    case .f32x4Trunc: vectorRounding("llvm.trunc", .f32x4)
    case .f64x2Trunc: vectorRounding("llvm.trunc", .f64x2)
    case .f32x4Nearest: vectorRounding("llvm.roundeven", .f32x4)
    case .f64x2Nearest: vectorRounding("llvm.roundeven", .f64x2)
    default: lowerVectorConversion(instruction)
    }
  }

  mutating func lowerVectorBinary(_ instruction: Instruction) {
    switch instruction.opcode {
    case .v128And: vectorBinary(.i64x2) { $0.builder.and($1, $2) }
    case .v128Andnot: vectorBinary(.i64x2) { $0.builder.and($1, $0.builder.not($2)) }
    case .v128Or: vectorBinary(.i64x2) { $0.builder.or($1, $2) }
    case .v128Xor: vectorBinary(.i64x2) { $0.builder.xor($1, $2) }
    case .i8x16Add: vectorBinary(.i8x16) { $0.builder.add($1, $2) }
    case .i16x8Add: vectorBinary(.i16x8) { $0.builder.add($1, $2) }
    case .i32x4Add: vectorBinary(.i32x4) { $0.builder.add($1, $2) }
    case .i64x2Add: vectorBinary(.i64x2) { $0.builder.add($1, $2) }
    case .i8x16Sub: vectorBinary(.i8x16) { $0.builder.sub($1, $2) }
    case .i16x8Sub: vectorBinary(.i16x8) { $0.builder.sub($1, $2) }
    case .i32x4Sub: vectorBinary(.i32x4) { $0.builder.sub($1, $2) }
    case .i64x2Sub: vectorBinary(.i64x2) { $0.builder.sub($1, $2) }
    case .i16x8Mul: vectorBinary(.i16x8) { $0.builder.multiply($1, $2) }
    case .i32x4Mul: vectorBinary(.i32x4) { $0.builder.multiply($1, $2) }
    case .i64x2Mul: vectorBinary(.i64x2) { $0.builder.multiply($1, $2) }
    case .f32x4Add, .f32x4Sub, .f32x4Mul, .f32x4Div, .f32x4Min, .f32x4Max, .f32x4Pmin, .f32x4Pmax:
      lowerVectorFloatBinary(instruction, .f32x4)
    case .f64x2Add, .f64x2Sub, .f64x2Mul, .f64x2Div, .f64x2Min, .f64x2Max, .f64x2Pmin, .f64x2Pmax:
      lowerVectorFloatBinary(instruction, .f64x2)
    case .i8x16Swizzle: lowerSwizzle()
    default: lowerVectorIntegerBinary(instruction)
    }
  }

  private mutating func lowerVectorFloatBinary(_ instruction: Instruction, _ shape: VectorShape) {
    switch instruction.opcode {
    case .f32x4Add, .f64x2Add: vectorFloat(shape, .floatAdd)
    case .f32x4Sub, .f64x2Sub: vectorFloat(shape, .floatSubtract)
    case .f32x4Mul, .f64x2Mul: vectorFloat(shape, .floatMultiply)
    case .f32x4Div, .f64x2Div: vectorFloat(shape, .floatDivide)
    case .f32x4Min, .f64x2Min: vectorBinary(shape) { $0.floatExtremum($1, $2, .less, .or) }
    case .f32x4Max, .f64x2Max: vectorBinary(shape) { $0.floatExtremum($1, $2, .greater, .and) }
    case .f32x4Pmin, .f64x2Pmin: lowerPseudoMinimum(shape)
    case .f32x4Pmax, .f64x2Pmax: lowerPseudoMaximum(shape)
    default: notOfFamily(instruction)
    }
  }

  private mutating func lowerVectorIntegerBinary(_ instruction: Instruction) {
    switch instruction.opcode {
    case .i8x16AddSatS: vectorIntrinsic2("llvm.sadd.sat", .i8x16)
    case .i8x16AddSatU: vectorIntrinsic2("llvm.uadd.sat", .i8x16)
    case .i16x8AddSatS: vectorIntrinsic2("llvm.sadd.sat", .i16x8)
    case .i16x8AddSatU: vectorIntrinsic2("llvm.uadd.sat", .i16x8)
    case .i8x16SubSatS: vectorIntrinsic2("llvm.ssub.sat", .i8x16)
    case .i8x16SubSatU: vectorIntrinsic2("llvm.usub.sat", .i8x16)
    case .i16x8SubSatS: vectorIntrinsic2("llvm.ssub.sat", .i16x8)
    case .i16x8SubSatU: vectorIntrinsic2("llvm.usub.sat", .i16x8)
    case .i8x16MinS: vectorIntrinsic2("llvm.smin", .i8x16)
    case .i8x16MinU: vectorIntrinsic2("llvm.umin", .i8x16)
    case .i8x16MaxS: vectorIntrinsic2("llvm.smax", .i8x16)
    case .i8x16MaxU: vectorIntrinsic2("llvm.umax", .i8x16)
    case .i16x8MinS: vectorIntrinsic2("llvm.smin", .i16x8)
    case .i16x8MinU: vectorIntrinsic2("llvm.umin", .i16x8)
    case .i16x8MaxS: vectorIntrinsic2("llvm.smax", .i16x8)
    case .i16x8MaxU: vectorIntrinsic2("llvm.umax", .i16x8)
    case .i32x4MinS: vectorIntrinsic2("llvm.smin", .i32x4)
    case .i32x4MinU: vectorIntrinsic2("llvm.umin", .i32x4)
    case .i32x4MaxS: vectorIntrinsic2("llvm.smax", .i32x4)
    case .i32x4MaxU: vectorIntrinsic2("llvm.umax", .i32x4)
    case .i8x16AvgrU: lowerRoundingAverage(.i8x16)
    case .i16x8AvgrU: lowerRoundingAverage(.i16x8)
    case .i16x8Q15mulrSatS: lowerFixedPointMultiply()
    case .i32x4DotI16x8S: lowerDotProduct()
    case .i16x8ExtmulLowI8x16S: lowerExtendedMultiply(.i8x16, .low, .signed)
    case .i16x8ExtmulHighI8x16S: lowerExtendedMultiply(.i8x16, .high, .signed)
    case .i16x8ExtmulLowI8x16U: lowerExtendedMultiply(.i8x16, .low, .unsigned)
    case .i16x8ExtmulHighI8x16U: lowerExtendedMultiply(.i8x16, .high, .unsigned)
    case .i32x4ExtmulLowI16x8S: lowerExtendedMultiply(.i16x8, .low, .signed)
    case .i32x4ExtmulHighI16x8S: lowerExtendedMultiply(.i16x8, .high, .signed)
    case .i32x4ExtmulLowI16x8U: lowerExtendedMultiply(.i16x8, .low, .unsigned)
    case .i32x4ExtmulHighI16x8U: lowerExtendedMultiply(.i16x8, .high, .unsigned)
    case .i64x2ExtmulLowI32x4S: lowerExtendedMultiply(.i32x4, .low, .signed)
    case .i64x2ExtmulHighI32x4S: lowerExtendedMultiply(.i32x4, .high, .signed)
    case .i64x2ExtmulLowI32x4U: lowerExtendedMultiply(.i32x4, .low, .unsigned)
    case .i64x2ExtmulHighI32x4U: lowerExtendedMultiply(.i32x4, .high, .unsigned)
    default: lowerVectorNarrow(instruction)
    }
  }

  /// Shifts by a scalar, taken modulo the lane's width. Stack: [v128, i32] → [v128].
  mutating func lowerVectorShift(_ instruction: Instruction) {
    switch instruction.opcode {
    case .i8x16Shl: vectorShift(.i8x16, .shiftLeft)
    case .i16x8Shl: vectorShift(.i16x8, .shiftLeft)
    case .i32x4Shl: vectorShift(.i32x4, .shiftLeft)
    case .i64x2Shl: vectorShift(.i64x2, .shiftLeft)
    case .i8x16ShrS: vectorShift(.i8x16, .shiftRightArithmetic)
    case .i16x8ShrS: vectorShift(.i16x8, .shiftRightArithmetic)
    case .i32x4ShrS: vectorShift(.i32x4, .shiftRightArithmetic)
    case .i64x2ShrS: vectorShift(.i64x2, .shiftRightArithmetic)
    case .i8x16ShrU: vectorShift(.i8x16, .shiftRightLogical)
    case .i16x8ShrU: vectorShift(.i16x8, .shiftRightLogical)
    case .i32x4ShrU: vectorShift(.i32x4, .shiftRightLogical)
    case .i64x2ShrU: vectorShift(.i64x2, .shiftRightLogical)
    default: notOfFamily(instruction)
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

  mutating func vectorUnary(
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

  mutating func vectorIntrinsic(_ name: String, _ shape: VectorShape) {
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

  mutating func vectorIntrinsic2(_ name: String, _ shape: VectorShape) {
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

  /// `b < a ? b : a`: not the minimum of IEEE 754, but one instruction. Spec: 4.3.3 fpmin.
  mutating func lowerPseudoMinimum(_ shape: VectorShape) {
    vectorBinary(shape) { $0.selectFloat(.less, $2, $1) }
  }

  /// `a < b ? b : a`. Spec: 4.3.3 fpmax.
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

  /// Products of neighbouring 16-bit lanes, added in pairs.
  private mutating func lowerDotProduct() {
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

  private mutating func lowerExtendedMultiply(
    _ shape: VectorShape, _ half: VectorHalf, _ sign: Signedness
  ) {
    let b = extendHalf(popVector(shape), shape, half, sign)
    let a = extendHalf(popVector(shape), shape, half, sign)
    pushVector(builder.multiply(a, b, "extmul"))
  }
}
