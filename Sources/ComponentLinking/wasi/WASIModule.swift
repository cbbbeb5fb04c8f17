// The module that implements WASI 0.2 (runtime-c/preview2), as an instance of a program. It is a component instance
// with a state of its own; its functions are lifted like those of a guest. Handles of its resources are the addresses
// of objects in its memory.

import WasmComponent
import WasmModule
import WasmProgram

final class WASIModule {
  private let bytes: [UInt8]
  private let plan: ProgramPlan
  private let state: ComponentState
  private var made: Made?
  private var resources: [String: RuntimeResource] = [:]
  /// `interface.name` of each of its resources.
  private var names: [ObjectIdentifier: String] = [:]
  private let hasFileStreams: Bool

  private struct Made {
    let instance: InstanceIndex
    let exports: Set<String>
  }

  /// - Parameters:
  ///   - bytes: The module.
  ///   - hasFileStreams: Whether the program can have streams of files. Then functions that read and write streams are
  ///     taken in a form of their own (runtime-c/preview2/file_streams.c), by all components.
  init(_ bytes: [UInt8], hasFileStreams: Bool, in plan: ProgramPlan) {
    self.bytes = bytes
    self.hasFileStreams = hasFileStreams
    self.plan = plan
    state = ComponentState(
      parent: nil, usesContext: false, passesRepresentations: true, plan: plan)
  }

  /// Adds the instance the first time that it is needed.
  private func instance() throws(ComponentLinkError) -> Made {
    if let made { return made }
    let module: Module
    do throws(WasmError) {
      module = try ModuleDecoder.decode(ModuleBytes(bytes))
    } catch {
      throw Self.unfit("\(error.message)")
    }
    var sources: [ImportSource] = []
    for item in module.imports {
      guard let call = WASICall(ofOurs: item) else { throw Self.unfit("it imports \(item.name)") }
      sources.append(.wasi(call))
    }
    let made = Made(
      instance: try plan.add(encoded: bytes, sources, named: "WASI 0.2"),
      exports: Set(module.exports.map(\.name.text)))
    self.made = made
    return made
  }

  private static func unfit(_ problem: String) -> ComponentLinkError {
    ComponentLinkError(
      .link, "the installed module wasi-0.2.wasm does not fit this compiler: \(problem)")
  }

  // MARK: Numbers as text

  /// The function that makes the text of a floating-point number: (bits, whether it is an f32) → address of the text's
  /// address and length. Nothing else of the module is needed for it.
  func floatText() throws(ComponentLinkError) -> FloatTextReference {
    let (made, name) = (try instance(), "float-text")
    guard made.exports.contains(name) else { throw Self.unfit("it lacks \(name)") }
    return FloatTextReference(
      function: CoreExport(instance: made.instance, name: name),
      memory: MemoryReference(
        item: CoreExport(instance: made.instance, name: "memory"), pageLog2: 16))
  }

  // MARK: Items

  /// A resource of an interface of WASI.
  func resource(_ interface: String, _ name: String, number: () -> Int32)
    throws(ComponentLinkError) -> RuntimeResource
  {
    let key = "\(interface)#[dtor]\(name)"
    if let known = resources[key] { return known }
    let made = try instance()
    let destructor =
      made.exports.contains(key) ? CoreExport(instance: made.instance, name: key) : nil
    let resource = RuntimeResource(
      number: number(), implementer: state, destructor: destructor)
    resources[key] = resource
    names[ObjectIdentifier(resource)] = "\(interface).\(name)"
    return resource
  }

  /// `interface.name` if the resource is one of the module's own; nil for any other, whatever it is called.
  func name(of resource: RuntimeResource) -> String? { names[ObjectIdentifier(resource)] }

  /// A function of an interface of WASI with the type that an import gives it. The type was compared with WASI's.
  func function(_ interface: String, _ name: String, _ type: BoundFunctionType)
    throws(ComponentLinkError) -> LiftedFunction
  {
    let made = try instance()
    let withFiles = "\(interface)+files#\(name)"
    let isOfFiles = hasFileStreams && made.exports.contains(withFiles)
    let name = isOfFiles ? withFiles : "\(interface)#\(name)"
    guard made.exports.contains(name) else { throw Self.unfit("it lacks \(name)") }
    func export(_ name: String) -> CoreExport { CoreExport(instance: made.instance, name: name) }
    var options = ResolvedOptions()
    if type.usesMemory {
      options.memory = MemoryReference(item: export("memory"), pageLog2: 16)
      options.realloc = export("realloc")
      options.postReturn = export(type.liftedType.results.isEmpty ? "post" : "post-result")
    }
    return LiftedFunction(
      core: export(name), type: type, instance: state, options: options, mayThrow: false)
  }
}

struct FloatTextReference {
  let function: CoreExport
  /// Where the text is.
  let memory: MemoryReference

  static let type = FunctionType(parameters: [.i64, .i32], results: [.i32])
}
