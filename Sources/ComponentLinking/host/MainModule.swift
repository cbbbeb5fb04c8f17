// The last instance of a program, which starts it: it calls an export and prints the result, or it runs a command.

import WasmComponent
import WasmEncoding
import WasmModule
import WasmProgram

/// A program that is made of one component.
public struct ComponentProgram {
  /// What it does when it is started.
  public enum Entry: Sendable {
    /// Runs the export `run` of the interface wasi:cli/run.
    case command
    /// Calls an export with arguments as WAVE text, as `add(1, 2)`, and prints its result. The last instance exports
    /// the call under that text.
    case call(String)
  }

  public let program: Program
  /// Functions that nothing provides. Calling one ends the program.
  public let unknownImports: [UnknownImport]

  /// - Parameter wasi: The module that implements WASI 0.2; nil if nothing does.
  public init(_ component: ValidatedComponent, _ entry: Entry, wasi: [UInt8]? = nil)
    throws(ComponentLinkError)
  {
    if let use = component.unsupported.first(where: { $0.feature.isMissing }) {
      throw ComponentLinkError(.unsupported, "it \(use.message)", offset: use.offset)
    }
    let plan = ProgramPlan()
    let linked = try LinkedComponent(component, in: plan, wasi: wasi)
    switch entry {
    case .command: try linked.addCommand()
    case .call(let text): try linked.addCall(text)
    }
    unknownImports = linked.unknownImports
    var program = try plan.program()
    program.leaveOutUnusedFunctions()
    self.program = program
  }
}

extension ComponentFeature {
  /// Whether adapters do not implement the feature.
  fileprivate var isMissing: Bool {
    switch self {
    case .asynchronousFunctions, .streams, .futures, .errorContexts, .tasks, .waitables, .threads:
      true
    case .fixedLengthLists, .maps: false
    }
  }
}

extension LinkedComponent {
  // MARK: Calls with text

  /// Adds an instance that exports a call and prints its result.
  func addCall(_ text: String) throws(ComponentLinkError) {
    guard let open = text.firstIndex(of: "(") else {
      throw ComponentLinkError(.export, "a call is written as name(arguments), not \(text)")
    }
    let path = try path(of: text[..<open].filter { $0 != " " })
    let function = try function(at: path)
    guard !function.type.facts.hasResource else {
      throw ComponentLinkError(
        .unsupported,
        "--invoke cannot call \(path.joined(separator: "#")): its type has handles of resources, which have no text"
      )
    }
    var parser = WaveParser(String(text[open...]), function.type.types)
    let arguments: [ComponentValue]
    do throws(WaveError) {
      arguments = try parser.arguments(function.type.type.parameters)
    } catch {
      throw ComponentLinkError(.export, error.message)
    }
    let call = try addCall(path, arguments, floats: try floatText(for: function.type))
    try add(Self.printer(of: call, named: text, hasResult: function.type.type.result != nil))
  }

  /// nil if the result has no number that needs it.
  private func floatText(for type: BoundFunctionType) throws(ComponentLinkError)
    -> FloatTextReference?
  {
    guard let result = type.type.result, type.types.hasFloat(result) else { return nil }
    return try linker.host.floatText()
  }

  /// A name of a function, or of an interface and a function (ExportName). A function that only one interface exports
  /// needs no interface.
  private func path(of name: String) throws(ComponentLinkError) -> [String] {
    let names = functionNames
    if names.contains(name) { return name.split(separator: "#").map(String.init) }
    let wanted = ExportName(name)
    let found = names.filter { wanted.names($0) }
    if found.count == 1 { return found[0].split(separator: "#").map(String.init) }
    let near = nearestName(to: name, among: names.map { wanted.likewise($0) })
    let problem =
      found.isEmpty
      ? "the component exports no function \(name); \(near.map { "did you mean \($0)? It" } ?? "it") exports:"
      : "several interfaces export \(name):"
    let shown = found.isEmpty ? names : found
    throw ComponentLinkError(.export, problem, details: Array(shown.prefix(50)))
  }

