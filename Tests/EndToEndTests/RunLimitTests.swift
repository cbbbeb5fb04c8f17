// The conditions of a run: the limits of time and memory, deterministic runs, null streams, hardening. Also a short
// run of random calls.

import Foundation
import ObjectFile
import TestSupport
import Testing

@Suite(.enabled(if: GuestProgram.isBuildable(.c), "`make setup` installs the C toolchain"))
struct RunLimitTests {
  // MARK: --timeout

  /// `(module (func (loop (br 0))) (start 0))`: the start function never returns.
  private static let endlessStart: [UInt8] = [
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 8, 1, 0,
    10, 9, 1, 7, 0, 3, 0x40, 0x0c, 0, 0x0b, 0x0b,
  ]

  @Test(arguments: ["on", "off"])
  func theStartFunctionIsInterrupted(harden: String) throws {
    let scratch = try ScratchDirectory()
    let swasmc = try #require(Workspace.current.swasmc)
    let module = scratch.path + "/endless.wasm"
    try Data(Self.endlessStart).write(to: URL(fileURLWithPath: module))
    let run = try ProcessRun.run(
      swasmc, ["run", "--timeout", "50ms", "--harden", harden, module], seconds: 60)
    #expect(run.status == 134)
    #expect(
      run.errorText.contains("endless.wasm: wasm trap: time limit reached"), "\(run.errorText)")
  }

  @Test(arguments: Hardening.allCases)
  func aProgramThatSleepsIsInterrupted(hardening: Hardening) throws {
    let program = try GuestProgram(.c, "repeatable").compiled()
    let run = try ProcessRun.run(
      program, [],
      environment: ["SWASM_TIMEOUT": "50ms"].merging(hardening.environment) { $1 }, seconds: 60)
    #expect(run.status == 134)
    #expect(run.errorText.contains("time limit reached"), "\(run.errorText)")
  }

  @Test func aProgramThatEndsInTimeIsNotInterrupted() throws {
    let program = try GuestProgram(.c, "hello").compiled(["--timeout", "1h"])
    #expect(try ProcessRun.run(program, []).status == 0)
  }

  @Test func aSealedProgramIgnoresTheVariableOfTheTimeLimit() throws {
    let program = try GuestProgram(.c, "hello").compiled(["--sealed"])
    #expect(try ProcessRun.run(program, [], environment: ["SWASM_TIMEOUT": "nonsense"]).status == 0)
    let open = try GuestProgram(.c, "hello").compiled()
    let run = try ProcessRun.run(open, [], environment: ["SWASM_TIMEOUT": "nonsense"])
    #expect(run.status == 1)
    #expect(run.errorText.contains("SWASM_TIMEOUT"))
  }

  // MARK: --max-memory

  /// Two memories of one page. "grow" adds nine pages to each, and returns the sum of the results of memory.grow.
  private static let twoMemories: [UInt8] = [
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7f, 3, 2, 1, 0, 5, 5, 2, 0, 1, 0, 1,
    7, 8, 1, 4, 0x67, 0x72, 0x6f, 0x77, 0, 0, 10, 13, 1, 11, 0, 0x41, 9, 0x40, 0, 0x41, 9, 0x40, 1,
    0x6a, 0x0b,
  ]

  @Test func memoriesShareTheLimit() throws {
    let scratch = try ScratchDirectory()
    let swasmc = try #require(Workspace.current.swasmc)
    let module = scratch.path + "/two.wasm"
    try Data(Self.twoMemories).write(to: URL(fileURLWithPath: module))
    for (limit, sum) in [("2M", "2"), ("1M", "0"), ("640K", "-2")] {
      let run = try ProcessRun.run(
        swasmc, ["run", "--max-memory", limit, "--invoke", "grow", module], seconds: 60)
      #expect(run.outputText == sum + "\n", "\(limit): \(run.errorText)")
    }
    let less = try ProcessRun.run(
      swasmc, ["run", "--max-memory", "64K", "--invoke", "grow", module], seconds: 60)
    #expect(less.status == 1, "\(less.errorText)")
  }

  // MARK: --deterministic

  @Test func deterministicRunsAreAlike() throws {
    let first = try GuestProgram(.c, "repeatable").compiled(["--deterministic", "-O0"])
    let second = try GuestProgram(.c, "repeatable").compiled(["--deterministic", "-O2"])
    let run = try ProcessRun.run(first, [], seconds: 60)
    let lines = run.outputText.split(separator: "\n")
    let nan = "7ff8000000000000"
    #expect(lines.first == "\(nan) \(nan) \(nan) \(nan)")
    #expect(lines.dropFirst().first == "\(nan) 7fc00000 7fc00000")
    #expect(lines.count == 4)
    #expect(try ProcessRun.run(first, []).output == run.output)
    #expect(try ProcessRun.run(second, []).output == run.output)
  }

  @Test func anotherSeedGivesOtherNumbers() throws {
    let first = try GuestProgram(.c, "repeatable").compiled(["--deterministic", "--seed", "1"])
    let second = try GuestProgram(.c, "repeatable").compiled(["--deterministic", "--seed", "2"])
    let lines = try [first, second].map {
      try ProcessRun.run($0, []).outputText.split(separator: "\n")
    }
    #expect(lines[0].prefix(3) == lines[1].prefix(3))
    #expect(lines[0].last != lines[1].last)
  }

  // MARK: Null streams

  @Test func nullStreamsDoNotHideTraps() throws {
    let program = try GuestProgram(.c, "traps").compiled(["--stdout", "null", "--stderr", "null"])
    let run = try ProcessRun.run(program, ["divide"])
    #expect(run.status == 134)
    #expect(run.output.isEmpty)
    #expect(run.errorText.contains("integer divide by zero"))
  }

  @Test(arguments: Hardening.allCases)
  func nullInputIsEmpty(hardening: Hardening) throws {
    let program = try GuestProgram(.c, "filter").compiled(["--stdin", "null"])
    let run = try ProcessRun.run(
      program, [], input: Array("text\n".utf8), environment: hardening.environment)
    #expect(run.status == 0)
    #expect(run.outputText == "")
    let plain = try ProcessRun.run(
      GuestProgram(.c, "filter").compiled(), [], input: Array("text\n".utf8))
    #expect(plain.outputText == "TEXT\n")
  }

  // MARK: Hardening

  @Test func everySystemCallOfTheFilesProgramPassesTheFilter() throws {
    for harden in ["require", "off"] {
      let scratch = try ScratchDirectory()
      let program = try GuestProgram(.c, "files").compiled(["--dir", ".", "--harden", harden])
      let run = try ProcessRun.run(program, [], directory: scratch.path)
      #expect(run.status == 0, "\(harden): \(run.errorText)")
    }
  }

  @Test func aProgramThatOpensNoFilesLacksTheCalls() throws {
    let program = try GuestProgram(.c, "hello").compiled()
    let calls = try #require(try systemCalls(of: program))
    // open, openat, openat2, socket, connect, execve, clone, mkdirat, unlinkat, accept4
    #expect(
      calls.isDisjoint(with: [2, 257, 437, 41, 42, 59, 56, 258, 263, 288]), "\(calls.sorted())")
    #expect(calls.contains(20), "writev")
    let opens = try #require(try systemCalls(of: GuestProgram(.c, "access").compiled()))
    #expect(opens.isSuperset(of: [257, 437]))
    #expect(opens.isDisjoint(with: [41, 42, 49, 50, 59, 288]), "\(opens.sorted())")
  }

  /// The numbers in the section from which the runtime makes the filter.
  private func systemCalls(of program: String) throws -> Set<UInt32>? {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: program)))
    guard let section = try ElfFile(bytes).contents(ofSection: "swasm_syscalls") else { return nil }
    return Set(
      stride(from: 0, to: section.count, by: 4).map { position in
        (0..<4).reduce(UInt32(0)) {
          $0 | UInt32(section[section.startIndex + position + $1]) << (8 * $1)
        }
      })
  }

  // MARK: Random calls

  /// A short part of `make fuzz-wasi`.
  @Test func randomCallsTouchNothingBeyondTheGrants() throws {
    let workspace = Workspace.current
    let swasmc = try #require(workspace.swasmc)
    var environment = ProcessInfo.processInfo.environment
    environment["SWASMC"] = swasmc
    try ProcessRun.require(
      workspace.root + "/scripts/fuzz-wasi", ["--seeds", "1", "6", "--calls", "3000"],
      environment: environment)
  }
}
