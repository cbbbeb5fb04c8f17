// Instantiates a component at compile time: executes the definitions of each component in their order. A core instance
// becomes an instance of the program. A canonical function becomes an adapter when a core instance imports it.
//
// Input: a validated component. Output: the plan of a program, and the exports. All other items exist only here, at
// compile time. Spec: Explainer.md, Component Definitions.

import WasmComponent
import WasmModule
import WasmProgram

final class ComponentLinker {
  let validated: ValidatedComponent
  let plan: ProgramPlan
  let host: HostImports
  /// Functions that the host would have to provide, in the order of their first use.
  private(set) var unknown: [UnknownImport] = []
  private var isUnknown: Set<String> = []
  private var resourceCount: Int32 = 0
  private var componentInstances = 0
  private var coreInstances = 0
  private var stepsLeft = LinkingLimits.steps
  private let mostRepeatedCost: Int
  private var repeatedCost = 0
  /// The core modules that are instantiated, by the places of their first bodies or data in the file. Modules that have
  /// neither count as one.
  private var instantiatedModules: Set<Range<Int>> = []
  private var pathsOfInstances: [InstanceTypeID: [ComponentTypes.ResourcePath]] = [:]
  /// Whether any core module may throw an exception.
  let mayThrow: Bool

  var types: ComponentTypes { validated.types }

  /// - Parameter wasi: The module that implements WASI 0.2; nil if nothing does.
  init(_ validated: ValidatedComponent, in plan: ProgramPlan, wasi: [UInt8]?) {
    self.validated = validated
    self.plan = plan
    let hasFileStreams = Self.importsFileStreams(validated)
    host = HostImports(
      validated.types,
      wasi: wasi.map { WASIModule($0, hasFileStreams: hasFileStreams, in: plan) })
    let fileBytes = validated.parts.map(\.body.component.range.upperBound).max() ?? 0
    plan.note(fileBytes: fileBytes)
    mostRepeatedCost = LinkingLimits.repeatedBytes(fileBytes: fileBytes)
    mayThrow = validated.parts.contains { $0.body.hasTags }
  }

  /// Whether any component gets a function of the host that makes a stream of a file. Another component may use the
  /// stream, and it may be linked before.
  private static func importsFileStreams(_ validated: ValidatedComponent) -> Bool {
    let types = validated.types
    return validated.parts.contains { part in
      types[part.body.type].imports.items.contains { item in
        guard part.providers[item.name] == nil, case .instance(let id) = item.type else {
          return false
        }
        return types[id].exports.items.contains {
          WASIInterfaces.makesFileStream(item.name, $0.name)
        }
      }
    }
  }

  /// Instantiates the outermost components. Returns the instance of the main one.
  func instantiateRoot() throws(ComponentLinkError) -> RuntimeInstance {
    try requireModules()
    var made: [RuntimeInstance] = []
    for part in validated.parts {
      let arguments = try arguments(of: part, made)
      made.append(
        try instantiate(
          RuntimeComponent(body: part.body, definedIn: nil), arguments, parent: nil))
    }
    guard let main = made.last else { preconditionFailure("there is a main component") }
    return main
  }

  /// The host has functions only, so a module or component that is imported must be an export of another part.
  private func requireModules() throws(ComponentLinkError) {
    for part in validated.parts {
      let missing = types[part.body.type].imports.items.filter { item in
        let isModule = item.type.sort == .coreModule || item.type.sort == .component
        return isModule && part.providers[item.name] == nil
      }
      let lines = missing.map { "the \($0.type.sort) \($0.name)" }
      guard let first = lines.first else { continue }
      throw lines.count == 1
        ? ComponentLinkError(
          .unknownImport,
          "it imports \(first), which nothing provides; provide it with --plug FILE",
          file: part.file)
        : ComponentLinkError(
          .unknownImport, "it imports what nothing provides; provide it with --plug FILE:",
          details: lines, file: part.file)
    }
  }

