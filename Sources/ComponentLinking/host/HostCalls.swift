// Calls of a component's exports by the host, with arguments that are known when the program is compiled. Each call is
// an instance of the program of its own; its result is text.

import WasmComponent
import WasmEncoding
import WasmModule
import WasmProgram

/// An instance of the outermost component in a program.
public final class LinkedComponent {
  let linker: ComponentLinker
  private let root: RuntimeInstance
  private var exchange: InstanceIndex?
  /// The instance with a global that is 1 while a call is in progress, and after a trap.
  private var entered: CoreExport?
  private var adapters: [CallKey: CoreExport] = [:]

  /// Functions that nothing provides, with their interfaces. Calling one ends the program.
  public var unknownImports: [UnknownImport] { linker.unknown }

  /// Adds the instances of a component to a plan, after all others.
  /// - Parameter wasi: The module that implements WASI 0.2; nil if nothing does.
  public init(_ validated: ValidatedComponent, in plan: ProgramPlan, wasi: [UInt8]? = nil)
    throws(ComponentLinkError)
  {
    linker = ComponentLinker(validated, in: plan, wasi: wasi)
    root = try linker.instantiateRoot()
  }

  // MARK: Exports

  /// The function that a path names: names of instances, and of a function.
  func function(at path: [String]) throws(ComponentLinkError) -> LiftedFunction {
    var instance = root
    for (position, name) in path.enumerated() {
      switch instance.exports[name] {
      case .instance(let inner): instance = inner
      case .function(.lifted(let function)) where position == path.count - 1: return function
      case .function(.host(let function)) where position == path.count - 1:
        if let provided = try linker.host.function(function) { return provided }
        throw ComponentLinkError(.export, "the export \(name) is an import that nothing provides")
      default: throw ComponentLinkError(.export, "the component exports no function \(name)")
      }
    }
    throw ComponentLinkError(.export, "the component exports no such function")
  }

  /// The names of the functions that the component exports, with those of its instances.
  public var functionNames: [String] { names(of: root, "").sorted() }

  private func names(of instance: RuntimeInstance, _ prefix: String) -> [String] {
    instance.exports.flatMap { name, item -> [String] in
      switch item {
      case .function: [prefix + name]
      case .instance(let inner): names(of: inner, prefix + name + "#")
      case .coreModule, .type, .component: []
      }
    }
  }

  /// Adds the instance that starts the program.
  func add(_ main: AdapterModule) throws(ComponentLinkError) {
    _ = try linker.plan.add(main, named: "main")
  }

  // MARK: Calls

  private func exchangeInstance() throws(ComponentLinkError) -> InstanceIndex {
    if let exchange { return exchange }
    let instance = try linker.plan.add(ExchangeModule.module(), named: "values of the host")
    exchange = instance
    return instance
  }

  private func item(_ name: String) throws(ComponentLinkError) -> CoreExport {
    CoreExport(instance: try exchangeInstance(), name: name)
  }

  private func enteredFlag() throws(ComponentLinkError) -> CoreExport {
    if let entered { return entered }
    let module = AdapterModule(traps: [])
    let name = "entered"
    module.writer.exportGlobal(name, module.writer.global(0))
    let flag = CoreExport(
      instance: try linker.plan.add(module, named: "flag of the host"), name: name)
    entered = flag
    return flag
  }

  /// - Parameter isOnlyCall: Whether the program makes no other call by the host.
  func hostAdapter(_ function: LiftedFunction, isOnlyCall: Bool = false)
    throws(ComponentLinkError) -> CoreExport
  {
    var options = ResolvedOptions()
    if function.type.usesMemory {
      options.memory = MemoryReference(item: try item(ExchangeModule.memoryName), pageLog2: 16)
      options.realloc = try item(ExchangeModule.reallocName)
    }
    let key = CallKey(function, options)
    if let known = adapters[key] { return known }
    let caller = Caller.host(options, isEntered: isOnlyCall ? nil : try enteredFlag())
    let module = try CallAdapter.module(caller, function)
    let made = CoreExport(
      instance: try linker.plan.add(module, named: "call by the host"),
      name: AdapterModule.functionName)
    adapters[key] = made
    return made
  }

  /// Adds an instance whose export `call` calls a function, and returns the length of the result's text. The text is in
  /// its memory `memory`, from address 0 on. Floating-point numbers are printed as their bits.
  public func addCall(_ path: [String], _ arguments: [ComponentValue]) throws(ComponentLinkError)
    -> InstanceIndex
  {
    try addCall(path, arguments, floats: nil)
  }

