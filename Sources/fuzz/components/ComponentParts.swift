// Writes the parts of a generated component. The host calls the opener, and each part calls the next: first the opener,
// then the forwarders. The closer, the last part, returns its parameters. It may define a resource. Where the parts
// pass a handle of the resource, the host passes and gets a number; the opener converts between them.

import WasmEncoding
import WasmModule

extension ComponentSignature {
  static let number = ComponentType.scalar(.u32)
  /// What the host sees: numbers instead of handles.
  var forHost: ComponentSignature { replacing(own: Self.number, borrow: Self.number) }
  /// The types that come back. A result may not have borrowed handles, so it has numbers instead.
  var withoutBorrows: ComponentSignature { replacing(own: .own, borrow: Self.number) }
  var hasHandle: Bool { parameters.contains(where: \.hasHandle) }
  var hasBorrow: Bool { parameters.contains(where: \.hasBorrow) }
}

/// What the parts of one generated component agree on.
struct PartPlan {
  let signature: ComponentSignature
  let names: TypeNames
  /// Whether the opener adds bits that lifting must ignore.
  let addsGarbage: Bool
  let spoiling: Spoiling?

  static let call = "f"
  static let make = "make"
  static let look = "look"
  static let alive = "alive"
  static let unary = FunctionType(parameters: [.i32], results: [.i32])
  static let consume = FunctionType(parameters: [.i32], results: [])
  static let count = FunctionType(parameters: [], results: [.i32])

  func options(_ memory: PartMemory, _ style: PartStyle, isLift: Bool)
    -> ComponentWriter.Options
  {
    ComponentWriter.Options(
      encoding: style.encoding, memory: memory.memory, realloc: memory.realloc,
      postReturn: isLift && style.hasPostReturn ? memory.postReturn : nil)
  }

  func addMemory(to writer: inout ComponentWriter) -> PartMemory {
    PartWriter.addMemory(
      to: &writer, resultBytes: signature.isResultFlat ? nil : signature.whole.bytes,
      flat: signature.flat)
  }

  /// The type of `call` between two parts: it has numbers in the result where the parameters have borrowed handles.
  func functionType(
    _ scope: inout TypeScope, _ naming: TypeScope.Naming, _ writer: inout ComponentWriter
  ) -> Int {
    scope.function(
      signature.parameters, signature.withoutBorrows.result, naming, &writer)
  }
}

/// How one part is made.
struct PartStyle: Sendable {
  let encoding: ComponentWriter.StringEncoding
  let hasPostReturn: Bool
  /// Whether a forwarder is wrapped in another component. The opener and the closer never are.
  let isNested: Bool
}

// MARK: - The closer

extension PartPlan {
  func closer(_ style: PartStyle) -> ComponentWriter {
    var writer = ComponentWriter()
    var scope = TypeScope(names)
    let memory = addMemory(to: &writer)
    var module = PartModule()
    var handles: HandleFunctions?
    if signature.hasHandle {
      let destroy = writer.aliasCore(.function, "destroy", of: memory.instance)
      let resource = writer.type(.resource(destructor: destroy))
      handles = HandleFunctions(&module, &writer, resource)
      scope.resource = writer.export(TypeScope.resourceName, .type, resource)
    }
    module.function(Self.call, signature.lifted) { writeEcho($0, $1, handles) }
    if let handles {
      module.function(Self.make, Self.unary) { f, module in
        f.call(module.born)
        f.get(f.parameters[0])
        f.call(handles.new)
      }
      module.function(Self.look, Self.unary) { f, _ in f.get(f.parameters[0]) }
    }
    let instance = module.instantiate(&writer, memory)
    func lift(_ name: String, of instance: Int, _ type: Int, isMain: Bool = false) {
      var options = options(memory, style, isLift: isMain)
      if !isMain { options.postReturn = nil }
      let lifted = writer.lift(
        writer.aliasCore(.function, name, of: instance), type: type, options)
      _ = writer.export(name, .function, lifted)
    }
    lift(Self.call, of: instance, functionType(&scope, .exported, &writer), isMain: true)
    guard handles != nil else { return writer }
    let types = HandleFunctionTypes(&scope, .exported, &writer)
    lift(Self.make, of: instance, types.make)
    lift(Self.look, of: instance, types.look)
    lift(Self.alive, of: memory.instance, types.alive)
    return writer
  }

