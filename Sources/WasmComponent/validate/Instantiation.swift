// The type of an instance of a component, from the types of its arguments. Spec: Explainer.md, Type Checking.

import WasmModule

extension ComponentTypes {
  /// Checks the arguments of a component.
  /// - Returns: What each resource of the imports stands for.
  mutating func bind(_ given: ExternList, to component: ComponentTypeID, at offset: Int)
    throws(TypeMismatch) -> [ResourceID: ResourceID]
  {
    let component = self[component]
    var subtyping = Subtyping(self)
    let resources = try subtyping.match(
      { given[$0] }, with: component.imports, binding: component.importedResources, as: "import")
    guard (try? walk(subtyping.steps, at: offset)) != nil else {
      throw TypeMismatch(text: "", isLimit: true)
    }
    return resources
  }

  /// The imports' resources become those of the arguments. The component's own ones become new ones.
  /// - Parameter bound: What `bind` returned for these arguments.
  /// - Returns: The type of the instance, and its own resources.
  mutating func instantiate(
    _ component: ComponentTypeID, _ given: ExternList, _ bound: [ResourceID: ResourceID],
    at offset: Int
  ) throws(WasmError) -> (type: InstanceTypeID, resources: [ResourceID]) {
    let component = self[component]
    var map = Substitution()
    map.resources = bound
    for item in component.imports.items {
      try walk(facts(item.type).size, at: offset)
      if let argument = given[item.name] { map.rename(item.type, to: argument, self) }
    }
    try make(component.definedResources.count, at: offset)
    var resources: [ResourceID] = []
    for resource in component.definedResources {
      let own = freshResource().resource
      map.resources[resource] = own
      resources.append(own)
    }
    let exports = try substitute(component.exports, &map, at: offset)
    return (try addInstance(exports, resources: [], at: offset), resources)
  }
}
