// Vector instructions that move lanes, compare them or test them. Spec: 4.3.6, 4.4.3.
import LLVMKit
import WasmModule

extension FunctionLowering {
  // MARK: Lanes

  mutating func lowerVectorLane(_ instruction: Instruction) {
    switch instruction.opcode {
    case .i8x16Shuffle: lowerShuffle(instruction)
    case .i8x16Splat: lowerSplat(.i8x16)
    case .i16x8Splat: lowerSplat(.i16x8)
    case .i32x4Splat: lowerSplat(.i32x4)
    case .i64x2Splat: lowerSplat(.i64x2)
    case .f32x4Splat: lowerSplat(.f32x4)
    case .f64x2Splat: lowerSplat(.f64x2)
    case .i8x16ExtractLaneS: extractLane(instruction, .i8x16, .signed)
    case .i8x16ExtractLaneU: extractLane(instruction, .i8x16, .unsigned)
    case .i16x8ExtractLaneS: extractLane(instruction, .i16x8, .signed)
    case .i16x8ExtractLaneU: extractLane(instruction, .i16x8, .unsigned)
    case .i32x4ExtractLane: extractLane(instruction, .i32x4, .signed)
    case .i64x2ExtractLane: extractLane(instruction, .i64x2, .signed)
    case .f32x4ExtractLane: extractLane(instruction, .f32x4, .signed)
    case .f64x2ExtractLane: extractLane(instruction, .f64x2, .signed)
    case .i8x16ReplaceLane: replaceLane(instruction, .i8x16)
    case .i16x8ReplaceLane: replaceLane(instruction, .i16x8)
    case .i32x4ReplaceLane: replaceLane(instruction, .i32x4)
    case .i64x2ReplaceLane: replaceLane(instruction, .i64x2)
    case .f32x4ReplaceLane: replaceLane(instruction, .f32x4)
    case .f64x2ReplaceLane: replaceLane(instruction, .f64x2)
    case .i8x16Swizzle: lowerSwizzle()
    default: notOfFamily(instruction)
    }
  }

  private mutating func lowerShuffle(_ instruction: Instruction) {
    let b = popVector(.i8x16)
    let a = popVector(.i8x16)
    let lanes = (0..<16).map { UInt32(instruction.vectorByte($0)) }
    pushVector(builder.shuffle(a, b, lanes, "shuffle"))
  }

  /// A lane of a scalar on the stack: narrow integers are the low bits of an i32.
  func laneValue(_ scalar: LLVMValue, _ shape: VectorShape) -> LLVMValue {
    switch shape {
    case .i8x16, .i16x8: builder.truncate(scalar, to: shape.lane(types))
    case .i32x4, .i64x2, .f32x4, .f64x2: scalar
    }
  }

  private mutating func lowerSplat(_ shape: VectorShape) {
    pushVector(splat(laneValue(pop(), shape), shape))
  }

  private mutating func extractLane(
    _ instruction: Instruction, _ shape: VectorShape, _ sign: Signedness
  ) {
    let index = types.i32.constant(UInt64(instruction.lane))
    let lane = builder.extractLane(popVector(shape), index, "lane")
    switch shape {
    case .i8x16, .i16x8: push(extend(lane, to: types.i32, sign))
    case .i32x4, .i64x2, .f32x4, .f64x2: push(lane)
    }
  }

  private mutating func replaceLane(_ instruction: Instruction, _ shape: VectorShape) {
    let index = types.i32.constant(UInt64(instruction.lane))
    let lane = laneValue(pop(), shape)
    pushVector(builder.insertLane(popVector(shape), lane, index))
  }

