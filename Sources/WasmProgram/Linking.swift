// Adds an instance to a program. Each import is linked to a provider. If that is an export of another instance, its
// type must match the import's. Callers compare the types of WASI calls; the runtime compares those of a host's items.
// Spec: Execution, External Typing; Validation, Matching.

import WasmModule

/// Where an import of a new instance comes from.
public enum ImportSource: Sendable {
  case export(of: InstanceIndex, named: Name)
  case host
  case wasi(WASICall)
  case trap(remark: String)
  case componentTrap(ComponentTrap)
}

extension Program {
  /// Adds an instance after all others. Declared limits are compared here. The runtime compares the current size of a
  /// memory or a table when it makes the instance. Throws if nothing provides an import, if its provider is of
  /// another kind, or if an export is of another type; then the program stays as it was.
  /// - Parameter resolve: Returns where an import comes from; nil if nothing provides it.
  public mutating func add(
    _ validated: ValidatedModule, named name: String, resolve: (Import) -> ImportSource?
  ) throws(LinkError) {
    types.add(validated.module)
    do throws(LinkError) {
      instances.append(try instance(of: validated, named: name, resolve: resolve))
    } catch {
      types.removeLast()
      throw error
    }
  }

  /// `ImportLinks` shares the storage of this program. It must be gone before the program changes. Otherwise each new
  /// instance would copy the storage, which takes quadratic time.
  private func instance(
    of validated: ValidatedModule, named name: String, resolve: (Import) -> ImportSource?
  ) throws(LinkError) -> Instance {
    let added = InstanceIndex(UInt32(truncatingIfNeeded: instances.count))
    var links = ImportLinks(program: self, added: added)
    for item in validated.module.imports {
      guard let source = resolve(item) else {
        throw LinkError(.unknownImport, "unknown import: \(item.module).\(item.name)")
      }
      try links.link(item, to: source)
    }
    return Instance(
      name: name, validated: validated, functions: links.functions, tables: links.tables,
      memories: links.memories, globals: links.globals, tags: links.tags)
  }
}

/// Collects the providers of a new instance's imports.
private struct ImportLinks {
  /// The program without the new instance. Only its types already include those of that instance.
  let program: Program
  let added: InstanceIndex
  private(set) var functions: [Provider<FunctionIndex>] = []
  private(set) var tables: [Provider<TableIndex>] = []
  private(set) var memories: [Provider<MemoryIndex>] = []
  private(set) var globals: [Provider<GlobalIndex>] = []
  private(set) var tags: [Provider<TagIndex>] = []

  init(program: Program, added: InstanceIndex) {
    self.program = program
    self.added = added
  }

  private var types: ProgramTypes { program.types }

  mutating func link(_ item: Import, to source: ImportSource) throws(LinkError) {
    switch source {
    case .export(let instance, let name): try link(item, instance, name)
    case .host: appendHost(item)
    case .wasi(let call): try appendFunction(item, .wasi(call))
    case .trap(let remark): try appendFunction(item, .trap(remark: remark))
    case .componentTrap(let trap): try appendFunction(item, .componentTrap(trap))
    }
  }

  private mutating func appendFunction(
    _ item: Import, _ provider: Provider<FunctionIndex>
  ) throws(LinkError) {
    guard case .function = item.entity else { throw incompatible(item) }
    functions.append(provider)
  }

  private mutating func appendHost(_ item: Import) {
    switch item.entity {
    case .function: functions.append(.host)
    case .table: tables.append(.host)
    case .memory: memories.append(.host)
    case .global: globals.append(.host)
    case .tag: tags.append(.host)
    }
  }

