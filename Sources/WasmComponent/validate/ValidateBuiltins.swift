// Built-in functions of the asynchronous part. They are validated in full, though later steps implement few of them.
// Spec: CanonicalABI.md, Canonical Definitions.

import WasmModule

/// The core type of a built-in function.
struct BuiltinSignature {
  let parameters: [ValueType]
  let results: [ValueType]

  init(_ parameters: Int = 0, results: [ValueType] = []) {
    self.parameters = Array(repeating: .i32, count: parameters)
    self.results = results
  }

  init(_ parameters: [ValueType], _ results: [ValueType] = []) {
    self.parameters = parameters
    self.results = results
  }
}

extension ComponentValidator {
  typealias Builtin = (signature: BuiltinSignature, options: CanonicalOptions)

  mutating func validate(
    _ builtin: AsynchronousBuiltin, at offset: Int
  ) throws(WasmError) -> Builtin {
    use(builtin.feature, at: offset)
    switch builtin {
    case .backpressureIncrement, .backpressureDecrement, .taskCancel: return plain()
    case .taskReturn(let type, let options): return try taskReturn(type, options, at: offset)
    case .contextGet(let type, let index):
      try checkContext(type, index, at: offset)
      return plain(results: [type])
    case .contextSet(let type, let index):
      try checkContext(type, index, at: offset)
      return (BuiltinSignature([type]), CanonicalOptions())
    case .subtaskCancel: return plain(1, results: [.i32])
    case .subtaskDrop, .waitableSetDrop, .errorContextDrop, .threadResumeLater: return plain(1)
    case .waitableJoin: return plain(2)
    case .waitableSetNew, .threadIndex, .threadYield, .threadSuspend: return plain(results: [.i32])
    case .threadSuspendThenResume, .threadYieldThenResume, .threadSuspendThenPromote,
      .threadYieldThenPromote:
      return plain(1, results: [.i32])
    case .waitableSetWait(_, let memory), .waitableSetPoll(_, let memory):
      try checkMemory(memory, at: offset)
      return plain(2, results: [.i32])
    case .threadNewIndirect(let type, let table):
      try checkThreadStart(type, table, at: offset)
      return plain(2, results: [.i32])
    case .errorContextNew(let options): return try errorContext(options, [.i32], at: offset)
    case .errorContextDebugMessage(let options): return try errorContext(options, [], at: offset)
    case .streamNew, .streamRead, .streamWrite, .streamCancelRead, .streamCancelWrite,
      .streamDropReadable, .streamDropWritable:
      return try stream(builtin, at: offset)
    case .futureNew, .futureRead, .futureWrite, .futureCancelRead, .futureCancelWrite,
      .futureDropReadable, .futureDropWritable:
      return try future(builtin, at: offset)
    }
  }

  private func plain(_ parameters: Int = 0, results: [ValueType] = []) -> Builtin {
    (BuiltinSignature(parameters, results: results), CanonicalOptions())
  }

  private func taskReturn(
    _ type: ValueTypeReference?, _ list: [CanonicalOption], at offset: Int
  ) throws(WasmError) -> Builtin {
    var parameters: [Labelled<ComponentValueType>] = []
    if let type {
      parameters.append(Labelled(label: "v", value: try scope.valueType(type, at: offset)))
    }
    let options = try resolve(list, at: offset)
    if options.realloc != nil || options.isAsync {
      let what = options.isAsync ? "async" : "realloc"
      throw .invalid("cannot specify `\(what)` on `task.return`", at: offset)
    }
    try checkLowering(options, at: offset)
    let function = ResolvedFunctionType(isAsync: false, parameters: parameters, result: nil)
    let signature = FlatSignature(function, types, .lower, options)
    try require(memory: signature.needsMemory, realloc: false, options, at: offset)
    return (BuiltinSignature(signature.parameters, signature.results), options)
  }

  private func checkContext(
    _ type: ValueType, _ index: UInt32, at offset: Int
  ) throws(WasmError) {
    guard type == .i32 || type == .i64 else {
      throw .invalid("the type of a context slot must be i32 or i64, found \(type)", at: offset)
    }
    guard index <= 1 else {
      throw .invalid("the index of a context slot must be zero or one, found \(index)", at: offset)
    }
  }

  private func checkThreadStart(
    _ type: CoreTypeIndex, _ table: CoreTableIndex, at offset: Int
  ) throws(WasmError) {
    let function = types.core[try scope.coreFunctionType(type, at: offset)]
    guard function.parameters == [.i32] && function.results.isEmpty else {
      throw .invalid(
        "the start function of a thread must have type [i32] -> [], found \(function)", at: offset)
    }
    let table = try scope.coreTable(table, at: offset)
    guard table.element == .funcref && !table.is64 else {
      throw .invalid(
        "the table of a thread's start function is not a 32-bit table of funcref", at: offset)
    }
  }

