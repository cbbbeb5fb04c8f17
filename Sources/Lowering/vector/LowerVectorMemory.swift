// Loads and stores of vectors and of their lanes. Spec: 4.4.7 Memory Instructions.
//
// Each access has exactly the width that the instruction names; LowerMemory forms its address.
import LLVMKit
import WasmModule

extension FunctionLowering {
  mutating func lowerVectorMemory(_ instruction: Instruction) {
    switch instruction.opcode {
    case .v128Load: lowerLoad(instruction, context.valueTypes.v128, bytes: 16)
    case .v128Store: lowerStore(instruction, bytes: 16)
    case .v128Load8x8S: loadExtended(instruction, .i8x16, .signed)
    case .v128Load8x8U: loadExtended(instruction, .i8x16, .unsigned)
    case .v128Load16x4S: loadExtended(instruction, .i16x8, .signed)
    case .v128Load16x4U: loadExtended(instruction, .i16x8, .unsigned)
    case .v128Load32x2S: loadExtended(instruction, .i32x4, .signed)
    case .v128Load32x2U: loadExtended(instruction, .i32x4, .unsigned)
    case .v128Load8Splat: loadSplat(instruction, .i8x16)
    case .v128Load16Splat: loadSplat(instruction, .i16x8)
    case .v128Load32Splat: loadSplat(instruction, .i32x4)
    case .v128Load64Splat: loadSplat(instruction, .i64x2)
    case .v128Load32Zero: loadZero(instruction, .i32x4)
    case .v128Load64Zero: loadZero(instruction, .i64x2)
    case .v128Load8Lane: loadLane(instruction, .i8x16)
    case .v128Load16Lane: loadLane(instruction, .i16x8)
    case .v128Load32Lane: loadLane(instruction, .i32x4)
    case .v128Load64Lane: loadLane(instruction, .i64x2)
    case .v128Store8Lane: storeLane(instruction, .i8x16)
    case .v128Store16Lane: storeLane(instruction, .i16x8)
    case .v128Store32Lane: storeLane(instruction, .i32x4)
    case .v128Store64Lane: storeLane(instruction, .i64x2)
    default: notOfFamily(instruction)
    }
  }

  /// Half as many bytes as a vector, each lane widened to twice its width. Stack: [address] → [v128].
  private mutating func loadExtended(
    _ instruction: Instruction, _ shape: VectorShape, _ sign: Signedness
  ) {
    guard let wide = shape.widened else { preconditionFailure("no lanes twice as wide") }
    let pointer = popGuestPointer(instruction, bytes: 8)
    let narrow = shape.lane(types).vector(shape.laneCount / 2)
    let lanes = loadGuest(narrow, pointer, instruction, bytes: 8)
    pushVector(extend(lanes, to: wide.type(types), sign))
  }

  private mutating func loadOneLane(_ instruction: Instruction, _ shape: VectorShape) -> LLVMValue {
    let bytes = shape.laneBits / 8
    let pointer = popGuestPointer(instruction, bytes: bytes)
    return loadGuest(shape.lane(types), pointer, instruction, bytes: bytes)
  }

  private mutating func loadSplat(_ instruction: Instruction, _ shape: VectorShape) {
    pushVector(splat(loadOneLane(instruction, shape), shape))
  }

  private mutating func loadZero(_ instruction: Instruction, _ shape: VectorShape) {
    let lane = loadOneLane(instruction, shape)
    pushVector(builder.insertLane(shape.type(types).null, lane, types.i32.constant(0)))
  }

  /// Stack: [address, v128] → [v128].
  private mutating func loadLane(_ instruction: Instruction, _ shape: VectorShape) {
    let vector = popVector(shape)
    let lane = loadOneLane(instruction, shape)
    let index = types.i32.constant(UInt64(instruction.lane))
    pushVector(builder.insertLane(vector, lane, index))
  }

  /// Stack: [address, v128] → [].
  private mutating func storeLane(_ instruction: Instruction, _ shape: VectorShape) {
    let vector = popVector(shape)
    let pointer = popGuestPointer(instruction, bytes: shape.laneBits / 8)
    let lane = builder.extractLane(vector, types.i32.constant(UInt64(instruction.lane)), "lane")
    storeGuest(lane, pointer, instruction)
  }
}
