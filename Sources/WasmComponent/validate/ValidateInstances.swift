// Core instances, instances and aliases. Spec: Binary.md, Instance Definitions, Alias Definitions.

import WasmModule

// Core instances.
extension ComponentValidator {
  mutating func validate(
    _ expression: CoreInstanceExpression, _ source: ItemSource, at offset: Int
  ) throws(WasmError) -> ValidatedDefinition {
    switch expression {
    case .instantiate(let module, let arguments):
      let type = try scope.coreModule(module, at: offset)
      let providers = try providers(of: type, arguments, at: offset)
      try scope.appendCoreInstance(type, source, at: offset)
      return .coreInstance(providers: providers)
    case .exports(let exports):
      var type = CoreModuleType()
      for export in exports {
        let item = try scope.coreItem(export.item, at: offset)
        guard type.append(.init(name: export.name, type: item)) else {
          throw .invalid("export name `\(export.name)` already defined", at: offset)
        }
      }
      try scope.appendCoreInstance(try types.addModule(type, at: offset), source, at: offset)
      return .coreInstance(providers: [])
    }
  }

  private mutating func providers(
    of module: CoreModuleTypeID, _ arguments: [CoreInstantiationArgument], at offset: Int
  ) throws(WasmError) -> [CoreInstanceIndex] {
    var instances: [Name: (index: CoreInstanceIndex, type: CoreModuleTypeID)] = [:]
    for argument in arguments {
      let type = try scope.coreInstance(argument.instance, at: offset)
      let previous = instances.updateValue(
        (argument.instance, type), forKey: Name(argument.name))
      if previous != nil {
        throw .invalid(
          "duplicate module instantiation argument named `\(argument.name)`", at: offset)
      }
    }
    let imports = types[module].imports
    try types.walk(imports.count, at: offset)
    var providers: [CoreInstanceIndex] = []
    providers.reserveCapacity(imports.count)
    for item in imports {
      guard let instance = instances[Name(item.module)] else {
        throw .invalid(
          "missing module instantiation argument named `\(item.module)`", at: offset)
      }
      guard let export = types[instance.type].export(named: item.name) else {
        throw .invalid(
          "module instantiation argument `\(item.module)` does not export an item named `\(item.name)`",
          at: offset)
      }
      if let mismatch = export.mismatch(with: item.type, types.core) {
        throw .invalid(
          "type mismatch for export `\(item.name)` of module instantiation argument `\(item.module)`: "
            + mismatch, at: offset)
      }
      providers.append(instance.index)
    }
    return providers
  }
}

// Instances.
extension ComponentValidator {
  mutating func validate(
    _ expression: InstanceExpression, _ source: ItemSource, at offset: Int
  ) throws(WasmError) {
    let type: InstanceTypeID
    switch expression {
    case .instantiate(let component, let arguments):
      type = try instantiate(component, arguments, at: offset)
    case .exports(let exports): type = try bag(of: exports, at: offset)
    }
    try scope.append(.instance(type), source, at: offset)
  }

  /// The component's own resources become new ones of this scope.
  private mutating func instantiate(
    _ index: ComponentIndex, _ arguments: [InstantiationArgument], at offset: Int
  ) throws(WasmError) -> InstanceTypeID {
    let component = try scope.component(index, at: offset)
    var given = ExternList()
    for argument in arguments {
      let type = try scope.item(argument.item, at: offset)
      guard given.append(ExternItem(name: argument.name, type: type)) else {
        throw .invalid(
          "instantiation argument `\(argument.name)` conflicts with previous argument `\(argument.name)`",
          at: offset)
      }
    }
    let resources: [ResourceID: ResourceID]
    do throws(TypeMismatch) {
      resources = try types.bind(given, to: component, at: offset)
    } catch {
      throw error.isLimit
        ? .limit("steps in comparing types", ComponentLimits.comparisons, at: offset)
        : .invalid("instantiation: \(error.text)", at: offset)
    }
    let made = try types.instantiate(component, given, resources, at: offset)
    scope.definedResources += made.resources
    return made.type
  }

