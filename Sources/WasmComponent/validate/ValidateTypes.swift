// Definitions of types. Spec: Binary.md, Type Definitions.

import WasmModule

extension ComponentValidator {
  /// Defines a type of a component.
  mutating func define(
    _ definition: TypeDefinition, _ source: ItemSource, at offset: Int
  ) throws(WasmError) -> ValidatedDefinition {
    var result = ValidatedDefinition.plain
    let type: TypeReference
    switch definition {
    case .value(let definition): type = .defined(try resolve(definition, at: offset))
    case .function(let definition): type = .function(try resolve(definition, at: offset))
    case .component(let declarations):
      type = .component(try componentType(declarations, at: offset))
    case .instance(let declarations): type = .instance(try instanceType(declarations, at: offset))
    case .resource(let destructor):
      let reference = try resource(destructor, at: offset)
      type = .resource(reference)
      result = .resource(
        ResourceDefinition(resource: reference.resource, destructor: destructor))
    }
    try scope.appendType(type, source, at: offset)
    return result
  }

  private mutating func resource(
    _ destructor: CoreFunctionIndex?, at offset: Int
  ) throws(WasmError) -> ResourceReference {
    guard scope.kind == .component else {
      throw .invalid("resources can only be defined within a concrete component", at: offset)
    }
    if let destructor {
      let type = types.core[try scope.coreFunction(destructor, at: offset)]
      guard type.parameters == [.i32] && type.results.isEmpty else {
        throw .invalid(
          "core function \(destructor) has wrong signature for a destructor: \(type)", at: offset)
      }
    }
    let reference = types.freshResource()
    scope.definedResources.append(reference.resource)
    scope.localResources.insert(reference.resource)
    return reference
  }

  // MARK: Value types and functions

  private mutating func resolve(
    _ definition: DefinedType<ValueTypeReference, ComponentTypeIndex>, at offset: Int
  ) throws(WasmError) -> DefinedTypeID {
    try definition.checkLabels(at: offset)
    let scope = scope
    let type = try definition.mapped { (type) throws(WasmError) in
      try scope.valueType(type, at: offset)
    } resource: { (index) throws(WasmError) in
      try scope.resource(index, at: offset)
    }
    try checkShape(type, at: offset)
    return try types.add(type, at: offset)
  }

  private mutating func checkShape(
    _ type: ResolvedDefinedType, at offset: Int
  ) throws(WasmError) {
    type.eachInner { if $0 == .primitive(.errorContext) { use(.errorContexts, at: offset) } }
    switch type {
    case .primitive(.errorContext): use(.errorContexts, at: offset)
    case .fixedLengthList(_, let length):
      use(.fixedLengthLists, at: offset)
      guard length > 0 else {
        throw .invalid("a list of fixed length must have more than zero elements", at: offset)
      }
    case .stream(let element):
      use(.streams, at: offset)
      try checkElement(element, "stream", at: offset)
      if let element, case .primitive(.char) = types.shape(element) {
        throw .invalid("`stream<char>` is not valid at this time", at: offset)
      }
    case .future(let element):
      use(.futures, at: offset)
      try checkElement(element, "future", at: offset)
    case .map(let key, _):
      use(.maps, at: offset)
      try checkKey(key, at: offset)
    case .primitive, .record, .variant, .list, .tuple, .flags, .enumeration, .option, .result, .own,
      .borrow:
      break
    }
  }

  private func checkElement(
    _ element: ComponentValueType?, _ what: String, at offset: Int
  ) throws(WasmError) {
    if let element, types.facts(element).hasBorrow {
      throw .invalid("the elements of a \(what) cannot contain a `borrow` type", at: offset)
    }
  }

  private func checkKey(_ key: ComponentValueType, at offset: Int) throws(WasmError) {
    switch types.shape(key) {
    case .primitive(.f32), .primitive(.f64), .primitive(.errorContext): break
    case .primitive: return
    default: break
    }
    throw .invalid("the key of a map is a boolean, an integer, a char or a string", at: offset)
  }

