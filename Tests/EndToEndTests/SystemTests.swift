// Programs in C, Rust, Go and Zig that use a system's files, clocks, waiting, sockets and devices have the same results
// as their native builds, with and without hardening. The programs are Tests/programs/*/system.*, one for each
// language, with subcommands for the parts. If WASI or a language's library for it must differ, the program or test
// says so.

import Foundation
import TestSupport
import Testing

/// A language, and whether hardening is on.
struct Guest: Sendable, CustomTestStringConvertible {
  let language: GuestProgram.Language
  let isHardened: Bool

  static let all: [Guest] = [GuestProgram.Language.c, .rust, .go, .zig].filter {
    GuestProgram.isBuildable($0)
  }.flatMap { [Guest(language: $0, isHardened: true), Guest(language: $0, isHardened: false)] }

  var testDescription: String { "\(language.rawValue)\(isHardened ? "" : ", not hardened")" }

  var program: GuestProgram { GuestProgram(language, "system") }

  /// One executable for all tests of a language: grants come from the environment.
  func compiled() throws -> String { try program.compiled(language == .go ? ["-O0"] : []) }

  /// Go looks for a relative path below "/".
  func granting(_ host: String) -> String { host + (language == .go ? "::/" : "::.") }

  func environment(_ grants: [String: String] = [:]) -> [String: String] {
    grants.merging(isHardened ? [:] : ["SWASM_HARDEN": "off"]) { $1 }
  }
}

@Suite struct SystemTests {
  private func expectSame(
    _ compiled: ProcessRun, _ native: ProcessRun, status: Int32,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(compiled.outputText == native.outputText, sourceLocation: sourceLocation)
    #expect(compiled.errorText == native.errorText, sourceLocation: sourceLocation)
    #expect(compiled.status == native.status, sourceLocation: sourceLocation)
    #expect(native.status == status, "\(native.errorText)", sourceLocation: sourceLocation)
    // If the program printed nothing, nothing would be compared.
    #expect(!native.output.isEmpty, sourceLocation: sourceLocation)
  }

  /// The status of a program in which nothing went wrong.
  private func goodStatus(_ guest: Guest) -> Int32 {
    guest.language == .rust || guest.language == .zig ? 3 : 0
  }

  /// Makes, links, renames, cuts, dates, lists and removes; also makes mistakes that have errnos of their own.
  @Test(arguments: Guest.all) func treesOfFilesBehaveAsNatively(guest: Guest) throws {
    let (here, there) = (try ScratchDirectory(), try ScratchDirectory())
    let compiled = try ProcessRun.run(
      guest.compiled(), ["tree"],
      environment: guest.environment(["SWASM_DIR": guest.granting(".")]),
      directory: here.path)
    let native = try ProcessRun.run(
      guest.program.native(), ["tree"], environment: [:], directory: there.path)
    expectSame(compiled, native, status: goodStatus(guest))
    #expect(native.outputText.contains("->"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: here.path) == [])
  }

  @Test(arguments: Guest.all) func clocksAndSleepBehaveAsNatively(guest: Guest) throws {
    let compiled = try ProcessRun.run(
      guest.compiled(), ["clocks"], environment: guest.environment())
    let native = try ProcessRun.run(guest.program.native(), ["clocks"], environment: [:])
    expectSame(compiled, native, status: goodStatus(guest))
  }

  /// A device that is always full, granted as a single file. Zig uses only the first granted directory.
  @Test(arguments: Guest.all) func aFullDiskBehavesAsNatively(guest: Guest) throws {
    let isZig = guest.language == .zig
    let arguments = ["full", isZig ? "full" : "/dev/full"]
    let grant = isZig ? "/dev::." : "/dev/full"
    let compiled = try ProcessRun.run(
      guest.compiled(), arguments, environment: guest.environment(["SWASM_DIR": grant]),
      directory: "/dev")
    let native = try ProcessRun.run(
      guest.program.native(), arguments, environment: [:], directory: "/dev")
    expectSame(compiled, native, status: guest.language == .rust || isZig ? 5 : 3)
    let name = ["ENOSPC", "No space left on device", "NoSpaceLeft"]
    #expect(name.contains { native.outputText.contains($0) }, "\(native.outputText)")
  }

  // MARK: With somebody at the other end

  private func drive(_ part: String, _ program: String, _ environment: [String: String]) throws
    -> ProcessRun
  {
    try ProcessRun.run(
      "/usr/bin/python3",
      ["\(Workspace.current.root)/Tests/programs/drive.py", part, program, part, "3"],
      environment: environment, seconds: 120)
  }

  /// Waits for standard input and a clock at once. The clock comes first, then bytes, then the clock again, then the
  /// end.
  @Test(arguments: Guest.all) func waitingForInputAndAClockBehavesAsNatively(guest: Guest) throws {
    let compiled = try drive("input", guest.compiled(), guest.environment())
    expectSame(compiled, try drive("input", guest.program.native(), [:]), status: 0)
    #expect(compiled.outputText.contains("waiting"))
  }

  /// Waits for a listening socket and a clock at once, then serves two clients. Go's library for WASI does not
  /// make a socket non-blocking, as its native one does, but needs it to be.
  @Test(arguments: Guest.all) func aServerBehavesAsNatively(guest: Guest) throws {
    let grant = guest.language == .go ? "fds:nonblock" : "fds"
    let compiled = try drive(
      "serve", guest.compiled(), guest.environment(["SWASM_LISTEN": grant]))
    expectSame(compiled, try drive("serve", guest.program.native(), [:]), status: 0)
    #expect(compiled.outputText.contains("served 30000 bytes"), "\(compiled.outputText)")
  }

  /// WASI has no signals, so a write to a closed pipe gives EPIPE, as it does natively if SIGPIPE is ignored. Rust and
  /// Zig ignore it for every program, and the C program ignores it itself. Go ends by the signal if the pipe is its
  /// standard output.
  @Test(arguments: Guest.all) func aClosedPipeBehavesAsNatively(guest: Guest) throws {
    let compiled = try drive("pipe", guest.compiled(), guest.environment())
    let native = try drive("pipe", guest.program.native(), [:])
    if guest.language == .go {
      #expect(compiled.outputText == "stderr: write: EPIPE\nstatus 4\n")
      #expect(native.outputText == "status -13\n")
    } else {
      expectSame(compiled, native, status: 0)
      #expect(
        ["EPIPE", "Broken pipe", "BrokenPipe"].contains { native.outputText.contains($0) },
        "\(native.outputText)")
    }
  }
}
