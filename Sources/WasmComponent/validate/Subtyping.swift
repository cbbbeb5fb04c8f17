// Whether an item of one type may be given where another type is wanted. Spec: Subtyping.md; Explainer.md, Type
// Checking.
//
// Value types and functions must be equal, names of parameters included. An instance may export more than is wanted. A
// component may import less and export more. A resource that the wanted side binds stands for the one that the found
// side has in its place.

import WasmModule

/// Why a type does not match: the innermost difference, and the parts of the type that it is in.
struct TypeMismatch: Error {
  let text: String
  /// The comparison took more steps than the file may cause.
  var isLimit = false
  /// The outermost import or export that does not match.
  var item: String?

  func inside(_ place: String) -> TypeMismatch {
    isLimit ? self : TypeMismatch(text: "\(text), in \(place)", item: item)
  }

  func inside(_ what: String, named name: String) -> TypeMismatch {
    isLimit ? self : TypeMismatch(text: "\(text), in \(what) `\(name)`", item: name)
  }
}

struct Subtyping {
  private let types: ComponentTypes
  private(set) var steps = 0
  private let mostSteps: Int
  /// What the resources that each side binds stand for.
  private var found = ResourceBindings()
  private var wanted = ResourceBindings()
  /// Pairs of value types that are equal as long as no more resources are bound.
  private var equal: Set<ValuePair> = []

  private struct ValuePair: Hashable {
    let found: DefinedTypeID
    let wanted: DefinedTypeID
  }

  init(_ types: ComponentTypes) {
    self.types = types
    mostSteps = types.remainingSteps
  }

  private mutating func step() throws(TypeMismatch) {
    steps += 1
    if steps > mostSteps { throw TypeMismatch(text: "", isLimit: true) }
  }

  // MARK: Items

  /// Compares what is given with imports, or what is exported with exports.
  /// - Parameters:
  ///   - items: What is wanted.
  ///   - bound: The resources in their types that stand for those that are given.
  /// - Returns: What each of `bound` stands for.
  mutating func match(
    _ given: (String) -> ExternType?, with items: ExternList, binding bound: [ResourceID],
    as what: String
  ) throws(TypeMismatch) -> [ResourceID: ResourceID] {
    if !bound.isEmpty {
      wanted.open(bound)
      equal = []
      for item in items.items {
        if let type = given(item.name) { try bind(type, item.type) }
      }
    }
    for item in items.items {
      guard let type = given(item.name) else {
        throw TypeMismatch(text: "missing \(what) named `\(item.name)`", item: item.name)
      }
      do throws(TypeMismatch) {
        try match(type, item.type)
      } catch {
        throw error.inside(what, named: item.name)
      }
    }
    var result: [ResourceID: ResourceID] = [:]
    for resource in bound { result[resource] = wanted.resolve(resource) }
    return result
  }

  /// Binds the resources that the wanted type introduces.
  private mutating func bind(_ type: ExternType, _ item: ExternType) throws(TypeMismatch) {
    try step()
    switch (type, item) {
    case (.type(.resource(let given)), .type(.resource(let variable))):
      wanted.bind(variable.resource, to: found.resolve(given.resource))
    case (.instance(let given), .instance(let pattern)):
      guard types[pattern].facts.hasResource else { return }
      let exports = types[given].exports
      for item in types[pattern].exports.items {
        if let type = exports[item.name] { try bind(type, item.type) }
      }
    default: break
    }
  }

  mutating func match(_ type: ExternType, _ wantedType: ExternType) throws(TypeMismatch) {
    try step()
    switch (type, wantedType) {
    case (.coreModule(let given), .coreModule(let wanted)): try match(given, wanted)
    case (.function(let given), .function(let wanted)): try match(given, wanted)
    case (.type(let given), .type(let wanted)): try match(given, wanted)
    case (.instance(let given), .instance(let wanted)): try match(given, wanted)
    case (.component(let given), .component(let wanted)): try match(given, wanted)
    default: throw TypeMismatch(text: "expected \(wantedType.sort), found \(type.sort)")
    }
  }

  private mutating func match(
    _ type: TypeReference, _ wantedType: TypeReference
  ) throws(TypeMismatch) {
    switch (type, wantedType) {
    case (.resource(let given), .resource(let wanted)): try match(given, wanted)
    case (.defined(let given), .defined(let wanted)):
      try match(ComponentValueType.defined(given), ComponentValueType.defined(wanted))
    case (.function(let given), .function(let wanted)): try match(given, wanted)
    case (.instance(let given), .instance(let wanted)): try match(given, wanted)
    case (.component(let given), .component(let wanted)): try match(given, wanted)
    default: throw TypeMismatch(text: "expected \(wantedType.kind), found \(type.kind)")
    }
  }

  private func match(
    _ given: ResourceReference, _ expected: ResourceReference
  ) throws(TypeMismatch) {
    if found.resolve(given.resource) != wanted.resolve(expected.resource) {
      throw TypeMismatch(text: "resource types are not the same")
    }
  }

