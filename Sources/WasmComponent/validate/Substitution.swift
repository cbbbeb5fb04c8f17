// Replaces resources in types. Instantiation does this with the resources of the arguments, and the import of an
// instance with new ones. Spec: Explainer.md, Type Checking.

import WasmModule

/// The resources to replace, and the types that were made so far.
struct Substitution {
  var resources: [ResourceID: ResourceID] = [:]
  /// For each use of a resource under the name of an import: the use under the name of the argument.
  private var references: [ResourceReference: ResourceReference] = [:]
  /// Whether types other than resources get other names. Then types without resources change, too.
  private var renamesTypes = false
  fileprivate var defined: [DefinedTypeID: DefinedTypeID] = [:]
  fileprivate var functions: [FunctionTypeID: FunctionTypeID] = [:]
  fileprivate var instances: [InstanceTypeID: InstanceTypeID] = [:]
  fileprivate var components: [ComponentTypeID: ComponentTypeID] = [:]

  init() {}

  fileprivate func applied(to reference: ResourceReference) -> ResourceReference {
    if let renamed = references[reference] { return renamed }
    let resource = resources[reference.resource] ?? reference.resource
    return ResourceReference(resource: resource, name: reference.name)
  }

  /// The type that took the place of another one so far, or the type itself.
  fileprivate func known(_ type: TypeReference) -> TypeReference {
    switch type {
    case .resource(let reference): .resource(applied(to: reference))
    case .defined(let id): .defined(defined[id] ?? id)
    case .function(let id): .function(functions[id] ?? id)
    case .instance(let id): .instance(instances[id] ?? id)
    case .component(let id): .component(components[id] ?? id)
    }
  }

  /// Whether a type could change.
  fileprivate func concerns(_ facts: TypeFacts) -> Bool {
    renamesTypes || (facts.hasResource && !(resources.isEmpty && references.isEmpty))
  }

  /// Replaces the types of an import by those of its argument, and the import's names for types by the argument's. The
  /// names matter, because what may be exported depends on them.
  mutating func rename(_ imported: ExternType, to argument: ExternType, _ types: ComponentTypes) {
    switch (imported, argument) {
    case (.type(let old), .type(let new)): rename(old, to: new)
    case (.instance(let old), .instance(let new)):
      for item in types[old].exports.items {
        if let type = types[new].exports[item.name] { rename(item.type, to: type, types) }
      }
    default: break
    }
  }

  private mutating func rename(_ old: TypeReference, to new: TypeReference) {
    if old == new { return }
    switch (old, new) {
    case (.resource(let old), .resource(let new)): references[old] = new
    case (.defined(let old), .defined(let new)): defined[old] = new
    case (.function(let old), .function(let new)): functions[old] = new
    case (.instance(let old), .instance(let new)): instances[old] = new
    case (.component(let old), .component(let new)): components[old] = new
    default: return
    }
    if case .resource = old { return }
    renamesTypes = true
  }
}

extension ComponentTypes {
  mutating func substitute(
    _ list: ExternList, _ map: inout Substitution, at offset: Int
  ) throws(WasmError) -> ExternList {
    try make(list.items.count, at: offset)
    var types: [ExternType] = []
    types.reserveCapacity(list.items.count)
    for item in list.items { types.append(try substitute(item.type, &map, at: offset)) }
    return list.replacing(types)
  }

  mutating func substitute(
    _ type: ExternType, _ map: inout Substitution, at offset: Int
  ) throws(WasmError) -> ExternType {
    guard map.concerns(facts(type)) else { return type }
    switch type {
    case .coreModule: return type
    case .function(let id): return .function(try substitute(id, &map, at: offset))
    case .type(let type): return .type(try substitute(type, &map, at: offset))
    case .instance(let id): return .instance(try substitute(id, &map, at: offset))
    case .component(let id): return .component(try substitute(id, &map, at: offset))
    }
  }

  private mutating func substitute(
    _ type: TypeReference, _ map: inout Substitution, at offset: Int
  ) throws(WasmError) -> TypeReference {
    let result: TypeReference
    switch type {
    case .resource(let reference): return .resource(map.applied(to: reference))
    case .defined(let id): result = .defined(try substitute(id, &map, at: offset))
    case .function(let id): result = .function(try substitute(id, &map, at: offset))
    case .instance(let id): result = .instance(try substitute(id, &map, at: offset))
    case .component(let id): result = .component(try substitute(id, &map, at: offset))
    }
    if result != type, origin(of: result) == nil, let origin = origin(of: type) {
      setOrigin(of: result, to: map.known(origin))
    }
    return result
  }

  private mutating func substitute(
    _ type: ComponentValueType, _ map: inout Substitution, at offset: Int
  ) throws(WasmError) -> ComponentValueType {
    guard case .defined(let id) = type else { return type }
    return .defined(try substitute(id, &map, at: offset))
  }