  private mutating func resolve(
    _ definition: ComponentFunctionType<ValueTypeReference>, at offset: Int
  ) throws(WasmError) -> FunctionTypeID {
    try checkLabels(
      definition.parameters.map(\.label), "function parameter", "parameter", at: offset)
    let scope = scope
    let type = try definition.mapped { (type) throws(WasmError) in
      try scope.valueType(type, at: offset)
    }
    if let result = type.result, types.facts(result).hasBorrow {
      throw .invalid("function result cannot contain a `borrow` type", at: offset)
    }
    if type.isAsync { use(.asynchronousFunctions, at: offset) }
    for parameter in type.parameters where parameter.value == .primitive(.errorContext) {
      use(.errorContexts, at: offset)
    }
    if type.result == .primitive(.errorContext) { use(.errorContexts, at: offset) }
    return try types.add(type, at: offset)
  }

  // MARK: Component types and instance types

  private mutating func componentType(
    _ declarations: [TypeDeclaration], at offset: Int
  ) throws(WasmError) -> ComponentTypeID {
    open(.componentType)
    try declare(declarations)
    return try finish(close(), at: offset)
  }

  private mutating func instanceType(
    _ declarations: [TypeDeclaration], at offset: Int
  ) throws(WasmError) -> InstanceTypeID {
    open(.instanceType)
    try declare(declarations)
    let scope = close()
    return try types.addInstance(
      scope.exports, resources: scope.definedResources, at: offset)
  }

  private mutating func declare(_ declarations: [TypeDeclaration]) throws(WasmError) {
    for (position, declaration) in declarations.enumerated() {
      let offset = declaration.offset
      let source = ItemSource.definition(position)
      switch declaration.kind {
      case .coreType(let type): try define(type, source, at: offset)
      case .type(let type): _ = try define(type, source, at: offset)
      case .alias(let alias):
        try checkAllowedInType(alias, at: offset)
        try validate(alias, at: offset)
      case .import(let name, let type): _ = try declareImport(name, type, at: offset)
      case .export(let name, let type): try declareExport(name, type, at: offset)
      }
    }
  }

  private func checkAllowedInType(_ alias: Alias, at offset: Int) throws(WasmError) {
    switch alias {
    case .export(_, _, .type), .export(_, _, .instance), .outer(_, _, .type),
      .outer(_, _, .coreType):
      return
    case .export, .coreExport, .outer:
      throw .invalid(
        "aliases in a component or instance type may only refer to types or instances", at: offset)
    }
  }
}

// Labels inside types. Spec: Binary.md, Type Definitions.
extension DefinedType {
  fileprivate func checkLabels(at offset: Int) throws(WasmError) {
    switch self {
    case .record(let fields):
      try requireSome(fields.count, "record type must have at least one field", at: offset)
      try WasmComponent.checkLabels(fields.map(\.label), "record field", "field", at: offset)
    case .variant(let cases):
      try requireSome(cases.count, "variant type must have at least one case", at: offset)
      try WasmComponent.checkLabels(cases.map(\.label), "variant case", "case", at: offset)
    case .tuple(let types):
      try requireSome(types.count, "tuple type must have at least one type", at: offset)
    case .flags(let labels):
      try requireSome(labels.count, "flags must have at least one entry", at: offset)
      guard labels.count <= 32 else { throw .invalid("cannot have more than 32 flags", at: offset) }
      try WasmComponent.checkLabels(labels, "flag", "flag", at: offset)
    case .enumeration(let labels):
      try requireSome(labels.count, "enum type must have at least one case", at: offset)
      try WasmComponent.checkLabels(labels, "enum tag", "tag", at: offset)
    case .primitive, .list, .fixedLengthList, .option, .result, .own, .borrow, .stream, .future,
      .map:
      break
    }
  }

  private func requireSome(
    _ count: Int, _ message: String, at offset: Int
  ) throws(WasmError) {
    if count == 0 { throw .invalid(message, at: offset) }
  }
}

/// Throws unless all labels are in kebab case and no two of them are equal without regard to case.
private func checkLabels(
  _ labels: [String], _ what: String, _ kind: String, at offset: Int
) throws(WasmError) {
  var seen: [Name: String] = [:]
  for label in labels {
    if label.isEmpty { throw .invalid("\(what) name cannot be empty", at: offset) }
    do throws(NameProblem) {
      try label.checkLabel()
    } catch {
      throw .invalid("\(what) name `\(label)` is not in kebab case", at: offset)
    }
    if let previous = seen.updateValue(label, forKey: Name(label.lowercased())) {
      throw .invalid(
        "\(what) name `\(label)` conflicts with previous \(kind) name `\(previous)`", at: offset)
    }
  }
}
