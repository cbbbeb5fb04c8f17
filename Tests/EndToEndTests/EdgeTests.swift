// What is unusual around swasmc and its executables: outputs that are descriptors, streams that are closed or full,
// long names, other compilers in the same directory, a wrong runtime, signals that somebody sends. The answer is right,
// or it is an error that says what is wrong; it is never a success without a result, and nobody else's fault is called
// a bug.

import Foundation
import TestSupport
import Testing

@Suite struct EdgeTests {
  /// Exports a `_start` that does nothing.
  private static let module: [UInt8] =
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 10, 1, 6]
    + Array("_start".utf8) + [0, 0, 10, 4, 1, 2, 0, 0x0b]

  /// A directory with the module in app.wasm.
  private struct Place {
    let scratch: ScratchDirectory
    var path: String { scratch.path }

    init() throws {
      scratch = try ScratchDirectory()
      try write("app.wasm", EdgeTests.module)
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
      try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }

    func text(_ name: String) -> String {
      String(
        decoding: FileManager.default.contents(atPath: "\(path)/\(name)") ?? Data(), as: UTF8.self)
    }

    func names() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    /// Runs a script there; `$0` is the compiler.
    func shell(_ script: String, _ environment: [String: String] = [:]) throws -> ProcessRun {
      let swasmc = try #require(Workspace.current.swasmc, "swasmc is not built")
      return try ProcessRun.run(
        "/bin/bash", ["-c", script, swasmc],
        environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
        directory: path, seconds: 120)
    }
  }

  // MARK: Outputs

  @Test(arguments: ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "link", "-"])
  func aDescriptorIsWrittenWhereItIs(name: String) throws {
    let place = try Place()
    let run = try place.shell(
      "ln -s /dev/stdout link; echo precious > log; \"$0\" app.wasm -o \(name) >> log")
    #expect(run.status == 0, "\(run.errorText)")
    #expect(place.text("log").hasPrefix("precious\n\u{7f}ELF"))
    #expect(try place.names() == ["app.wasm", "link", "log"])
  }

  @Test func aDescriptorWithoutAFileIsWritten() throws {
    let place = try Place()
    let run = try place.shell(
      "exec 3<>file; rm file; \"$0\" app.wasm -o /dev/fd/3 && head -c 4 /dev/fd/3")
    #expect(run.outputText == "\u{7f}ELF", "\(run.errorText)")
    #expect(try place.names() == ["app.wasm"])
  }

  @Test(arguments: ["-o - >&-", "-o /dev/stdout >&-", "-o /dev/fd/7", "-o /dev/fd/5 5<app.wasm"])
  func aDescriptorThatCannotBeWrittenIsAnError(output: String) throws {
    let place = try Place()
    let run = try place.shell("\"$0\" app.wasm \(output)")
    #expect(run.status == 1)
    #expect(run.errorText.hasSuffix(": Bad file descriptor\n"), "\(run.errorText)")
    #expect(try place.names() == ["app.wasm"])
  }

  @Test func theInputIsNotAppendedTo() throws {
    let place = try Place()
    #expect(try place.shell("\"$0\" app.wasm -o /dev/stdout >> app.wasm").status == 1)
    #expect([UInt8](place.text("app.wasm").utf8) == Self.module)
  }

  @Test(arguments: ["inspect app.wasm", "wasi", "wasi files", "--version", "--help", "cache info"])
  func whatIsPrintedArrivesOrIsAnError(words: String) throws {
    let place = try Place()
    for (stream, why) in [(">/dev/full", "No space left"), (">&-", "Bad file descriptor")] {
      let run = try place.shell("\"$0\" \(words) \(stream)")
      #expect(run.status == 1, "\(words) \(stream)")
      #expect(
        run.errorText.hasPrefix("swasmc: error[E0202]: cannot write <stdout>: \(why)"),
        "\(run.errorText)")
    }
  }

  @Test(
    .enabled(if: GuestProgram.isBuildable(.c), "`make setup` installs the C toolchain"),
    arguments: [">/dev/full", ">&-"])
  func aResultThatCannotBePrintedIsAnError(stream: String) throws {
    let program = try GuestProgram(.c, "exports", model: .bare).compiled(["--invoke", "add"])
    let run = try ProcessRun.run(
      "/bin/sh", ["-c", "\"$0\" 1 2 \(stream)", program], environment: [:])
    #expect(run.status == 1)
    #expect(run.errorText.hasSuffix(": the result cannot be written to standard output\n"))
  }

  /// Their processes have the same numbers.
  @Test(.enabled(if: getuid() == 0, "only root can make containers"))
  func compilersInContainersDoNotDisturbEachOther() throws {
    let place = try Place()
    let run = try place.shell(
      """
      for i in 1 2 3 4 5 6; do unshare -fp --mount-proc "$0" app.wasm -o out & done; wait
      echo stale > .out.swasmc-2; unshare -fp --mount-proc sh -c '"$0" app.wasm -o out; exit $?' "$0" && ./out
      """)
    #expect(run.status == 0)
    #expect(run.errorText == "")
    #expect(try place.names() == [".out.swasmc-2", "app.wasm", "out"])
  }

  // MARK: Names

  @Test func aLongNameRuns() throws {
    let place = try Place()
    let run = try place.shell(
      "name=$(printf 'a%.0s' {1..250}).wasm; mv app.wasm $name; \"$0\" run --no-cache $name && \"$0\" $name -o \"${name:0:255}\""
    )
    #expect(run.status == 1)  // the second one: the output is the input
    #expect(run.errorText.contains("is the input"), "\(run.errorText)")
  }

  // MARK: Parts

  /// Each is a file that SWASMC_RUNTIME names.
  @Test(arguments: ["text", "empty", "cut", "other target", "older"])
  func aWrongRuntimeIsNamed(kind: String) throws {
    let place = try Place()
    let archive = [UInt8](
      try Data(contentsOf: URL(fileURLWithPath: Workspace.current.runtimeArchive)))
    let other = Workspace.current.buildDirectory + "/runtime/riscv64-linux/libswasm_rt.a"
    switch kind {
    case "text": try place.write("rt.a", Array("hello\n".utf8))
    case "empty": try place.write("rt.a", Array("!<arch>\n".utf8))
    case "cut": try place.write("rt.a", Array(archive.prefix(archive.count / 2)))
    case "other target":
      try place.write("rt.a", [UInt8](try Data(contentsOf: URL(fileURLWithPath: other))))
    default:  // a symbol has another name
      let name = Array("swasm_policy\0".utf8)
      var older = archive
      for at in archive.indices.dropLast(name.count)
      where archive[at] == name[0] && archive[at..<at + name.count].elementsEqual(name) {
        older[at + 6] = UInt8(ascii: "o")
      }
      try place.write("rt.a", older)
    }
    let run = try place.shell("\"$0\" app.wasm -o app", ["SWASMC_RUNTIME": place.path + "/rt.a"])
    #expect(run.status == 1)
    #expect(
      run.errorText.hasPrefix(
        "swasmc: error[E0402]: the runtime \(place.path)/rt.a is damaged, or"),
      "\(run.errorText)")
    #expect(try place.names() == ["app.wasm", "rt.a"])
  }

  // MARK: Signals

  @Test(
    .enabled(if: GuestProgram.isBuildable(.c), "`make setup` installs the C toolchain"),
    arguments: [SIGSEGV, SIGBUS, SIGILL, SIGSYS], Hardening.allCases)
  func aSignalThatWasSentIsCalledThat(signal: Int32, hardening: Hardening) throws {
    let scratch = try ScratchDirectory()
    let run = try ProcessRun.run(
      "/bin/bash",
      [
        "-c",
        """
        mkfifo in out; "$0" <in >out 2>err & program=$!; exec 3>in 4<out; read line <&4
        kill -\(signal) $program; wait $program 2>/dev/null; echo $?; cat err
        """, try GuestProgram(.c, "waiting").compiled(),
      ], environment: ["PATH": "/usr/bin:/bin"].merging(hardening.environment) { $1 },
      directory: scratch.path, seconds: 60)
    // SIGSYS is handled only where there is a filter of system calls.
    let isSilent = signal == SIGSYS && !hardening.environment.isEmpty
    let message = isSilent ? "" : "waiting.swasmc: signal \(signal) was sent to this process\n"
    #expect(run.outputText == "\(128 + signal)\n\(message)", "\(run.errorText)")
  }

  // MARK: Rights

  @Test(.enabled(if: getuid() == 0, "only root can make a set-user-ID program"))
  func aSetUserIDProgramWritesNoProfile() throws {
    let place = try Place()
    let run = try place.shell(
      """
      "$0" app.wasm --pgo-generate -o app; chmod u+s app; chmod 755 .; mkdir -m 777 theirs
      echo precious > secret; chmod 600 secret; ln -s ../secret theirs/app.profile
      cd theirs; setpriv --reuid=1000 --regid=1000 --clear-groups ../app; echo $?; cat ../secret
      """)
    #expect(run.outputText == "1\nprecious\n")
    #expect(run.errorText.contains("the rights of another user"), "\(run.errorText)")
  }
}
