// Canonical definitions: functions that cross between core modules and components, and built-in functions.
// Spec: Binary.md, Canonical Definitions; CanonicalABI.md, Canonical Definitions.

import WasmModule

/// A canonical definition as the file writes it.
public enum CanonicalFunction: Sendable {
  case lift(CoreFunctionIndex, options: [CanonicalOption], type: ComponentTypeIndex)
  case lower(ComponentFunctionIndex, options: [CanonicalOption])
  case resourceNew(ComponentTypeIndex)
  case resourceDrop(ComponentTypeIndex)
  case resourceRep(ComponentTypeIndex)
  case asynchronous(AsynchronousBuiltin)
}

/// A built-in function of the asynchronous part of the component model.
public enum AsynchronousBuiltin: Sendable {
  case backpressureIncrement, backpressureDecrement
  case taskReturn(ValueTypeReference?, options: [CanonicalOption])
  case taskCancel
  case contextGet(ValueType, index: UInt32)
  case contextSet(ValueType, index: UInt32)
  case subtaskCancel(isAsync: Bool)
  case subtaskDrop
  case streamNew(ComponentTypeIndex)
  case streamRead(ComponentTypeIndex, options: [CanonicalOption])
  case streamWrite(ComponentTypeIndex, options: [CanonicalOption])
  case streamCancelRead(ComponentTypeIndex, isAsync: Bool)
  case streamCancelWrite(ComponentTypeIndex, isAsync: Bool)
  case streamDropReadable(ComponentTypeIndex)
  case streamDropWritable(ComponentTypeIndex)
  case futureNew(ComponentTypeIndex)
  case futureRead(ComponentTypeIndex, options: [CanonicalOption])
  case futureWrite(ComponentTypeIndex, options: [CanonicalOption])
  case futureCancelRead(ComponentTypeIndex, isAsync: Bool)
  case futureCancelWrite(ComponentTypeIndex, isAsync: Bool)
  case futureDropReadable(ComponentTypeIndex)
  case futureDropWritable(ComponentTypeIndex)
  case errorContextNew(options: [CanonicalOption])
  case errorContextDebugMessage(options: [CanonicalOption])
  case errorContextDrop
  case waitableSetNew
  case waitableSetWait(isCancellable: Bool, CoreMemoryIndex)
  case waitableSetPoll(isCancellable: Bool, CoreMemoryIndex)
  case waitableSetDrop
  case waitableJoin
  case threadYield(isCancellable: Bool)
  case threadIndex
  case threadNewIndirect(CoreTypeIndex, CoreTableIndex)
  case threadResumeLater
  case threadSuspend(isCancellable: Bool)
  case threadSuspendThenResume(isCancellable: Bool)
  case threadYieldThenResume(isCancellable: Bool)
  case threadSuspendThenPromote(isCancellable: Bool)
  case threadYieldThenPromote(isCancellable: Bool)
}

/// How strings lie in a core module's memory.
public enum StringEncoding: UInt8, Sendable, Hashable {
  case utf8 = 0
  case utf16 = 1
  case latin1OrUTF16 = 2
}

extension StringEncoding: CustomStringConvertible {
  public var description: String {
    switch self {
    case .utf8: "utf8"
    case .utf16: "utf16"
    case .latin1OrUTF16: "latin1+utf16"
    }
  }
}

/// An option of a canonical definition (`canonopt`).
public enum CanonicalOption: Sendable, Hashable {
  case stringEncoding(StringEncoding)
  case memory(CoreMemoryIndex)
  case realloc(CoreFunctionIndex)
  case postReturn(CoreFunctionIndex)
  case async
  case callback(CoreFunctionIndex)
}
