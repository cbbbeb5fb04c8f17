// Compiles generated components into one program and calls them. The result of each call is known. With --wasmtime,
// wasmtime makes the same calls. A batch has its own process, because a defect may end it.

import ComponentLinking
import Foundation
import TestSupport
import WasmComponent
import WasmModule

struct ComponentBatch {
  let profile: String
  let seeds: Range<UInt64>
  let options: ModuleCompilerOptions
  let directory: String
  let usesWasmtime: Bool

  func run(report: (UInt64, Outcome) -> Void) throws {
    let calls = ComponentCalls()
    var slots: [UInt64: [Int]] = [:]
    var components: [(seed: UInt64, component: GeneratedComponent)] = []
    for seed in seeds {
      report(seed, .begun)
      let component = GeneratedComponent(profile: profile, seed: seed)
      components.append((seed, component))
      do {
        slots[seed] = try link(component, into: calls)
      } catch {
        try keep(component, seed)
        report(seed, .disagreed("refused: \(error)"))
      }
    }
    let answers = try calls.run(Workspace.current, options, directory: directory)
    var judged: [(seed: UInt64, outcome: Outcome)] = []
    for (seed, component) in components {
      guard let slots = slots[seed] else { continue }
      judged.append((seed, judge(component, slots.map(answers.text))))
    }
    let objections = usesWasmtime ? try objections(components) : [:]
    for (seed, outcome) in judged {
      var outcome = outcome
      if case .agreed = outcome, let objection = objections[seed] {
        outcome = .disagreed(objection)
      }
      if case .disagreed = outcome, let found = components.first(where: { $0.seed == seed }) {
        try keep(found.component, seed)
      }
      report(seed, outcome)
    }
  }

  private func link(_ component: GeneratedComponent, into calls: ComponentCalls) throws -> [Int] {
    let validated = try ComponentValidator.validate(ModuleBytes(component.bytes))
    let instance = try calls.instantiate(validated)
    return try component.calls.map {
      try calls.call([PartPlan.call], of: instance, $0.arguments)
    }
  }

  private func judge(_ component: GeneratedComponent, _ answers: [String]) -> Outcome {
    for (call, answer) in zip(component.calls, answers) {
      let wanted =
        call.trap.map { "trap \($0)" } ?? GeneratedComponent.result(of: call.arguments)?.waveText
        ?? ""
      if answer != wanted {
        return .disagreed("got \(answer.prefix(400)), expected \(wanted.prefix(400))")
      }
    }
    return .agreed(questions: answers.count)
  }

  private func objections(_ components: [(seed: UInt64, component: GeneratedComponent)]) throws
    -> [UInt64: String]
  {
    let scripts = components.map { (seed: $0.seed, lines: $0.component.script()) }
    let found = try Wasmtime(workspace: .current, directory: directory).check(scripts)
    return Dictionary(found.map { ($0.seed, $0.message) }) { first, _ in first }
  }

  private func keep(_ component: GeneratedComponent, _ seed: UInt64) throws {
    try component.write(
      to: Workspace.current.buildDirectory + "/fuzz/findings", "components-\(profile)-\(seed)")
  }
}

extension GeneratedComponent {
  /// Writes `NAME.wasm`, and `NAME.wast` with the component and its calls, as scripts for wasmtime have them.
  func write(to directory: String, _ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    let path = "\(directory)/\(name)"
    try Data(bytes).write(to: URL(fileURLWithPath: path + ".wasm"))
    let script = script().joined(separator: "\n") + "\n"
    try script.write(toFile: path + ".wast", atomically: false, encoding: .utf8)
  }
}
