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
      let entity = try importedEntity(&cursor)
      module.origins.imports.append(offset)
      module.imports.append(Import(module: moduleName, name: name, entity: entity))
    }
    module.importedFunctionCount = module.functions.count
    module.importedTableCount = module.tables.count
    module.importedMemoryCount = module.memories.count
    module.importedGlobalCount = module.globals.count
    module.importedTagCount = module.tags.count
  }

  private mutating func importedEntity(_ cursor: inout ByteCursor) throws(WasmError)
    -> Import.Entity
  {
    let kindOffset = cursor.position
    let kind = try cursor.byte()
    let offset = cursor.position
    switch kind {
    case 0:
      let type = TypeIndex(try cursor.u32())
      try add(function: type, at: offset)
      return .function(type)
    case 1:
      let type = try cursor.tableType()
      try add(table: type, at: offset)
      return .table(type)
    case 2:
      let type = try cursor.memoryType()
      try add(memory: type, at: offset)
      return .memory(type)
    case 3:
      let type = try cursor.globalType()
      try add(global: type, at: offset)
      return .global(type)
    case 4:
      let type = try cursor.tagType()
      try add(tag: type, at: offset)
      return .tag(type)
    case 0x20: throw .unsupported(.customDescriptors, "exact function import", at: kindOffset)
    default: throw .malformed("malformed import kind \(kind)", at: kindOffset)
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
