// Atomic accesses, on shared and on unshared memories. Threads proposal: Atomic Memory Instructions.
//
// An address that is not a multiple of the access's width traps before its bounds are checked. Narrow accesses
// zero-extend. For wait and notify, an access here first shows that the address is good. Then the runtime waits or
// wakes (swasm_memory_wait, swasm_memory_notify).
import CGuestIR
import LLVMKit
import WasmModule

extension FunctionLowering {
  mutating func lowerAtomic(_ operation: AtomicOperation, _ instruction: Instruction) {
    switch operation {
    case .notify: lowerNotify(instruction)
    case .wait(let type): lowerWait(instruction, type.type(types))
    case .load(let type, _): lowerAtomicLoad(instruction, type.type(types))
    case .store: lowerAtomicStore(instruction)
    case .rmw(let modification, _, _): lowerReadModifyWrite(instruction, modification.update)
    case .cmpxchg: lowerCompareExchange(instruction)
    }
  }

  private func accessType(_ instruction: Instruction) -> LLVMType {
    types.integer(UInt32(accessBytes(instruction)) * 8)
  }

  /// Pops the address. Traps: unaligned atomic, out of bounds memory access.
  private mutating func popAtomicPointer(_ instruction: Instruction) -> LLVMValue {
    let bytes = accessBytes(instruction)
    let index = popAddress(instruction.memoryIndex)
    if bytes > 1 {
      let effective = builder.add(index, types.i64.constant(instruction.memoryOffset))
      let low = builder.and(effective, types.i64.constant(bytes - 1))
      trap(
        if: builder.compare(.notEqual, low, types.i64.constant(0), "unaligned"), .unalignedAtomic)
    }
    return guestPointer(
      instruction.memoryIndex, index: index, offset: instruction.memoryOffset, bytes: bytes)
  }

  private func narrowed(_ value: LLVMValue, to type: LLVMType) -> LLVMValue {
    value.type == type ? value : builder.truncate(value, to: type)
  }

  private mutating func pushWidened(_ value: LLVMValue, to type: LLVMType) {
    push(value.type == type ? value : builder.zeroExtend(value, to: type))
  }

  /// Stack: [address] → [value].
  private mutating func lowerAtomicLoad(_ instruction: Instruction, _ type: LLVMType) {
    let pointer = popAtomicPointer(instruction)
    let alignment = UInt32(accessBytes(instruction))
    let value = builder.atomicLoad(accessType(instruction), pointer, alignment: alignment, "value")
    pushWidened(value, to: type)
  }

  /// Stack: [address, value] → [].
  private mutating func lowerAtomicStore(_ instruction: Instruction) {
    let value = narrowed(pop(), to: accessType(instruction))
    let pointer = popAtomicPointer(instruction)
    builder.atomicStore(value, pointer, alignment: UInt32(accessBytes(instruction)))
  }

  /// Stack: [address, operand] → [previous value].
  private mutating func lowerReadModifyWrite(_ instruction: Instruction, _ update: AtomicUpdate) {
    let operand = pop()
    let pointer = popAtomicPointer(instruction)
    let value = narrowed(operand, to: accessType(instruction))
    let alignment = UInt32(accessBytes(instruction))
    pushWidened(
      builder.atomicUpdate(update, pointer, value, alignment: alignment), to: operand.type)
  }

  /// Stack: [address, expected, replacement] → [previous value]. A narrow access uses only the low bits
  /// of `expected`.
  private mutating func lowerCompareExchange(_ instruction: Instruction) {
    let access = accessType(instruction)
    let replacement = pop()
    let expected = narrowed(pop(), to: access)
    let pointer = popAtomicPointer(instruction)
    let pair = builder.atomicCompareExchange(
      pointer, expected: expected, replacement: narrowed(replacement, to: access),
      alignment: UInt32(accessBytes(instruction)))
    pushWidened(builder.extract(pair, 0, "previous"), to: replacement.type)
  }

  /// Stack: [address, expected, timeout in ns] → [0 woken, 1 not equal, 2 timed out].
  /// Traps: expected shared memory, if the memory is not shared.
  private mutating func lowerWait(_ instruction: Instruction, _ type: LLVMType) {
    let timeout = pop()
    let expected = pop()
    let pointer = popAtomicPointer(instruction)
    let bytes = accessBytes(instruction)
    _ = builder.atomicLoad(type, pointer, alignment: UInt32(bytes), "present")
    guard context.module.memories[instruction.memoryIndex].type.isShared else {
      return trap(if: types.i1.constant(1), then: .expectedSharedMemory, leaving: types.i32.null)
    }
    let wide = builder.zeroExtendOrSame(expected, to: types.i64)
    push(
      callBuiltin(
        SWASM_IR_MEMORY_WAIT, [pointer, wide, types.i32.constant(bytes), timeout],
        returning: types.i32, "woken"))
  }

  /// Stack: [address, count] → [number woken; 0 if the memory is not shared].
  private mutating func lowerNotify(_ instruction: Instruction) {
    let count = pop()
    let pointer = popAtomicPointer(instruction)
    _ = builder.atomicLoad(types.i32, pointer, alignment: 4, "present")
    guard context.module.memories[instruction.memoryIndex].type.isShared else {
      return push(types.i32.null)
    }
    push(callBuiltin(SWASM_IR_MEMORY_NOTIFY, [pointer, count], returning: types.i32, "woken"))
  }

  private mutating func trap(if condition: LLVMValue, then code: TrapCode, leaving value: LLVMValue)
  {
    trap(if: condition, code)
    push(value)
  }
}

extension LLVMBuilder {
  func zeroExtendOrSame(_ value: LLVMValue, to type: LLVMType) -> LLVMValue {
    value.type == type ? value : zeroExtend(value, to: type)
  }
}

extension AtomicModification {
  fileprivate var update: AtomicUpdate {
    switch self {
    case .add: .add
    case .sub: .subtract
    case .and: .and
    case .or: .or
    case .xor: .xor
    case .xchg: .exchange
    }
  }
}
