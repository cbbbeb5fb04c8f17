// Loads, stores, memory.size and memory.grow. No other file of the lowering forms guest addresses.
// Spec: Execution, Memory Instructions.
//
// The effective address is zext(index) + offset in 64 bits. With guard pages, the reservation covers all addresses that
// 33 bits can reach, and a fault there is the trap. Otherwise, and always for 64-bit memories and small pages, the end
// of the access is compared with the size first.
import CGuestIR
import LLVMKit
import WasmModule
import WasmProgram

extension FunctionLowering {
  func isGuarded(_ memory: MemoryIndex) -> Bool {
    context.isGuarded(context.module.memories[memory].type)
  }

  /// Pops an address and returns the pointer for the access. Checks the bounds first if that is needed.
  /// Traps: out of bounds memory access.
  mutating func popGuestPointer(_ instruction: Instruction, bytes: UInt64) -> LLVMValue {
    let index = popAddress(instruction.memoryIndex)
    return guestPointer(
      instruction.memoryIndex, index: index, offset: instruction.memoryOffset, bytes: bytes)
  }

  /// An address or length of a memory, widened to 64 bits.
  mutating func popAddress(_ memory: MemoryIndex) -> LLVMValue {
    let value = pop()
    if context.module.memories[memory].type.is64 { return value }
    return builder.zeroExtend(value, to: types.i64, "addr")
  }

  mutating func guestPointer(
    _ memory: MemoryIndex, index: LLVMValue, offset: UInt64, bytes: UInt64
  ) -> LLVMValue {
    markLocation()
    if !isGuarded(memory) { checkBounds(memory, index: index, offset: offset, bytes: bytes) }
    let base = memoryBase(memory)
    let pointer = builder.offset(base, index, "ptr")
    if offset == 0 { return pointer }
    return builder.offset(pointer, types.i64.constant(offset), "ptr")
  }

  /// Traps unless index + offset + bytes <= size, computed without wrapping.
  private mutating func checkBounds(
    _ memory: MemoryIndex, index: LLVMValue, offset: UInt64, bytes: UInt64
  ) {
    let (end, overflows) = offset.addingReportingOverflow(bytes)
    let size = memoryBytes(memory)
    if overflows || end > ABI.memoryMaximumBytes || isBeyondAnyMemory(index) {
      trap(if: types.i1.constant(1), .memoryOutOfBounds)
      return
    }
    let isTooSmall = builder.compare(.unsignedLess, size, types.i64.constant(end))
    let last = builder.sub(size, types.i64.constant(end), "last")
    let isBeyond = builder.compare(.unsignedGreater, index, last)
    trap(if: builder.or(isTooSmall, isBeyond, "oob"), .memoryOutOfBounds)
  }

  /// Whether an address or a length is a constant that no memory reaches. Then the access always traps, and its
  /// condition is a constant, which the isolation check understands.
  func isBeyondAnyMemory(_ value: LLVMValue) -> Bool {
    value.constantBits.map { $0 > ABI.memoryMaximumBytes } ?? false
  }

  func accessBytes(_ instruction: Instruction) -> UInt64 {
    1 << UInt64(instruction.opcode.info.accessLog2)
  }

  /// Stack: [address] → [value].
  mutating func lowerLoad(
    _ instruction: Instruction, _ type: NumberType, _ width: AccessWidth, _ sign: Signedness
  ) {
    let bytes = accessBytes(instruction)
    let value = type.type(types)
    guard let narrow = width.narrow(types) else {
      return lowerLoad(instruction, value, bytes: bytes)
    }
    let pointer = popGuestPointer(instruction, bytes: bytes)
    let load = loadGuest(narrow, pointer, instruction)
    push(builder.cast(sign.widening, load, to: value))
  }

  /// Loads a value at its full width. Stack: [address] → [value].
  mutating func lowerLoad(_ instruction: Instruction, _ type: LLVMType, bytes: UInt64) {
    let pointer = popGuestPointer(instruction, bytes: bytes)
    push(loadGuest(type, pointer, instruction))
  }

  mutating func loadGuest(
    _ type: LLVMType, _ pointer: LLVMValue, _ instruction: Instruction
  ) -> LLVMValue {
    // The alignment that the instruction states is a hint that may be wrong.
    let load = builder.load(type, pointer, alignment: 1, "value")
    load.setMetadata(metadata.tbaa, metadata.guestMemory[instruction.memoryIndex.int])
    return load
  }

  /// Stack: [address, value] → [].
  mutating func lowerStore(_ instruction: Instruction, _ width: AccessWidth) {
    let value = pop()
    let pointer = popGuestPointer(instruction, bytes: accessBytes(instruction))
    let narrow = width.narrow(types)
    storeGuest(narrow.map { builder.truncate(value, to: $0) } ?? value, pointer, instruction)
  }

  func storeGuest(_ value: LLVMValue, _ pointer: LLVMValue, _ instruction: Instruction) {
    let store = builder.store(value, pointer, alignment: 1)
    store.setMetadata(metadata.tbaa, metadata.guestMemory[instruction.memoryIndex.int])
  }

  /// Stack: [] → [pages].
  mutating func lowerMemorySize(_ instruction: Instruction) {
    let type = context.module.memories[instruction.memoryIndex].type
    let bytes = memoryBytes(instruction.memoryIndex)
    let pages = builder.shiftRight(bytes, types.i64.constant(UInt64(type.pageLog2)), "pages")
    push(type.is64 ? pages : builder.truncate(pages, to: types.i32))
  }

  /// Stack: [delta pages] → [previous pages, or -1]. Never traps.
  mutating func lowerMemoryGrow(_ instruction: Instruction) {
    let delta = popAddress(instruction.memoryIndex)
    let memory = memoryStruct(instruction.memoryIndex)
    let previous = callBuiltin(
      SWASM_IR_MEMORY_GROW, [memory, delta], returning: types.i64, "pages")
    let is64 = context.module.memories[instruction.memoryIndex].type.is64
    push(is64 ? previous : builder.truncate(previous, to: types.i32))
  }
}

extension InstanceLowering {
  /// Whether the memory's reservation makes checks unnecessary.
  func isGuarded(_ type: MemoryType) -> Bool {
    options.boundsChecks == .guardPages && !type.is64 && type.pageLog2 == 16
  }

  var allMemoriesAreGuarded: Bool { module.memories.allSatisfy { isGuarded($0.type) } }

  /// The names of the memories' TBAA types, which tell LLVM that two memories do not overlap. The memories that a host
  /// provides share a name, because a host may provide one memory twice.
  static func aliasNames(_ program: Program, _ instance: InstanceIndex) -> [String] {
    program[instance].module.memories.indices.map { index in
      let origin = program.origin(Item(instance, index))
      if program[origin.instance].module.memories.isImported(origin.index) {
        return SWASM_IR_IMPORTED_MEMORY
      }
      let name = SWASM_IR_MEMORY + "\(origin.index)"
      return origin.instance.int == 0 ? name : "\(name) of \(origin.instance)"
    }
  }
}
