// memory.copy, fill, init and data.drop. Spec: Execution, Memory Instructions.
//
// All bounds are checked before anything is written, so a trap leaves memory as it was.
import CGuestIR
import LLVMKit
import WasmModule

extension FunctionLowering {
  /// Traps unless start + count <= size, computed without wrapping.
  private mutating func checkRange(_ memory: MemoryIndex, start: LLVMValue, count: LLVMValue) {
    let size = memoryBytes(memory)
    if isBeyondAnyMemory(start) || isBeyondAnyMemory(count) {
      trap(if: types.i1.constant(1), .memoryOutOfBounds)
      return
    }
    let isTooLong = builder.compare(.unsignedGreater, count, size)
    let isBeyond = builder.compare(.unsignedGreater, start, builder.sub(size, count, "last"))
    trap(if: builder.or(isTooLong, isBeyond, "oob"), .memoryOutOfBounds)
  }

  /// Stack: [destination, source, count] → []. The ranges may overlap. Traps: out of bounds memory access.
  mutating func lowerMemoryCopy(_ instruction: Instruction) {
    let to = instruction.memoryIndex
    let from = instruction.memoryIndex2
    // The count has the narrower of the two index types.
    let isWide = [to, from].allSatisfy { context.module.memories[$0].type.is64 }
    let count = isWide ? pop() : builder.zeroExtend(pop(), to: types.i64, "count")
    let source = popAddress(from)
    let destination = popAddress(to)
    checkRange(from, start: source, count: count)
    checkRange(to, start: destination, count: count)
    let move = builder.moveMemory(
      to: builder.offset(memoryBase(to), destination, "to"),
      from: builder.offset(memoryBase(from), source, "from"), bytes: count)
    if to == from { move.setMetadata(metadata.tbaa, metadata.guestMemory[to.int]) }
  }

  /// Stack: [destination, byte, count] → []. Traps: out of bounds memory access.
  mutating func lowerMemoryFill(_ instruction: Instruction) {
    let memory = instruction.memoryIndex
    let count = popAddress(memory)
    let byte = builder.truncate(pop(), to: types.i8, "byte")
    let destination = popAddress(memory)
    checkRange(memory, start: destination, count: count)
    builder.setMemory(
      builder.offset(memoryBase(memory), destination, "to"), byte: byte, bytes: count
    ).setMetadata(metadata.tbaa, metadata.guestMemory[memory.int])
  }

  /// Stack: [destination, source, count] → []. Traps: out of bounds memory access.
  mutating func lowerMemoryInit(_ instruction: Instruction) {
    let memory = instruction.memoryIndex2
    let count = builder.zeroExtend(pop(), to: types.i64, "count")
    let source = builder.zeroExtend(pop(), to: types.i64, "source")
    let destination = popAddress(memory)
    let status = memoryInit(
      memory, data: instruction.dataIndex, destination: destination, source: source, count: count)
    trap(if: builder.compare(.notEqual, status, types.i32.constant(0)), .memoryOutOfBounds)
  }

  mutating func memoryInit(
    _ memory: MemoryIndex, data: DataIndex, destination: LLVMValue, source: LLVMValue,
    count: LLVMValue
  ) -> LLVMValue {
    callBuiltin(
      SWASM_IR_MEMORY_INIT,
      [
        instance, memoryStruct(memory), types.i32.constant(UInt64(data.raw)), destination, source,
        count,
      ], returning: types.i32, "status")
  }

  /// Stack: [] → [].
  mutating func lowerDataDrop(_ data: DataIndex) {
    drop(at: UInt64(context.module.elements.count) + UInt64(data.raw))
  }

  mutating func drop(at position: UInt64) {
    let flag = instanceField(context.layout.dropped + position, "dropped")
    builder.store(types.i8.constant(1), flag, alignment: 1)
      .setMetadata(metadata.tbaa, metadata.instance)
  }
}
