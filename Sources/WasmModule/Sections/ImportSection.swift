// Section 2: imports, which come first in every index space. Spec: 5.5.5.

extension ModuleDecoder {
  mutating func decodeImportSection(_ cursor: inout ByteCursor) throws(WasmError) {
    let limit = ImplementationLimits.imports
    let count = try cursor.count(of: "imports", limit: limit, entryBytes: 4)
    module.imports.reserveCapacity(count)
    for _ in 0..<count {
      let offset = cursor.position
      let moduleName = try cursor.name()
      let name = try cursor.name()
      if name.isEmpty, let marker = cursor.peek(), marker == 0x7f || marker == 0x7e {
        _ = try cursor.byte()
        try importGroup(&cursor, from: moduleName, sharesType: marker == 0x7e)
      } else {
        try add(moduleName, name, try cursor.importedEntity(), at: offset)
      }
    }
    module.importedFunctionCount = module.functions.count
    module.importedTableCount = module.tables.count
    module.importedMemoryCount = module.memories.count
    module.importedGlobalCount = module.globals.count
    module.importedTagCount = module.tags.count
  }

  /// The compact forms: several imports from one module, each with its type or all with the same.
  /// From the proposal "compact import section".
  private mutating func importGroup(
    _ cursor: inout ByteCursor, from moduleName: String, sharesType: Bool
  ) throws(WasmError) {
    var shared: Import.Entity?
    if sharesType { shared = try cursor.importedEntity() }
    let count = try cursor.count(of: "imports", limit: ImplementationLimits.imports)
    for _ in 0..<count {
      let offset = cursor.position
      let name = try cursor.name()
      if let shared {
        try add(moduleName, name, shared, at: offset)
      } else {
        try add(moduleName, name, try cursor.importedEntity(), at: offset)
      }
    }
  }

  private mutating func add(
    _ moduleName: String, _ name: String, _ entity: Import.Entity, at offset: Int
  ) throws(WasmError) {
    guard module.imports.count < ImplementationLimits.imports else {
      throw .limit("imports", ImplementationLimits.imports, at: offset)
    }
    module.origins.imports.append(offset)
    module.imports.append(Import(module: moduleName, name: name, entity: entity))
    switch entity {
    case .function(let type): try add(function: type, at: offset)
    case .table(let type): try add(table: type, at: offset)
    case .memory(let type): try add(memory: type, at: offset)
    case .global(let type): try add(global: type, at: offset)
    case .tag(let type): try add(tag: type, at: offset)
    }
  }
}

extension ByteCursor {
  fileprivate mutating func importedEntity() throws(WasmError) -> Import.Entity {
    let offset = position
    let kind = try byte()
    switch kind {
    case 0: return .function(TypeIndex(try u32()))
    case 1: return .table(try tableType())
    case 2: return .memory(try memoryType())
    case 3: return .global(try globalType())
    case 4: return .tag(try tagType())
    case 0x20: throw .unsupported(.customDescriptors, "exact function import", at: offset)
    default: throw .malformed("malformed import kind \(kind)", at: offset)
    }
  }
}

// Additions to the index spaces, within the limits.
extension ModuleDecoder {
  mutating func add(function type: TypeIndex, at offset: Int) throws(WasmError) {
    try ensure(
      module.functions.count < ImplementationLimits.functions, "functions",
      ImplementationLimits.functions, offset)
    module.functions.append(type)
    module.origins.functions.append(offset)
  }

  mutating func add(table type: TableType, at offset: Int) throws(WasmError) {
    try ensure(
      module.tables.count < ImplementationLimits.tables, "tables", ImplementationLimits.tables,
      offset)
    module.tables.append(type)
    module.origins.tables.append(offset)
  }

  mutating func add(memory type: MemoryType, at offset: Int) throws(WasmError) {
    try ensure(
      module.memories.count < ImplementationLimits.memories, "memories",
      ImplementationLimits.memories, offset)
    module.memories.append(type)
    module.origins.memories.append(offset)
  }

  mutating func add(global type: GlobalType, at offset: Int) throws(WasmError) {
    try ensure(
      module.globals.count < ImplementationLimits.globals, "globals", ImplementationLimits.globals,
      offset)
    module.globals.append(type)
    module.origins.globals.append(offset)
  }

  mutating func add(tag type: TypeIndex, at offset: Int) throws(WasmError) {
    try ensure(
      module.tags.count < ImplementationLimits.tags, "tags", ImplementationLimits.tags, offset)
    module.tags.append(type)
    module.origins.tags.append(offset)
  }

  private func ensure(
    _ holds: Bool, _ what: String, _ limit: Int, _ offset: Int
  ) throws(WasmError) {
    if !holds { throw .limit(what, limit, at: offset) }
  }
}