  private func writeEcho(_ f: FunctionWriter, _ module: PartModule, _ handles: HandleFunctions?) {
    let place = signature.place(f)
    ValueActions.checkClean(signature.parameters, at: place, f)
    if let handles {
      let number = f.local()
      // An owned resource is destroyed, and a new one with the same number goes back.
      ValueWalk.write(signature.parameters, at: place, memory: PartModule.memory, f) { visit in
        guard case .handle(isOwned: true) = visit.leaf else { return }
        visit.get()
        f.call(handles.representation)
        f.set(number)
        visit.get()
        f.call(handles.drop)
        f.call(module.born)
        visit.set {
          f.get(number)
          f.call(handles.new)
        }
      }
    }
    let spoiled = spoiling.flatMap { $0.culprit == .callee ? $0 : nil }
    let types = signature.withoutBorrows.parameters
    if signature.isResultFlat {
      spoiled?.write(types, at: place, f)
      for lane in f.parameters { f.get(lane) }
      return
    }
    let address = f.local()
    if case .flat(let lanes) = place {
      module.allocate(signature.whole, f)
      f.set(address)
      ValueActions.store(signature.parameters, lanes, at: address, f)
    } else {
      f.get(f.parameters[0])
      f.set(address)
    }
    spoiled?.write(types, at: .memory(address, offset: 0), f)
    f.get(address)
    spoiled?.writePointer(f)
  }
}

/// The built-in functions of the closer's resource, as its core module imports them.
private struct HandleFunctions {
  let new, drop, representation: Int

  init(_ module: inout PartModule, _ writer: inout ComponentWriter, _ resource: Int) {
    new = module.importFunction("new", writer.canonical(.new, resource), PartPlan.unary)
    drop = module.importFunction("drop", writer.canonical(.drop, resource), PartPlan.consume)
    representation = module.importFunction(
      "rep", writer.canonical(.representation, resource), PartPlan.unary)
  }
}

/// The types of the closer's functions for its resource.
private struct HandleFunctionTypes {
  let make, look, alive: Int

  init(_ scope: inout TypeScope, _ naming: TypeScope.Naming, _ writer: inout ComponentWriter) {
    let number = ComponentSignature.number
    make = scope.function([number], .own, naming, &writer)
    look = scope.function([.borrow], number, naming, &writer)
    alive = scope.function([], number, naming, &writer)
  }
}

// MARK: - Forwarders and the opener

extension PartPlan {
  /// Adds the imports of a part that calls the next one. Returns the index of the next part's function.
  private func importNext(_ scope: inout TypeScope, _ writer: inout ComponentWriter) -> Int {
    if signature.hasHandle { scope.importResource(&writer) }
    let type = functionType(&scope, .imported, &writer)
    return writer.importFunction(Self.call, type: type)
  }

  func forwarder(_ style: PartStyle) -> ComponentWriter {
    var writer = ComponentWriter()
    var scope = TypeScope(names)
    let next = importNext(&scope, &writer)
    let memory = addMemory(to: &writer)
    var module = PartModule()
    let target = module.importFunction(
      Self.call, writer.lower(next, options(memory, style, isLift: false)), signature.lowered)
    let drop = scope.resource.map {
      module.importFunction("drop", writer.canonical(.drop, $0), Self.consume)
    }
    module.function(Self.call, signature.lifted) { f, module in
      let result = writeCall(f, module, target)
      if let drop { dropBorrowed(f, drop) }
      if !signature.flat.isEmpty { f.get(result) }
    }
    let instance = module.instantiate(&writer, memory)
    let type = functionType(&scope, .imported, &writer)
    let lifted = writer.lift(
      writer.aliasCore(.function, Self.call, of: instance), type: type,
      options(memory, style, isLift: true))
    _ = writer.export(Self.call, .function, lifted)
    return style.isNested ? wrapped(writer) : writer
  }

  /// A component that has the same imports and exports as the one inside it.
  private func wrapped(_ inner: ComponentWriter) -> ComponentWriter {
    var writer = ComponentWriter()
    var scope = TypeScope(names)
    let next = importNext(&scope, &writer)
    let component = writer.component(inner)
    let instance = writer.instantiate(
      component: component,
      with: scope.imports.map { ($0.name, .type, $0.index) } + [(Self.call, .function, next)])
    let function = writer.alias(.function, Self.call, of: instance)
    let type = functionType(&scope, .imported, &writer)
    _ = writer.export(Self.call, .function, function, type: type)
    return writer
  }

