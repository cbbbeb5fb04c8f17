// Canonical definitions: lift, lower, the built-in functions of resources, and the options of all canonical functions.
// Spec: CanonicalABI.md, Canonical Definitions.

import WasmModule

extension ComponentValidator {
  mutating func validate(
    _ function: CanonicalFunction, _ source: ItemSource, at offset: Int
  ) throws(WasmError) -> ValidatedDefinition {
    switch function {
    case .lift(let core, let options, let type):
      return .canonical(try lift(core, options, type, source, at: offset))
    case .lower(let function, let options):
      return .canonical(try lower(function, options, source, at: offset))
    case .resourceNew(let index):
      let resource = try localResource(index, at: offset)
      return try define(.resourceNew(resource), [.i32], [.i32], source: source, at: offset)
    case .resourceDrop(let index):
      let resource = try scope.resource(index, at: offset)
      return try define(.resourceDrop(resource), [.i32], [], source: source, at: offset)
    case .resourceRep(let index):
      let resource = try localResource(index, at: offset)
      return try define(.resourceRep(resource), [.i32], [.i32], source: source, at: offset)
    case .asynchronous(let builtin):
      let (signature, options) = try validate(builtin, at: offset)
      return try define(
        .asynchronous, signature.parameters, signature.results, options, source: source, at: offset)
    }
  }

  /// Adds the core function that a canonical definition makes.
  private mutating func define(
    _ kind: ResolvedCanonical.Kind, _ parameters: [ValueType], _ results: [ValueType],
    _ options: CanonicalOptions = CanonicalOptions(), source: ItemSource, at offset: Int
  ) throws(WasmError) -> ValidatedDefinition {
    let type = types.core.intern(parameters, results)
    try scope.appendCore(.function(type), source, at: offset)
    return .canonical(ResolvedCanonical(kind: kind, coreType: type, options: options))
  }

  private func localResource(
    _ index: ComponentTypeIndex, at offset: Int
  ) throws(WasmError) -> ResourceReference {
    let resource = try scope.resource(index, at: offset)
    guard scope.localResources.contains(resource.resource) else {
      throw .invalid("type \(index) is not a local resource", at: offset)
    }
    return resource
  }

  private mutating func lift(
    _ core: CoreFunctionIndex, _ list: [CanonicalOption], _ index: ComponentTypeIndex,
    _ source: ItemSource, at offset: Int
  ) throws(WasmError) -> ResolvedCanonical {
    let id = try scope.functionType(index, at: offset)
    let type = types[id].type
    let coreType = try scope.coreFunction(core, at: offset)
    let found = types.core[coreType]
    let options = try resolve(list, at: offset)
    try checkAsync(options, type, at: offset)
    try checkPostReturn(options, found, at: offset)
    try checkCallback(options, at: offset)
    let signature = FlatSignature(type, types, .lift, options)
    try require(signature, options, at: offset)
    guard signature.parameters == found.parameters else {
      throw .invalid(
        "lowered parameter types \(signature.parameters) do not match parameter types \(found.parameters) "
          + "of core function \(core)", at: offset)
    }
    guard signature.results == found.results,
      coreType == types.core.intern(signature.parameters, signature.results)
    else {
      throw .invalid(
        "lowered result types \(signature.results) do not match result types \(found.results) of core function \(core)",
        at: offset)
    }
    try scope.append(.function(id), source, at: offset)
    return ResolvedCanonical(kind: .lift(core, id), coreType: coreType, options: options)
  }

  private mutating func lower(
    _ index: ComponentFunctionIndex, _ list: [CanonicalOption], _ source: ItemSource,
    at offset: Int
  ) throws(WasmError) -> ResolvedCanonical {
    let id = try scope.function(index, at: offset)
    let type = types[id].type
    let options = try resolve(list, at: offset)
    try checkLowering(options, at: offset)
    try checkAsync(options, type, at: offset)
    let signature = FlatSignature(type, types, .lower, options)
    try require(signature, options, at: offset)
    let coreType = types.core.intern(signature.parameters, signature.results)
    try scope.appendCore(.function(coreType), source, at: offset)
    return ResolvedCanonical(kind: .lower(index, id), coreType: coreType, options: options)
  }

  private mutating func checkAsync(
    _ options: CanonicalOptions, _ type: ResolvedFunctionType, at offset: Int
  ) throws(WasmError) {
    guard options.isAsync else { return }
    use(.asynchronousFunctions, at: offset)
    guard type.isAsync else {
      throw .invalid(
        "the `async` canonical option requires an async function type", at: offset)
    }
  }
}

