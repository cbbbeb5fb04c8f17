// Which types imports and exports may refer to: records, variants, enums, flags and resources only by a name that is
// imported or exported before. Spec: Explainer.md, External Visibility of Types.

import WasmModule

/// The types that a scope's imports may refer to, and those that its exports may.
struct VisibleTypes: Sendable {
  var imported: Set<TypeReference> = []
  var exported: Set<TypeReference> = []
  /// While an instance type is checked: the types that it exported so far.
  private var inner: Set<TypeReference> = []

  private func contains(_ type: TypeReference, _ direction: ExternDirection) -> Bool {
    if inner.contains(type) { return true }
    switch direction {
    case .import: return imported.contains(type)
    case .export: return exported.contains(type)
    }
  }

  /// What is imported may be exported too.
  private mutating func insert(_ type: TypeReference, _ direction: ExternDirection) {
    if direction == .import { imported.insert(type) }
    exported.insert(type)
  }

  /// Makes the types of an import or export visible. Returns false if it refers to one that is not.
  mutating func register(
    _ type: ExternType, _ direction: ExternDirection, _ types: ComponentTypes
  ) -> Bool {
    switch type {
    case .type(let reference):
      defer { inner = [] }
      guard isNamed(inside: reference, direction, types) else { return false }
      return name(reference, direction, types)
    case .instance(let id):
      for item in types[id].exports.items where !register(item.type, direction, types) {
        return false
      }
      return true
    case .function(let id): return isNamed(inside: types[id].type, direction, types)
    // Both are closed: what they refer to was checked where they were made.
    case .component, .coreModule: return true
    }
  }

  /// Makes a name of a type visible. Returns false if an import names a type that so far only an export has named.
  private mutating func name(
    _ type: TypeReference, _ direction: ExternDirection, _ types: ComponentTypes
  ) -> Bool {
    if direction == .import, let origin = types.origin(of: type), exported.contains(origin),
      !imported.contains(origin)
    {
      return false
    }
    insert(type, direction)
    return true
  }

  private mutating func isNamed(
    inside type: TypeReference, _ direction: ExternDirection, _ types: ComponentTypes
  ) -> Bool {
    switch type {
    // The name is what the import or export is about to give.
    case .resource, .component: return true
    case .defined(let id): return isNamed(inside: types[id].type, direction, types)
    case .function(let id): return isNamed(inside: types[id].type, direction, types)
    case .instance(let id):
      for item in types[id].exports.items {
        guard isNamed(insideExport: item.type, direction, types) else { return false }
      }
      return true
    }
  }

  /// Checks an export of an instance type, which may use the types that were exported before it.
  private mutating func isNamed(
    insideExport type: ExternType, _ direction: ExternDirection, _ types: ComponentTypes
  ) -> Bool {
    switch type {
    case .type(let type):
      guard isNamed(inside: type, direction, types) else { return false }
      inner.insert(type)
      return true
    case .function(let id): return isNamed(inside: types[id].type, direction, types)
    case .instance(let id): return isNamed(inside: .instance(id), direction, types)
    case .component, .coreModule: return true
    }
  }

  private func isNamed(
    inside type: ResolvedFunctionType, _ direction: ExternDirection, _ types: ComponentTypes
  ) -> Bool {
    if let result = type.result, !isNamed(result, direction, types) { return false }
    return type.parameters.allSatisfy { isNamed($0.value, direction, types) }
  }

  private func isNamed(
    inside type: ResolvedDefinedType, _ direction: ExternDirection, _ types: ComponentTypes
  ) -> Bool {
    switch type {
    case .own(let resource), .borrow(let resource):
      return contains(.resource(resource), direction)
    default:
      var isNamed = true
      type.eachInner { isNamed = isNamed && self.isNamed($0, direction, types) }
      return isNamed
    }
  }

  private func isNamed(
    _ type: ComponentValueType, _ direction: ExternDirection, _ types: ComponentTypes
  ) -> Bool {
    guard case .defined(let id) = type else { return true }
    switch types[id].type {
    case .record, .variant, .flags, .enumeration: return contains(.defined(id), direction)
    case .primitive, .list, .fixedLengthList, .tuple, .option, .result, .own, .borrow, .stream,
      .future, .map:
      return isNamed(inside: types[id].type, direction, types)
    }
  }
}

enum ExternDirection: Sendable {
  case `import`, export

  var name: String {
    switch self {
    case .import: "import"
    case .export: "export"
    }
  }
}