  /// `i8x16.swizzle`: bytes of a chosen by b; 0 where the index is 16 or more. One instruction where the
  /// target has a byte shuffle; elsewhere sixteen extractions.
  mutating func lowerSwizzle() {
    let indices = popVector(.i8x16)
    let bytes = popVector(.i8x16)
    switch context.options.byteShuffle {
    case .x86:
      // pshufb looks at bit 7 and the low four bits; 16 to 127 must set bit 7.
      let saturated = callVector(
        "llvm.uadd.sat", [indices.type], [indices, vectorConstant(.i8x16, 0x70)])
      pushVector(callVector("llvm.x86.ssse3.pshuf.b.128", [], [bytes, saturated]))
    case .aarch64:
      pushVector(callVector("llvm.aarch64.neon.tbl1", [bytes.type], [bytes, indices]))
    case .none:
      pushVector(swizzleByLanes(bytes, indices))
    }
  }

  private func swizzleByLanes(_ bytes: LLVMValue, _ indices: LLVMValue) -> LLVMValue {
    let inRange = builder.compare(.unsignedLess, indices, vectorConstant(.i8x16, 16), "in_range")
    let masked = builder.and(indices, vectorConstant(.i8x16, 15))
    var result = bytes.type.poison
    for lane in 0..<UInt64(16) {
      let position = types.i32.constant(lane)
      let byte = builder.extractLane(bytes, builder.extractLane(masked, position))
      result = builder.insertLane(result, byte, position)
    }
    return builder.select(inRange, result, bytes.type.null, "swizzle")
  }

  // MARK: Comparisons

  /// Each lane becomes all ones where the comparison holds, else zero. Stack: [a, b] → [v128].
  mutating func lowerVectorComparison(_ instruction: Instruction) {
    switch instruction.opcode {
    case .i8x16Eq: compareLanes(.i8x16, .equal)
    case .i8x16Ne: compareLanes(.i8x16, .notEqual)
    case .i8x16LtS: compareLanes(.i8x16, .signedLess)
    case .i8x16LtU: compareLanes(.i8x16, .unsignedLess)
    case .i8x16GtS: compareLanes(.i8x16, .signedGreater)
    case .i8x16GtU: compareLanes(.i8x16, .unsignedGreater)
    case .i8x16LeS: compareLanes(.i8x16, .signedLessOrEqual)
    case .i8x16LeU: compareLanes(.i8x16, .unsignedLessOrEqual)
    case .i8x16GeS: compareLanes(.i8x16, .signedGreaterOrEqual)
    case .i8x16GeU: compareLanes(.i8x16, .unsignedGreaterOrEqual)
    case .i16x8Eq: compareLanes(.i16x8, .equal)
    case .i16x8Ne: compareLanes(.i16x8, .notEqual)
    case .i16x8LtS: compareLanes(.i16x8, .signedLess)
    case .i16x8LtU: compareLanes(.i16x8, .unsignedLess)
    case .i16x8GtS: compareLanes(.i16x8, .signedGreater)
    case .i16x8GtU: compareLanes(.i16x8, .unsignedGreater)
    case .i16x8LeS: compareLanes(.i16x8, .signedLessOrEqual)
    case .i16x8LeU: compareLanes(.i16x8, .unsignedLessOrEqual)
    case .i16x8GeS: compareLanes(.i16x8, .signedGreaterOrEqual)
    case .i16x8GeU: compareLanes(.i16x8, .unsignedGreaterOrEqual)
    case .i32x4Eq: compareLanes(.i32x4, .equal)
    case .i32x4Ne: compareLanes(.i32x4, .notEqual)
    case .i32x4LtS: compareLanes(.i32x4, .signedLess)
    case .i32x4LtU: compareLanes(.i32x4, .unsignedLess)
    case .i32x4GtS: compareLanes(.i32x4, .signedGreater)
    case .i32x4GtU: compareLanes(.i32x4, .unsignedGreater)
    case .i32x4LeS: compareLanes(.i32x4, .signedLessOrEqual)
    case .i32x4LeU: compareLanes(.i32x4, .unsignedLessOrEqual)
    case .i32x4GeS: compareLanes(.i32x4, .signedGreaterOrEqual)
    case .i32x4GeU: compareLanes(.i32x4, .unsignedGreaterOrEqual)
    case .i64x2Eq: compareLanes(.i64x2, .equal)
    case .i64x2Ne: compareLanes(.i64x2, .notEqual)
    case .i64x2LtS: compareLanes(.i64x2, .signedLess)
    case .i64x2GtS: compareLanes(.i64x2, .signedGreater)
    case .i64x2LeS: compareLanes(.i64x2, .signedLessOrEqual)
    case .i64x2GeS: compareLanes(.i64x2, .signedGreaterOrEqual)
    default: lowerVectorFloatComparison(instruction)
    }
  }

