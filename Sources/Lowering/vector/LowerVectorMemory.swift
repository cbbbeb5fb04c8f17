// Loads and stores of vectors and of their lanes. Spec: Execution, Memory Instructions.
//
// Each access has exactly the width that the instruction names; LowerMemory forms its address.
import LLVMKit
import WasmModule

extension FunctionLowering {
  mutating func lowerVectorAccess(_ access: VectorAccess, _ instruction: Instruction) {
    switch access {
    case .load: lowerLoad(instruction, context.valueTypes.v128, bytes: 16)
    case .store: lowerStore(instruction, .whole)
    case .loadExtended(let shape, let sign): loadExtended(instruction, shape, sign)
    case .loadSplat(let shape): loadSplat(instruction, shape)
    case .loadZero(let shape): loadZero(instruction, shape)
    case .loadLane(let shape): loadLane(instruction, shape)
    case .storeLane(let shape): storeLane(instruction, shape)
    }
  }

  /// Loads half as many bytes as a vector has, and widens each lane to twice its width. Stack: [address] → [v128].
  private mutating func loadExtended(
    _ instruction: Instruction, _ shape: VectorShape, _ sign: Signedness
  ) {
    guard let wide = shape.widened else { preconditionFailure("no lanes twice as wide") }
    let pointer = popGuestPointer(instruction, bytes: 8)
    let narrow = shape.lane(types).vector(shape.laneCount / 2)
    let lanes = loadGuest(narrow, pointer, instruction)
    pushVector(extend(lanes, to: wide.type(types), sign))
  }

  private mutating func loadOneLane(_ instruction: Instruction, _ shape: VectorShape) -> LLVMValue {
    let bytes = shape.laneBits / 8
    let pointer = popGuestPointer(instruction, bytes: bytes)
    return loadGuest(shape.lane(types), pointer, instruction)
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
