// Validates a component: walks its definitions in order, with one scope for each component or type that is open. The
// only maker of a ValidatedComponent.
// Spec: Binary.md and Explainer.md; the rules of each kind of definition are in files beside this one.

import WasmModule

/// Validates components.
public struct ComponentValidator: ~Copyable {
  var types = ComponentTypes()
  /// Open scopes, the innermost last.
  private(set) var scopes: [Scope] = []
  private var uses: [ComponentFeatureUse] = []

  private init() {}

  /// Throws at the first rule that the component breaks, or if it exceeds a limit of this implementation.
  public static func validate(_ component: Component) throws(WasmError) -> ValidatedComponent {
    var validator = ComponentValidator()
    let root = try validator.validateBody(of: component)
    let part = ComponentPart(body: root, file: 0, providers: [:])
    return ValidatedComponent(parts: [part], types: validator.types, unsupported: validator.uses)
  }

  /// Validates components that become one program: the exports of all but the first satisfy imports of the others.
  /// - Parameters:
  ///   - components: The main one first. All are parts of the same bytes.
  ///   - names: The components' names, for messages.
  ///   - isOfHost: Whether the host has an interface of this name. It is for messages.
  public static func compose(
    _ components: [Component], named names: [String], isOfHost: (String) -> Bool
  ) throws(CompositionError) -> ValidatedComponent {
    var validator = ComponentValidator()
    var bodies: [ComponentBody] = []
    do throws(WasmError) {
      if components.count == 1 { return try validate(components[0]) }
      for component in components { bodies.append(try validator.validateBody(of: component)) }
    } catch {
      throw .invalid(error)
    }
    var composition = Composition(bodies, named: names, validator.types)
    let parts = try composition.parts(isOfHost: isOfHost)
    return ValidatedComponent(parts: parts, types: composition.types, unsupported: validator.uses)
  }

  /// Decodes and validates a file.
  public static func validate(_ bytes: ModuleBytes) throws(WasmError) -> ValidatedComponent {
    try validate(try ComponentDecoder.decode(bytes))
  }

  // MARK: Scopes

  /// The innermost scope.
  var scope: Scope {
    _read { yield scopes[scopes.count - 1] }
    _modify { yield &scopes[scopes.count - 1] }
  }

  mutating func open(_ kind: Scope.Kind) { scopes.append(Scope(kind)) }

  mutating func close() -> Scope { scopes.removeLast() }

  /// The position of the scope that an outer alias names.
  func scopePosition(outward count: UInt32, at offset: Int) throws(WasmError) -> Int {
    guard count < scopes.count else {
      throw .invalid("invalid outer alias count of \(count)", at: offset)
    }
    return scopes.count - 1 - Int(count)
  }

  /// Notes the use of a feature that later steps may lack.
  mutating func use(_ feature: ComponentFeature, at offset: Int) {
    if uses.contains(where: { $0.feature == feature }) { return }
    uses.append(ComponentFeatureUse(feature: feature, offset: offset))
  }

  // MARK: Definitions

  private mutating func validateBody(of component: Component) throws(WasmError) -> ComponentBody {
    open(.component)
    var definitions: [ValidatedDefinition] = []
    definitions.reserveCapacity(component.definitions.count)
    for (position, definition) in component.definitions.enumerated() {
      definitions.append(try validate(definition, .definition(position)))
    }
    let offset = component.range.lowerBound
    let scope = close()
    let type = try finish(scope, at: offset)
    return ComponentBody(
      component: component, type: type, definitions: definitions, spaces: scope.spaces)
  }

  private mutating func validate(
    _ definition: ComponentDefinition, _ source: ItemSource
  ) throws(WasmError) -> ValidatedDefinition {
    let offset = definition.offset
    switch definition.kind {
    case .coreModule(let module): return try validate(module, source, at: offset)
    case .coreInstance(let expression): return try validate(expression, source, at: offset)
    case .coreType(let type):
      try define(type, source, at: offset)
      return .plain
    case .component(let component):
      let body = try validateBody(of: component)
      try scope.append(.component(body.type), source, at: offset)
      return .component(body)
    case .instance(let expression):
      try validate(expression, source, at: offset)
      return .plain
    case .alias(let alias):
      try validate(alias, at: offset)
      return .plain
    case .type(let type): return try define(type, source, at: offset)
    case .canonical(let function): return try validate(function, source, at: offset)
    case .import(let name, let type):
      let (parsed, type) = try declareImport(name, type, at: offset)
      return .import(parsed, type)
    case .export(let export):
      let (parsed, type) = try validate(export, at: offset)
      return .export(parsed, type)
    }
  }

  private mutating func validate(
    _ module: Module, _ source: ItemSource, at offset: Int
  ) throws(WasmError) -> ValidatedDefinition {
    let validated = try ModuleValidator.validate(module)
    let numbers = types.core.add(module)
    let type = try types.addModule(
      try CoreModuleType(module, numbers, at: offset), at: offset)
    try scope.appendCoreModule(type, source, at: offset)
    return .coreModule(validated)
  }

  /// The type of a component or component type whose definitions are complete. Spec: Explainer.md, Type Checking.
  mutating func finish(_ scope: Scope, at offset: Int) throws(WasmError) -> ComponentTypeID {
    var imported = ResourceCollector()
    for item in scope.imports.items {
      try types.walk(types.facts(item.type).size, at: offset)
      types.collectResources(of: item.type, &imported)
    }
    for resource in scope.definedResources where imported.resources.contains(resource) {
      throw .invalid("local resource type found in imports", at: offset)
    }
    var exported = ResourceCollector()
    for item in scope.exports.items {
      try types.walk(types.facts(item.type).size, at: offset)
      types.collectResources(of: item.type, &exported)
    }
    let defined = scope.definedResources.filter { exported.resources.contains($0) }
    for resource in defined where !scope.explicitResources.contains(resource) {
      throw .invalid("local resource type found in export but not exported itself", at: offset)
    }
    return try types.addComponent(
      imports: scope.imports, exports: scope.exports, importedResources: scope.importedResources,
      definedResources: defined, at: offset)
  }

  /// Throws unless an item of the type may be given where the other is wanted.
  mutating func require(
    _ type: ExternType, matches wanted: ExternType, _ what: String, at offset: Int
  ) throws(WasmError) {
    var subtyping = Subtyping(types)
    do throws(TypeMismatch) {
      try subtyping.match(type, wanted)
    } catch {
      throw error.isLimit
        ? .limit("steps in comparing types", ComponentLimits.comparisons, at: offset)
        : .invalid("\(what): \(error.text)", at: offset)
    }
    try types.walk(subtyping.steps, at: offset)
  }
}
