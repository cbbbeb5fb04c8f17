// A process that a careless or hostile parent started: with standard streams that are closed, or signals that are
// blocked or ignored. Also a terminal that was granted by name.

import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: GuestProgram.isBuildable(.c), "`make setup` installs the C toolchain"))
struct StartConditionTests {
  /// Runs `command` in a shell, which can close streams; `$0` is the program.
  private func shell(
    _ command: String, _ program: String, environment: [String: String] = [:], in directory: String
  ) throws -> ProcessRun {
    try ProcessRun.run(
      "/bin/sh", ["-c", command, program],
      environment: ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }, directory: directory,
      seconds: 60)
  }

  /// A file that is opened at the start gets the lowest free number. The guest must not get it as a stream.
  @Test(arguments: Hardening.allCases)
  func aGrantDoesNotBecomeAClosedStream(hardening: Hardening) throws {
    let scratch = try ScratchDirectory()
    let program = try GuestProgram(.c, "descriptors").compiled(["--dir", "."])
    let run = try shell(
      "exec \"$0\" 0 1 2 3 <&- >&- 2>&-", program, environment: hardening.environment,
      in: scratch.path)
    #expect(run.status == 0)
    let answers = try String(contentsOfFile: scratch.path + "/answers", encoding: .utf8)
    #expect(answers == "0: closed\n1: closed\n2: closed\n3: open\n")
  }

  @Test func theProfileDoesNotBecomeAClosedStream() throws {
    let scratch = try ScratchDirectory()
    let program = try GuestProgram(.c, "descriptors").compiled(["--pgo-generate"])
    let run = try shell(
      "exec \"$0\" 0 2 3 <&- 2>&-", program,
      environment: ["SWASM_PROFILE": scratch.path + "/profile"], in: scratch.path)
    #expect(run.outputText == "0: closed\n2: closed\n3: closed\n")
    #expect(run.status == 0)
    #expect(FileManager.default.fileExists(atPath: scratch.path + "/profile"))
  }

  /// The compiler's own files could get those numbers, too. The program that it runs gets /dev/null instead.
  @Test func closedStreamsDoNotHinderTheCompiler() throws {
    let scratch = try ScratchDirectory()
    let swasmc = try #require(Workspace.current.swasmc)
    let module = try GuestProgram(.c, "descriptors").wasm()
    let run = try shell(
      "exec \"$0\" run '\(module)' 0 1 2 3 <&- 2>&-", swasmc,
      environment: ProcessInfo.processInfo.environment, in: scratch.path)
    #expect(run.status == 0)
    #expect(run.outputText == "0: open\n1: open\n2: open\n3: closed\n")
  }

  @Test(arguments: Hardening.allCases)
  func blockedSignalsDoNotHideATrap(hardening: Hardening) throws {
    let program = try GuestProgram(.c, "traps").compiled()
    for how in ["--block-signal", "--ignore-signal"] {
      let run = try ProcessRun.run(
        "/usr/bin/env", [how + "=SEGV,BUS,ILL,TRAP,SYS,ALRM", program, "divide"],
        environment: hardening.environment)
      #expect(run.status == 134, "\(how)")
      #expect(run.errorText.contains("integer divide by zero"), "\(run.errorText)")
    }
  }

  @Test(arguments: Hardening.allCases)
  func aGrantedTerminalWorksAsATerminal(hardening: Hardening) throws {
    let program = try GuestProgram(.c, "descriptors").compiled()
    let run = try shell(
      "exec script -qec 'SWASM_DIR=\"$(tty)::/terminal;/dev/null::/null\" \"$PROGRAM\" /terminal /null' /dev/null",
      "sh", environment: hardening.environment.merging(["PROGRAM": program]) { $1 }, in: "/")
    let lines = run.outputText.split(whereSeparator: \.isNewline)
    #expect(lines == ["/terminal: a terminal", "/null: no terminal"])
  }
}
