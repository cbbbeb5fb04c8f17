// Components in one program with a host, which calls their exports one after another. A trap ends a call, not the
// program.

import CGuestIR
import ComponentLinking
import WasmComponent
import WasmProgram

/// Collects components and calls of their exports, and runs them all at once.
public final class ComponentCalls {
  private let plan = ProgramPlan()
  private var calls: [(instance: InstanceIndex, of: LinkedComponent)] = []

  public init() {}

  /// Adds an instance of a component. Throws if an import has no provider, or if the component cannot be linked.
  /// - Parameter wasi: The module that implements WASI 0.2; nil if nothing does.
  public func instantiate(_ component: ValidatedComponent, wasi: [UInt8]? = nil)
    throws(ComponentLinkError) -> LinkedComponent
  {
    try LinkedComponent(component, in: plan, wasi: wasi)
  }

  /// Adds a call. Returns its number.
  public func call(_ path: [String], of component: LinkedComponent, _ arguments: [ComponentValue])
    throws(ComponentLinkError) -> Int
  {
    calls.append((try component.addCall(path, arguments), component))
    return calls.count - 1
  }

  /// Compiles all instances as one program. The host makes them, and makes the calls in their order.
  /// - Parameter directory: For what is made, without a final slash.
  public func run(_ workspace: Workspace, _ options: ModuleCompilerOptions, directory: String)
    throws
    -> ComponentAnswers
  {
    if calls.isEmpty { return ComponentAnswers([], of: []) }
    let program = try plan.program()
    let compiler = try ModuleCompiler(options: options, objectDirectory: directory)
    let object = directory + "/program.o"
    try compiler.emit(program, .executable, to: object)
    let instances = program.instances.indices.map {
      HostInstance(program: SWASM_IR_PROGRAM, position: $0, state: SWASM_IR_STATE)
    }
    let host = try HostProgram(
      workspace: workspace, directory: directory, objects: [object], instances: instances,
      target: options.target)
    let lines = instances.indices.map { "new \($0) \($0)" } + calls.map { "text \($0.instance)" }
    let answers = try host.ask(lines, seconds: 120)
    return ComponentAnswers(
      answers.lines.dropFirst(instances.count), of: calls.map { ObjectIdentifier($0.of) },
      ending: answers.ending)
  }
}

/// The host's answers to the calls.
public struct ComponentAnswers {
  public let lines: [Substring]
  private let ending: String
  /// The calls whose outcome says nothing, because they or earlier ones of the same instance need what is not
  /// implemented.
  private var unsupported: Set<Int> = []

  private static let unsupportedLine = "trap asynchronous functions are not supported yet"

  init(_ lines: ArraySlice<Substring>, of instances: [ObjectIdentifier], ending: String = "") {
    self.lines = Array(lines)
    self.ending = ending
    var ended: Set<ObjectIdentifier> = []
    for (slot, (line, instance)) in zip(lines, instances).enumerated() {
      if line == Self.unsupportedLine { ended.insert(instance) }
      if ended.contains(instance) { unsupported.insert(slot) }
    }
  }

  /// The text of a result, or `trap` and the trap's message.
  public func text(_ slot: Int) -> String {
    slot < lines.count ? Self.readable(lines[slot]) : "no answer: " + ending
  }

  func judge(_ check: ComponentCheck) -> WastOutcome {
    switch check {
    case .settled(let outcome): return outcome
    case .text(let text, let slot):
      return withAnswer(slot) { line in
        let wanted = text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        if line == "ok \(wanted)" { return .passed }
        return .failed("got \(Self.readable(line)), expected \(text)")
      }
    case .trap(let text, let slot):
      return withAnswer(slot) { Self.judgeTrap(String($0), text) }
    case .success(let slot):
      return withAnswer(slot) { $0.hasPrefix("ok") ? .passed : .failed(String($0)) }
    }
  }

  private func withAnswer(_ slot: Int, _ body: (Substring) -> WastOutcome) -> WastOutcome {
    if unsupported.contains(slot) { return .skipped(String(Self.unsupportedLine.dropFirst(5))) }
    guard slot < lines.count else { return .failed("no answer: " + ending) }
    return body(lines[slot])
  }

  /// Scripts have other words for some traps.
  private static let synonyms = [
    "string pointer/length out of bounds of memory": ["string content out-of-bounds"],
    "unaligned pointer": ["realloc return: result not aligned"],
    "wasm `unreachable` instruction executed": ["unreachable"],
    "list content out-of-bounds": ["realloc return: beyond end of memory"],
  ]

  private static func judgeTrap(_ line: String, _ text: String) -> WastOutcome {
    let prefix = "wasm trap: "
    var text = text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
    // Our messages do not have the index.
    if text.hasPrefix("handle index") { text = "handle index used with the wrong type" }
    if text.hasPrefix("unknown handle index") { text = "unknown handle index" }
    let outcomes = ([text] + (synonyms[text] ?? [])).map {
      HostAnswers.judgeError(line, word: "trap ", text: $0)
    }
    return outcomes.contains(.passed) ? .passed : outcomes[0]
  }

  /// The text of an answer in hexadecimal.
  private static func readable(_ line: Substring) -> String {
    guard line.hasPrefix("ok ") else { return String(line) }
    let digits = Array(line.dropFirst(3))
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(digits[$0...$0 + 1]), radix: 16)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
