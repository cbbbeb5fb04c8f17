// Section 11: data segments; their bytes stay in the file. Spec: Binary Format, Data Section.

extension ModuleDecoder {
  mutating func decodeDataSection(_ cursor: inout ByteCursor) throws(WasmError) {
    hasDataSection = true
    let offset = cursor.position
    let limit = ImplementationLimits.dataSegments
    let count = try cursor.count(of: "data segments", limit: limit, entryBytes: 2)
    if let declared = module.declaredDataCount, declared != count {
      throw .malformed(
        "data count and data section have inconsistent lengths: \(declared) and \(count)",
        at: offset)
    }
    for _ in 0..<count {
      let origin = cursor.position
      let mode = try dataMode(&cursor)
      let offset = cursor.position
      let length = Int(try cursor.u32())
      guard length <= cursor.remaining else {
        throw .malformed("unexpected end: a segment of \(length) bytes does not fit", at: offset)
      }
      let start = cursor.position
      try cursor.skip(length)
      module.data.append(
        DataSegment(mode: mode, range: start..<cursor.position, origin: origin))
    }
  }

  private mutating func dataMode(_ cursor: inout ByteCursor) throws(WasmError) -> DataSegment.Mode {
    let offset = cursor.position
    switch try cursor.u32() {
    case 0: return .active(memory: MemoryIndex(0), offset: try constantExpression(&cursor))
    case 1: return .passive
    case 2:
      let memory = MemoryIndex(try cursor.u32())
      return .active(memory: memory, offset: try constantExpression(&cursor))
    default: throw .malformed("malformed data segment kind", at: offset)
    }
  }
}
