// All types of a file that validation resolved, by number.
//
// Bounds the work that a file can cause: how large and how deep a type is, how many parts all types have, and how many
// steps it takes to compare them. A small file can otherwise describe a type whose size is exponential in the file's.

import WasmModule

/// The types of a file. Each has a number, and `self[number]` gives its row.
public struct ComponentTypes: Sendable {
  private(set) var definedRows: [DefinedTypeRow] = []
  private(set) var functionRows: [FunctionTypeRow] = []
  private(set) var instanceRows: [InstanceType] = []
  private(set) var componentRows: [ComponentType] = []
  private(set) var moduleRows: [CoreModuleType] = []
  public internal(set) var core = CoreTypes()
  private var resources: UInt32 = 0
  /// For each name of a resource: the name that an import or export replaced. Nil for the first name of the resource.
  private var nameOrigins: [UInt32?] = []
  /// The same for other types.
  private var origins: [TypeReference: TypeReference] = [:]
  private var parts = 0
  private var steps = 0

  public subscript(id: DefinedTypeID) -> DefinedTypeRow { definedRows[id.int] }
  public subscript(id: FunctionTypeID) -> FunctionTypeRow { functionRows[id.int] }
  public subscript(id: InstanceTypeID) -> InstanceType { instanceRows[id.int] }
  public subscript(id: ComponentTypeID) -> ComponentType { componentRows[id.int] }
  public subscript(id: CoreModuleTypeID) -> CoreModuleType { moduleRows[id.int] }

  /// The shape of a value type: a primitive type is the same whether it has a number or not.
  public func shape(_ type: ComponentValueType) -> ResolvedDefinedType {
    switch type {
    case .primitive(let type): .primitive(type)
    case .defined(let id): self[id].type
    }
  }

  /// How a value of the type lies in memory, and its core values outside of memory.
  public func layout(_ type: ComponentValueType) -> ValueLayout {
    switch type {
    case .primitive(let type): ValueLayout(type)
    case .defined(let id): self[id].layout
    }
  }

  func facts(_ type: ComponentValueType) -> TypeFacts {
    switch type {
    case .primitive(let type):
      var facts = TypeFacts()
      facts.hasPointer = type == .string
      return facts
    case .defined(let id): return self[id].facts
    }
  }

  func facts(_ type: TypeReference) -> TypeFacts {
    switch type {
    case .resource:
      var facts = TypeFacts()
      facts.hasResource = true
      return facts
    case .defined(let id): return self[id].facts
    case .function(let id): return self[id].facts
    case .instance(let id): return self[id].facts
    case .component(let id): return self[id].facts
    }
  }

  func facts(_ type: ExternType) -> TypeFacts {
    switch type {
    case .coreModule(let id):
      var facts = TypeFacts()
      facts.size = 1 + self[id].imports.count + self[id].exports.count
      return facts
    case .function(let id): return self[id].facts
    case .type(let type): return facts(type)
    case .instance(let id): return self[id].facts
    case .component(let id): return self[id].facts
    }
  }

  // MARK: Work

  /// Counts parts of types that are about to be made.
  mutating func make(_ count: Int, at offset: Int) throws(WasmError) {
    parts += count
    guard parts <= ComponentLimits.typeParts else {
      throw .limit("parts of all types together", ComponentLimits.typeParts, at: offset)
    }
  }

  /// Counts steps of a walk over types.
  mutating func walk(_ count: Int, at offset: Int) throws(WasmError) {
    steps += count
    guard steps <= ComponentLimits.comparisons else {
      throw .limit("steps in comparing types", ComponentLimits.comparisons, at: offset)
    }
  }

  /// How many more steps are allowed.
  var remainingSteps: Int { ComponentLimits.comparisons - steps }

  private func check(_ facts: TypeFacts, at offset: Int) throws(WasmError) {
    guard facts.size <= ComponentLimits.typeSize else {
      throw .limit("parts of a type, written out", ComponentLimits.typeSize, at: offset)
    }
    guard facts.depth <= ComponentLimits.typeDepth else {
      throw .limit("types inside one another", ComponentLimits.typeDepth, at: offset)
    }
  }
}

// New types.
extension ComponentTypes {
  mutating func freshResource() -> ResourceReference {
    resources += 1
    return ResourceReference(resource: ResourceID(resources - 1), name: freshName(for: nil))
  }

  private mutating func freshName(for origin: UInt32?) -> UInt32 {
    nameOrigins.append(origin)
    return UInt32(truncatingIfNeeded: nameOrigins.count - 1)
  }

  mutating func add(
    _ type: ResolvedDefinedType, at offset: Int
  ) throws(WasmError) -> DefinedTypeID {
    try make(1 + type.partCount, at: offset)
    var facts = TypeFacts()
    type.eachInner { facts.include(self.facts($0)) }
    switch type {
    case .own: facts.hasResource = true
    case .borrow:
      facts.hasResource = true
      facts.hasBorrow = true
    case .list, .map, .primitive(.string): facts.hasPointer = true
    // The value is a handle. Its elements are not part of it.
    case .stream, .future: facts.hasPointer = false
    default: break
    }
    try check(facts, at: offset)
    let layout = ValueLayout(type) { self.layout($0) }
    guard layout.wideBytes < ComponentLimits.elementBytes else {
      throw .invalid("a value of the type exceeds maximum byte size, 2^28 - 1", at: offset)
    }
    let id = DefinedTypeID(position: definedRows.count)
    definedRows.append(
      DefinedTypeRow(type: type, layout: layout, facts: facts, original: id))
    return id
  }

