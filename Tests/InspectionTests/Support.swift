// Modules for the tests of `swasmc inspect`, and golden files. With RECORD_GOLDENS=1 the files are written anew.

import Foundation
import System
import TestSupport
import Testing
import WasmModule

@testable import Driver
@testable import Inspection

let workspace = Workspace.current
let assembles = workspace.tool("WASM_TOOLS") != nil

/// The bytes of a module or component in the text format.
func assembled(_ text: String) throws -> [UInt8] {
  let scratch = try ScratchDirectory()
  let (source, output) = (scratch.path + "/a.wat", scratch.path + "/a.wasm")
  try text.write(toFile: source, atomically: false, encoding: .utf8)
  try ProcessRun.require(
    try workspace.requiredTool("WASM_TOOLS"), ["parse", source, "-o", output])
  return [UInt8](try Data(contentsOf: URL(fileURLWithPath: output)))
}

func report(_ bytes: [UInt8], file: HostString = "app.wasm") throws -> Report {
  let input = InputFile(name: file, bytes: bytes)
  let module = ModuleBytes(bytes)
  return input.isComponent
    ? Report(component: module, file: file) : Report(module: module, file: file)
}

func report(wat text: String) throws -> Report { try report(try assembled(text)) }

func report(path: String, file: HostString) throws -> Report {
  try report([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))), file: file)
}

func expectGolden(_ text: String, _ name: String) throws {
  let path = (#filePath as NSString).deletingLastPathComponent + "/Goldens/" + name
  if ProcessInfo.processInfo.environment["RECORD_GOLDENS"] != nil {
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }
  #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
}

extension Report {
  /// What does not change with the version of a compiler: no sizes, no versions.
  var summary: String {
    var lines = ["\(kind) \(role)"]
    lines += Set(producers.map { "\($0.field) \($0.name)" }).sorted()
    lines.append("features: \(features.joined(separator: ", "))")
    for use in capabilities.uses {
      lines.append("it \(capabilities.sentence(use)): \(use.calls.sorted().joined(separator: " "))")
    }
    lines += capabilities.absences.map { "it \($0)" }
    lines += unknownImports.map { "unknown: \($0.name) \($0.what); needs \($0.advice)" }
    lines += notes.map { "note \($0.key): \($0.text)" }
    lines += exports.map { $0.isDeclaration ? $0.type : "\($0.kind) \($0.name) \($0.type)" }
    if let suggestion { lines.append("\(suggestion.commandLine)") }
    return lines.joined(separator: "\n") + "\n"
  }
}