  private mutating func bag(
    of exports: [InlineExport], at offset: Int
  ) throws(WasmError) -> InstanceTypeID {
    var list = ExternList()
    // Nothing gets a new name here, so no function can be a method of a resource.
    var names = NameContext()
    for export in exports {
      let type = try scope.item(export.item, at: offset)
      _ = try names.take(export.name, type, types, as: "export")
      guard list.append(ExternItem(name: export.name.text, type: type)) else {
        throw .invalid("duplicate export name \(export.name.text)", at: export.name.offset)
      }
    }
    return try types.addInstance(list, resources: [], at: offset)
  }
}

// Aliases.
extension ComponentValidator {
  mutating func validate(_ alias: Alias, at offset: Int) throws(WasmError) {
    switch alias {
    case .export(let instance, let name, let sort):
      let type = types[try scope.instance(instance, at: offset)]
      guard let export = type.exports[name] else {
        throw .invalid("instance \(instance) has no export named `\(name)`", at: offset)
      }
      if sort == .value { throw .unsupportedComponent("uses a value", at: offset) }
      guard export.sort == sort else {
        throw .invalid(
          "export `\(name)` for instance \(instance) is not a \(sort), it is a \(export.sort)",
          at: offset)
      }
      try scope.append(export, .instanceExport(of: instance, name: name), at: offset)
    case .coreExport(let instance, let name, let sort):
      let type = types[try scope.coreInstance(instance, at: offset)]
      guard let export = type.export(named: name) else {
        throw .invalid("core instance \(instance) has no export named `\(name)`", at: offset)
      }
      guard export.sort == sort else {
        throw .invalid(
          "export `\(name)` for core instance \(instance) is not a \(sort), it is a \(export.sort)",
          at: offset)
      }
      try scope.appendCore(export, .coreInstanceExport(of: instance, name: name), at: offset)
    case .outer(let count, let index, let sort): try validateOuter(count, index, sort, at: offset)
    }
  }

  private mutating func validateOuter(
    _ count: UInt32, _ index: UInt32, _ sort: OuterSort, at offset: Int
  ) throws(WasmError) {
    let position = try scopePosition(outward: count, at: offset)
    func source(_ local: (Int) -> ItemSource) -> ItemSource {
      count == 0 ? local(Int(index)) : .outer(count: Int(count), index: index)
    }
    switch sort {
    case .coreModule:
      let type = try scopes[position].coreModule(CoreModuleIndex(index), at: offset)
      let source = source { scopes[position].spaces.coreModules[$0].source }
      try scope.appendCoreModule(type, source, at: offset)
    case .coreType:
      let type = try scopes[position].coreType(CoreTypeIndex(index), at: offset)
      let source = source { scopes[position].spaces.coreTypes[$0].source }
      try scope.appendCoreType(type, source, at: offset)
    case .type:
      let type = try scopes[position].type(ComponentTypeIndex(index), at: offset)
      try checkCrossing(count, .type(type), at: offset)
      let source = source { scopes[position].spaces.types[$0].source }
      try scope.appendType(type, source, at: offset)
    case .component:
      let type = try scopes[position].component(ComponentIndex(index), at: offset)
      try checkCrossing(count, .component(type), at: offset)
      let source = source { scopes[position].spaces.components[$0].source }
      try scope.append(.component(type), source, at: offset)
    }
  }

  /// A component must not use resources of the component around it, because each instance of that one has its own.
  private mutating func checkCrossing(
    _ count: UInt32, _ type: ExternType, at offset: Int
  ) throws(WasmError) {
    guard count > 0 else { return }
    // Scopes of types are innermost. So a component boundary is crossed exactly if this scope is a component.
    guard scopes[scopes.count - Int(count)].kind == .component else { return }
    try types.walk(types.facts(type).size, at: offset)
    var found = ResourceCollector()
    types.collectResources(of: type, &found)
    guard found.resources.isEmpty else {
      throw .invalid(
        "cannot alias outer item which transitively refers to resources not defined in the current component",
        at: offset)
    }
  }
}
