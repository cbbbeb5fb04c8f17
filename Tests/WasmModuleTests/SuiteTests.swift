// Decodes and validates the modules of the specification's test suite, except groups that are not implemented. A module
// is refused with the right kind of error if the suite says that it is malformed or invalid, and else accepted.
//
// Needs the suite (SWASMC_SUITE, or ../shared/conformance beside the repository) and wasm-tools
// (build/tools/env.sh or PATH) to convert it; without them the test says so and is skipped.

import Foundation
import Testing
import WasmModule

@Suite struct SuiteTests {
  /// Groups whose modules use types that are not implemented.
  static let excludedGroups = ["gc", "custom-descriptors", "stack-switching"]
  /// Files of other groups that use garbage-collected types in some of their modules.
  static let filesWithGC = ["ref_null", "table_init", "table_init64", "type-rec"]

  @Test(.enabled(if: SuiteFiles.available, "the test suite or wasm-tools is missing"))
  func everyModuleIsJudgedAsTheSuiteSays() throws {
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("swasmc-suite-\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? FileManager.default.removeItem(at: scratch) }
    var checked = 0
    var failures: [String] = []
    for file in SuiteFiles.all() where !Self.isExcluded(file) {
      guard let commands = try SuiteFiles.convert(file, into: scratch) else { continue }
      for command in commands {
        guard let verdict = Self.judge(command.type, command.bytes) else { continue }
        let mayUseGC = Self.filesWithGC.contains(file.deletingPathExtension().lastPathComponent)
        if mayUseGC && verdict.kind == .unsupported { continue }
        checked += 1
        if let complaint = verdict.complaint {
          failures.append(
            "\(file.lastPathComponent):\(command.line): \(complaint) (\(command.text))")
        }
      }
    }
    #expect(checked > 3000, "only \(checked) modules were found")
    #expect(
      failures.isEmpty, "\(failures.count) of \(checked):\n\(failures.joined(separator: "\n"))")
  }

  static func isExcluded(_ file: URL) -> Bool {
    let components = file.pathComponents
    if excludedGroups.contains(where: components.contains) { return true }
    // These tests are older than 3.0, which allows several memories.
    return components.contains("threads")
      && ["imports.wast", "memory.wast"].contains(file.lastPathComponent)
  }

  struct Verdict {
    let complaint: String?
    var kind: WasmError.Kind?
  }

  /// The expected verdict; nil for commands without a module to judge.
  static func judge(_ command: String, _ bytes: [UInt8]) -> Verdict? {
    let expected: WasmError.Kind?
    switch command {
    case "module", "module_definition", "assert_unlinkable", "assert_uninstantiable": expected = nil
    case "assert_malformed": expected = .malformed
    case "assert_invalid": expected = .invalid
    default: return nil
    }
    do throws(WasmError) {
      _ = try ModuleValidator.validate(try ModuleDecoder.decode(ModuleBytes(bytes)))
      return Verdict(complaint: expected.map { "accepted, but it is \($0)" })
    } catch {
      if error.kind == expected { return Verdict(complaint: nil) }
      let wanted = expected.map { "\($0)" } ?? "success"
      return Verdict(
        complaint: "expected \(wanted), got \(error.kind) \(error)", kind: error.kind)
    }
  }
}