// Options.
extension ComponentValidator {
  /// Options by name, each at most once.
  func resolve(
    _ list: [CanonicalOption], at offset: Int
  ) throws(WasmError) -> CanonicalOptions {
    var options = CanonicalOptions()
    var encoding: StringEncoding?
    for option in list {
      switch option {
      case .stringEncoding(let new):
        if let encoding {
          throw .invalid(
            "canonical encoding option `\(encoding)` conflicts with option `\(new)`", at: offset)
        }
        encoding = new
      case .memory(let index):
        try requireOnce(options.memory == nil, "memory", at: offset)
        try checkMemory(index, at: offset)
        options.memory = index
      case .realloc(let index):
        try requireOnce(options.realloc == nil, "realloc", at: offset)
        options.realloc = index
      case .postReturn(let index):
        try requireOnce(options.postReturn == nil, "post-return", at: offset)
        options.postReturn = index
      case .async:
        try requireOnce(!options.isAsync, "async", at: offset)
        options.isAsync = true
      case .callback(let index):
        try requireOnce(options.callback == nil, "callback", at: offset)
        options.callback = index
      }
    }
    options.stringEncoding = encoding ?? .utf8
    try checkTogether(options, at: offset)
    return options
  }

  private func requireOnce(
    _ isFirst: Bool, _ what: String, at offset: Int
  ) throws(WasmError) {
    if !isFirst {
      throw .invalid("canonical option `\(what)` is specified more than once", at: offset)
    }
  }

  private func checkTogether(
    _ options: CanonicalOptions, at offset: Int
  ) throws(WasmError) {
    if let realloc = options.realloc {
      let type = types.core[try scope.coreFunction(realloc, at: offset)]
      guard type.parameters == [.i32, .i32, .i32, .i32] && type.results == [.i32] else {
        throw wrongSignature("realloc", type, at: offset)
      }
      guard options.memory != nil else {
        throw .invalid(
          "canonical option `realloc` requires `memory` to also be specified", at: offset)
      }
    }
    if options.callback != nil && !options.isAsync {
      throw .invalid("cannot specify `callback` without `async`", at: offset)
    }
    if options.postReturn != nil && options.isAsync {
      throw .invalid("cannot specify `post-return` with `async`", at: offset)
    }
  }

  /// Canonical functions use plain 32-bit memories.
  func checkMemory(_ index: CoreMemoryIndex, at offset: Int) throws(WasmError) {
    let type = try scope.coreMemory(index, at: offset)
    if type.is64 {
      throw .unsupportedComponent("uses a 64-bit memory in a canonical function", at: offset)
    }
    guard !type.isShared && type.pageLog2 == 16 else {
      throw .invalid(
        "memory \(index) of a canonical function is not a plain 32-bit linear memory", at: offset)
    }
  }

  private func checkPostReturn(
    _ options: CanonicalOptions, _ function: FunctionType, at offset: Int
  ) throws(WasmError) {
    guard let index = options.postReturn else { return }
    let type = types.core[try scope.coreFunction(index, at: offset)]
    guard type.parameters == function.results && type.results.isEmpty else {
      throw wrongSignature("post-return", type, at: offset)
    }
  }

  private func checkCallback(
    _ options: CanonicalOptions, at offset: Int
  ) throws(WasmError) {
    guard let index = options.callback else { return }
    let type = types.core[try scope.coreFunction(index, at: offset)]
    guard type.parameters == [.i32, .i32, .i32] && type.results == [.i32] else {
      throw wrongSignature("callback", type, at: offset)
    }
  }

  private func wrongSignature(
    _ what: String, _ type: FunctionType, at offset: Int
  ) -> WasmError {
    .invalid(
      "canonical option `\(what)` uses a core function with an incorrect signature: \(type)",
      at: offset)
  }

  func checkLowering(
    _ options: CanonicalOptions, at offset: Int
  ) throws(WasmError) {
    for (isThere, what) in [
      (options.postReturn != nil, "post-return"), (options.callback != nil, "callback"),
    ] where isThere {
      throw .invalid(
        "canonical option `\(what)` cannot be specified for lowerings", at: offset)
    }
  }

  private func require(
    _ signature: FlatSignature, _ options: CanonicalOptions, at offset: Int
  ) throws(WasmError) {
    try require(
      memory: signature.needsMemory, realloc: signature.needsRealloc, options, at: offset)
  }

  func require(
    memory needsMemory: Bool, realloc needsRealloc: Bool, _ options: CanonicalOptions,
    at offset: Int
  ) throws(WasmError) {
    if (needsMemory || needsRealloc) && options.memory == nil {
      throw .invalid("canonical option `memory` is required", at: offset)
    }
    if needsRealloc && options.realloc == nil {
      throw .invalid("canonical option `realloc` is required", at: offset)
    }
  }
}