  private mutating func link(_ item: Import, _ instance: InstanceIndex, _ name: Name)
    throws(LinkError)
  {
    let module = program[instance].module
    guard let export = program[instance].export(named: name) else {
      throw LinkError(.unknownImport, "unknown import: \(item.module).\(item.name)")
    }
    switch (item.entity, export) {
    case (.function(let wanted), .function(let index)):
      try require(isSame(wanted, module.functions[index].type, instance), item)
      let found = Item(instance, index)
      // WASI calls and traps belong to no instance. The new instance gets its own wrapper, which uses the
      // memory of that instance.
      switch program.provider(of: program.origin(found)) {
      case .wasi(let call): functions.append(.wasi(call))
      case .trap(let remark): functions.append(.trap(remark: remark))
      case .componentTrap(let trap): functions.append(.componentTrap(trap))
      case .host, .instance, nil: functions.append(.instance(program.origin(found)))
      }
    case (.tag(let wanted), .tag(let index)):
      try require(isSame(wanted, module.tags[index].type, instance), item)
      tags.append(.instance(program.origin(Item(instance, index))))
    case (.global(let wanted), .global(let index)):
      try require(matches(module.globals[index].type, instance, wanted), item)
      globals.append(.instance(program.origin(Item(instance, index))))
    case (.memory(let wanted), .memory(let index)):
      try require(matches(module.memories[index].type, wanted), item)
      memories.append(.instance(program.origin(Item(instance, index))))
    case (.table(let wanted), .table(let index)):
      try require(matches(module.tables[index].type, instance, wanted), item)
      tables.append(.instance(program.origin(Item(instance, index))))
    default: throw incompatible(item)
    }
  }

  private func require(_ isCompatible: Bool, _ item: Import) throws(LinkError) {
    if !isCompatible { throw incompatible(item) }
  }

  private func incompatible(_ item: Import) -> LinkError {
    let kind =
      switch item.entity {
      case .function: "function"
      case .table: "table"
      case .memory: "memory"
      case .global: "global"
      case .tag: "tag"
      }
    return LinkError(
      .incompatibleImport, "incompatible import type of \(kind): \(item.module).\(item.name)")
  }

  // MARK: Types

  private func isSame(_ wanted: TypeIndex, _ found: TypeIndex, _ instance: InstanceIndex) -> Bool {
    types.number(of: wanted, in: added) == types.number(of: found, in: instance)
  }

  private func matches(_ found: GlobalType, _ instance: InstanceIndex, _ wanted: GlobalType) -> Bool
  {
    guard found.isMutable == wanted.isMutable else { return false }
    let actual = types.canonical(found.value, in: instance)
    let expected = types.canonical(wanted.value, in: added)
    // A mutable global must be of the same type on both sides.
    return wanted.isMutable ? actual == expected : matches(actual, expected)
  }

  /// Both types are canonical: concrete references have the program's numbers. Spec: Validation, Matching.
  private func matches(_ found: ValueType, _ wanted: ValueType) -> Bool {
    guard case .reference(let actual) = found, case .reference(let expected) = wanted else {
      return found == wanted
    }
    if actual.isNullable && !expected.isNullable { return false }
    if actual.heap == expected.heap { return true }
    switch (actual.heap, expected.heap) {
    case (.concrete, .function), (.noFunction, .function), (.noFunction, .concrete),
      (.noExtern, .extern), (.noException, .exception):
      return true
    default: return false
    }
  }

  /// Compares the maximums alone. A memory or table may have grown beyond its declared minimum, so the runtime compares
  /// its size with the wanted minimum.
  private func matches(_ found: Limits, _ wanted: Limits) -> Bool {
    guard let most = wanted.maximum else { return true }
    return found.maximum.map { $0 <= most } ?? false
  }

  private func matches(_ found: MemoryType, _ wanted: MemoryType) -> Bool {
    found.is64 == wanted.is64 && found.isShared == wanted.isShared
      && found.pageLog2 == wanted.pageLog2 && matches(found.limits, wanted.limits)
  }

  private func matches(_ found: TableType, _ instance: InstanceIndex, _ wanted: TableType) -> Bool {
    found.is64 == wanted.is64
      && types.canonical(found.element, in: instance) == types.canonical(wanted.element, in: added)
      && matches(found.limits, wanted.limits)
  }
}
