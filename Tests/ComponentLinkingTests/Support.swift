// Components in text form, and calls of them.

import ComponentLinking
import Foundation
import TestSupport
import WasmComponent
import WasmModule

enum Text {
  static var isAvailable: Bool { Workspace.current.tool("WASM_TOOLS") != nil }

  static func component(_ text: String) throws -> ValidatedComponent {
    let directory = try ScratchDirectory()
    let (source, output) = (directory.path + "/c.wat", directory.path + "/c.wasm")
    try text.write(toFile: source, atomically: false, encoding: .utf8)
    try ProcessRun.require(
      try Workspace.current.requiredTool("WASM_TOOLS"), ["parse", source, "-o", output])
    let data = try Data(contentsOf: URL(fileURLWithPath: output))
    return try ComponentValidator.validate(ModuleBytes([UInt8](data)))
  }
}

/// What the calls of one component's exports gave: the text of a result, or `trap` and the trap's message. Each call
/// has an instance of its own.
func answers(
  _ component: ValidatedComponent, _ wanted: [(name: String, arguments: [ComponentValue])],
  wasi: [UInt8]? = nil
) throws -> [String] {
  let calls = ComponentCalls()
  let numbers = try wanted.map {
    try calls.call([$0.name], of: try calls.instantiate(component, wasi: wasi), $0.arguments)
  }
  let directory = try ScratchDirectory()
  let answers = try calls.run(.current, ModuleCompilerOptions(), directory: directory.path)
  return numbers.map(answers.text)
}
