// Sections 3, 4, 5, 6 and 13: functions' types, tables, memories, globals, tags. Spec: 5.5.6 to 5.5.9.

extension ModuleDecoder {
  mutating func decodeFunctionSection(_ cursor: inout ByteCursor) throws(WasmError) {
    definedFunctionCount = try cursor.count(of: "functions", limit: ImplementationLimits.functions)
    module.functions.reserveCapacity(module.functions.count + definedFunctionCount)
    for _ in 0..<definedFunctionCount {
      let offset = cursor.position
      try add(function: TypeIndex(try cursor.u32()), at: offset)
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
      try add(table: try cursor.tableType(), at: offset)
      module.tableInitializers.append(hasInitializer ? try constantExpression(&cursor) : nil)
    }
  }

  mutating func decodeMemorySection(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try cursor.count(
      of: "memories", limit: ImplementationLimits.memories, entryBytes: 2)
    for _ in 0..<count {
      let offset = cursor.position
      try add(memory: try cursor.memoryType(), at: offset)
    }
  }

  mutating func decodeGlobalSection(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try cursor.count(of: "globals", limit: ImplementationLimits.globals, entryBytes: 3)
    module.globalInitializers.reserveCapacity(count)
    for _ in 0..<count {
      let offset = cursor.position
      try add(global: try cursor.globalType(), at: offset)
      module.globalInitializers.append(try constantExpression(&cursor))
    }
  }

  mutating func decodeTagSection(_ cursor: inout ByteCursor) throws(WasmError) {
    let count = try cursor.count(of: "tags", limit: ImplementationLimits.tags, entryBytes: 2)
    for _ in 0..<count {
      let offset = cursor.position
      try add(tag: try cursor.tagType(), at: offset)
    }
  }
}
