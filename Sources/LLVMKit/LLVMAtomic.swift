// Atomic accesses, all sequentially consistent, and fences.
import CLLVM

/// What an atomic access does with the value in memory and its operand.
public enum AtomicUpdate: Sendable {
  case add, subtract, and, or, xor, exchange

  var raw: LLVMAtomicRMWBinOp {
    switch self {
    case .add: LLVMAtomicRMWBinOpAdd
    case .subtract: LLVMAtomicRMWBinOpSub
    case .and: LLVMAtomicRMWBinOpAnd
    case .or: LLVMAtomicRMWBinOpOr
    case .xor: LLVMAtomicRMWBinOpXor
    case .exchange: LLVMAtomicRMWBinOpXchg
    }
  }
}

extension LLVMBuilder {
  public func atomicLoad(
    _ type: LLVMType, _ pointer: LLVMValue, alignment: UInt32, _ name: LLVMName = ""
  ) -> LLVMValue {
    let value = load(type, pointer, alignment: alignment, name)
    LLVMSetOrdering(value.handle, LLVMAtomicOrderingSequentiallyConsistent)
    return value
  }
  @discardableResult
  public func atomicStore(_ value: LLVMValue, _ pointer: LLVMValue, alignment: UInt32) -> LLVMValue
  {
    let instruction = store(value, pointer, alignment: alignment)
    LLVMSetOrdering(instruction.handle, LLVMAtomicOrderingSequentiallyConsistent)
    return instruction
  }
  /// Updates memory atomically. Returns the value before the update.
  public func atomicUpdate(
    _ update: AtomicUpdate, _ pointer: LLVMValue, _ value: LLVMValue, alignment: UInt32
  ) -> LLVMValue {
    let order = LLVMAtomicOrderingSequentiallyConsistent
    let instruction = LLVMBuildAtomicRMW(
      handle, update.raw, pointer.handle, value.handle, order, 0)!
    LLVMSetAlignment(instruction, alignment)
    return LLVMValue(instruction)
  }
  /// Returns a structure: the value before, and whether it was replaced.
  public func atomicCompareExchange(
    _ pointer: LLVMValue, expected: LLVMValue, replacement: LLVMValue, alignment: UInt32
  ) -> LLVMValue {
    let order = LLVMAtomicOrderingSequentiallyConsistent
    let instruction = LLVMBuildAtomicCmpXchg(
      handle, pointer.handle, expected.handle, replacement.handle, order, order, 0)!
    LLVMSetAlignment(instruction, alignment)
    return LLVMValue(instruction)
  }
  /// Makes LLVM complete all earlier stores before this point. It is no machine instruction.
  public func compilerFence() {
    LLVMBuildFence(handle, LLVMAtomicOrderingRelease, 1, "")
  }

  /// Orders all accesses before this point and all after it, also for other threads.
  public func atomicFence() {
    LLVMBuildFence(handle, LLVMAtomicOrderingSequentiallyConsistent, 0, "")
  }
}
