// `--remarks FILE`: LLVM's remarks with the places in the module and in the source.

import Foundation
import TestSupport
import Testing

@Suite struct RemarkTests {
  private static let program = DebugProgram("work.c", ["-O0"])
  private static let canBuild = program.missingTools.isEmpty

  private struct Remark: Decodable {
    let kind, pass, name, message: String
    let function, file, module: String?
    let offset, line, column: Int?
  }

  /// Compiles, and reads the file with the remarks.
  private func remarks(
    _ options: [String], of wasm: String, _ output: String
  ) throws -> (text: Data, remarks: [Remark], made: Data) {
    let file = output + ".jsonl"
    try ProcessRun.require(
      #require(Workspace.current.swasmc), [wasm, "-o", output, "--remarks", file] + options)
    let text = try Data(contentsOf: URL(fileURLWithPath: file))
    let decoder = JSONDecoder()
    let remarks = try text.split(separator: UInt8(ascii: "\n")).map {
      try decoder.decode(Remark.self, from: $0)
    }
    return (text, remarks, try Data(contentsOf: URL(fileURLWithPath: output)))
  }

  @Test(.enabled(if: canBuild, "`make setup` installs the C toolchain"), arguments: ["exe", "asm"])
  func remarksHavePlacesInModuleAndSource(emit: String) throws {
    let wasm = try Self.program.wasm()
    let scratch = try ScratchDirectory()
    let found = try remarks(["-O2", "--emit", emit], of: wasm, scratch.path + "/a").remarks
    #expect(Set(found.map(\.kind)).isSubset(of: ["passed", "missed", "analysis", "failure"]))
    let size = try Data(contentsOf: URL(fileURLWithPath: wasm)).count
    for remark in found {
      #expect(remark.offset.map { (8..<size).contains($0) } ?? (remark.function == nil))
      #expect(remark.line == nil || remark.file != nil)
    }
    // The sum depends on the order of the additions, so the loop is not vectorised.
    let loop = found.filter {
      $0.function == "harmonic" && $0.pass == "loop-vectorize" && $0.kind != "passed"
    }
    #expect(
      loop.contains { $0.file?.hasSuffix("work.c") == true && (8...9).contains($0.line ?? 0) },
      "\(loop)")
    #expect(found.contains { $0.pass == "inline" && $0.kind == "passed" })
  }

  /// Remarks change no byte of the output, and do not depend on the number of threads.
  @Test(.enabled(if: canBuild, "`make setup` installs the C toolchain"))
  func remarksChangeNothing() throws {
    let wasm = try Self.program.wasm()
    let scratch = try ScratchDirectory()
    let one = try remarks(["-O2", "-j1"], of: wasm, scratch.path + "/one")
    let four = try remarks(["-O2", "-j4"], of: wasm, scratch.path + "/four")
    try ProcessRun.require(
      #require(Workspace.current.swasmc), [wasm, "-O2", "-o", scratch.path + "/without"])
    let without = try Data(contentsOf: URL(fileURLWithPath: scratch.path + "/without"))
    #expect(one.text == four.text)
    #expect(one.made == without)
    #expect(four.made == without)
  }

  @Test func aFileThatCannotBeWrittenStopsTheCompilation() throws {
    let scratch = try ScratchDirectory()
    let wasm = scratch.path + "/a.wasm"
    try Data([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]).write(to: URL(fileURLWithPath: wasm))
    for (file, reason) in [(wasm, "is the input"), (scratch.path + "/no/file", "no directory")] {
      let run = try ProcessRun.run(
        #require(Workspace.current.swasmc), [wasm, "-o", scratch.path + "/a", "--remarks", file])
      #expect(run.status == 1)
      #expect(run.errorText.contains(reason), "\(run.errorText)")
    }
  }
}
