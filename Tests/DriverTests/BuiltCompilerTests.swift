// The compiler as a program: what it prints, its exit status, and what it leaves behind.

import Glibc
import Testing

@testable import Driver

@Suite struct BuiltCompilerTests {
  private let compiler = Installation.current().executableDirectory + "/swasmc"

  private func swasmc(_ arguments: String...) throws -> ToolResult {
    try runTool(compiler, arguments)
  }

  @Test func itTellsItsVersion() throws {
    let result = try swasmc("--version")
    #expect(result.status == 0)
    #expect(String(decoding: result.output, as: UTF8.self) == "swasmc \(swasmcVersion)\n")
  }

  @Test func helpNamesBothWaysToUseIt() throws {
    let text = String(decoding: try swasmc("--help").output, as: UTF8.self)
    #expect(text.contains("swasmc app.wasm -o app"))
    #expect(text.contains("swasmc run --dir . app.wasm"))
    #expect(try swasmc("run", "--help").status == 0)
  }

  @Test func mistakesOnTheCommandLineEndWith64() throws {
    #expect(try swasmc("--bogus", "x.wasm").status == 64)
    #expect(try swasmc("run").status == 64)
  }

  @Test func whatIsNoModuleEndsWith1AndLeavesNothing() throws {
    let scratch = try Scratch()
    let input = try scratch.write("bad.wasm", [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0xff])
    let result = try swasmc(input, "-o", scratch.file("app"))
    #expect(result.status == 1)
    #expect(result.diagnostics.hasPrefix("\(input):0x9: "))
    #expect(result.diagnostics.split(separator: "\n").count == 1)
    #expect(try scratch.list() == ["bad.wasm"])
  }

  @Test func aFailureKeepsTheOldOutput() throws {
    let scratch = try Scratch()
    let input = try scratch.write("bad.wasm", Array("(module)".utf8))
    try scratch.write("app", [42])
    #expect(try swasmc(input, "-o", scratch.file("app")).status == 1)
    #expect(try scratch.read("app") == [42])
    #expect(try scratch.list() == ["app", "bad.wasm"])
  }

  @Test func aMissingFileIsNamed() throws {
    let result = try swasmc("run", "/no/such.wasm")
    #expect(result.status == 1)
    #expect(
      result.diagnostics == "swasmc: error: cannot read /no/such.wasm: No such file or directory\n")
  }

  /// Sends a signal to a compiler that waits for its input; the shell's status is the compiler's.
  private func signalWhileReading(_ signal: String) throws -> ToolResult {
    let scratch = try Scratch()
    mkfifo(scratch.file("module.wasm"), 0o600)
    let script = """
      '\(compiler)' -o '\(scratch.file("app"))' '\(scratch.file("module.wasm"))' &
      exec 3>'\(scratch.file("module.wasm"))'
      kill -\(signal) $!
      wait $!
      """
    let result = try runTool("/bin/sh", ["-c", script])
    #expect(try scratch.list() == ["module.wasm"])
    return result
  }

  @Test func aCrashIsAnInternalErrorThatNamesThePhase() throws {
    let result = try signalWhileReading("ABRT")
    #expect(result.status == 70)
    #expect(
      result.diagnostics.contains("swasmc: internal error: crashed while starting: signal 6\n"))
  }

  @Test func beingEndedLeavesNothing() throws {
    #expect(try signalWhileReading("TERM").status == 128 + 15)
  }
}
