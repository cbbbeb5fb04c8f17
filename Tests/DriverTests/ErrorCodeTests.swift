// Every error has a code. The codes are rows of errors.def, `swasmc explain` prints them, and docs/errors.md lists them.

import Glibc
import System
import TestSupport
import Testing

@testable import Driver

@Suite struct ErrorCodeTests {
  private let compiler: HostString = "\(Installation.current().executableDirectory)/swasmc"
  private let root = HostString(Workspace.current.root)

  private func text(_ path: HostString) throws -> String {
    let file = try FileDescriptor.open(path, O_RDONLY)
    return String(
      decoding: try file.readAll(expectedBytes: 0, limitBytes: 1 << 20), as: UTF8.self)
  }

  /// The lines of the sources below a directory that contain `pattern`.
  private func lines(with pattern: String, in directory: HostString) throws -> [Substring] {
    let found = try runTool(
      "/bin/grep", ["-rn", "-e", HostString(pattern), "\(root)/\(directory)"])
    #expect(found.status <= 1)
    return String(decoding: found.output, as: UTF8.self).split(separator: "\n")
  }

  @Test func codesAreUniqueAndAscending() {
    let numbers = ErrorCode.all.map(\.number)
    #expect(numbers == Set(numbers).sorted())
    #expect(numbers.count >= 30 && numbers.count <= 60)
    #expect(numbers.allSatisfy { $0 > 0 && $0 < 10_000 })
  }

  @Test func everyKindSaysWhatItMeansAndWhatToDo() {
    for code in ErrorCode.all {
      for words in [code.meaning, code.remedy] {
        #expect(words.hasSuffix("."), "\(code.text): \(words)")
        #expect(words.unicodeScalars.allSatisfy { $0.isASCII }, "\(code.text): \(words)")
      }
    }
  }

  @Test func thePageIsTheTable() throws {
    #expect(try text("\(root)/docs/errors.md") == ErrorCode.page.text)
  }

  @Test func aCodeIsExplainedHoweverItIsWritten() throws {
    for name: HostString in ["E0201", "e0201", "0201", "201", "error[E0201]"] {
      let result = try runTool(compiler, ["explain", name])
      #expect(result.status == 0)
      #expect(String(decoding: result.output, as: UTF8.self) == ErrorCode.reading.explanation.text)
    }
    for name: HostString in ["E9999", "E", "reading", "E0201x"] {
      let result = try runTool(compiler, ["explain", name])
      #expect(result.status == 64)
      #expect(result.diagnostics.hasPrefix("swasmc: error[E0001]: "), "\(result.diagnostics)")
    }
    let section = try runTool(compiler, ["explain", "--markdown", "E0201"])
    #expect(String(decoding: section.output, as: UTF8.self) == ErrorCode.reading.section.text)
    #expect(ErrorCode.page.text.contains("\n" + ErrorCode.reading.section.text))
    let all = String(decoding: try runTool(compiler, ["explain"]).output, as: UTF8.self)
    #expect(all.split(separator: "\n").count == ErrorCode.all.count)
  }

  @Test func aWrongCommandLineHasTheForm() throws {
    for words: [HostString] in [
      ["--bogus", "x"], ["run"], ["--timeout", "x", "a.wasm"], ["wasi", "x"],
    ] {
      let result = try runTool(compiler, words)
      #expect(result.status == 64)
      #expect(result.diagnostics.hasPrefix("swasmc: error[E0001]: "), "\(result.diagnostics)")
    }
  }

  /// DriverError cannot be made without a code. Messages that are made elsewhere have a known one.
  @Test func noMessageOfTheCompilerIsWithoutACode() throws {
    for line in try lines(with: "swasmc: error", in: "Sources") {
      let code = line.firstMatch(of: /error\[(E[0-9]{4})\]/).flatMap { ErrorCode(String($0.1)) }
      #expect(code != nil || line.contains("error[\\("), "\(line)")
    }
  }

  /// The runtime's functions for messages take a code. Only what ends a program by its own fault has none.
  @Test func noMessageOfTheRuntimeIsWithoutACode() throws {
    let files = try lines(with: "swasm_put_program(", in: "runtime-c/src").map { line in
      HostString(String(line.prefix { $0 != ":" })).baseName.description
    }
    #expect(
      Set(files).subtracting([
        "text.c", "text.h", "report.c", "import.c", "filter.c", "trace.c",
      ]) == [])
  }
}
