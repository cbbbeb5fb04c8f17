// The SWASM_ variables of limits, streams and deterministic runs. The person who starts an executable can tighten the
// limits that were compiled in. If a variable is wrong, the executable stops before the program's first instruction.

import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: GuestProgram.isBuildable(.c), "`make setup` installs the C toolchain"))
struct StartVariableTests {
  private func run(
    _ name: String, _ arguments: [String] = [], options: [String] = [],
    with environment: [String: String]
  ) throws -> ProcessRun {
    try ProcessRun.run(
      GuestProgram(.c, name).compiled(options), arguments, environment: environment, seconds: 60)
  }

  @Test func theSmallerMemoryLimitHolds() throws {
    #expect(try run("hello", with: ["SWASM_MAX_MEMORY": "1G"]).status == 0)
    let limited = try run("hello", with: ["SWASM_MAX_MEMORY": "64K"])
    #expect(limited.status == 1)
    #expect(limited.output.isEmpty)
    #expect(limited.errorText.contains("memory"), "\(limited.errorText)")
    let baked = try run(
      "hello", options: ["--max-memory", "1G"], with: ["SWASM_MAX_MEMORY": "64K"])
    #expect(baked.status == 1)
  }

  @Test func aVariableMakesARunDeterministic() throws {
    let baked = try run("repeatable", options: ["--deterministic=7"], with: [:]).outputText
    let started = try run("repeatable", with: ["SWASM_DETERMINISTIC": "7"]).outputText
    #expect(baked.split(separator: "\n").suffix(2) == started.split(separator: "\n").suffix(2))
    #expect(try run("repeatable", with: ["SWASM_DETERMINISTIC": "7"]).outputText == started)
    let other = try run(
      "repeatable", options: ["--deterministic=7"], with: ["SWASM_DETERMINISTIC": ""])
    #expect(other.outputText != baked)
    let zero = try run("repeatable", options: ["--deterministic"], with: [:])
    #expect(other.output == zero.output)
  }

  @Test func variablesMakeStreamsNull() throws {
    #expect(try run("hello", with: ["SWASM_STDOUT": "inherit"]).output.isEmpty == false)
    let silent = try run("hello", with: ["SWASM_STDOUT": "null"])
    #expect(silent.status == 0)
    #expect(silent.output.isEmpty)
    let stays = try run("hello", options: ["--stdout", "null"], with: ["SWASM_STDOUT": "inherit"])
    #expect(stays.status == 0)
    #expect(stays.output.isEmpty)
  }

  @Test(arguments: [
    ("SWASM_MAX_MEMORY", "1MB"), ("SWASM_STACK", "1K"), ("SWASM_STACK", "8M "),
    ("SWASM_DETERMINISTIC", "no"), ("SWASM_STDIN", "file"), ("SWASM_STDERR", ""),
    ("SWASM_MAX_FDS", "-1"), ("SWASM_TIMEOUT", "1d"), ("SWASM_HARDEN", "maybe"),
    ("SWASM_DIR", "::x"), ("SWASM_ENV", "=x"), ("SWASM_ENV", "SWASM_X=1"),
    ("SWASM_ENV", "A=1\nSWASM_X"), ("SWASM_TIMOUT", "5s"), ("SWASM_SEALED", "1"),
  ])
  func aWrongVariableStopsTheStartUnlessSealed(name: String, value: String) throws {
    let stopped = try run("hello", with: [name: value])
    #expect(stopped.status == 1)
    #expect(stopped.output.isEmpty)
    #expect(stopped.errorText.contains(name), "\(stopped.errorText)")
    let sealed = try run("hello", options: ["--sealed"], with: [name: value])
    #expect(sealed.status == 0, "\(sealed.errorText)")
    #expect(sealed.errorText == "")
  }

  @Test func aNameThatIsLikeNoneIsAWarning() throws {
    let warned = try run("hello", with: ["SWASM_SOMETHING": "secret"])
    #expect(warned.status == 0)
    let message = "this program does not know the variable: SWASM_SOMETHING"
    #expect(warned.errorText == "hello.swasmc: warning: \(message)\n")
    let sealed = try run("hello", options: ["--sealed"], with: ["SWASM_SOMETHING": "secret"])
    #expect(sealed.errorText == "")
  }

  @Test func aMisspeltNameIsAnsweredWithTheRightOne() throws {
    let stopped = try run("hello", with: ["SWASM_DRI": "."])
    #expect(stopped.status == 1)
    #expect(
      stopped.errorText
        == "hello.swasmc: error[E1002]: SWASM_DRI is unknown; did you mean SWASM_DIR?\n")
  }

  /// A program that runs with 8 MiB of stack exhausts 64 KiB.
  @Test func theSmallerStackLimitHolds() throws {
    let small = try run("deep", ["10000"], with: ["SWASM_STACK": "64K"])
    #expect(small.status == 134)
    #expect(small.errorText.contains("call stack exhausted"), "\(small.errorText)")
    #expect(try run("deep", ["10000"], with: [:]).status == 0)
    let baked = try run(
      "deep", ["10000"], options: ["--stack-size", "64K"], with: ["SWASM_STACK": "8M"])
    #expect(baked.status == 134)
  }

  /// A pipe gets exactly the bytes that were written: also escape sequences of terminals, and other invisible
  /// characters.
  @Test func outputIsPassedOnAsItIs() throws {
    let odd = "\u{1b}[31m\u{7}\u{9b}0m\u{202e}\r\u{8}"
    #expect(try run("environment", with: ["SWASM_ENV": "A=" + odd]).outputText == "A=" + odd + "\n")
  }
}
