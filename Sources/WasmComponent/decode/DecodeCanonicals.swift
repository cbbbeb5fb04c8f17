// Section 8: canonical definitions. Spec: Binary.md, Canonical Definitions.

import WasmModule

extension ByteCursor {
  mutating func canonicalFunction() throws(WasmError) -> CanonicalFunction {
    let offset = position
    let code = try byte()
    switch code {
    case 0x00:
      try functionSort("canon lift")
      let function = CoreFunctionIndex(try u32())
      let options = try canonicalOptions()
      return .lift(function, options: options, type: ComponentTypeIndex(try u32()))
    case 0x01:
      try functionSort("canon lower")
      let function = ComponentFunctionIndex(try u32())
      return .lower(function, options: try canonicalOptions())
    case 0x02: return .resourceNew(try typeIndex())
    case 0x03: return .resourceDrop(try typeIndex())
    case 0x04: return .resourceRep(try typeIndex())
    case 0x40: throw .unsupportedComponent("uses the built-in thread.spawn-ref", at: offset)
    case 0x41: throw .unsupportedComponent("uses the built-in thread.spawn-indirect", at: offset)
    case 0x42:
      throw .unsupportedComponent("uses the built-in thread.available-parallelism", at: offset)
    default: break
    }
    if let builtin = try taskBuiltin(code) { return .asynchronous(builtin) }
    if let builtin = try streamBuiltin(code) { return .asynchronous(builtin) }
    if let builtin = try futureBuiltin(code) { return .asynchronous(builtin) }
    if let builtin = try waitBuiltin(code) { return .asynchronous(builtin) }
    if let builtin = try threadBuiltin(code) { return .asynchronous(builtin) }
    throw .unknownByte(code, for: "a canonical function", at: offset)
  }

  private mutating func functionSort(_ what: String) throws(WasmError) {
    let offset = position
    let sort = try byte()
    guard sort == 0 else { throw .unknownByte(sort, for: what, at: offset) }
  }

  private mutating func typeIndex() throws(WasmError) -> ComponentTypeIndex {
    ComponentTypeIndex(try u32())
  }

  private mutating func taskBuiltin(_ code: UInt8) throws(WasmError) -> AsynchronousBuiltin? {
    switch code {
    case 0x05: return .taskCancel
    case 0x06: return .subtaskCancel(isAsync: try flag(for: "async"))
    case 0x09: return try taskReturn()
    case 0x0a:
      let type = try valueType()
      return .contextGet(type, index: try u32())
    case 0x0b:
      let type = try valueType()
      return .contextSet(type, index: try u32())
    case 0x0d: return .subtaskDrop
    case 0x24: return .backpressureIncrement
    case 0x25: return .backpressureDecrement
    default: return nil
    }
  }

  private mutating func taskReturn() throws(WasmError) -> AsynchronousBuiltin {
    let offset = position
    let form = try byte()
    var type: ValueTypeReference?
    switch form {
    case 0: type = try componentValueType()
    case 1:
      let countOffset = position
      let count = try byte()
      guard count == 0 else {
        throw .unknownByte(count, for: "the number of results", at: countOffset)
      }
    default: throw .unknownByte(form, for: "the result of task.return", at: offset)
    }
    return .taskReturn(type, options: try canonicalOptions())
  }

  private mutating func streamBuiltin(_ code: UInt8) throws(WasmError) -> AsynchronousBuiltin? {
    guard (0x0e...0x14).contains(code) else { return nil }
    let type = try typeIndex()
    switch code {
    case 0x0e: return .streamNew(type)
    case 0x0f: return .streamRead(type, options: try canonicalOptions())
    case 0x10: return .streamWrite(type, options: try canonicalOptions())
    case 0x11: return .streamCancelRead(type, isAsync: try flag(for: "async"))
    case 0x12: return .streamCancelWrite(type, isAsync: try flag(for: "async"))
    case 0x13: return .streamDropReadable(type)
    default: return .streamDropWritable(type)
    }
  }

  private mutating func futureBuiltin(_ code: UInt8) throws(WasmError) -> AsynchronousBuiltin? {
    switch code {
    case 0x1c: return .errorContextNew(options: try canonicalOptions())
    case 0x1d: return .errorContextDebugMessage(options: try canonicalOptions())
    case 0x1e: return .errorContextDrop
    default: break
    }
    guard (0x15...0x1b).contains(code) else { return nil }
    let type = try typeIndex()
    switch code {
    case 0x15: return .futureNew(type)
    case 0x16: return .futureRead(type, options: try canonicalOptions())
    case 0x17: return .futureWrite(type, options: try canonicalOptions())
    case 0x18: return .futureCancelRead(type, isAsync: try flag(for: "async"))
    case 0x19: return .futureCancelWrite(type, isAsync: try flag(for: "async"))
    case 0x1a: return .futureDropReadable(type)
    default: return .futureDropWritable(type)
    }
  }

  private mutating func waitBuiltin(_ code: UInt8) throws(WasmError) -> AsynchronousBuiltin? {
    switch code {
    case 0x1f: return .waitableSetNew
    case 0x20:
      let isCancellable = try flag(for: "cancellable")
      return .waitableSetWait(isCancellable: isCancellable, CoreMemoryIndex(try u32()))
    case 0x21:
      let isCancellable = try flag(for: "cancellable")
      return .waitableSetPoll(isCancellable: isCancellable, CoreMemoryIndex(try u32()))
    case 0x22: return .waitableSetDrop
    case 0x23: return .waitableJoin
    default: return nil
    }
  }

  private mutating func threadBuiltin(_ code: UInt8) throws(WasmError) -> AsynchronousBuiltin? {
    switch code {
    case 0x0c: return .threadYield(isCancellable: try flag(for: "cancellable"))
    case 0x26: return .threadIndex
    case 0x27:
      let type = CoreTypeIndex(try u32())
      return .threadNewIndirect(type, CoreTableIndex(try u32()))
    case 0x28: return .threadResumeLater
    case 0x29: return .threadSuspend(isCancellable: try flag(for: "cancellable"))
    case 0x2a: return .threadSuspendThenResume(isCancellable: try flag(for: "cancellable"))
    case 0x2b: return .threadYieldThenResume(isCancellable: try flag(for: "cancellable"))
    case 0x2c: return .threadSuspendThenPromote(isCancellable: try flag(for: "cancellable"))
    case 0x2d: return .threadYieldThenPromote(isCancellable: try flag(for: "cancellable"))
    default: return nil
    }
  }

  private mutating func canonicalOptions() throws(WasmError) -> [CanonicalOption] {
    try vector(
      of: "canonical options", limit: ComponentLimits.canonicalOptions
    ) { (cursor) throws(WasmError) in try cursor.canonicalOption() }
  }

  private mutating func canonicalOption() throws(WasmError) -> CanonicalOption {
    let offset = position
    let code = try byte()
    switch code {
    case 0x00: return .stringEncoding(.utf8)
    case 0x01: return .stringEncoding(.utf16)
    case 0x02: return .stringEncoding(.latin1OrUTF16)
    case 0x03: return .memory(CoreMemoryIndex(try u32()))
    case 0x04: return .realloc(CoreFunctionIndex(try u32()))
    case 0x05: return .postReturn(CoreFunctionIndex(try u32()))
    case 0x06: return .async
    case 0x07: return .callback(CoreFunctionIndex(try u32()))
    case 0x08: throw .unsupportedComponent("uses the canonical option core-type", at: offset)
    case 0x09: throw .unsupportedComponent("uses the canonical option gc", at: offset)
    default: throw .unknownByte(code, for: "a canonical option", at: offset)
    }
  }
}
