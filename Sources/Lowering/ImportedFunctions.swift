// Imports of a static instance: WASI calls bound to the runtime, everything else an error or a stub.
// With a parameter instance imports are pointers in the instance, which the runtime links.
import CSwasmABI
import LLVMKit
import WasmModule

/// A row of wasi_p1.def or of wasi_unstable.def.
struct WASICall {
  /// The runtime's function.
  let symbol: String
  let type: FunctionType

  /// By the name of the module and of the call.
  static let table: [String: [String: WASICall]] = {
    var preview1: [String: WASICall] = [:]
    for position in 0..<swasm_wasi_call_count {
      let row = swasm_wasi_call_at(position).pointee
      preview1[String(cString: row.name)] = WASICall(row, symbolPrefix: "swasm_wasi_")
    }
    var unstable = preview1
    for position in 0..<swasm_wasi0_call_count {
      let row = swasm_wasi0_call_at(position).pointee
      unstable[String(cString: row.name)] = WASICall(row, symbolPrefix: "swasm_wasi0_")
    }
    return ["wasi_snapshot_preview1": preview1, "wasi_unstable": unstable]
  }()

  private init(_ row: swasm_wasi_call, symbolPrefix: String) {
    symbol = symbolPrefix + String(cString: row.name)
    type = FunctionType(
      parameters: Self.types(String(cString: row.parameters)),
      results: Self.types(String(cString: row.results)))
  }

  private static func types(_ signature: String) -> [ValueType] {
    signature.map { $0 == "I" ? .i64 : .i32 }
  }
}

extension ModuleLowering {
  /// Refuses imports that a static instance cannot have, all of them at once.
  func checkImports() throws(LoweringError) {
    guard isStatic else { return }
    let problems = module.imports.compactMap { item in
      isOfThreads(item) ? nil : problem(with: item)
    }
    let threads = module.imports.filter(isOfThreads)
    if let first = threads.first {
      let names = threads.dropFirst().reduce(Self.name(first)) { "\($0) and \(Self.name($1))" }
      throw LoweringError(
        .unsupported, "the module uses threads, which are not supported: it imports \(names)",
        details: problems.isEmpty ? [] : Self.listed(["other unknown imports:"] + problems))
    }
    if problems.count == 1 {
      throw LoweringError(
        .unknownImport, "unknown import: \(problems[0]); an executable has nothing to link it to")
    }
    guard problems.isEmpty else {
      throw LoweringError(
        .unknownImport, "unknown imports; an executable has nothing to link them to:",
        details: Self.listed(problems))
    }
  }

  private static func listed(_ problems: [String]) -> [String] {
    let limit = 100
    if problems.count <= limit { return problems }
    return problems.prefix(limit) + ["and \(problems.count - limit) more"]
  }

  private static func name(_ item: Import) -> String {
    func shortened(_ text: String) -> String {
      text.unicodeScalars.count > 200 ? String(text.unicodeScalars.prefix(199)) + "…" : text
    }
    return "\(shortened(item.module)).\(shortened(item.name))"
  }

  /// Whether producers make such an import only for a program with several threads.
  private func isOfThreads(_ item: Import) -> Bool {
    switch item.entity {
    case .memory(let type): type.isShared
    case .function:
      options.unknownImports == .error && item.module == "wasi" && item.name == "thread-spawn"
    case .table, .global, .tag: false
    }
  }

  /// What is wrong with an import; nil when it has something to be linked to.
  private func problem(with item: Import) -> String? {
    switch item.entity {
    case .function(let type): functionProblem(item, module.types[type.int])
    case .table: "\(Self.name(item)) (table)"
    case .memory: "\(Self.name(item)) (memory)"
    case .global: "\(Self.name(item)) (global)"
    case .tag: "\(Self.name(item)) (tag)"
    }
  }

  private func functionProblem(_ item: Import, _ type: FunctionType) -> String? {
    if options.unknownImports == .trap { return nil }
    guard let call = wasiCall(item) else { return "\(Self.name(item)) (function \(type))" }
    if call.type == type { return nil }
    return "\(Self.name(item)) (function \(type), where WASI has \(call.type))"
  }

  private func wasiCall(_ item: Import) -> WASICall? {
    options.providesWASI ? WASICall.table[item.module]?[item.name] : nil
  }

  /// Gives the imports that code refers to their bodies.
  func emitImportWrappers() {
    for (index, function) in usedImports {
      let item = importedFunction(index)
      let type = module.type(of: index)
      let builder = LLVMBuilder(context: llvm.context)
      let entry = builder.createBlock("entry")
      function.appendBlock(entry)
      builder.position(atEnd: entry)
      let call = wasiCall(item)
      if let call, call.type == type {
        emitWASICall(call.symbol, function, signature(of: index), builder)
      } else {
        // Where the name is known, the message says why it was not bound.
        emitUnknownImport(item, call.map { " as \(type), expected \($0.type)" } ?? "", builder)
      }
    }
  }

  /// Every call of the runtime returns an errno; what does not return has none in wasm.
  private func emitWASICall(
    _ symbol: String, _ function: LLVMValue, _ signature: FunctionSignature,
    _ builder: borrowing LLVMBuilder
  ) {
    let (type, target) = builtin(
      symbol, [types.pointer] + signature.parameters, returning: types.i32)
    let arguments = signature.places.enumerated().map { index, place in
      switch place {
      case .register(let position): return function.parameter(position)
      case .slot(let slot):
        let field = builder.field(instanceGlobal, at: layout.slots + slot * ABI.valueStride)
        return builder.load(signature.parameters[index], field, alignment: 4)
      }
    }
    let errno = builder.call(type, target, [instanceGlobal] + arguments, "errno")
    if signature.results.isEmpty { builder.returnVoid() } else { builder.returnValue(errno) }
  }

  private func emitUnknownImport(
    _ item: Import, _ remark: String, _ builder: borrowing LLVMBuilder
  ) {
    let (type, target) = builtin(
      "swasm_unknown_import", [types.pointer, types.pointer, types.pointer], returning: types.void)
    _ = builder.call(
      type, target, [instanceGlobal, constantText(item.module), constantText(item.name + remark)])
    builder.unreachable()
  }
}
