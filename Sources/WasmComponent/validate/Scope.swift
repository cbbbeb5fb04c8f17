// A component, a component type or an instance type that is open while its definitions are validated, with its index
// spaces.

import WasmModule

struct Scope {
  enum Kind {
    case component, componentType, instanceType
  }

  let kind: Kind
  var spaces = ComponentSpaces()
  var imports = ExternList()
  var exports = ExternList()
  /// Resources that stand for what imports bring.
  var importedResources: [ResourceID] = []
  /// Resources that each instance has of its own: defined here, or by the instances inside.
  var definedResources: [ResourceID] = []
  /// The resources that the component defines itself. So it knows their representation.
  var localResources: Set<ResourceID> = []
  /// Resources that are exported as types.
  var explicitResources: Set<ResourceID> = []
  var visible = VisibleTypes()
  var importNames = NameContext()
  var exportNames = NameContext()

  init(_ kind: Kind) { self.kind = kind }
}

extension Array {
  /// The item of an index space.
  func item<Position: WasmModule.Index, Type>(
    _ index: Position, _ what: String, at offset: Int
  ) throws(WasmError) -> Type where Element == SpaceItem<Type> {
    guard index.int < count else {
      throw .invalid("unknown \(what) \(index): index out of bounds", at: offset)
    }
    return self[index.int].type
  }
}

// Items of the index spaces, by indices of the file.
extension Scope {
  func coreModule(_ index: CoreModuleIndex, at offset: Int) throws(WasmError) -> CoreModuleTypeID {
    try spaces.coreModules.item(index, "module", at: offset)
  }

  func coreInstance(_ index: CoreInstanceIndex, at offset: Int) throws(WasmError)
    -> CoreModuleTypeID
  {
    try spaces.coreInstances.item(index, "core instance", at: offset)
  }

  func coreType(_ index: CoreTypeIndex, at offset: Int) throws(WasmError) -> CoreTypeItem {
    try spaces.coreTypes.item(index, "core type", at: offset)
  }

  func coreFunctionType(_ index: CoreTypeIndex, at offset: Int) throws(WasmError) -> CoreTypeID {
    guard case .function(let type) = try coreType(index, at: offset) else {
      throw .invalid("core type index \(index) is not a function type", at: offset)
    }
    return type
  }

  func coreFunction(_ index: CoreFunctionIndex, at offset: Int) throws(WasmError) -> CoreTypeID {
    try spaces.coreFunctions.item(index, "core function", at: offset)
  }

  func coreTable(_ index: CoreTableIndex, at offset: Int) throws(WasmError) -> TableType {
    try spaces.coreTables.item(index, "core table", at: offset)
  }

  func coreMemory(_ index: CoreMemoryIndex, at offset: Int) throws(WasmError) -> MemoryType {
    try spaces.coreMemories.item(index, "core memory", at: offset)
  }

  func component(_ index: ComponentIndex, at offset: Int) throws(WasmError) -> ComponentTypeID {
    try spaces.components.item(index, "component", at: offset)
  }

  func instance(_ index: ComponentInstanceIndex, at offset: Int) throws(WasmError) -> InstanceTypeID
  {
    try spaces.instances.item(index, "instance", at: offset)
  }

  func function(_ index: ComponentFunctionIndex, at offset: Int) throws(WasmError) -> FunctionTypeID
  {
    try spaces.functions.item(index, "function", at: offset)
  }

  func type(_ index: ComponentTypeIndex, at offset: Int) throws(WasmError) -> TypeReference {
    try spaces.types.item(index, "type", at: offset)
  }

  func definedType(_ index: ComponentTypeIndex, at offset: Int) throws(WasmError) -> DefinedTypeID {
    guard case .defined(let id) = try type(index, at: offset) else {
      throw .invalid("type index \(index) is not a defined type", at: offset)
    }
    return id
  }

  func functionType(_ index: ComponentTypeIndex, at offset: Int) throws(WasmError) -> FunctionTypeID
  {
    guard case .function(let id) = try type(index, at: offset) else {
      throw .invalid("type index \(index) is not a function type", at: offset)
    }
    return id
  }

  func resource(_ index: ComponentTypeIndex, at offset: Int) throws(WasmError) -> ResourceReference
  {
    guard case .resource(let reference) = try type(index, at: offset) else {
      throw .invalid("type index \(index) is not a resource type", at: offset)
    }
    return reference
  }

  func valueType(
    _ type: ValueTypeReference, at offset: Int
  ) throws(WasmError) -> ComponentValueType {
    switch type {
    case .primitive(let type): .primitive(type)
    case .index(let index): .defined(try definedType(index, at: offset))
    }
  }

  func coreItem(_ item: CoreItem, at offset: Int) throws(WasmError) -> CoreExternType {
    let index = item.index
    switch item.sort {
    case .function: return .function(try coreFunction(CoreFunctionIndex(index), at: offset))
    case .table: return .table(try coreTable(CoreTableIndex(index), at: offset))
    case .memory: return .memory(try coreMemory(CoreMemoryIndex(index), at: offset))
    case .global:
      return .global(
        try spaces.coreGlobals.item(CoreGlobalIndex(index), "core global", at: offset))
    case .tag:
      return .tag(try spaces.coreTags.item(CoreTagIndex(index), "core tag", at: offset))
    }
  }