  private mutating func substitute(
    _ id: DefinedTypeID, _ map: inout Substitution, at offset: Int
  ) throws(WasmError) -> DefinedTypeID {
    guard map.concerns(self[id].facts) else { return id }
    if let known = map.defined[id] { return known }
    let type = self[id].type
    var inner: [ComponentValueType] = []
    type.eachInner { inner.append($0) }
    var substituted: [ComponentValueType] = []
    for type in inner { substituted.append(try substitute(type, &map, at: offset)) }
    var isSame = substituted == inner
    switch type {
    case .own(let resource), .borrow(let resource): isSame = map.applied(to: resource) == resource
    default: break
    }
    var result = id
    if !isSame {
      var next = 0
      // Types are visited in the same order as above.
      let new = try type.mapped { (_) throws(WasmError) in
        next += 1
        return substituted[next - 1]
      } resource: { (resource) throws(WasmError) in
        map.applied(to: resource)
      }
      result = try add(new, at: offset)
    }
    map.defined[id] = result
    return result
  }

  private mutating func substitute(
    _ id: FunctionTypeID, _ map: inout Substitution, at offset: Int
  ) throws(WasmError) -> FunctionTypeID {
    guard map.concerns(self[id].facts) else { return id }
    if let known = map.functions[id] { return known }
    let type = self[id].type
    var isSame = true
    var parameters: [Labelled<ComponentValueType>] = []
    for parameter in type.parameters {
      let value = try substitute(parameter.value, &map, at: offset)
      isSame = isSame && value == parameter.value
      parameters.append(Labelled(label: parameter.label, value: value))
    }
    var result: ComponentValueType?
    if let old = type.result { result = try substitute(old, &map, at: offset) }
    isSame = isSame && result == type.result
    let new =
      isSame
      ? id
      : try add(
        ResolvedFunctionType(isAsync: type.isAsync, parameters: parameters, result: result),
        at: offset)
    map.functions[id] = new
    return new
  }

  private mutating func substitute(
    _ id: InstanceTypeID, _ map: inout Substitution, at offset: Int
  ) throws(WasmError) -> InstanceTypeID {
    guard map.concerns(self[id].facts) else { return id }
    if let known = map.instances[id] { return known }
    let exports = try substitute(self[id].exports, &map, at: offset)
    let new =
      exports.hasSameTypes(as: self[id].exports)
      ? id : try addInstance(exports, resources: self[id].resources, at: offset)
    map.instances[id] = new
    return new
  }

  private mutating func substitute(
    _ id: ComponentTypeID, _ map: inout Substitution, at offset: Int
  ) throws(WasmError) -> ComponentTypeID {
    guard map.concerns(self[id].facts) else { return id }
    if let known = map.components[id] { return known }
    let old = self[id]
    let imports = try substitute(old.imports, &map, at: offset)
    let exports = try substitute(old.exports, &map, at: offset)
    let isSame = imports.hasSameTypes(as: old.imports) && exports.hasSameTypes(as: old.exports)
    let new =
      isSame
      ? id
      : try addComponent(
        imports: imports, exports: exports, importedResources: old.importedResources,
        definedResources: old.definedResources, at: offset)
    map.components[id] = new
    return new
  }
}

extension ExternList {
  fileprivate func hasSameTypes(as other: ExternList) -> Bool {
    zip(items, other.items).allSatisfy { $0.type == $1.type }
  }
}

// Free resources are those that a type refers to and does not bind.
extension ComponentTypes {
  /// Adds the free resources of a type.
  func collectResources(of type: ExternType, _ found: inout ResourceCollector) {
    switch type {
    case .coreModule: break
    case .function(let id): collect(id, &found)
    case .type(let type): collectResources(of: type, &found)
    case .instance(let id): collectResources(of: TypeReference.instance(id), &found)
    case .component(let id): collectResources(of: TypeReference.component(id), &found)
    }
  }

  func collectResources(of type: TypeReference, _ found: inout ResourceCollector) {
    switch type {
    case .resource(let reference):
      found.resources.insert(reference.resource)
      return
    case .defined(let id): return collect(.defined(id), &found)
    case .function(let id): return collect(id, &found)
    case .instance, .component: break
    }
    guard facts(type).hasResource, found.visit(type) else { return }
    switch type {
    case .resource, .defined, .function: break
    case .instance(let id):
      let type = self[id]
      for item in type.exports.items { collectResources(of: item.type, &found) }
      found.resources.subtract(type.resources)
    case .component(let id):
      let type = self[id]
      for item in type.imports.items { collectResources(of: item.type, &found) }
      for item in type.exports.items { collectResources(of: item.type, &found) }
      found.resources.subtract(type.importedResources)
      found.resources.subtract(type.definedResources)
    }
  }

  private func collect(_ id: FunctionTypeID, _ found: inout ResourceCollector) {
    let type = self[id].type
    for parameter in type.parameters { collect(parameter.value, &found) }
    if let result = type.result { collect(result, &found) }
  }

  private func collect(_ type: ComponentValueType, _ found: inout ResourceCollector) {
    guard case .defined(let id) = type, self[id].facts.hasResource, found.visit(.defined(id)) else {
      return
    }
    switch self[id].type {
    case .own(let resource), .borrow(let resource): found.resources.insert(resource.resource)
    default: self[id].type.eachInner { collect($0, &found) }
    }
  }
}

/// Resources that a walk found, and the types that it visited.
struct ResourceCollector {
  var resources: Set<ResourceID> = []
  private var visited: Set<TypeReference> = []

  /// Returns false if the walk has visited the type before.
  fileprivate mutating func visit(_ type: TypeReference) -> Bool { visited.insert(type).inserted }
}