  /// - Parameter floats: Prints floating-point numbers; nil: as their bits.
  func addCall(
    _ path: [String], _ arguments: [ComponentValue], floats: FloatTextReference?
  ) throws(ComponentLinkError) -> InstanceIndex {
    let function = try function(at: path)
    guard !function.isAsync else {
      throw ComponentLinkError(.unsupported, "asynchronous functions are not supported yet")
    }
    guard !function.type.facts.hasResource else {
      throw ComponentLinkError(.unsupported, "the host cannot pass or get a handle of a resource")
    }
    let call = HostCall(
      function: function.type, adapter: try hostAdapter(function),
      memory: MemoryReference(item: try item(ExchangeModule.memoryName), pageLog2: 16),
      end: try item(ExchangeModule.endName), floats: floats)
    return try linker.plan.add(
      try call.module(arguments), named: "call of \(path.joined(separator: "#"))")
  }
}

/// One call with its arguments.
private struct HostCall {
  let function: BoundFunctionType
  let adapter: CoreExport
  let memory: MemoryReference
  let end: CoreExport
  let floats: FloatTextReference?

  func module(_ arguments: [ComponentValue]) throws(ComponentLinkError) -> AdapterModule {
    let parameters = function.parameters
    guard parameters.count == arguments.count else {
      throw ComponentLinkError(
        .export, "the function has \(parameters.count) parameters, and got \(arguments.count)")
    }
    var image = ArgumentImage(function.types, base: ExchangeModule.firstAddress)
    var flat: [UInt64] = []
    do throws(ArgumentImage.Mismatch) {
      if function.flatParameters != nil {
        for (value, type) in zip(arguments, parameters) { flat += try image.flat(value, type) }
      } else {
        let layout = FieldOffsets(parameters, function.types)
        let offset = image.allocate(layout.bytes, alignment: layout.alignment)
        try image.store(arguments, parameters, at: offset)
        flat = [UInt64(image.base) + UInt64(offset)]
      }
    } catch {
      throw ComponentLinkError(.export, "an argument is no \(error.type)")
    }
    return write(image, flat)
  }

  private func write(_ image: ArgumentImage, _ flat: [UInt64]) -> AdapterModule {
    var image = image
    let result = function.type.result
    let layout = result.map { FieldOffsets([$0], function.types) }
    let offset = image.allocate(layout?.bytes ?? 0, alignment: 8)
    let module = AdapterModule(traps: [.tooLong])
    let target = module.importFunction(adapter, function.loweredType)
    let values = module.importMemory(memory)
    let end = module.importGlobal(end)
    let floats = floats.map {
      FloatPrinter(
        function: module.importFunction($0.function, FloatTextReference.type),
        memory: module.importMemory($0.memory))
    }
    let text = module.writer.memory(minimumPages: 0)
    let length = module.writer.global(0)
    let segment = module.writer.data(image.bytes)
    let printer = result.map {
      ResultWriter(
        module, function.types, values: values, floats: floats, text: text, length: length
      ).printer($0)
    }
    let call = module.function([], [.i32], name: "call") { f in
      let size = f.local(.i64)
      f.i64(Int64(image.base) + Int64(image.bytes.count))
      f.tee(size)
      f.op(.i32WrapI64)
      f.setGlobal(end)
      f.growMemory(values, toHold: size) { module.trap(.tooLong, f) }
      f.u32(image.base)
      f.i32(0)
      f.u32(UInt32(truncatingIfNeeded: image.bytes.count))
      f.memoryInit(segment, memory: values)
      f.i32(0)
      f.setGlobal(length)
      pass(flat, resultAt: image.base + UInt32(truncatingIfNeeded: offset), f) { f.call(target) }
      if let printer {
        f.u32(image.base + UInt32(truncatingIfNeeded: offset))
        f.call(printer)
      }
      f.getGlobal(length)
    }
    module.writer.exportFunction("call", call)
    module.writer.exportMemory("memory", text)
    return module
  }

  /// Passes the arguments. A result that comes as a core value is stored like the others.
  private func pass(
    _ flat: [UInt64], resultAt address: UInt32, _ f: FunctionWriter, _ call: () -> Void
  ) {
    if function.flatResults?.isEmpty == false { f.u32(address) }
    let types = function.flatParameters ?? [.i32]
    for (bits, type) in zip(flat, types) {
      switch type {
      case .i32: f.u32(UInt32(truncatingIfNeeded: bits))
      case .i64: f.i64(Int64(bitPattern: bits))
      case .f32: f.f32(bits: UInt32(truncatingIfNeeded: bits))
      default: f.f64(bits: bits)
      }
    }
    if function.flatResults == nil { f.u32(address) }
    call()
    guard let result = function.type.result, let core = function.flatResults?.first else { return }
    let access: MemoryAccess =
      switch core {
      case .i64: .i64Store
      case .f32: .f32Store
      case .f64: .f64Store
      default: ScalarAccess(bytes: function.types.layout(result).bytes).store
      }
    f.access(access, memory: 0)
  }
}
