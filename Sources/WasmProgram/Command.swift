// Programs of one module: a command, which starts by itself and imports calls of WASI, and a library, whose imports a
// host provides.

import WasmModule

/// The treatment of an import that nothing provides.
public enum UnknownImports: Sendable, Equatable {
  /// A `LinkError` names all such imports.
  case error
  /// Calling it ends the program with a message that names it.
  case trap
}

extension Program {
  /// A program of one instance without a host. Throws if an import is no call of WASI, unless `unknownImports` lets
  /// functions trap.
  public init(command module: ValidatedModule, unknownImports: UnknownImports = .error)
    throws(LinkError)
  {
    self.init()
    let imports = CommandImports(module: module.module, unknownImports: unknownImports)
    try imports.check()
    try add(module, named: "main", resolve: imports.source)
  }

  /// A program of one instance whose imports a host provides.
  public init(library module: ValidatedModule) {
    self.init()
    do {
      try add(module, named: "main") { _ in .host }
    } catch {
      preconditionFailure("a host's import was compared with something: \(error)")
    }
  }
}

private struct CommandImports {
  let module: Module
  let unknownImports: UnknownImports

  /// Where an import comes from. Call it after `check`.
  func source(_ item: Import) -> ImportSource? {
    guard case .function(let index) = item.entity else { return nil }
    guard let call = WASICall(item) else { return .trap(remark: "") }
    let type = module.functionType(index)
    if call.type == type { return .wasi(call) }
    // The name is known, so the message says why it was not bound.
    return .trap(remark: " as \(type), expected \(call.type)")
  }

  /// Refuses imports that nothing provides. The error names all of them.
  func check() throws(LinkError) {
    let problems = module.imports.compactMap { item in
      isOfThreads(item) ? nil : problem(with: item)
    }
    let threads = module.imports.filter(isOfThreads)
    if let first = threads.first {
      let names = threads.dropFirst().reduce(Self.name(first)) { "\($0) and \(Self.name($1))" }
      throw LinkError(
        .unsupported, "the module uses threads, which are not supported: it imports \(names)",
        details: problems.isEmpty ? [] : Self.listed(["other unknown imports:"] + problems))
    }
    if problems.count == 1 {
      throw LinkError(
        .unknownImport, "unknown import: \(problems[0]); an executable has nothing to link it to")
    }
    guard problems.isEmpty else {
      throw LinkError(
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
    func shortened(_ name: Name) -> String {
      let scalars = name.text.unicodeScalars
      return scalars.count > 200 ? String(scalars.prefix(199)) + "…" : name.text
    }
    return "\(shortened(item.module)).\(shortened(item.name))"
  }

  /// Whether compilers make such an import only for a program with several threads.
  private func isOfThreads(_ item: Import) -> Bool {
    switch item.entity {
    case .memory(let type): type.isShared
    case .function:
      unknownImports == .error && item.module == "wasi" && item.name == "thread-spawn"
    case .table, .global, .tag: false
    }
  }

  /// The problem with an import; nil if it can be linked to something.
  private func problem(with item: Import) -> String? {
    switch item.entity {
    case .function(let type): functionProblem(item, module.functionType(type))
    case .table: "\(Self.name(item)) (table)"
    case .memory: "\(Self.name(item)) (memory)"
    case .global: "\(Self.name(item)) (global)"
    case .tag: "\(Self.name(item)) (tag)"
    }
  }

  private func functionProblem(_ item: Import, _ type: FunctionType) -> String? {
    if unknownImports == .trap { return nil }
    guard let call = WASICall(item) else { return "\(Self.name(item)) (function \(type))" }
    if call.type == type { return nil }
    return "\(Self.name(item)) (function \(type), where WASI has \(call.type))"
  }
}
