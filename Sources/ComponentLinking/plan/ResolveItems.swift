// Finds what an index of a component means in one of its instances. The index spaces say where each item comes from: a
// definition, an import, an export of another instance, or an outer component.

import WasmComponent
import WasmModule
import WasmProgram

extension ComponentLinker {
  func item(_ item: ComponentItem, in instance: ComponentInstance) throws(ComponentLinkError)
    -> RuntimeItem
  {
    switch item.sort {
    case .coreModule: .coreModule(try coreModule(CoreModuleIndex(item.index), in: instance))
    case .function: .function(try function(ComponentFunctionIndex(item.index), in: instance))
    case .type: .type(resource(ComponentTypeIndex(item.index), in: instance))
    case .instance: .instance(try self.instance(ComponentInstanceIndex(item.index), in: instance))
    case .component: .component(try component(ComponentIndex(item.index), in: instance))
    case .value: preconditionFailure("validation refuses values")
    }
  }

  private func export(
    _ index: ComponentInstanceIndex, _ name: String, in instance: ComponentInstance
  ) throws(ComponentLinkError) -> RuntimeItem {
    guard let item = try self.instance(index, in: instance).exports[name] else {
      preconditionFailure("validation checked the export \(name)")
    }
    return item
  }

  private func argument(_ position: Int, in instance: ComponentInstance) -> RuntimeItem {
    let imports = types[instance.body.type].imports.items
    guard let item = instance.arguments[imports[position].name] else {
      preconditionFailure("validation checked the argument \(imports[position].name)")
    }
    return item
  }

  func coreModule(_ index: CoreModuleIndex, in instance: ComponentInstance)
    throws(ComponentLinkError) -> ValidatedModule
  {
    switch instance.spaces.coreModules[index.int].source {
    case .definition(let position):
      if case .coreModule(let module) = instance.body.definitions[position] { return module }
    case .import(let position):
      if case .coreModule(let module) = argument(position, in: instance) { return module }
    case .instanceExport(let of, let name):
      if case .coreModule(let module) = try export(of, name, in: instance) { return module }
    case .outer(let count, let index):
      return try coreModule(CoreModuleIndex(index), in: instance.outer(count))
    case .coreInstanceExport: break
    }
    preconditionFailure("core module \(index) has no module")
  }

  func component(_ index: ComponentIndex, in instance: ComponentInstance)
    throws(ComponentLinkError) -> RuntimeComponent
  {
    switch instance.spaces.components[index.int].source {
    case .definition(let position):
      if case .component(let body) = instance.body.definitions[position] {
        return RuntimeComponent(body: body, definedIn: instance)
      }
    case .import(let position):
      if case .component(let component) = argument(position, in: instance) { return component }
    case .instanceExport(let of, let name):
      if case .component(let component) = try export(of, name, in: instance) { return component }
    case .outer(let count, let index):
      return try component(ComponentIndex(index), in: instance.outer(count))
    case .coreInstanceExport: break
    }
    preconditionFailure("component \(index) has no component")
  }

  func instance(_ index: ComponentInstanceIndex, in instance: ComponentInstance)
    throws(ComponentLinkError) -> RuntimeInstance
  {
    switch instance.spaces.instances[index.int].source {
    case .definition(let position):
      if let made = instance.instances[position] { return made }
    case .import(let position):
      if case .instance(let made) = argument(position, in: instance) { return made }
    case .instanceExport(let of, let name):
      if case .instance(let made) = try export(of, name, in: instance) { return made }
    case .outer, .coreInstanceExport: break
    }
    preconditionFailure("instance \(index) was not made")
  }

  /// The resource that a type index names; nil for other types.
  private func resource(_ index: ComponentTypeIndex, in instance: ComponentInstance)
    -> RuntimeResource?
  {
    guard case .resource(let reference) = instance.spaces.types[index.int].type else { return nil }
    return instance.resources[reference.resource]
  }

  // MARK: Functions

  func function(_ index: ComponentFunctionIndex, in instance: ComponentInstance)
    throws(ComponentLinkError) -> RuntimeFunction
  {
    switch instance.spaces.functions[index.int].source {
    case .definition(let position):
      if case .canonical(let canonical) = instance.body.definitions[position],
        case .lift(let core, let type) = canonical.kind
      {
        return .lifted(
          LiftedFunction(
            core: try coreFunction(core, in: instance), type: bound(type, in: instance),
            instance: instance.state, options: try options(canonical.options, in: instance),
            mayThrow: mayThrow))
      }
    case .import(let position):
      if case .function(let function) = argument(position, in: instance) { return function }
    case .instanceExport(let of, let name):
      if case .function(let function) = try export(of, name, in: instance) { return function }
    case .outer, .coreInstanceExport: break
    }
    preconditionFailure("function \(index) has no function")
  }

  func options(_ options: CanonicalOptions, in instance: ComponentInstance)
    throws(ComponentLinkError) -> ResolvedOptions
  {
    var resolved = ResolvedOptions(encoding: options.stringEncoding)
    if let memory = options.memory {
      let item = instance.spaces.coreMemories[memory.int]
      guard case .coreInstanceExport(let of, let name) = item.source else {
        preconditionFailure("a memory is an export of a core instance")
      }
      resolved.memory = MemoryReference(
        item: try coreExport(of, name, in: instance), pageLog2: item.type.pageLog2)
    }
    resolved.realloc = try options.realloc.map { (index) throws(ComponentLinkError) in
      try coreFunction(index, in: instance)
    }
    resolved.postReturn = try options.postReturn.map { (index) throws(ComponentLinkError) in
      try coreFunction(index, in: instance)
    }
    resolved.isAsync = options.isAsync
    return resolved
  }

  // MARK: Core items

  func coreExport(
    _ index: CoreInstanceIndex, _ name: String, in instance: ComponentInstance
  ) throws(ComponentLinkError) -> CoreExport {
    switch instance.coreInstances[index.int] {
    case .instance(let index): return CoreExport(instance: index, name: name)
    case .exports(let exports):
      guard let item = exports[Array(name.utf8)] else {
        preconditionFailure("validation checked the core export \(name)")
      }
      let index = Int(item.index)
      switch item.sort {
      case .function: return try coreFunction(CoreFunctionIndex(item.index), in: instance)
      case .table: return try coreItem(instance.spaces.coreTables[index].source, in: instance)
      case .memory: return try coreItem(instance.spaces.coreMemories[index].source, in: instance)
      case .global: return try coreItem(instance.spaces.coreGlobals[index].source, in: instance)
      case .tag: return try coreItem(instance.spaces.coreTags[index].source, in: instance)
      }
    }
  }

  private func coreItem(_ source: ItemSource, in instance: ComponentInstance)
    throws(ComponentLinkError) -> CoreExport
  {
    guard case .coreInstanceExport(let of, let name) = source else {
      preconditionFailure("a core item is an export of a core instance")
    }
    return try coreExport(of, name, in: instance)
  }

  func coreFunction(_ index: CoreFunctionIndex, in instance: ComponentInstance)
    throws(ComponentLinkError) -> CoreExport
  {
    let item = instance.spaces.coreFunctions[index.int]
    switch item.source {
    case .definition(let position):
      if let known = instance.canonicals[position] { return known }
      let made = try canonical(position, types.core[item.type], in: instance)
      instance.canonicals[position] = made
      return made
    case .coreInstanceExport(let of, let name): return try coreExport(of, name, in: instance)
    case .import, .instanceExport, .outer: preconditionFailure("no source of core functions")
    }
  }
}
