// Section 9: element segments in their eight forms. Spec: Binary Format, Element Section.
//
// Bit 0 of the flags: passive or declarative; bit 1: an explicit table, or declarative; bit 2: items
// are expressions instead of function indices.

extension ModuleDecoder {
  mutating func decodeElementSection(_ cursor: inout ByteCursor) throws(WasmError) {
    let limit = ImplementationLimits.elementSegments
    let count = try cursor.count(of: "element segments", limit: limit, entryBytes: 2)
    for _ in 0..<count {
      module.elements.append(try elementSegment(&cursor))
    }
  }

  private mutating func elementSegment(
    _ cursor: inout ByteCursor
  ) throws(WasmError) -> ElementSegment {
    let offset = cursor.position
    let flags = try cursor.u32()
    guard flags < 8 else { throw .malformed("malformed elements segment kind", at: offset) }
    let isActive = flags & 1 == 0
    let isExplicit = flags & 2 != 0
    let hasExpressions = flags & 4 != 0

    let mode: ElementSegment.Mode
    if isActive {
      let table = TableIndex(isExplicit ? try cursor.u32() : 0)
      mode = .active(table: table, offset: try constantExpression(&cursor))
    } else {
      mode = isExplicit ? .declarative : .passive
    }
    let hasType = !isActive || isExplicit
    let type = try elementType(&cursor, hasType: hasType, hasExpressions: hasExpressions)
    let items = try hasExpressions ? expressionItems(&cursor) : functionItems(&cursor)
    return ElementSegment(mode: mode, type: type, items: items, origin: offset)
  }

  /// Without an explicit type it is funcref if the items are expressions, and (ref func) if they are function indices.
  private func elementType(
    _ cursor: inout ByteCursor, hasType: Bool, hasExpressions: Bool
  ) throws(WasmError) -> ReferenceType {
    let functions = ReferenceType(isNullable: false, heap: .function)
    guard hasType else { return hasExpressions ? .funcref : functions }
    if hasExpressions { return try cursor.referenceType() }
    let offset = cursor.position
    guard try cursor.byte() == 0 else { throw .malformed("malformed element kind", at: offset) }
    return functions
  }

  private func functionItems(_ cursor: inout ByteCursor) throws(WasmError) -> ElementSegment.Items {
    let count = try cursor.count(of: "elements", limit: ImplementationLimits.elementItems)
    var indexes: [FunctionIndex] = []
    indexes.reserveCapacity(count)
    for _ in 0..<count { indexes.append(FunctionIndex(try cursor.u32())) }
    return .functions(indexes)
  }

  private mutating func expressionItems(
    _ cursor: inout ByteCursor
  ) throws(WasmError) -> ElementSegment.Items {
    let limit = ImplementationLimits.elementItems
    let count = try cursor.count(of: "elements", limit: limit, entryBytes: 2)
    var expressions: [ConstantExpression] = []
    expressions.reserveCapacity(count)
    for _ in 0..<count { expressions.append(try constantExpression(&cursor)) }
    return .expressions(expressions)
  }
}
