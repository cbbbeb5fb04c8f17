// Makes components for tests: from bytes by their sections, or from text by wasm-tools.

import Foundation
import ObjectFile
import TestSupport
import WasmComponent
import WasmModule

/// A component's bytes, by parts that the binary format names.
enum Bytes {
  static let preamble: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]

  static func component(_ sections: [UInt8]...) -> [UInt8] {
    sections.reduce(preamble, +)
  }

  static func unsigned(_ value: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(uleb128: UInt64(value))
    return bytes
  }

  /// An index where a value type is written, which is a signed number.
  static func signed(_ value: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(sleb128: Int64(value))
    return bytes
  }

  static func raw(_ section: UInt8, _ content: [UInt8]) -> [UInt8] {
    [section] + unsigned(content.count) + content
  }

  static func section(_ section: UInt8, _ items: [[UInt8]]) -> [UInt8] {
    raw(section, unsigned(items.count) + items.flatMap { $0 })
  }

  static func name(_ text: String) -> [UInt8] { unsigned(text.utf8.count) + Array(text.utf8) }

  static func externName(_ text: String) -> [UInt8] { [0x00] + name(text) }
}

/// Why a file is refused; nil: it is accepted.
func refusal(_ bytes: [UInt8]) -> WasmError? { ComponentRunner.refusal(of: ModuleBytes(bytes)) }

/// Components in the text format.
enum Text {
  static var isAvailable: Bool { Workspace.current.tool("WASM_TOOLS") != nil }

  static func bytes(_ text: String) throws -> [UInt8] {
    let scratch = try ScratchDirectory()
    let path = scratch.path + "/component.wat"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    try ProcessRun.require(
      try Workspace.current.requiredTool("WASM_TOOLS"), ["parse", path, "-o", path + ".wasm"])
    return [UInt8](FileManager.default.contents(atPath: path + ".wasm") ?? Data())
  }

  static func validated(_ text: String) throws -> ValidatedComponent {
    try ComponentValidator.validate(ModuleBytes(try bytes(text)))
  }
}
