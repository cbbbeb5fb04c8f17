// Lowers a module for a test, verifies it, and finds functions in its IR.
import Foundation
import LLVMKit
import Lowering
import Targets
import Testing
import WasmModule
import WasmProgram

struct LoweredModule {
  /// Textual IR of the whole module.
  let text: String

  init(
    _ assembler: Assembler, _ options: LoweringOptions = LoweringOptions(),
    unknownImports: UnknownImports = .error, level: OptimizationLevel = .none
  ) throws {
    let module = try ModuleValidator.validate(
      ModuleDecoder.decode(ModuleBytes(assembler.bytes)))
    let context = LLVMContext()
    let machine = try LLVMTargetMachine(.x64, level: level)
    let program =
      options.product == .executable
      ? try Program(command: module, unknownImports: unknownImports) : Program(library: module)
    let lowered = try lowerProgram(program, into: context, options: options, target: machine)
    try lowered.verify()
    try optimize(lowered, level: level, machine: machine, verifyingEachPass: true)
    text = lowered.text
  }

  /// The definition of a function, without metadata, which is numbered by the module.
  func function(_ name: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard
      let start = lines.firstIndex(where: { $0.hasPrefix("define") && $0.contains("@\(name)(") })
    else { return "" }
    let body = lines[start...].prefix { $0 != "}" }.map { line in
      line.replacing(#/, ![a-z.]+ ![0-9]+/#, with: "").replacing(#/ #[0-9]+/#, with: "")
        .replacing(#/ ![a-z.]+ ![0-9]+/#, with: "")
    }
    return (body + ["}"]).joined(separator: "\n") + "\n"
  }
}

/// Compares with the file Goldens/`name`.ll; with SWASMC_UPDATE_GOLDENS set, writes it instead.
func expectGolden(_ name: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation)
  throws
{
  let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Goldens/\(name).ll")
  if ProcessInfo.processInfo.environment["SWASMC_UPDATE_GOLDENS"] != nil {
    try text.write(to: file, atomically: true, encoding: .utf8)
    return
  }
  let golden = try String(contentsOf: file, encoding: .utf8)
  #expect(text == golden, "differs from \(name).ll", sourceLocation: sourceLocation)
}
