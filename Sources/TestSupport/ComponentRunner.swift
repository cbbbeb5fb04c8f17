// Runs one .wast file of the component model's suite. Decodes and validates every component in it. The components that
// it instantiates become one program with a host, which calls their exports.

import Foundation
import WasmComponent
import WasmModule

/// Runs scripts of the component model's suite.
public struct ComponentRunner: Sendable {
  public let workspace: Workspace
  public let options: ModuleCompilerOptions
  /// The directory for the products, without a final slash.
  public let directory: String

  public init(workspace: Workspace, options: ModuleCompilerOptions, directory: String) {
    self.workspace = workspace
    self.options = options
    self.directory = directory
  }

  /// Never throws. A file that cannot be run at all gives one failed result of kind "file".
  public func run(_ wast: String) -> [WastResult] {
    do {
      let execution = ComponentExecution(directory: directory)
      let steps = try convert(wast).map { (command: $0, check: execution.plan($0)) }
      let answers = try execution.calls.run(workspace, options, directory: directory)
      return steps.map { step in
        WastResult(
          line: step.command.line, kind: step.command.type, outcome: answers.judge(step.check))
      }
    } catch {
      return [WastResult(line: 0, kind: "file", outcome: .failed("\(error)"))]
    }
  }

  /// The line and the kind of each command of a file. `run` gives one result for each.
  public func commands(_ wast: String) -> [(line: Int, kind: String)] {
    ((try? convert(wast)) ?? []).map { ($0.line, $0.type) }
  }

  private func convert(_ wast: String) throws -> [ComponentCommand] {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let json = directory + "/script.json"
    try ProcessRun.require(
      try workspace.requiredTool("WASM_TOOLS"),
      ["json-from-wast", wast, "-o", json, "--wasm-dir", directory])
    let data = try Data(contentsOf: URL(fileURLWithPath: json))
    return try JSONDecoder().decode(ComponentScript.self, from: data).commands
  }

  /// Why a file is refused, be it a component or a core module; nil: it is accepted.
  public static func refusal(of bytes: ModuleBytes) -> WasmError? {
    switch validate(bytes) {
    case .success: nil
    case .failure(let error): error
    }
  }

  /// The component, or nil for a core module.
  public static func validate(_ bytes: ModuleBytes) -> Result<ValidatedComponent?, WasmError> {
    do throws(WasmError) {
      if isModule(bytes) {
        _ = try ModuleValidator.validate(try ModuleDecoder.decode(bytes))
        return .success(nil)
      }
      return .success(try ComponentValidator.validate(bytes))
    } catch {
      return .failure(error)
    }
  }

  private static func isModule(_ bytes: ModuleBytes) -> Bool {
    let preamble: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
    return bytes.withBytes(0..<min(bytes.count, 8)) { $0.elementsEqual(preamble) }
  }
}
