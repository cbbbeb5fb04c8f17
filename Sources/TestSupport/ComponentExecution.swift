// Turns the commands of a script into calls by a host, and says what each answer must be.

import ComponentLinking
import Foundation
import WasmComponent
import WasmModule

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
  let calls = ComponentCalls()
  private var definitions: [String: ValidatedComponent] = [:]
  private var latestDefinition: ValidatedComponent?
  private var instances: [String: LinkedComponent] = [:]
  private var current: LinkedComponent?
  /// Why there is no current instance.
  private var absence = "no component came before"

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
    case "register", "thread", "wait": return .settled(.skipped("the runner lacks it"))
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

  /// A component with an import that nothing provides is valid all the same; only calls of it are skipped.
  private func instantiate(_ component: ValidatedComponent?, named name: String?) -> ComponentCheck
  {
    guard let component else { return .settled(.passed) }
    do {
      let linked = try calls.instantiate(component)
      current = linked
      if let name { instances[name] = linked }
      return .settled(.passed)
    } catch {
      forget("\(error)")
      return .settled(error.kind == .unknownImport ? .passed : .failed("\(error)"))
    }
  }

  /// A malformed component must be refused as malformed, an invalid one as malformed or as invalid. A limit or an
  /// unsupported feature does not count.
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
    let slot: Int
    do {
      slot = try calls.call([action.field], of: instance, (action.args ?? []).map(\.value))
    } catch {
      return .settled(error.kind == .unsupported ? .skipped("\(error)") : .failed("\(error)"))
    }
    switch command.type {
    case "assert_return":
      return .text(
        (command.expected ?? []).map(\.value.waveText).joined(separator: " "), slot: slot)
    case "assert_trap": return .trap(command.text ?? "", slot: slot)
    default: return .success(slot: slot)
    }
  }
}
