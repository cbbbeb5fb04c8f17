// Imports and exports, of components and in types. Spec: Binary.md, Import and Export Definitions.

import WasmModule

/// What the type of an import or export says.
struct DescribedType {
  let type: ExternType
  /// The resource that the import or export introduces.
  var introduced: ResourceID?
}

extension ComponentValidator {
  mutating func declareImport(
    _ name: ExternName, _ description: ExternDescription, at offset: Int
  ) throws(WasmError) -> (ParsedName, ExternType) {
    var described = try resolve(description, at: offset)
    described = try withInstanceOpened(described, .import, at: offset)
    let source = ItemSource.import(scope.imports.items.count)
    try scope.append(described.type, source, at: offset)
    if let resource = described.introduced { scope.importedResources.append(resource) }
    if case .type(.resource(let reference)) = described.type {
      scope.importNames.register(reference, named: name.text)
    }
    try checkVisible(described.type, .import, at: offset)
    let parsed = try scope.importNames.take(name, described.type, types, as: "import")
    guard scope.imports.append(ExternItem(name: name.text, type: described.type)) else {
      throw .invalid("duplicate import name \(name.text)", at: name.offset)
    }
    guard scope.imports.items.count <= ComponentLimits.imports else {
      throw .limit("imports", ComponentLimits.imports, at: offset)
    }
    return (parsed, described.type)
  }

  /// An export that a component type or an instance type declares. The source of its item is never asked for.
  mutating func declareExport(
    _ name: ExternName, _ description: ExternDescription, at offset: Int
  ) throws(WasmError) {
    let described = try resolve(description, at: offset)
    _ = try export(name, described, .definition(scope.exports.items.count), at: offset)
  }

  /// An export of a component. It introduces a new index for the item.
  mutating func validate(
    _ export: ComponentDefinition.Export, at offset: Int
  ) throws(WasmError) -> (ParsedName, ExternType) {
    let item = try scope.item(export.item, at: offset)
    let source = scope.source(of: export.item)
    var described = DescribedType(type: item)
    if let description = export.type {
      described = try resolve(description, at: offset)
      try require(
        item, matches: described.type, "ascribed type of export is not compatible with item's type",
        at: offset)
    } else if case .type(let type) = item {
      described = DescribedType(type: .type(try types.rename(type, at: offset)))
    }
    return try self.export(export.name, described, source, at: offset)
  }

  private mutating func export(
    _ name: ExternName, _ described: DescribedType, _ source: ItemSource, at offset: Int
  ) throws(WasmError) -> (ParsedName, ExternType) {
    let described = try withInstanceOpened(described, .export, at: offset)
    try scope.append(described.type, source, at: offset)
    if let resource = described.introduced { scope.definedResources.append(resource) }
    switch described.type {
    case .type(.resource(let reference)):
      scope.explicitResources.insert(reference.resource)
      scope.exportNames.register(reference, named: name.text)
    case .instance(let id): try noteResources(exportedBy: id, at: offset)
    case .coreModule, .function, .type, .component: break
    }
    try checkVisible(described.type, .export, at: offset)
    let parsed = try scope.exportNames.take(name, described.type, types, as: "export")
    guard scope.exports.append(ExternItem(name: name.text, type: described.type)) else {
      throw .invalid("duplicate export name \(name.text)", at: name.offset)
    }
    guard scope.exports.items.count <= ComponentLimits.exports else {
      throw .limit("exports", ComponentLimits.exports, at: offset)
    }
    return (parsed, described.type)
  }

  private mutating func checkVisible(
    _ type: ExternType, _ direction: ExternDirection, at offset: Int
  ) throws(WasmError) {
    // Instance types may refer to anything. The rule applies where they are used.
    if scope.kind == .instanceType { return }
    try types.walk(types.facts(type).size, at: offset)
    guard scope.visible.register(type, direction, types) else {
      throw .invalid(
        "\(type.sort) not valid to be used as \(direction.name): it refers to a type without a name of its own "
          + "among the \(direction.name)s before it", at: offset)
    }
  }

  private mutating func noteResources(
    exportedBy id: InstanceTypeID, at offset: Int
  ) throws(WasmError) {
    try types.walk(types[id].facts.size, at: offset)
    noteResources(types[id])
  }

  private mutating func noteResources(_ instance: InstanceType) {
    guard instance.facts.hasResource else { return }
    for item in instance.exports.items {
      switch item.type {
      case .type(.resource(let reference)): scope.explicitResources.insert(reference.resource)
      case .instance(let id): noteResources(types[id])
      case .coreModule, .function, .type, .component: break
      }
    }
  }

  // MARK: Types of imports and exports

  private mutating func resolve(
    _ description: ExternDescription, at offset: Int
  ) throws(WasmError) -> DescribedType {
    switch description {
    case .coreModule(let index):
      guard case .module(let id) = try scope.coreType(index, at: offset) else {
        throw .invalid("core type index \(index) is not a module type", at: offset)
      }
      return DescribedType(type: .coreModule(id))
    case .function(let index):
      return DescribedType(type: .function(try scope.functionType(index, at: offset)))
    case .typeEqual(let index):
      let type = try scope.type(index, at: offset)
      return DescribedType(type: .type(try types.rename(type, at: offset)))
    case .subResource:
      let reference = types.freshResource()
      return DescribedType(type: .type(.resource(reference)), introduced: reference.resource)
    case .component(let index):
      guard case .component(let id) = try scope.type(index, at: offset) else {
        throw .invalid("type index \(index) is not a component type", at: offset)
      }
      return DescribedType(type: .component(id))
    case .instance(let index):
      guard case .instance(let id) = try scope.type(index, at: offset) else {
        throw .invalid("type index \(index) is not an instance type", at: offset)
      }
      return DescribedType(type: .instance(id))
    case .value, .valueEqual: throw .unsupportedComponent("uses a value", at: offset)
    }
  }

  /// Gives an instance its own resources in place of those that its type only describes. They become resources of the
  /// scope.
  private mutating func withInstanceOpened(
    _ described: DescribedType, _ direction: ExternDirection, at offset: Int
  ) throws(WasmError) -> DescribedType {
    guard case .instance(let id) = described.type, !types[id].resources.isEmpty else {
      return described
    }
    let type = types[id]
    var map = Substitution()
    try types.make(type.resources.count, at: offset)
    for resource in type.resources {
      let own = types.freshResource().resource
      map.resources[resource] = own
      switch direction {
      case .import: scope.importedResources.append(own)
      case .export: scope.definedResources.append(own)
      }
    }
    let exports = try types.substitute(type.exports, &map, at: offset)
    let opened = try types.addInstance(exports, resources: [], at: offset)
    return DescribedType(type: .instance(opened))
  }
}
