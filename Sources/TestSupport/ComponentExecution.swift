// Turns the commands of a script into one program and lines for the host program, and says what each answer must be.

import CGuestIR
import ComponentLinking
import Foundation
import WasmComponent
import WasmModule
import WasmProgram

/// What one command must lead to.
enum ComponentCheck {
  /// The outcome is known without running anything.
  case settled(WastOutcome)
  /// The host's answer to a call must be this text.
  case text(String, slot: Int)
  case trap(String, slot: Int)
  /// Any result.
  case success(slot: Int)
}

final class ComponentExecution {
  private let directory: String
  private let plan = ProgramPlan()
  private var definitions: [String: ValidatedComponent] = [:]
  private var latestDefinition: ValidatedComponent?
  private var instances: [String: LinkedComponent] = [:]
  private var current: LinkedComponent?
  /// Why there is no current instance.
  private var absence = "no component came before"
  private var calls: [(instance: InstanceIndex, of: LinkedComponent)] = []

  init(directory: String) { self.directory = directory }

  func plan(_ command: ComponentCommand) -> ComponentCheck {
    switch command.type {
    case "module":
      return withComponent(command) { instantiate($0, named: command.name) }
    case "module_definition":
      return withComponent(command) { component in
        latestDefinition = component
        if let name = command.name, let component { definitions[name] = component }
        return .settled(.passed)
      }
    case "module_instance":
      let definition = command.module.flatMap { definitions[$0] } ?? latestDefinition
      guard let definition else { return .settled(.failed("no such definition")) }
      return instantiate(definition, named: command.instance)
    case "assert_malformed", "assert_invalid": return planRejection(command)
    case "assert_return", "assert_trap", "action": return planCall(command)
    case "assert_uninstantiable": return .settled(.skipped("a trap while instances are made"))
    case "register", "thread", "wait": return .settled(.skipped("needs execution"))
    default: return .settled(.failed("the runner has no \(command.type)"))
    }
  }

  // MARK: Components

  private func bytes(_ command: ComponentCommand) -> ModuleBytes? {
    let file = command.moduleType == "text" ? command.binaryFilename : command.filename
    let data = file.flatMap { FileManager.default.contents(atPath: directory + "/" + $0) }
    return data.map { ModuleBytes([UInt8]($0)) }
  }

  private func withComponent(
    _ command: ComponentCommand, _ body: (ValidatedComponent?) -> ComponentCheck
  ) -> ComponentCheck {
    forget("the component of line \(command.line) was not instantiated")
    guard let bytes = bytes(command) else { return .settled(.skipped("text format")) }
    switch ComponentRunner.validate(bytes) {
    case .failure(let error): return .settled(.failed("refused: \(error)"))
    case .success(let component): return body(component)
    }
  }

  private func forget(_ reason: String) {
    current = nil
    absence = reason
  }

  /// A component that needs something that is not there is valid all the same. Only calls of it are skipped then.
  private func instantiate(_ component: ValidatedComponent?, named name: String?) -> ComponentCheck
  {
    guard let component else { return .settled(.passed) }
    do {
      let linked = try LinkedComponent(component, in: plan)
      current = linked
      if let name { instances[name] = linked }
      return .settled(.passed)
    } catch {
      forget("\(error)")
      return .settled(error.kind == .unknownImport ? .passed : .failed("\(error)"))
    }
  }

  /// A malformed component must be refused by the decoder, an invalid one by either. A limit or an unsupported feature is no
  /// answer to either.
  private func planRejection(_ command: ComponentCommand) -> ComponentCheck {
    guard let bytes = bytes(command) else { return .settled(.skipped("text format")) }
    guard let error = ComponentRunner.refusal(of: bytes) else {
      return .settled(.failed("accepted, expected: \(command.text ?? "")"))
    }
    switch (command.type, error.kind) {
    case (_, .malformed), ("assert_invalid", .invalid): return .settled(.passed)
    default:
      return .settled(.failed("\(error.kind): \(error), expected: \(command.text ?? "")"))
    }
  }

  // MARK: Calls

  private func planCall(_ command: ComponentCommand) -> ComponentCheck {
    guard let action = command.action, action.type == "invoke" else {
      return .settled(.failed("no call"))
    }
    guard let instance = action.module.map({ instances[$0] }) ?? current else {
      return .settled(.skipped(absence))
    }
    do {
      let arguments = (action.args ?? []).map(\.value)
      calls.append((try instance.addCall([action.field], arguments), instance))
    } catch {
      return .settled(error.kind == .unsupported ? .skipped("\(error)") : .failed("\(error)"))
    }
    let slot = calls.count - 1
    switch command.type {
    case "assert_return":
      return .text(
        (command.expected ?? []).map(\.value.waveText).joined(separator: " "), slot: slot)
    case "assert_trap": return .trap(command.text ?? "", slot: slot)
    default: return .success(slot: slot)
    }
  }

  // MARK: Running

  /// Compiles all instances as one program. The host makes them, and makes the calls in their order.
  func run(_ workspace: Workspace, _ options: ModuleCompilerOptions) throws -> ComponentAnswers {
    if calls.isEmpty { return ComponentAnswers([], of: []) }
    let program = try plan.program()
    let compiler = try ModuleCompiler(options: options, objectDirectory: directory)
    let object = directory + "/program.o"
    try compiler.emit(program, .executable, to: object)
    let instances = program.instances.indices.map {
      HostInstance(program: SWASM_IR_PROGRAM, position: $0, state: SWASM_IR_STATE)
    }
    let host = try HostProgram(
      workspace: workspace, directory: directory, objects: [object], instances: instances)
    let lines = instances.indices.map { "new \($0) \($0)" } + calls.map { "text \($0.instance)" }
    let answers = try host.ask(lines, seconds: 120)
    return ComponentAnswers(
      answers.lines.dropFirst(instances.count), of: calls.map { ObjectIdentifier($0.of) },
      ending: answers.ending)
  }
}

/// The host's answers to the calls.
struct ComponentAnswers {
  private let lines: [Substring]
  private let ending: String
  /// The calls whose outcome says nothing, because they or earlier ones of the same instance need what is not implemented.
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

  /// The script's words for some traps, which we call by the same name on all paths.
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
