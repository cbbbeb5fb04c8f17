// Vector instructions that change the width or the kind of lanes. Spec: 4.3.6.
import LLVMKit
import WasmModule

extension FunctionLowering {
  mutating func lowerVectorConversion(_ instruction: Instruction) {
    switch instruction.opcode {
    case .f32x4ConvertI32x4S: vectorCast(.signedToFloat, .i32x4, .f32x4)
    case .f32x4ConvertI32x4U: vectorCast(.unsignedToFloat, .i32x4, .f32x4)
    case .f64x2ConvertLowI32x4S: lowerConvertLow(.signedToFloat)
    case .f64x2ConvertLowI32x4U: lowerConvertLow(.unsignedToFloat)
    case .f64x2PromoteLowF32x4: lowerPromoteLow()
    case .f32x4DemoteF64x2Zero: lowerDemoteZero()
    case .i32x4TruncSatF32x4S: lowerTruncSat("llvm.fptosi.sat")
    case .i32x4TruncSatF32x4U: lowerTruncSat("llvm.fptoui.sat")
    case .i32x4TruncSatF64x2SZero: lowerTruncSatZero("llvm.fptosi.sat")
    case .i32x4TruncSatF64x2UZero: lowerTruncSatZero("llvm.fptoui.sat")
    case .i16x8ExtendLowI8x16S: lowerExtend(.i8x16, .low, .signed)
    case .i16x8ExtendHighI8x16S: lowerExtend(.i8x16, .high, .signed)
    case .i16x8ExtendLowI8x16U: lowerExtend(.i8x16, .low, .unsigned)
    case .i16x8ExtendHighI8x16U: lowerExtend(.i8x16, .high, .unsigned)
    case .i32x4ExtendLowI16x8S: lowerExtend(.i16x8, .low, .signed)
    case .i32x4ExtendHighI16x8S: lowerExtend(.i16x8, .high, .signed)
    case .i32x4ExtendLowI16x8U: lowerExtend(.i16x8, .low, .unsigned)
    case .i32x4ExtendHighI16x8U: lowerExtend(.i16x8, .high, .unsigned)
    case .i64x2ExtendLowI32x4S: lowerExtend(.i32x4, .low, .signed)
    case .i64x2ExtendHighI32x4S: lowerExtend(.i32x4, .high, .signed)
    case .i64x2ExtendLowI32x4U: lowerExtend(.i32x4, .low, .unsigned)
    case .i64x2ExtendHighI32x4U: lowerExtend(.i32x4, .high, .unsigned)
    case .i16x8ExtaddPairwiseI8x16S: lowerExtendAddPairs(.i8x16, .signed)
    case .i16x8ExtaddPairwiseI8x16U: lowerExtendAddPairs(.i8x16, .unsigned)
    case .i32x4ExtaddPairwiseI16x8S: lowerExtendAddPairs(.i16x8, .signed)
    case .i32x4ExtaddPairwiseI16x8U: lowerExtendAddPairs(.i16x8, .unsigned)
    default: lowerVectorNarrow(instruction)
    }
  }

  /// Two vectors of signed lanes become one of lanes half as wide, saturated. Stack: [a, b] → [v128].
  mutating func lowerVectorNarrow(_ instruction: Instruction) {
    switch instruction.opcode {
    case .i8x16NarrowI16x8S: lowerNarrow(.i16x8, lowest: -0x80, highest: 0x7f)
    case .i8x16NarrowI16x8U: lowerNarrow(.i16x8, lowest: 0, highest: 0xff)
    case .i16x8NarrowI32x4S: lowerNarrow(.i32x4, lowest: -0x8000, highest: 0x7fff)
    case .i16x8NarrowI32x4U: lowerNarrow(.i32x4, lowest: 0, highest: 0xffff)
    default: notOfFamily(instruction)
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
    switch sign {
    case .signed: builder.signExtend(vector, to: type)
    case .unsigned: builder.zeroExtend(vector, to: type)
    }
  }

  private mutating func lowerExtend(
    _ shape: VectorShape, _ half: VectorHalf, _ sign: Signedness
  ) {
    pushVector(extendHalf(popVector(shape), shape, half, sign))
  }

  private mutating func lowerExtendAddPairs(_ shape: VectorShape, _ sign: Signedness) {
    let a = popVector(shape)
    let lane = shape == .i8x16 ? types.i16 : types.i32
    pushVector(addPairs(extend(a, to: lane.vector(shape.laneCount), sign), "pairs"))
  }

  private mutating func vectorCast(
    _ operation: CastOperation, _ from: VectorShape, _ to: VectorShape
  ) {
    let a = popVector(from)
    pushVector(builder.cast(operation, a, to: to.type(types)))
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

  private func truncateSaturating(_ name: String, _ a: LLVMValue, to type: LLVMType) -> LLVMValue {
    callVector(name, [type, a.type], [a], returning: type)
  }

  mutating func lowerTruncSat(_ name: String) {
    let a = popVector(.f32x4)
    pushVector(truncateSaturating(name, a, to: VectorShape.i32x4.type(types)))
  }

  mutating func lowerTruncSatZero(_ name: String) {
    let a = popVector(.f64x2)
    let low = truncateSaturating(name, a, to: types.i32.vector(2))
    pushVector(builder.shuffle(low, low.type.null, [0, 1, 2, 3], "zero"))
  }

  private mutating func lowerNarrow(_ shape: VectorShape, lowest: Int64, highest: Int64) {
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
