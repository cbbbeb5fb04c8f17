// The system denies one call after the other, as a container's filter or an old kernel does: each call that the runtime
// makes, once with EPERM and once with ENOSYS. A program then does what it should, or it ends with an error. It neither
// hangs nor loses output with status 0.

import Foundation
import Targets
import TestSupport
import Testing

@Suite(
  .enabled(
    if: GuestProgram.isBuildable(.c) && Target.host == .x64, "`make setup` installs the C toolchain"
  ))
struct DeniedCallTests {
  /// One run of a program; `call` is nil for that without a filter.
  private struct Run {
    let call: String?
    let error: Int
    let status: Int
    let output: String
    let message: String
  }

  /// The numbers of the calls that the runtime makes, and their names.
  private static func calls() throws -> [Int: String] {
    let path = Workspace.current.root + "/runtime-c/src/sys/x86_64/calls.h"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    var calls: [Int: String] = [:]
    for match in text.matches(of: /SWASM_SYS_([A-Z0-9_]+) = ([0-9]+),/) {
      calls[try #require(Int(match.2))] = match.1.lowercased()
    }
    return calls
  }

  /// The program that denies (Tests/programs/deny.c).
  private static func denier() throws -> String {
    let workspace = Workspace.current
    let source = workspace.root + "/Tests/programs/deny.c"
    return try GuestProgram.make(workspace.buildDirectory + "/programs/deny", from: [source]) {
      try ProcessRun.require(
        workspace.requiredTool("CLANG"), ["-O1", "-Wall", "-Wextra", source, "-o", $0])
    }
  }

  private func runs(_ program: String, _ arguments: [String], _ hardening: Hardening) throws
    -> [Run]
  {
    let calls = try Self.calls()
    #expect(calls.count > 70)
    let scratch = try ScratchDirectory()
    let list = calls.keys.sorted().map(String.init).joined(separator: ",")
    let result = try ProcessRun.require(
      Self.denier(), [list, program] + arguments,
      environment: hardening.environment.merging(["SWASM_DIR": "."]) { $1 },
      directory: scratch.path, seconds: 600)
    let runs = try result.outputText.split(separator: "\n").map { line in
      let words = line.split(separator: " ", maxSplits: 5)
      return Run(
        call: calls[try #require(Int(words[0]))], error: try #require(Int(words[1])),
        status: try #require(Int(words[2])), output: words[3...4].joined(separator: " "),
        message: words.count > 5 ? String(words[5]) : "")
    }
    #expect(runs.count == 1 + 2 * calls.count)
    return runs
  }

  private func expectNothingLost(_ runs: [Run]) throws {
    let normal = try #require(runs.first)
    #expect(normal.status == 0, "\(normal.message)")
    for run in runs.dropFirst() {
      let what: Comment =
        "\(run.call ?? "") denied with \(run.error): status \(run.status), \(run.message)"
      #expect(run.status < 128, what)
      if run.status == 0 { #expect(run.output == normal.output, what) }
      // A message of the runtime names the call, or what was refused.
      if run.status == 1 {
        #expect(
          run.message.contains(run.call ?? "?") || run.message.contains("cannot be opened"), what)
      }
    }
  }

  @Test(
    arguments: ["print", "files", "directories", "clocks", "random", "waiting", "memory"],
    Hardening.allCases)
  func nothingIsLost(part: String, hardening: Hardening) throws {
    let program = try GuestProgram(.c, "careful").compiled()
    try expectNothingLost(runs(program, [part], hardening))
  }

  /// It does not look at what `printf` returns. Calls that can do the same stand in for each other.
  @Test(arguments: Hardening.allCases)
  func aCarelessProgramPrints(hardening: Hardening) throws {
    try expectNothingLost(runs(GuestProgram(.c, "hello").compiled(), [], hardening))
  }

  @Test(
    .enabled(if: GuestProgram.isBuildable(.component), "`make setup` installs wasm-tools"),
    arguments: [["copy"], ["write"]], Hardening.allCases)
  func aComponentLosesNothing(arguments: [String], hardening: Hardening) throws {
    try expectNothingLost(
      runs(GuestProgram(.component, "streams").compiled(), arguments, hardening))
  }

  @Test func aTimeLimitHoldsOrIsAnError() throws {
    let program = try GuestProgram(.c, "careful").compiled(["--timeout", "1h"])
    let runs = try runs(program, ["print"], .byDefault)
    try expectNothingLost(runs)
    for run in runs where run.call == "setitimer" { #expect(run.status == 1) }
  }
}