  private mutating func lowerVectorFloatComparison(_ instruction: Instruction) {
    switch instruction.opcode {
    case .f32x4Eq: compareLanes(.f32x4, .orderedEqual)
    case .f32x4Ne: compareLanes(.f32x4, .unorderedNotEqual)
    case .f32x4Lt: compareLanes(.f32x4, .less)
    case .f32x4Gt: compareLanes(.f32x4, .greater)
    case .f32x4Le: compareLanes(.f32x4, .lessOrEqual)
    case .f32x4Ge: compareLanes(.f32x4, .greaterOrEqual)
    case .f64x2Eq: compareLanes(.f64x2, .orderedEqual)
    case .f64x2Ne: compareLanes(.f64x2, .unorderedNotEqual)
    case .f64x2Lt: compareLanes(.f64x2, .less)
    case .f64x2Gt: compareLanes(.f64x2, .greater)
    case .f64x2Le: compareLanes(.f64x2, .lessOrEqual)
    case .f64x2Ge: compareLanes(.f64x2, .greaterOrEqual)
    default: notOfFamily(instruction)
    }
  }

  private mutating func compareLanes(_ shape: VectorShape, _ predicate: IntegerPredicate) {
    vectorBinary(shape) {
      $0.builder.signExtend($0.builder.compare(predicate, $1, $2), to: shape.type($0.types))
    }
  }

  private mutating func compareLanes(_ shape: VectorShape, _ predicate: FloatPredicate) {
    let mask: VectorShape = shape == .f32x4 ? .i32x4 : .i64x2
    vectorBinary(shape) {
      $0.builder.signExtend($0.builder.compare(predicate, $1, $2), to: mask.type($0.types))
    }
  }

  // MARK: Tests

  /// Stack: [v128] → [i32].
  mutating func lowerVectorTest(_ instruction: Instruction) {
    switch instruction.opcode {
    case .v128AnyTrue: lowerAnyTrue()
    case .i8x16AllTrue: lowerAllTrue(.i8x16)
    case .i16x8AllTrue: lowerAllTrue(.i16x8)
    case .i32x4AllTrue: lowerAllTrue(.i32x4)
    case .i64x2AllTrue: lowerAllTrue(.i64x2)
    case .i8x16Bitmask: lowerBitmask(.i8x16)
    case .i16x8Bitmask: lowerBitmask(.i16x8)
    case .i32x4Bitmask: lowerBitmask(.i32x4)
    case .i64x2Bitmask: lowerBitmask(.i64x2)
    default: notOfFamily(instruction)
    }
  }

  private mutating func lowerAnyTrue() {
    let bits = builder.bitCast(pop(), to: types.i128)
    let any = builder.compare(.notEqual, bits, types.i128.null, "any")
    push(builder.zeroExtend(any, to: types.i32))
  }

  private mutating func lowerAllTrue(_ shape: VectorShape) {
    let lanes = popVector(shape)
    let isSet = builder.compare(.notEqual, lanes, lanes.type.null)
    let all = callVector("llvm.vector.reduce.and", [isSet.type], [isSet], returning: types.i1)
    push(builder.zeroExtend(all, to: types.i32, "all"))
  }

  private mutating func lowerBitmask(_ shape: VectorShape) {
    let lanes = popVector(shape)
    let signs = builder.compare(.signedLess, lanes, lanes.type.null)
    let bits = builder.bitCast(signs, to: types.integer(shape.laneCount))
    push(builder.zeroExtend(bits, to: types.i32, "bitmask"))
  }
}
