// Sections 3, 4, 5, 6 and 13: functions' types, tables, memories, globals, tags. Spec: Binary Format, Modules.

extension ModuleDecoder {
  mutating func decodeFunctionSection(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try cursor.count(of: "functions", limit: ImplementationLimits.functions)
    module.functions.reserve(count)
    for _ in 0..<count {
      let offset = cursor.position
      let type = TypeIndex(try cursor.u32())
      try checkRoom(forFunctionAt: offset)
      module.functions.append(Module.Function(type: type, body: nil, origin: offset))
    }
  }

  mutating func decodeTableSection(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try cursor.count(of: "tables", limit: ImplementationLimits.tables, entryBytes: 3)
    for _ in 0..<count {
      let offset = cursor.position
      let hasInitializer = cursor.peek() == 0x40
      if hasInitializer {
        _ = try cursor.byte()
        let zeroOffset = cursor.position
        guard try cursor.byte() == 0 else { throw .malformed("zero byte expected", at: zeroOffset) }
      }
      let type = try cursor.tableType()
      try checkRoom(forTableAt: offset)
      let initializer = hasInitializer ? try constantExpression(&cursor) : nil
      module.tables.append(Module.Table(type: type, initializer: initializer, origin: offset))
    }
  }

  mutating func decodeMemorySection(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try cursor.count(
      of: "memories", limit: ImplementationLimits.memories, entryBytes: 2)
    for _ in 0..<count {
      let offset = cursor.position
      let type = try cursor.memoryType()
      try checkRoom(forMemoryAt: offset)
      module.memories.append(Module.Memory(type: type, origin: offset))
    }
  }

  mutating func decodeGlobalSection(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try cursor.count(of: "globals", limit: ImplementationLimits.globals, entryBytes: 3)
    module.globals.reserve(count)
    for _ in 0..<count {
      let offset = cursor.position
      let type = try cursor.globalType()
      try checkRoom(forGlobalAt: offset)
      let initializer = try constantExpression(&cursor)
      module.globals.append(Module.Global(type: type, initializer: initializer, origin: offset))
    }
  }

  mutating func decodeTagSection(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try cursor.count(of: "tags", limit: ImplementationLimits.tags, entryBytes: 2)
    for _ in 0..<count {
      let offset = cursor.position
      let type = try cursor.tagType()
      try checkRoom(forTagAt: offset)
      module.tags.append(Module.Tag(type: type, origin: offset))
    }
  }
}

// Limits of the index spaces, which hold for imports and definitions together.
extension ModuleDecoder {
  func checkRoom(forFunctionAt offset: Int) throws(WasmError) {
    try checkRoom(module.functions.count, "functions", ImplementationLimits.functions, offset)
  }

  func checkRoom(forTableAt offset: Int) throws(WasmError) {
    try checkRoom(module.tables.count, "tables", ImplementationLimits.tables, offset)
  }

  func checkRoom(forMemoryAt offset: Int) throws(WasmError) {
    try checkRoom(module.memories.count, "memories", ImplementationLimits.memories, offset)
  }

  func checkRoom(forGlobalAt offset: Int) throws(WasmError) {
    try checkRoom(module.globals.count, "globals", ImplementationLimits.globals, offset)
  }

  func checkRoom(forTagAt offset: Int) throws(WasmError) {
    try checkRoom(module.tags.count, "tags", ImplementationLimits.tags, offset)
  }

  private func checkRoom(
    _ count: Int, _ what: String, _ limit: Int, _ offset: Int
  ) throws(WasmError) {
    if count >= limit { throw .limit(what, limit, at: offset) }
  }
}