  private func errorContext(
    _ list: [CanonicalOption], _ results: [ValueType], at offset: Int
  ) throws(WasmError) -> Builtin {
    let options = try resolve(list, at: offset)
    if options.isAsync {
      throw .invalid("cannot specify `async` on a built-in function of error contexts", at: offset)
    }
    try checkLowering(options, at: offset)
    try require(memory: true, realloc: results.isEmpty, options, at: offset)
    return (BuiltinSignature(2, results: results), options)
  }

  // MARK: Streams and futures

  private func stream(
    _ builtin: AsynchronousBuiltin, at offset: Int
  ) throws(WasmError) -> Builtin {
    switch builtin {
    case .streamNew(let type):
      _ = try streamElement(type, at: offset)
      return plain(results: [.i64])
    case .streamRead(let type, let options):
      let element = try streamElement(type, at: offset)
      return try copy(element, options, isRead: true, parameters: 3, at: offset)
    case .streamWrite(let type, let options):
      let element = try streamElement(type, at: offset)
      return try copy(element, options, isRead: false, parameters: 3, at: offset)
    case .streamCancelRead(let type, _), .streamCancelWrite(let type, _):
      _ = try streamElement(type, at: offset)
      return plain(1, results: [.i32])
    case .streamDropReadable(let type), .streamDropWritable(let type):
      _ = try streamElement(type, at: offset)
      return plain(1)
    default: preconditionFailure("a built-in function that is about no stream")
    }
  }

  private func future(
    _ builtin: AsynchronousBuiltin, at offset: Int
  ) throws(WasmError) -> Builtin {
    switch builtin {
    case .futureNew(let type):
      _ = try futureElement(type, at: offset)
      return plain(results: [.i64])
    case .futureRead(let type, let options):
      let element = try futureElement(type, at: offset)
      return try copy(element, options, isRead: true, parameters: 2, at: offset)
    case .futureWrite(let type, let options):
      let element = try futureElement(type, at: offset)
      return try copy(element, options, isRead: false, parameters: 2, at: offset)
    case .futureCancelRead(let type, _), .futureCancelWrite(let type, _):
      _ = try futureElement(type, at: offset)
      return plain(1, results: [.i32])
    case .futureDropReadable(let type), .futureDropWritable(let type):
      _ = try futureElement(type, at: offset)
      return plain(1)
    default: preconditionFailure("a built-in function that is about no future")
    }
  }

  private func streamElement(
    _ index: ComponentTypeIndex, at offset: Int
  ) throws(WasmError) -> ComponentValueType? {
    guard case .stream(let element) = types[try scope.definedType(index, at: offset)].type else {
      throw .invalid("type index \(index) is not a stream type", at: offset)
    }
    return element
  }

  private func futureElement(
    _ index: ComponentTypeIndex, at offset: Int
  ) throws(WasmError) -> ComponentValueType? {
    guard case .future(let element) = types[try scope.definedType(index, at: offset)].type else {
      throw .invalid("type index \(index) is not a future type", at: offset)
    }
    return element
  }

  /// Reading and writing elements, which lie in memory.
  private func copy(
    _ element: ComponentValueType?, _ list: [CanonicalOption], isRead: Bool, parameters: Int,
    at offset: Int
  ) throws(WasmError) -> Builtin {
    let options = try resolve(list, at: offset)
    try checkLowering(options, at: offset)
    let hasPointer = element.map { types.facts($0).hasPointer } ?? false
    try require(
      memory: element != nil, realloc: isRead && hasPointer, options, at: offset)
    return (BuiltinSignature(parameters, results: [.i32]), options)
  }
}

extension AsynchronousBuiltin {
  fileprivate var feature: ComponentFeature {
    switch self {
    case .backpressureIncrement, .backpressureDecrement, .taskReturn, .taskCancel, .contextGet,
      .contextSet, .subtaskCancel, .subtaskDrop:
      .tasks
    case .streamNew, .streamRead, .streamWrite, .streamCancelRead, .streamCancelWrite,
      .streamDropReadable, .streamDropWritable:
      .streams
    case .futureNew, .futureRead, .futureWrite, .futureCancelRead, .futureCancelWrite,
      .futureDropReadable, .futureDropWritable:
      .futures
    case .errorContextNew, .errorContextDebugMessage, .errorContextDrop: .errorContexts
    case .waitableSetNew, .waitableSetWait, .waitableSetPoll, .waitableSetDrop, .waitableJoin:
      .waitables
    case .threadYield, .threadIndex, .threadNewIndirect, .threadResumeLater, .threadSuspend,
      .threadSuspendThenResume, .threadYieldThenResume, .threadSuspendThenPromote,
      .threadYieldThenPromote:
      .threads
    }
  }
}
