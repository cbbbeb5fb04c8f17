// Runs one .wast file of the component model's suite: decodes and validates every component in it. Nothing is compiled or
// run yet, so assertions about values and traps are skipped with that reason.

import Foundation
import WasmComponent
import WasmModule

public struct ComponentRunner: Sendable {
  public let workspace: Workspace
  /// The directory for what is made, without a final slash.
  public let directory: String

  public init(workspace: Workspace, directory: String) {
    self.workspace = workspace
    self.directory = directory
  }

  /// Never throws: what cannot be run at all is a result of kind "file" that failed.
  public func run(_ wast: String) -> [WastResult] {
    do {
      return try convert(wast).map { command in
        WastResult(line: command.line, kind: command.type, outcome: judge(command))
      }
    } catch {
      return [WastResult(line: 0, kind: "file", outcome: .failed("\(error)"))]
    }
  }

  /// The assertions of a file and its components, as many as results that `run` would give.
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

  private func judge(_ command: ComponentCommand) -> WastOutcome {
    switch command.type {
    case "module", "module_definition":
      guard let verdict = verdict(command) else { return .skipped("text format") }
      return verdict.map { .failed("refused: \($0)") } ?? .passed
    case "assert_malformed", "assert_invalid":
      guard let verdict = verdict(command) else { return .skipped("text format") }
      return judge(rejection: verdict, command)
    case "assert_uninstantiable":
      guard let verdict = verdict(command) else { return .skipped("text format") }
      return verdict.map { .failed("refused: \($0)") } ?? .skipped("needs execution")
    case "module_instance", "action", "register", "thread", "wait":
      return .skipped("needs execution")
    default:
      return command.type.hasPrefix("assert_")
        ? .skipped("needs execution") : .failed("the runner has no \(command.type)")
    }
  }

  /// A malformed component must be refused by the decoder, an invalid one by either. A limit or an unsupported feature is no
  /// answer to either.
  private func judge(rejection error: WasmError?, _ command: ComponentCommand) -> WastOutcome {
    guard let error else { return .failed("accepted, expected: \(command.text ?? "")") }
    switch (command.type, error.kind) {
    case (_, .malformed), ("assert_invalid", .invalid): return .passed
    default: return .failed("\(error.kind): \(error), expected: \(command.text ?? "")")
    }
  }

  /// Why a component or module is refused; nil inside: it is accepted. nil: it has no binary form.
  private func verdict(_ command: ComponentCommand) -> WasmError?? {
    let file = command.moduleType == "text" ? command.binaryFilename : command.filename
    guard let file, let data = FileManager.default.contents(atPath: directory + "/" + file) else {
      return nil
    }
    return .some(ComponentRunner.refusal(of: ModuleBytes([UInt8](data))))
  }

  /// Why a file is refused, be it a component or a core module; nil: it is accepted.
  public static func refusal(of bytes: ModuleBytes) -> WasmError? {
    do throws(WasmError) {
      if isModule(bytes) {
        _ = try ModuleValidator.validate(try ModuleDecoder.decode(bytes))
      } else {
        _ = try ComponentValidator.validate(bytes)
      }
      return nil
    } catch {
      return error
    }
  }

  private static func isModule(_ bytes: ModuleBytes) -> Bool {
    let preamble: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
    return bytes.withBytes(0..<min(bytes.count, 8)) { $0.elementsEqual(preamble) }
  }
}

private struct ComponentScript: Decodable {
  let commands: [ComponentCommand]
}

private struct ComponentCommand: Decodable {
  let type: String
  let line: Int
  let filename: String?
  let moduleType: String?
  let binaryFilename: String?
  let text: String?

  enum CodingKeys: String, CodingKey {
    case type, line, filename, text
    case moduleType = "module_type"
    case binaryFilename = "binary_filename"
  }
}
