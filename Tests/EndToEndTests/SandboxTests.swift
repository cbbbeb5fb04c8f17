// A file that was not granted is refused, by whatever name the program asks for it.

import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: GuestProgram.isBuildable(.c), "`make setup` installs the C toolchain"))
struct SandboxTests {
  /// A granted directory with a file in it, and a secret beside the directory.
  private struct Yard {
    let scratch: ScratchDirectory
    var granted: String { scratch.path + "/granted" }

    init() throws {
      scratch = try ScratchDirectory()
      let manager = FileManager.default
      try manager.createDirectory(
        atPath: granted + "/inner", withIntermediateDirectories: true)
      try "inside".write(toFile: granted + "/file", atomically: false, encoding: .utf8)
      try "secret".write(toFile: scratch.path + "/secret", atomically: false, encoding: .utf8)
      for (name, target) in [
        ("relative", "../secret"), ("absolute", scratch.path + "/secret"), ("up", ".."),
        ("dangling", "../made"), ("fine", "inner/../file"), ("loop", "loop"),
      ] {
        try manager.createSymbolicLink(
          atPath: granted + "/" + name, withDestinationPath: target)
      }
    }

    func run(
      _ arguments: [String], options: [String], environment: [String: String] = [:],
      _ hardening: Hardening
    ) throws -> [String] {
      let program = try GuestProgram(.c, "access").compiled(options)
      let run = try ProcessRun.run(
        program, arguments, environment: environment.merging(hardening.environment) { $1 },
        directory: granted)
      return run.outputText.split(separator: "\n").map(String.init)
    }

    var hostNames: [String] {
      get throws { try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted() }
    }
  }

  @Test(arguments: Hardening.allCases)
  func aGrantOpensWhatIsInside(hardening: Hardening) throws {
    let yard = try Yard()
    let answers = try yard.run(
      ["r", "file", "r", "./inner/../file", "r", "fine", "l", ".", "l", "inner", "w", "inner/new"],
      options: ["--dir", "."], hardening)
    #expect(
      answers == [
        "file: allowed", "./inner/../file: allowed", "fine: allowed", ".: allowed",
        "inner: allowed",
        "inner/new: allowed",
      ])
  }

  @Test(
    arguments: [
      "../secret", "inner/../../secret", "./.././secret", "relative", "absolute", "up/secret",
      "loop",
      "inner/../up/secret", "..", "/etc/passwd", "/proc/self/environ", "../granted/file",
    ], Hardening.allCases)
  func nothingOutsideIsRead(path: String, hardening: Hardening) throws {
    let yard = try Yard()
    let answers = try yard.run(["r", path], options: ["--dir", "."], hardening)
    #expect(answers.count == 1)
    #expect(answers.first?.hasPrefix(path + ": refused") == true, "\(answers)")
  }

  @Test(
    arguments: ["../made", "dangling", "up/made", "inner/../../made", "relative"],
    Hardening.allCases)
  func nothingOutsideIsWritten(path: String, hardening: Hardening) throws {
    let yard = try Yard()
    let answers = try yard.run(["w", path], options: ["--dir", "."], hardening)
    #expect(answers.first?.hasPrefix(path + ": refused") == true, "\(answers)")
    #expect(try yard.hostNames == ["granted", "secret"])
    let secret = try String(contentsOfFile: yard.scratch.path + "/secret", encoding: .utf8)
    #expect(secret == "secret")
  }

  @Test(arguments: Hardening.allCases)
  func aLinkThatTheGuestMakesDoesNotLeadOut(hardening: Hardening) throws {
    let yard = try Yard()
    let answers = try yard.run(
      ["s", "../secret", "own", "r", "own", "s", "/etc", "etc", "r", "etc/passwd"],
      options: ["--dir", "."], hardening)
    #expect(answers.contains { $0.hasPrefix("own: refused") })
    #expect(answers.contains { $0.hasPrefix("etc/passwd: refused") })
    #expect(!answers.contains("etc/passwd: allowed"))
  }

  @Test(arguments: Hardening.allCases)
  func withoutAGrantNothingIsOpened(hardening: Hardening) throws {
    let yard = try Yard()
    let answers = try yard.run(
      ["r", "file", "l", ".", "w", "new", "r", "/etc/passwd", "l", "/"], options: [], hardening)
    #expect(answers.count == 5)
    #expect(answers.allSatisfy { $0.contains(": refused") }, "\(answers)")
  }

  @Test(arguments: Hardening.allCases)
  func aReadOnlyGrantDoesNotWrite(hardening: Hardening) throws {
    let yard = try Yard()
    let answers = try yard.run(
      ["r", "file", "w", "file", "w", "new", "s", "file", "link"], options: [],
      environment: ["SWASM_DIR": ".::.:ro"], hardening)
    #expect(answers.first == "file: allowed")
    #expect(answers.dropFirst().allSatisfy { $0.contains(": refused") }, "\(answers)")
    let text = try String(contentsOfFile: yard.granted + "/file", encoding: .utf8)
    #expect(text == "inside")
  }

  @Test(arguments: Hardening.allCases)
  func variablesCanGrantMore(hardening: Hardening) throws {
    let yard = try Yard()
    #expect(
      try yard.run(["r", "file"], options: [], environment: ["SWASM_DIR": "."], hardening) == [
        "file: allowed"
      ]
    )
  }

  @Test(arguments: Hardening.allCases)
  func aSealedExecutableIgnoresVariables(hardening: Hardening) throws {
    let yard = try Yard()
    let answers = try yard.run(
      ["r", "file"], options: ["--sealed"], environment: ["SWASM_DIR": "."], hardening)
    #expect(answers.first?.hasPrefix("file: refused") == true)
  }

  @Test(arguments: Hardening.allCases)
  func theEnvironmentIsWhatWasGranted(hardening: Hardening) throws {
    let program = try GuestProgram(.c, "environment").compiled([
      "--env", "KEPT", "--env", "FIXED=1",
    ])
    let run = try ProcessRun.run(
      program, [],
      environment: [
        "KEPT": "yes", "SECRET": "no", "SWASM_ENV": "MORE=2", "SWASM_DIR": "/",
        "SWASM_PROFILE": "x",
      ].merging(hardening.environment) { $1 })
    let lines = Set(run.outputText.split(separator: "\n").map(String.init))
    #expect(lines == ["KEPT=yes", "FIXED=1", "MORE=2"])
  }
}
