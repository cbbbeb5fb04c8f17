// Vector instructions that change the width or the kind of lanes.
// Spec: Execution, Vector Operations.
import LLVMKit
import WasmModule

extension FunctionLowering {
  mutating func lowerVectorConversion(_ conversion: VectorConversion) {
    switch conversion {
    case .convert(let sign): lowerConvert(sign.integerToFloat)
    case .convertLow(let sign): lowerConvertLow(sign.integerToFloat)
    case .promoteLow: lowerPromoteLow()
    case .demoteZero: lowerDemoteZero()
    case .truncSat(let sign): lowerTruncSat(sign)
    case .truncSatZero(let sign): lowerTruncSatZero(sign)
    }
  }

  /// One half of the lanes, each twice as wide.
  func extendHalf(
    _ vector: LLVMValue, _ shape: VectorShape, _ half: VectorHalf, _ sign: Signedness
  ) -> LLVMValue {
    guard let wide = shape.widened else { preconditionFailure("no lanes twice as wide") }
    let part = builder.shuffle(vector, vector.type.poison, half.lanes(of: shape.laneCount), "half")
    return extend(part, to: wide.type(types), sign)
  }

  func extend(_ vector: LLVMValue, to type: LLVMType, _ sign: Signedness) -> LLVMValue {
    builder.cast(sign.widening, vector, to: type)
  }

  mutating func lowerExtend(
    _ shape: VectorShape, _ half: VectorHalf, _ sign: Signedness
  ) {
    pushVector(extendHalf(popVector(shape), shape, half, sign))
  }

  mutating func lowerExtendAddPairs(_ shape: VectorShape, _ sign: Signedness) {
    let a = popVector(shape)
    let lane = shape == .i8x16 ? types.i16 : types.i32
    pushVector(addPairs(extend(a, to: lane.vector(shape.laneCount), sign), "pairs"))
  }

  private mutating func lowerConvert(_ operation: CastOperation) {
    let a = popVector(.i32x4)
    pushVector(builder.cast(operation, a, to: VectorShape.f32x4.type(types)))
  }

  private mutating func lowerConvertLow(_ operation: CastOperation) {
    let a = popVector(.i32x4)
    let low = builder.shuffle(a, a.type.poison, [0, 1], "low")
    pushVector(builder.cast(operation, low, to: VectorShape.f64x2.type(types)))
  }

  private mutating func lowerPromoteLow() {
    let a = popVector(.f32x4)
    let low = builder.shuffle(a, a.type.poison, [0, 1], "low")
    pushVector(oneNaN(builder.cast(.floatExtend, low, to: VectorShape.f64x2.type(types))))
  }

  private mutating func lowerDemoteZero() {
    let demoted = oneNaN(
      builder.cast(.floatTruncate, popVector(.f64x2), to: types.float.vector(2)))
    pushVector(builder.shuffle(demoted, demoted.type.null, [0, 1, 2, 3], "zero"))
  }

  private func truncateSaturating(
    _ a: LLVMValue, to type: LLVMType, _ sign: Signedness
  ) -> LLVMValue {
    callVector(sign.saturatingTruncation, [type, a.type], [a], returning: type)
  }

  mutating func lowerTruncSat(_ sign: Signedness) {
    let a = popVector(.f32x4)
    pushVector(truncateSaturating(a, to: VectorShape.i32x4.type(types), sign))
  }

  mutating func lowerTruncSatZero(_ sign: Signedness) {
    let a = popVector(.f64x2)
    let low = truncateSaturating(a, to: types.i32.vector(2), sign)
    pushVector(builder.shuffle(low, low.type.null, [0, 1, 2, 3], "zero"))
  }

  /// Two vectors of signed lanes become one of lanes half as wide, saturated. Stack: [a, b] → [v128].
  mutating func lowerNarrow(_ shape: VectorShape, _ sign: Signedness) {
    let bits = Int64(shape.laneBits / 2)
    let lowest: Int64
    let highest: Int64
    switch sign {
    case .signed: (lowest, highest) = (-1 << (bits - 1), 1 << (bits - 1) - 1)
    case .unsigned: (lowest, highest) = (0, 1 << bits - 1)
    }
    let b = popVector(shape)
    let a = popVector(shape)
    let lanes = builder.shuffle(a, b, Array(0..<shape.laneCount * 2), "lanes")
    let lane = shape.lane(types)
    func all(_ value: Int64) -> LLVMValue {
      let constant = lane.constant(UInt64(bitPattern: value))
      return .vector(Array(repeating: constant, count: Int(shape.laneCount) * 2))
    }
    let raised = callVector("llvm.smax", [lanes.type], [lanes, all(lowest)])
    let clamped = callVector("llvm.smin", [lanes.type], [raised, all(highest)])
    let narrow: VectorShape = shape == .i16x8 ? .i8x16 : .i16x8
    pushVector(builder.truncate(clamped, to: narrow.type(types), "narrow"))
  }
}