  mutating func add(
    _ type: ResolvedFunctionType, at offset: Int
  ) throws(WasmError) -> FunctionTypeID {
    try make(1 + type.parameters.count, at: offset)
    var facts = TypeFacts()
    for parameter in type.parameters { facts.include(self.facts(parameter.value)) }
    if let result = type.result { facts.include(self.facts(result)) }
    try check(facts, at: offset)
    functionRows.append(FunctionTypeRow(type: type, facts: facts))
    return FunctionTypeID(position: functionRows.count - 1)
  }

  mutating func addInstance(
    _ exports: ExternList, resources: [ResourceID], at offset: Int
  ) throws(WasmError) -> InstanceTypeID {
    try make(1 + exports.items.count + resources.count, at: offset)
    var facts = TypeFacts()
    for item in exports.items { facts.include(self.facts(item.type)) }
    try check(facts, at: offset)
    instanceRows.append(InstanceType(exports: exports, resources: resources, facts: facts))
    return InstanceTypeID(position: instanceRows.count - 1)
  }

  mutating func addComponent(
    imports: ExternList, exports: ExternList, importedResources: [ResourceID],
    definedResources: [ResourceID], at offset: Int
  ) throws(WasmError) -> ComponentTypeID {
    let resources = importedResources.count + definedResources.count
    try make(1 + imports.items.count + exports.items.count + resources, at: offset)
    var facts = TypeFacts()
    for item in imports.items { facts.include(self.facts(item.type)) }
    for item in exports.items { facts.include(self.facts(item.type)) }
    try check(facts, at: offset)
    componentRows.append(
      ComponentType(
        imports: imports, exports: exports, importedResources: importedResources,
        definedResources: definedResources, facts: facts))
    return ComponentTypeID(position: componentRows.count - 1)
  }

  mutating func addModule(_ type: CoreModuleType, at offset: Int) throws(WasmError)
    -> CoreModuleTypeID
  {
    try make(1 + type.imports.count + type.exports.count, at: offset)
    moduleRows.append(type)
    return CoreModuleTypeID(position: moduleRows.count - 1)
  }

  /// Another name of a type, as an import or export of the type makes it.
  mutating func rename(_ type: TypeReference, at offset: Int) throws(WasmError) -> TypeReference {
    try make(1, at: offset)
    let new: TypeReference
    switch type {
    case .resource(let reference):
      let name = freshName(for: reference.name)
      return .resource(ResourceReference(resource: reference.resource, name: name))
    case .defined(let id):
      definedRows.append(definedRows[id.int])
      new = .defined(DefinedTypeID(position: definedRows.count - 1))
    case .function(let id):
      functionRows.append(functionRows[id.int])
      new = .function(FunctionTypeID(position: functionRows.count - 1))
    case .instance(let id):
      instanceRows.append(instanceRows[id.int])
      new = .instance(InstanceTypeID(position: instanceRows.count - 1))
    case .component(let id):
      componentRows.append(componentRows[id.int])
      new = .component(ComponentTypeID(position: componentRows.count - 1))
    }
    origins[new] = type
    return new
  }

  /// The type to which an import or export gave this name; nil if it is no such name.
  func origin(of type: TypeReference) -> TypeReference? {
    guard case .resource(let reference) = type else { return origins[type] }
    return nameOrigins[Int(reference.name)].map {
      .resource(ResourceReference(resource: reference.resource, name: $0))
    }
  }

  mutating func setOrigin(of type: TypeReference, to origin: TypeReference) {
    if case .resource = type { return }
    origins[type] = origin
  }
}

extension DefinedType {
  /// Fields, cases, labels or types inside.
  var partCount: Int {
    switch self {
    case .primitive, .own, .borrow: 0
    case .record(let fields): fields.count
    case .variant(let cases): cases.count
    case .tuple(let types): types.count
    case .flags(let labels), .enumeration(let labels): labels.count
    case .list, .fixedLengthList, .option, .stream, .future: 1
    case .result, .map: 2
    }
  }

  /// Calls `body` with each type inside.
  func eachInner(_ body: (Value) -> Void) {
    switch self {
    case .primitive, .own, .borrow, .flags, .enumeration: break
    case .record(let fields): for field in fields { body(field.value) }
    case .variant(let cases): for item in cases { item.value.map(body) }
    case .tuple(let types): types.forEach(body)
    case .list(let type), .fixedLengthList(let type, _), .option(let type): body(type)
    case .stream(let type), .future(let type): type.map(body)
    case .result(let ok, let error):
      ok.map(body)
      error.map(body)
    case .map(let key, let value):
      body(key)
      body(value)
    }
  }
}
