// Section 1: types, alone or in recursion groups. Of composite types, only function types are supported. Spec: Binary
// Format, Type Section; Validation, Rolling and Unrolling.
//
// Output: `types` with their groups and canonical indices. Groups are compared structurally: references inside a group
// by position, references to earlier types by their canonical index.

extension ModuleDecoder {
  mutating func decodeTypeSection(_ cursor: inout ByteCursor) throws(WasmError) {
    let groups = try cursor.count(of: "types", limit: ImplementationLimits.types)
    module.types.reserve(groups)
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
      guard group.end <= ImplementationLimits.types else {
        throw .limit("types", ImplementationLimits.types, at: cursor.position)
      }
      finish(group)
    }
  }

  /// The canonical type is the type itself, until its whole group is known.
  private mutating func decodeSubtype(
    _ cursor: inout ByteCursor, _ group: inout TypeGroup
  ) throws(WasmError) {
    let type = try subtype(&cursor, group)
    extendKey(of: &group, with: type)
    let indices = TypeIndex(position: group.first)..<TypeIndex(position: group.end)
    module.types.append(
      Module.DefinedType(subtype: type, group: indices, canonical: module.types.endIndex))
  }

  private func subtype(
    _ cursor: inout ByteCursor, _ group: TypeGroup
  ) throws(WasmError) -> SubType {
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
    let composite = try compositeType(&cursor, group)
    return SubType(isFinal: isFinal, supertypes: [], composite: composite)
  }

  private func extendKey(of group: inout TypeGroup, with type: SubType) {
    let types = module.types
    group.key.append(type, first: group.first) { types[$0].canonical.raw }
  }

  private func compositeType(
    _ cursor: inout ByteCursor, _ group: TypeGroup
  ) throws(WasmError) -> CompositeType {
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
    return .function(FunctionType(parameters: parameters, results: results))
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
    guard let first = recursionGroups[group.key] else {
      recursionGroups[group.key] = group.first
      return
    }
    for position in 0..<group.end - group.first {
      module.types[TypeIndex(position: group.first + position)].canonical =
        TypeIndex(position: first + position)
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