  private mutating func match(
    _ type: InstanceTypeID, _ wantedType: InstanceTypeID
  ) throws(TypeMismatch) {
    let expected = types[wantedType]
    if type == wantedType && !expected.facts.hasResource { return }
    let exports = types[type].exports
    found.close(types[type].resources)
    _ = try match(
      { exports[$0] }, with: expected.exports, binding: expected.resources, as: "export")
  }

  private mutating func match(
    _ type: ComponentTypeID, _ wantedType: ComponentTypeID
  ) throws(TypeMismatch) {
    let given = types[type]
    let expected = types[wantedType]
    found.close(given.definedResources)
    wanted.close(expected.importedResources)
    equal = []
    // The imports of the wanted type are what the given component will get.
    let imports = expected.imports
    swapSides()
    do throws(TypeMismatch) {
      _ = try match(
        { imports[$0] }, with: given.imports, binding: given.importedResources, as: "import")
    } catch {
      swapSides()
      throw error
    }
    swapSides()
    let exports = given.exports
    _ = try match(
      { exports[$0] }, with: expected.exports, binding: expected.definedResources, as: "export")
  }

  private mutating func swapSides() {
    swap(&found, &wanted)
    equal = []
  }
}

// Functions and value types.
extension Subtyping {
  private mutating func match(
    _ type: FunctionTypeID, _ wantedType: FunctionTypeID
  ) throws(TypeMismatch) {
    let given = types[type].type
    let expected = types[wantedType].type
    if given.isAsync != expected.isAsync {
      throw TypeMismatch(
        text: expected.isAsync
          ? "expected an async function, found one that is not"
          : "expected a function that is not async, found an async one")
    }
    if given.parameters.count != expected.parameters.count {
      throw TypeMismatch(
        text: "expected \(expected.parameters.count) parameters, found \(given.parameters.count)")
    }
    for (given, expected) in zip(given.parameters, expected.parameters) {
      if given.label != expected.label {
        throw TypeMismatch(
          text: "expected parameter named `\(expected.label)`, found `\(given.label)`")
      }
      try match(given.value, expected.value, in: "parameter `\(given.label)`")
    }
    try match(given.result, expected.result, "a result", in: "the result")
  }

  private mutating func match(
    _ type: ComponentValueType, _ wantedType: ComponentValueType,
    in place: @autoclosure () -> String
  ) throws(TypeMismatch) {
    do throws(TypeMismatch) {
      try match(type, wantedType)
    } catch {
      throw error.inside(place())
    }
  }

  private mutating func match(
    _ type: ComponentValueType?, _ wantedType: ComponentValueType?, _ what: String,
    in place: @autoclosure () -> String
  ) throws(TypeMismatch) {
    switch (type, wantedType) {
    case (nil, nil): break
    case (.some(let type), .some(let wanted)): try match(type, wanted, in: place())
    case (.some, nil): throw TypeMismatch(text: "expected \(what) to not be present")
    case (nil, .some): throw TypeMismatch(text: "expected \(what), found none")
    }
  }

  private mutating func match(
    _ type: ComponentValueType, _ wantedType: ComponentValueType
  ) throws(TypeMismatch) {
    try step()
    guard case .defined(let given) = type, case .defined(let expected) = wantedType else {
      return try match(types.shape(type), types.shape(wantedType))
    }
    let pair = ValuePair(found: types[given].original, wanted: types[expected].original)
    if pair.found == pair.wanted && !types[given].facts.hasResource { return }
    if equal.contains(pair) { return }
    try match(types[given].type, types[expected].type)
    equal.insert(pair)
  }

  private mutating func match(
    _ type: ResolvedDefinedType, _ wantedType: ResolvedDefinedType
  ) throws(TypeMismatch) {
    switch (type, wantedType) {
    case (.primitive(let given), .primitive(let wanted)):
      if given != wanted { throw TypeMismatch(text: "expected \(wanted), found \(given)") }
    case (.record(let given), .record(let wanted)): try match(given, wanted)
    case (.variant(let given), .variant(let wanted)): try match(given, wanted)
    case (.tuple(let given), .tuple(let wanted)): try match(given, wanted)
    case (.flags(let given), .flags(let wanted)):
      if given != wanted { throw TypeMismatch(text: "mismatch in flags elements") }
    case (.enumeration(let given), .enumeration(let wanted)):
      if given != wanted { throw TypeMismatch(text: "mismatch in enum elements") }
    case (.list(let given), .list(let wanted)), (.option(let given), .option(let wanted)):
      try match(given, wanted)
    case (.fixedLengthList(let given, let length), .fixedLengthList(let wanted, let wantedLength)):
      if length != wantedLength {
        throw TypeMismatch(text: "expected a list of \(wantedLength) elements, found \(length)")
      }
      try match(given, wanted)
    case (.result(let ok, let error), .result(let wantedOk, let wantedError)):
      try match(ok, wantedOk, "an ok type", in: "ok variant")
      try match(error, wantedError, "an error type", in: "error variant")
    case (.own(let given), .own(let wanted)), (.borrow(let given), .borrow(let wanted)):
      try match(given, wanted)
    case (.stream(let given), .stream(let wanted)), (.future(let given), .future(let wanted)):
      try match(given, wanted, "a type of elements", in: "elements")
    case (.map(let key, let value), .map(let wantedKey, let wantedValue)):
      try match(key, wantedKey, in: "key")
      try match(value, wantedValue, in: "value")
    default: throw TypeMismatch(text: "expected \(wantedType.kind), found \(type.kind)")
    }
  }