  /// Calls the next part with the parameters of this one. Returns the result, or its address.
  private func writeCall(
    _ f: FunctionWriter, _ module: PartModule, _ target: Int, spoiling: Spoiling? = nil
  ) -> Local {
    let result = f.local(signature.lifted.results.first ?? .i32)
    if !signature.isResultFlat {
      module.allocate(signature.whole, f)
      f.set(result)
    }
    for parameter in f.parameters { f.get(parameter) }
    if !signature.areParametersFlat { spoiling?.writePointer(f) }
    if !signature.isResultFlat { f.get(result) }
    f.call(target)
    if signature.isResultFlat, !signature.flat.isEmpty { f.set(result) }
    return result
  }

  private func dropBorrowed(_ f: FunctionWriter, _ drop: Int) {
    guard signature.hasBorrow else { return }
    ValueWalk.write(signature.parameters, at: signature.place(f), memory: PartModule.memory, f) {
      visit in
      guard case .handle(isOwned: false) = visit.leaf else { return }
      visit.get()
      f.call(drop)
    }
  }

  func opener(_ style: PartStyle) -> ComponentWriter {
    var writer = ComponentWriter()
    var scope = TypeScope(names)
    let next = importNext(&scope, &writer)
    var handleTypes: HandleFunctionTypes?
    var imported: [(name: String, index: Int)] = []
    if signature.hasHandle {
      let types = HandleFunctionTypes(&scope, .imported, &writer)
      for (name, type) in [
        (Self.make, types.make), (Self.look, types.look), (Self.alive, types.alive),
      ] {
        imported.append((name, writer.importFunction(name, type: type)))
      }
      handleTypes = types
    }
    let memory = addMemory(to: &writer)
    var module = PartModule()
    let options = options(memory, style, isLift: false)
    let target = module.importFunction(Self.call, writer.lower(next, options), signature.lowered)
    var user: ResourceUser?
    if handleTypes != nil, let resource = scope.resource {
      let types = [Self.unary, Self.unary, Self.count]
      let functions = zip(imported, types).map { item, type in
        module.importFunction(item.name, writer.lower(item.index, options), type)
      }
      let drop = writer.canonical(.drop, resource)
      user = ResourceUser(
        make: functions[0], look: functions[1], alive: functions[2],
        drop: module.importFunction("drop", drop, Self.consume))
    }
    module.function(Self.call, signature.lifted) { writeOpening($0, $1, target, user) }
    let instance = module.instantiate(&writer, memory)
    let host = signature.forHost
    let type = scope.function(host.parameters, host.result, .exported, &writer)
    let lifted = writer.lift(
      writer.aliasCore(.function, Self.call, of: instance), type: type,
      self.options(memory, style, isLift: true))
    _ = writer.export(Self.call, .function, lifted)
    return writer
  }

  private func writeOpening(
    _ f: FunctionWriter, _ module: PartModule, _ target: Int, _ user: ResourceUser?
  ) {
    let types = signature.parameters
    let place = signature.place(f)
    if let user {
      ValueWalk.write(types, at: place, memory: PartModule.memory, f) { visit in
        guard case .handle = visit.leaf else { return }
        visit.set {
          visit.get()
          f.call(user.make)
        }
      }
    }
    if addsGarbage { ValueActions.addGarbage(types, at: place, f) }
    let spoiled = spoiling.flatMap { $0.culprit == .caller ? $0 : nil }
    spoiled?.write(types, at: place, f)
    let result = writeCall(f, module, target, spoiling: spoiled)
    if let user { takeResult(f, result, user) }
    if !signature.flat.isEmpty { f.get(result) }
  }

  /// Turns the handles in the result into numbers, and drops them and the handles that were lent. Traps if a resource
  /// is left.
  private func takeResult(_ f: FunctionWriter, _ result: Local, _ user: ResourceUser) {
    let number = f.local()
    let place: ValuePlace = signature.isResultFlat ? .flat([result]) : .memory(result, offset: 0)
    ValueWalk.write(
      signature.withoutBorrows.parameters, at: place, memory: PartModule.memory, f
    ) { visit in
      guard case .handle = visit.leaf else { return }
      visit.get()
      f.call(user.look)
      f.set(number)
      visit.get()
      f.call(user.drop)
      visit.set { f.get(number) }
    }
    dropBorrowed(f, user.drop)
    f.call(user.alive)
    f.ifTrue { f.op(.unreachable) }
  }
}

/// The core functions by which the opener uses resources.
private struct ResourceUser {
  let make, look, alive, drop: Int
}
