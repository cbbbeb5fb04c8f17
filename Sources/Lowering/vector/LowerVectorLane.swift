// Vector instructions that move lanes, compare them or test them.
// Spec: Execution, Vector Operations and Vector Instructions.
import LLVMKit
import WasmModule

extension FunctionLowering {
  // MARK: Lanes

  mutating func lowerVectorLane(_ operation: VectorLaneOperation, _ instruction: Instruction) {
    switch operation {
    case .shuffle: lowerShuffle(instruction)
    case .swizzle: lowerSwizzle()
    case .splat(let shape): lowerSplat(shape)
    case .extractLane(let shape, let sign): extractLane(instruction, shape, sign)
    case .replaceLane(let shape): replaceLane(instruction, shape)
    }
  }

  private mutating func lowerShuffle(_ instruction: Instruction) {
    let b = popVector(.i8x16)
    let a = popVector(.i8x16)
    let lanes = (0..<16).map { UInt32(instruction.vectorByte($0)) }
    pushVector(builder.shuffle(a, b, lanes, "shuffle"))
  }

  /// The lane value of a scalar on the stack. A narrow integer is the low bits of an i32.
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

  /// `i8x16.swizzle`: each byte of b selects a byte of a. A byte of b that is 16 or more selects 0. This is one or two
  /// instructions if the target has a byte shuffle, and otherwise sixteen extractions.
  mutating func lowerSwizzle() {
    let indices = popVector(.i8x16)
    let bytes = popVector(.i8x16)
    guard let shuffle = context.program.instructions.byteShuffle else {
      pushVector(swizzleByLanes(bytes, indices))
      return
    }
    let overloads = shuffle.isOverloaded ? [bytes.type] : []
    let wanted =
      switch shuffle.zeroes {
      case .thoseOverFifteen: indices
      // The instruction looks at bit 7 and the low four bits; 16 to 127 must set bit 7.
      case .thoseWithTheTopBit:
        callVector("llvm.uadd.sat", [indices.type], [indices, vectorConstant(.i8x16, 0x70)])
      }
    pushVector(callVector(shuffle.intrinsic, overloads, [bytes, wanted]))
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
  mutating func compareLanes(_ shape: VectorShape, _ predicate: IntegerPredicate) {
    vectorBinary(shape) {
      $0.builder.signExtend($0.builder.compare(predicate, $1, $2), to: shape.type($0.types))
    }
  }

  mutating func compareLanes(_ shape: VectorShape, _ predicate: FloatPredicate) {
    let mask: VectorShape = shape == .f32x4 ? .i32x4 : .i64x2
    vectorBinary(shape) {
      $0.builder.signExtend($0.builder.compare(predicate, $1, $2), to: mask.type($0.types))
    }
  }

  // MARK: Tests

  /// Stack: [v128] → [i32].
  mutating func lowerVectorTest(_ test: VectorTest) {
    switch test {
    case .anyTrue: lowerAnyTrue()
    case .allTrue(let shape): lowerAllTrue(shape)
    case .bitmask(let shape): lowerBitmask(shape)
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
