// Section 2: imports, which come first in every index space. Spec: Binary Format, Import Section.

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
  }

  /// The compact forms: several imports from one module, each with its type or all with the same.
  /// From the proposal "compact import section".
  private mutating func importGroup(
    _ cursor: inout ByteCursor, from moduleName: Name, sharesType: Bool
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
    _ moduleName: Name, _ name: Name, _ entity: Import.Entity, at offset: Int
  ) throws(WasmError) {
    guard module.imports.count < ImplementationLimits.imports else {
      throw .limit("imports", ImplementationLimits.imports, at: offset)
    }
    module.imports.append(Import(module: moduleName, name: name, entity: entity))
    switch entity {
    case .function(let type):
      try checkRoom(forFunctionAt: offset)
      module.functions.appendImport(Module.Function(type: type, body: nil, origin: offset))
    case .table(let type):
      try checkRoom(forTableAt: offset)
      module.tables.appendImport(Module.Table(type: type, initializer: nil, origin: offset))
    case .memory(let type):
      try checkRoom(forMemoryAt: offset)
      module.memories.appendImport(Module.Memory(type: type, origin: offset))
    case .global(let type):
      try checkRoom(forGlobalAt: offset)
      module.globals.appendImport(Module.Global(type: type, initializer: nil, origin: offset))
    case .tag(let type):
      try checkRoom(forTagAt: offset)
      module.tags.appendImport(Module.Tag(type: type, origin: offset))
    }
  }
}

extension ByteCursor {
  package mutating func importedEntity() throws(WasmError) -> Import.Entity {
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