  /// Exports of earlier parts, or items of the host.
  private func arguments(of part: ComponentPart, _ made: [RuntimeInstance])
    throws(ComponentLinkError) -> [String: RuntimeItem]
  {
    var arguments: [String: RuntimeItem] = [:]
    for item in types[part.body.type].imports.items {
      guard let provider = part.providers[item.name] else {
        arguments[item.name] = try host.item(item.name, item.type, of: part.file, linker: self)
        continue
      }
      guard let export = made[provider.part].exports[provider.export] else {
        preconditionFailure("validation checked the export \(provider.export)")
      }
      host.note(export, as: item)
      arguments[item.name] = export
    }
    return arguments
  }

  func instantiate(
    _ component: RuntimeComponent, _ arguments: [String: RuntimeItem], parent: ComponentState?
  ) throws(ComponentLinkError) -> RuntimeInstance {
    componentInstances += 1
    guard componentInstances <= LinkingLimits.componentInstances else {
      throw .limit("instances of components", LinkingLimits.componentInstances)
    }
    let state = ComponentState(
      parent: parent, usesContext: component.body.usesContext, plan: plan)
    let instance = ComponentInstance(component, state: state, arguments: arguments)
    for item in types[component.body.type].imports.items {
      guard let argument = arguments[item.name] else { continue }
      try bind(item.type, to: argument, in: instance)
    }
    var result = RuntimeInstance()
    for position in component.body.definitions.indices {
      try execute(position, in: instance, exports: &result)
    }
    return result
  }

  // MARK: Work

  /// Counts work that a small file can ask for many times.
  func spend(_ steps: Int) throws(ComponentLinkError) {
    stepsLeft -= steps
    guard stepsLeft >= 0 else {
      throw .limit("steps of linking its instances", LinkingLimits.steps)
    }
  }

  /// Counts what an instance of a module costs, if the module was instantiated before.
  private func countCost(of module: Module) throws(ComponentLinkError) {
    let bodies = module.functions.defined.compactMap { $0.body?.range }
    let begin = bodies.first ?? module.data.first?.range ?? 0..<0
    if instantiatedModules.insert(begin).inserted { return }
    repeatedCost += LinkingLimits.cost(ofInstance: module)
    guard repeatedCost <= mostRepeatedCost else {
      throw .limit("bytes in modules that are instantiated again", mostRepeatedCost)
    }
  }

  // MARK: Definitions

  private func execute(
    _ position: Int, in instance: ComponentInstance, exports: inout RuntimeInstance
  ) throws(ComponentLinkError) {
    try spend(1)
    let body = instance.body
    switch body.component.definitions[position].kind {
    case .coreInstance(let expression):
      instance.coreInstances.append(try execute(expression, in: instance))
    case .instance(let expression):
      let made = try execute(expression, in: instance)
      instance.instances[position] = made
      try bind(.instance(instance.type(ofInstanceAt: position)), to: .instance(made), in: instance)
    case .export(let export):
      let item = try item(export.item, in: instance)
      exports.exports[export.name.text] = item
      // The type that an export is given may have resources of its own.
      guard let type = types[body.type].exports[export.name.text] else {
        preconditionFailure("validation noted the export \(export.name.text)")
      }
      if export.type != nil { try bind(type, to: item, in: instance) }
    case .type:
      guard case .resource(let definition) = body.definitions[position] else { return }
      let destructor = try definition.destructor.map { (index) throws(ComponentLinkError) in
        try coreFunction(index, in: instance)
      }
      instance.resources[definition.resource] = newResource(instance.state, destructor)
    case .coreModule, .coreType, .component, .alias, .canonical, .import: break
    }
  }

  func newResource(_ implementer: ComponentState?, _ destructor: CoreExport?) -> RuntimeResource {
    RuntimeResource(
      number: newResourceNumber(), implementer: implementer, destructor: destructor)
  }

  func newResourceNumber() -> Int32 {
    resourceCount += 1
    return resourceCount
  }