  private mutating func match(
    _ given: [Labelled<ComponentValueType>], _ wanted: [Labelled<ComponentValueType>]
  ) throws(TypeMismatch) {
    if given.count != wanted.count {
      throw TypeMismatch(text: "expected \(wanted.count) fields, found \(given.count)")
    }
    for (given, wanted) in zip(given, wanted) {
      if given.label != wanted.label {
        throw TypeMismatch(text: "expected field name `\(wanted.label)`, found `\(given.label)`")
      }
      try match(given.value, wanted.value, in: "record field `\(wanted.label)`")
    }
  }

  private mutating func match(
    _ given: [Labelled<ComponentValueType?>], _ wanted: [Labelled<ComponentValueType?>]
  ) throws(TypeMismatch) {
    if given.count != wanted.count {
      throw TypeMismatch(text: "expected \(wanted.count) cases, found \(given.count)")
    }
    for (given, wanted) in zip(given, wanted) {
      if given.label != wanted.label {
        throw TypeMismatch(text: "expected case named `\(wanted.label)`, found `\(given.label)`")
      }
      try match(
        given.value, wanted.value, "a type of case `\(wanted.label)`",
        in: "variant case `\(wanted.label)`")
    }
  }

  private mutating func match(
    _ given: [ComponentValueType], _ wanted: [ComponentValueType]
  ) throws(TypeMismatch) {
    if given.count != wanted.count {
      throw TypeMismatch(text: "expected \(wanted.count) types, found \(given.count)")
    }
    for (position, (given, wanted)) in zip(given, wanted).enumerated() {
      try match(given, wanted, in: "tuple field \(position)")
    }
  }
}

// Core modules: imports the other way round. Names are compared with both of their parts.
extension Subtyping {
  private mutating func match(
    _ type: CoreModuleTypeID, _ wantedType: CoreModuleTypeID
  ) throws(TypeMismatch) {
    if type == wantedType { return }
    let given = types[type]
    let expected = types[wantedType]
    for item in given.imports {
      try step()
      guard let provided = expected.importType(item.module, item.name) else {
        throw TypeMismatch(text: "missing expected import `\(item.module)::\(item.name)`")
      }
      if let mismatch = provided.mismatch(with: item.type, types.core) {
        throw TypeMismatch(text: mismatch).inside("import `\(item.module)::\(item.name)`")
      }
    }
    for item in expected.exports {
      try step()
      guard let provided = given.export(named: item.name) else {
        throw TypeMismatch(text: "missing expected export `\(item.name)`")
      }
      if let mismatch = provided.mismatch(with: item.type, types.core) {
        throw TypeMismatch(text: mismatch).inside("export `\(item.name)`")
      }
    }
  }
}

/// Resources that one side of a comparison binds, and what they stand for.
private struct ResourceBindings {
  private var values: [ResourceID: ResourceID] = [:]
  private var open: Set<ResourceID> = []

  /// Lets `bind` say anew what resources stand for. Another use of the same type may have bound them before.
  mutating func open(_ resources: [ResourceID]) {
    for resource in resources {
      values[resource] = nil
      open.insert(resource)
    }
  }

  /// Makes resources stand for themselves, whatever another use of the same type bound them to.
  mutating func close(_ resources: [ResourceID]) {
    for resource in resources {
      values[resource] = nil
      open.remove(resource)
    }
  }

  /// The first use of a resource says what it stands for.
  mutating func bind(_ resource: ResourceID, to value: ResourceID) {
    guard open.contains(resource), values[resource] == nil else { return }
    values[resource] = value
  }

  func resolve(_ resource: ResourceID) -> ResourceID { values[resource] ?? resource }
}

extension TypeReference {
  var kind: String {
    switch self {
    case .resource: "resource"
    case .defined: "defined type"
    case .function: "function type"
    case .instance: "instance type"
    case .component: "component type"
    }
  }
}

extension DefinedType {
  /// The name of the shape, for messages.
  var kind: String {
    switch self {
    case .primitive(let type): type.description
    case .record: "record"
    case .variant: "variant"
    case .list: "list"
    case .fixedLengthList: "list of fixed length"
    case .tuple: "tuple"
    case .flags: "flags"
    case .enumeration: "enum"
    case .option: "option"
    case .result: "result"
    case .own: "own"
    case .borrow: "borrow"
    case .stream: "stream"
    case .future: "future"
    case .map: "map"
    }
  }
}
