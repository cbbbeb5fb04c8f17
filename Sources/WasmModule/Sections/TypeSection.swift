// Section 1: function types, alone or in recursion groups. Spec: 5.5.4 and 3.1.2 (rolling).
//
// Output: `types` and `canonicalTypes`. Groups are compared structurally: references inside a group
// by position, references to earlier types by their canonical index.

extension ModuleDecoder {
  mutating func decodeTypeSection(_ cursor: inout ByteCursor) throws(WasmError) {
    let groups = try cursor.count(of: "types", limit: ImplementationLimits.types)
    for _ in 0..<groups {
      var group = TypeGroup(first: module.types.count)
      if cursor.peek() == 0x4e {
        _ = try cursor.byte()
        let count = try cursor.count(of: "types in a group", limit: ImplementationLimits.types)
        group.end = group.first + count
        for _ in 0..<count { try decodeSubtype(&cursor, &group) }
      } else {
        group.end = group.first + 1
        try decodeSubtype(&cursor, &group)
      }
      guard module.types.count <= ImplementationLimits.types else {
        throw .limit("types", ImplementationLimits.types, at: cursor.position)
      }
      finish(group)
    }
  }

  private mutating func decodeSubtype(
    _ cursor: inout ByteCursor, _ group: inout TypeGroup
  ) throws(WasmError) {
    let offset = cursor.position
    let form = cursor.peek()
    var isFinal = true
    if form == 0x50 || form == 0x4f {
      _ = try cursor.byte()
      isFinal = form == 0x4f
      let supertypes = try cursor.count(of: "supertypes", limit: ImplementationLimits.types)
      if supertypes > 0 {
        throw .unsupported(.garbageCollection, "declared supertypes", at: offset)
      }
    }
    module.typeIsFinal.append(isFinal)
    let type = try functionType(&cursor, group)
    let canonical = module.canonicalTypes
    group.key.append(type, isFinal: isFinal, first: group.first) { canonical[$0.int].raw }
    module.types.append(type)
  }

  private func functionType(
    _ cursor: inout ByteCursor, _ group: TypeGroup
  ) throws(WasmError) -> FunctionType {
    let offset = cursor.position
    let form = try cursor.byte()
    switch form {
    case 0x60: break
    case 0x5f: throw .unsupported(.garbageCollection, "struct type", at: offset)
    case 0x5e: throw .unsupported(.garbageCollection, "array type", at: offset)
    case 0x5d: throw .unsupported(.stackSwitching, "continuation type", at: offset)
    case 0x4c, 0x4d: throw .unsupported(.customDescriptors, "descriptor type", at: offset)
    case 0x65: throw .unsupported(.threads, "shared type", at: offset)
    default: throw .malformed("malformed type form 0x\(String(form, radix: 16))", at: offset)
    }
    let parameters = try valueTypes(
      &cursor, group, "parameters", limit: ImplementationLimits.parameters)
    let results = try valueTypes(&cursor, group, "results", limit: ImplementationLimits.results)
    return FunctionType(parameters: parameters, results: results)
  }

  private func valueTypes(
    _ cursor: inout ByteCursor, _ group: TypeGroup, _ what: String, limit: Int
  ) throws(WasmError) -> [ValueType] {
    let count = try cursor.count(of: what, limit: limit)
    var types: [ValueType] = []
    types.reserveCapacity(count)
    for _ in 0..<count {
      let offset = cursor.position
      let type = try cursor.valueType()
      if case .reference(let reference) = type, case .concrete(let index) = reference.heap {
        guard index.int < group.end else { throw .invalid("unknown type \(index)", at: offset) }
      }
      types.append(type)
    }
    return types
  }

  private mutating func finish(_ group: TypeGroup) {
    let first = UInt32(truncatingIfNeeded: group.first)
    let canonical = recursionGroups[group.key] ?? first
    if canonical == first { recursionGroups[group.key] = first }
    for position in 0..<UInt32(truncatingIfNeeded: group.end - group.first) {
      module.canonicalTypes.append(TypeIndex(canonical + position))
      module.recursionGroups.append(group.first..<group.end)
    }
  }
}

struct TypeGroup {
  /// Indices of the group's types: first..<end.
  let first: Int
  var end = 0
  var key = TypeGroupKey()

  init(first: Int) { self.first = first }
}