  private func execute(
    _ expression: CoreInstanceExpression, in instance: ComponentInstance
  ) throws(ComponentLinkError) -> RuntimeCoreInstance {
    guard case .instantiate(let module, let arguments) = expression else {
      guard case .exports(let exports) = expression else { preconditionFailure("two cases") }
      try spend(exports.count)
      var items: [[UInt8]: CoreItem] = [:]
      for export in exports { items[Array(export.name.utf8)] = export.item }
      return .exports(items)
    }
    coreInstances += 1
    guard coreInstances <= LinkingLimits.coreInstances else {
      throw .limit("instances of core modules", LinkingLimits.coreInstances)
    }
    let validated = try coreModule(module, in: instance)
    try spend(validated.module.imports.count + arguments.count)
    try countCost(of: validated.module)
    var providers: [[UInt8]: CoreInstanceIndex] = [:]
    for argument in arguments { providers[Array(argument.name.utf8)] = argument.instance }
    var sources: [ImportSource] = []
    for item in validated.module.imports {
      guard let provider = providers[Array(item.module.utf8)] else {
        preconditionFailure("validation checked the argument \(item.module)")
      }
      let found = try coreExport(provider, item.name.text, in: instance)
      sources.append(found.source)
    }
    return .instance(plan.add(validated, named: "core instance \(coreInstances - 1)", sources))
  }

  private func execute(
    _ expression: InstanceExpression, in instance: ComponentInstance
  ) throws(ComponentLinkError) -> RuntimeInstance {
    switch expression {
    case .exports(let exports):
      try spend(exports.count)
      var made = RuntimeInstance()
      for export in exports {
        made.exports[export.name.text] = try item(export.item, in: instance)
      }
      return made
    case .instantiate(let component, let arguments):
      try spend(arguments.count)
      var given: [String: RuntimeItem] = [:]
      for argument in arguments { given[argument.name] = try item(argument.item, in: instance) }
      return try instantiate(
        try self.component(component, in: instance), given, parent: instance.state)
    }
  }

  // MARK: Resources

  /// Finds the resources to which a type refers: those that the item has under the same names.
  private func bind(_ type: ExternType, to item: RuntimeItem, in instance: ComponentInstance)
    throws(ComponentLinkError)
  {
    for path in paths(of: type) {
      try spend(path.path.count)
      guard let resource = item.resource(at: path.path[...]) else { continue }
      instance.resources[path.resource] = resource
    }
  }

  /// The paths to the resources of a type. They are remembered, because many instances may have the same type.
  private func paths(of type: ExternType) -> [ComponentTypes.ResourcePath] {
    guard case .instance(let id) = type else { return types.resourcePaths(of: type) }
    if let known = pathsOfInstances[id] { return known }
    let paths = types.resourcePaths(of: type)
    pathsOfInstances[id] = paths
    return paths
  }

  func bound(_ type: FunctionTypeID, in instance: ComponentInstance) -> BoundFunctionType {
    BoundFunctionType(id: type, types: types) { reference in
      guard let resource = instance.resources[reference.resource] else {
        preconditionFailure("a resource of a function's type is not known")
      }
      return resource
    }
  }

  func noteUnknown(_ function: HostFunction) {
    let key = "\(function.file) \(function.description)"
    if isUnknown.insert(key).inserted {
      unknown.append(
        UnknownImport(
          interface: function.interface, name: function.name, file: function.file))
    }
  }
}

extension ComponentBody {
  /// Whether a core module of it has tags, so that it may throw exceptions.
  fileprivate var hasTags: Bool {
    definitions.contains {
      switch $0 {
      case .coreModule(let module): !module.module.tags.isEmpty
      case .component(let body): body.hasTags
      default: false
      }
    }
  }

  fileprivate var usesContext: Bool {
    component.definitions.contains {
      switch $0.kind {
      case .canonical(.asynchronous(.contextGet)), .canonical(.asynchronous(.contextSet)): true
      default: false
      }
    }
  }
}