  /// Calls, and writes the text of the result and a newline to the standard output; `()` if there is no result.
  private static func printer(of call: InstanceIndex, named name: String, hasResult: Bool)
    -> AdapterModule
  {
    let module = AdapterModule(traps: [.tooLong])
    let call = CoreExport(instance: call, name: "call")
    let run = module.importFunction(call, FunctionType(parameters: [], results: [.i32]))
    let (write, exit) = (module.importWASI("fd_write"), module.importWASI("proc_exit"))
    let memory = module.importMemory(
      MemoryReference(item: CoreExport(instance: call.instance, name: "memory"), pageLog2: 16))
    let function = module.function([], [], name: "print-result") { f in
      let (length, end, vector) = (f.local(), f.local(.i64), f.local())
      f.call(run)
      f.set(length)
      if !hasResult {
        f.i32(2)
        f.set(length)
      }
      f.get(length)
      f.i32(8)
      f.op(.i32Add)
      f.i32(-8)
      f.op(.i32And)
      f.tee(vector)
      f.op(.i64ExtendI32)
      f.i64(16)
      f.op(.i64Add)
      f.set(end)
      f.growMemory(memory, toHold: end) { module.trap(.tooLong, f) }
      if !hasResult {
        f.i32(0)
        f.i32(0x2928)
        f.access(.i32Store16, memory: memory)
      }
      f.get(length)
      f.i32(0x0a)
      f.access(.i32Store8, memory: memory)
      f.get(length)
      f.i32(1)
      f.op(.i32Add)
      f.set(length)
      writeAll(length, vector, memory, write, exit, f)
    }
    module.writer.exportFunction(name, function)
    module.writer.exportMemory("memory", memory)
    return module
  }

  /// Writes bytes from address 0 on. `vector` is the address of 16 bytes for the list of one buffer and for the number
  /// of bytes that were written. A failure ends the program with status 1.
  private static func writeAll(
    _ length: Local, _ vector: Local, _ memory: Int, _ write: Int, _ exit: Int, _ f: FunctionWriter
  ) {
    let written = f.local()
    func store(_ offset: UInt32, _ value: () -> Void) {
      f.get(vector)
      value()
      f.access(.i32Store, memory: memory, offset: offset)
    }
    f.loop { again in
      store(0) { f.get(written) }
      store(4) {
        f.get(length)
        f.get(written)
        f.op(.i32Subtract)
      }
      f.i32(1)
      f.get(vector)
      f.i32(1)
      f.get(vector)
      f.i32(8)
      f.op(.i32Add)
      f.call(write)
      f.ifTrue {
        f.i32(1)
        f.call(exit)
      }
      f.get(vector)
      f.access(.i32Load, memory: memory, offset: 8)
      f.get(written)
      f.op(.i32Add)
      f.tee(written)
      f.get(length)
      f.op(.i32Less)
      f.branchIf(again)
    }
  }

  // MARK: Commands

  /// Adds an instance whose `_start` runs the command. The status is 1 if the command returns an error.
  func addCommand() throws(ComponentLinkError) {
    let commands = functionNames.filter { name in
      let parts = name.split(separator: "#")
      return parts.count == 2 && parts[1] == "run"
        && WASIInterfaces.unversioned(String(parts[0])) == "wasi:cli/run"
    }
    guard let name = commands.first else {
      let names = functionNames
      throw ComponentLinkError(
        .export,
        "the component is no command, so it cannot run; --invoke 'NAME(ARGUMENTS)' calls one of its functions:",
        details: Array(names.prefix(50)))
    }
    let function = try function(at: name.split(separator: "#").map(String.init))
    guard function.type.loweredType == FunctionType(parameters: [], results: [.i32]) else {
      throw ComponentLinkError(.export, "the function run of wasi:cli/run has another type")
    }
    let module = AdapterModule(traps: [])
    let run = module.importFunction(
      try hostAdapter(function, isOnlyCall: true), function.type.loweredType)
    let exit = module.importWASI("proc_exit")
    let start = module.function([], [], name: "_start") { f in
      f.call(run)
      f.ifTrue {
        f.i32(1)
        f.call(exit)
      }
    }
    module.writer.exportFunction("_start", start)
    try add(module)
  }
}

extension ComponentTypes {
  func hasFloat(_ type: ComponentValueType) -> Bool {
    func any(_ types: [ComponentValueType?]) -> Bool {
      types.contains { $0.map(hasFloat) ?? false }
    }
    switch shape(type) {
    case .primitive(let type): return type == .f32 || type == .f64
    case .record(let fields): return any(fields.map(\.value))
    case .variant(let cases): return any(cases.map(\.value))
    case .list(let element), .fixedLengthList(let element, _), .option(let element):
      return hasFloat(element)
    case .tuple(let fields): return any(fields)
    case .result(let ok, let error): return any([ok, error])
    case .map(let key, let value): return any([key, value])
    case .flags, .enumeration, .own, .borrow, .stream, .future: return false
    }
  }
}
