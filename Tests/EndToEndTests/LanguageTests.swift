// Programs in five languages behave as their native builds do.

import Foundation
import TestSupport
import Testing

private func missing(_ language: GuestProgram.Language) -> Comment {
  "the tools for \(language.rawValue) are not installed; `make setup` installs them"
}

@Suite struct CPrograms {
  @Test(
    .enabled(if: GuestProgram.isBuildable(.c), missing(.c)),
    arguments: ["-O0", "-O1", "-O2", "-O3"])
  func computesTheSameAtEveryLevel(level: String) throws {
    try expectSame(GuestProgram(.c, "compute"), options: [level])
  }

  @Test(.enabled(if: GuestProgram.isBuildable(.c), missing(.c)))
  func computesTheSameWithExplicitBoundsChecks() throws {
    try expectSame(GuestProgram(.c, "compute"), options: ["--bounds-checks", "explicit"])
  }

  @Test(.enabled(if: GuestProgram.isBuildable(.c), missing(.c)))
  func hello() throws {
    try expectSame(GuestProgram(.c, "hello"))
  }

  @Test(.enabled(if: GuestProgram.isBuildable(.c), missing(.c)))
  func argumentsAndStatus() throws {
    let arguments = ["GREETING", "ABSENT", "", "two words", "ünï", "FIXED"]
    try expectSame(
      GuestProgram(.c, "arguments"), options: ["--env", "GREETING", "--env", "FIXED=a=b"],
      Invocation(arguments: arguments, environment: ["GREETING": "good day", "FIXED": "a=b"]))
  }

  @Test(.enabled(if: GuestProgram.isBuildable(.c), missing(.c)))
  func fileOperations() throws {
    try expectSame(GuestProgram(.c, "files"), options: ["--dir", "."])
  }

  @Test(.enabled(if: GuestProgram.isBuildable(.c), missing(.c)))
  func standardStreams() throws {
    let text = String(repeating: "some words of input\n", count: 5000) + "no newline"
    try expectSame(GuestProgram(.c, "filter"), Invocation(input: text))
  }

  @Test(.enabled(if: GuestProgram.isBuildable(.c), missing(.c)))
  func clocks() throws {
    try expectSame(GuestProgram(.c, "clocks"))
  }

  @Test(
    .enabled(if: GuestProgram.isBuildable(.c), missing(.c)),
    arguments: [
      ["return", "0"], ["return", "7"], ["exit", "3"], ["exit", "125"], ["exit", "0"],
    ])
  func exitStatus(arguments: [String]) throws {
    try expectSame(GuestProgram(.c, "exits"), Invocation(arguments: arguments))
  }
}

/// The features of later versions of WebAssembly that C programs use.
@Suite struct LaterFeatures {
  @Test(
    .enabled(if: GuestProgram.isBuildable(.c), missing(.c)),
    arguments: [
      ["-O0"], ["-O2"], ["-O3"], ["--bounds-checks", "explicit"], ["--cpu", "x86-64-v2"],
    ])
  func vectors(options: [String]) throws {
    try expectSame(
      GuestProgram(.c, "vectors", wasmOptions: ["-msimd128"]), options: options)
  }

  @Test(.enabled(if: GuestProgram.isBuildable(.c), missing(.c)), arguments: ["-O0", "-O2"])
  func tailCallsUseNoStack(level: String) throws {
    try expectSame(GuestProgram(.c, "tailcalls", wasmOptions: ["-mtail-call"]), options: [level])
  }
}

@Suite struct OlderModuleName {
  @Test(.enabled(if: GuestProgram.isBuildable(.c), missing(.c)), arguments: Hardening.allCases)
  func callsOfWasiUnstableHaveTheirOwnLayout(hardening: Hardening) throws {
    let program = try GuestProgram(.c, "unstable", model: .bare).compiled(["--dir", "."])
    let scratch = try ScratchDirectory()
    try "hello\n".write(toFile: scratch.path + "/greeting", atomically: false, encoding: .utf8)
    let run = try ProcessRun.run(
      program, [], environment: hardening.environment, directory: scratch.path)
    #expect(run.outputText == "ello\n")
    #expect(run.status == 3, "\(run.errorText)")
  }
}

@Suite struct OtherLanguages {
  @Test(.enabled(if: GuestProgram.isBuildable(.cpp), missing(.cpp)))
  func cpp() throws {
    try expectSame(GuestProgram(.cpp, "containers"), Invocation(arguments: ["a", "b \"c\""]))
  }

  @Test(.enabled(if: GuestProgram.isBuildable(.rust), missing(.rust)))
  func rust() throws {
    try expectSame(
      GuestProgram(.rust, "collect"), options: ["--dir", ".", "--env", "GREETING"],
      Invocation(arguments: ["."], environment: ["GREETING": "hi"], input: "one\nthree\nü\n"))
  }

  @Test(.enabled(if: GuestProgram.isBuildable(.go), missing(.go)))
  func go() throws {
    // Go looks for a relative path below "/".
    try expectSame(
      GuestProgram(.go, "words"), options: ["--dir", ".::/", "--env", "GREETING", "-O1"],
      Invocation(arguments: ["."], environment: ["GREETING": "hi"], input: "a b a\nc b a\n"))
  }

  @Test(.enabled(if: GuestProgram.isBuildable(.zig), missing(.zig)))
  func zig() throws {
    try expectSame(GuestProgram(.zig, "numbers"), Invocation(arguments: ["a", "b c", ""]))
  }
}