  func item(_ item: ComponentItem, at offset: Int) throws(WasmError) -> ExternType {
    let index = item.index
    switch item.sort {
    case .coreModule: return .coreModule(try coreModule(CoreModuleIndex(index), at: offset))
    case .function: return .function(try function(ComponentFunctionIndex(index), at: offset))
    case .type: return .type(try type(ComponentTypeIndex(index), at: offset))
    case .component: return .component(try component(ComponentIndex(index), at: offset))
    case .instance: return .instance(try instance(ComponentInstanceIndex(index), at: offset))
    case .value: throw .unsupportedComponent("uses a value", at: offset)
    }
  }

  /// The source of an item whose index is in range.
  func source(of item: ComponentItem) -> ItemSource {
    let index = Int(item.index)
    switch item.sort {
    case .coreModule: return spaces.coreModules[index].source
    case .function: return spaces.functions[index].source
    case .type: return spaces.types[index].source
    case .component: return spaces.components[index].source
    case .instance: return spaces.instances[index].source
    case .value: preconditionFailure("values have no index space")
    }
  }
}

// New items. Counts are limited as those of other engines are.
extension Scope {
  mutating func append(
    _ type: ExternType, _ source: ItemSource, at offset: Int
  ) throws(WasmError) {
    switch type {
    case .coreModule(let id): try appendCoreModule(id, source, at: offset)
    case .function(let id):
      spaces.functions.append(SpaceItem(type: id, source: source))
      try checkFunctions(at: offset)
    case .type(let type): try appendType(type, source, at: offset)
    case .instance(let id):
      spaces.instances.append(SpaceItem(type: id, source: source))
      try checkInstances(at: offset)
    case .component(let id):
      spaces.components.append(SpaceItem(type: id, source: source))
      try check(spaces.components.count, "components", ComponentLimits.components, at: offset)
    }
  }

  mutating func appendType(
    _ type: TypeReference, _ source: ItemSource, at offset: Int
  ) throws(WasmError) {
    spaces.types.append(SpaceItem(type: type, source: source))
    try checkTypes(at: offset)
  }

  mutating func appendCoreType(
    _ type: CoreTypeItem, _ source: ItemSource, at offset: Int
  ) throws(WasmError) {
    spaces.coreTypes.append(SpaceItem(type: type, source: source))
    try checkTypes(at: offset)
  }

  mutating func appendCoreModule(
    _ type: CoreModuleTypeID, _ source: ItemSource, at offset: Int
  ) throws(WasmError) {
    spaces.coreModules.append(SpaceItem(type: type, source: source))
    try check(spaces.coreModules.count, "core modules", ComponentLimits.coreModules, at: offset)
  }

  mutating func appendCoreInstance(
    _ type: CoreModuleTypeID, _ source: ItemSource, at offset: Int
  ) throws(WasmError) {
    spaces.coreInstances.append(SpaceItem(type: type, source: source))
    try checkInstances(at: offset)
  }

  mutating func appendCore(
    _ type: CoreExternType, _ source: ItemSource, at offset: Int
  ) throws(WasmError) {
    let most = ComponentLimits.coreItems
    switch type {
    case .function(let id):
      spaces.coreFunctions.append(SpaceItem(type: id, source: source))
      try checkFunctions(at: offset)
    case .table(let type):
      spaces.coreTables.append(SpaceItem(type: type, source: source))
      try check(spaces.coreTables.count, "core tables", most, at: offset)
    case .memory(let type):
      spaces.coreMemories.append(SpaceItem(type: type, source: source))
      try check(spaces.coreMemories.count, "core memories", most, at: offset)
    case .global(let type):
      spaces.coreGlobals.append(SpaceItem(type: type, source: source))
      try check(spaces.coreGlobals.count, "core globals", most, at: offset)
    case .tag(let id):
      spaces.coreTags.append(SpaceItem(type: id, source: source))
      try check(spaces.coreTags.count, "core tags", most, at: offset)
    }
  }

  private func checkTypes(at offset: Int) throws(WasmError) {
    let count = spaces.types.count + spaces.coreTypes.count
    try check(count, "types", ComponentLimits.types, at: offset)
  }

  private func checkFunctions(at offset: Int) throws(WasmError) {
    let count = spaces.functions.count + spaces.coreFunctions.count
    try check(count, "functions", ComponentLimits.functions, at: offset)
  }

  private func checkInstances(at offset: Int) throws(WasmError) {
    let count = spaces.instances.count + spaces.coreInstances.count
    try check(count, "instances", ComponentLimits.instances, at: offset)
  }

  private func check(
    _ count: Int, _ what: String, _ most: Int, at offset: Int
  ) throws(WasmError) {
    guard count <= most else { throw .limit(what, most, at: offset) }
  }
}
