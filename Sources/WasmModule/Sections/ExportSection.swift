// Sections 7 and 8: exports and the start function. Spec: Binary Format, Export Section and Start Section.

extension ModuleDecoder {
  mutating func decodeExportSection(_ cursor: inout ByteCursor) throws(WasmError) {
    let limit = ImplementationLimits.exports
    let count = try cursor.count(of: "exports", limit: limit, entryBytes: 3)
    module.exports.reserveCapacity(count)
    var names = Set<Name>(minimumCapacity: count)
    for _ in 0..<count {
      let offset = cursor.position
      let name = try cursor.name()
      // Names are equal if their bytes are. Swift compares strings by canonical equivalence.
      guard names.insert(name).inserted else {
        throw .invalid("duplicate export name \"\(name)\"", at: offset)
      }
      module.exports.append(
        Export(name: name, entity: try exportedEntity(&cursor), origin: offset))
    }
  }

  private func exportedEntity(_ cursor: inout ByteCursor) throws(WasmError) -> Export.Entity {
    let offset = cursor.position
    let kind = try cursor.byte()
    let index = try cursor.u32()
    switch kind {
    case 0: return .function(FunctionIndex(index))
    case 1: return .table(TableIndex(index))
    case 2: return .memory(MemoryIndex(index))
    case 3: return .global(GlobalIndex(index))
    case 4: return .tag(TagIndex(index))
    default: throw .malformed("malformed export kind \(kind)", at: offset)
    }
  }

  mutating func decodeStartSection(_ cursor: inout ByteCursor) throws(WasmError) {
    module.startOrigin = cursor.position
    module.start = FunctionIndex(try cursor.u32())
  }
}
