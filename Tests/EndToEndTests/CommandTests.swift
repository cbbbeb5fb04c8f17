// swasmc's own behaviour as a user sees it: run, --invoke, statuses, and files that are not modules.

import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: GuestProgram.isBuildable(.c), "`make setup` installs the C toolchain"))
struct CommandTests {
  @Test func runPassesArgumentsAndStatus() throws {
    let wasm = try GuestProgram(.c, "arguments").wasm()
    let run = try runSwasmc(["run", "--env", "X=1", wasm, "X", "--env", "-O9"])
    #expect(run.outputText == "1 [X] 1\n2 [--env] (unset)\n3 [-O9] (unset)\n")
    #expect(run.status == 3)
  }

  @Test func runGrantsDirectories() throws {
    let scratch = try ScratchDirectory()
    let wasm = try GuestProgram(.c, "access").wasm()
    let granted = try runSwasmc(["run", "--dir", scratch.path + "::.", wasm, "w", "new"])
    #expect(granted.outputText == "new: allowed\n")
    let refused = try runSwasmc(["run", wasm, "w", scratch.path + "/other"])
    #expect(refused.outputText.contains(": refused"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["new"])
  }

  @Test(arguments: [
    ("add", ["40", "2"], "42\n"), ("add", ["2147483647", "1"], "-2147483648\n"),
    ("multiply", ["-3", "4000000000"], "-12000000000\n"), ("half", ["5"], "2.5\n"),
    ("fibonacci", ["20"], "6765\n"), ("nothing", [], ""),
  ])
  func invokeCallsAnExport(name: String, arguments: [String], output: String) throws {
    let wasm = try GuestProgram(.c, "exports", model: .bare).wasm()
    let run = try runSwasmc(["run", "--invoke", name, wasm] + arguments)
    #expect(run.outputText == output)
    #expect(run.errorText == "")
    #expect(run.status == 0)
  }

  @Test func invokeRefusesWhatItCannotPass() throws {
    let wasm = try GuestProgram(.c, "exports", model: .bare).wasm()
    for arguments in [["add", wasm, "1"], ["add", wasm, "1", "x"], ["absent", wasm]] {
      let run = try runSwasmc(["run", "--invoke"] + arguments)
      #expect(run.status != 0 && run.status < 128)
      #expect(run.outputText == "")
      #expect(run.errorText != "")
    }
  }

  @Test func aReactorIsInitializedFirst() throws {
    let wasm = try GuestProgram(.c, "reactor", model: .reactor).wasm()
    let run = try runSwasmc(["run", "--invoke", "answer", wasm, "6"])
    #expect(run.outputText == "asked\n42\n")
    #expect(run.status == 0)
  }

  /// Swift gets the command line from there, and the linker its input.
  @Test(.enabled(if: getuid() == 0, "only root can mount"))
  func withoutProcItSaysWhatIsMissing() throws {
    let swasmc = try #require(Workspace.current.swasmc, "swasmc is not built")
    let script = #"mount -t tmpfs none /proc || exit 99; exec "$0" app.wasm -o app"#
    let run = try ProcessRun.run(
      "/usr/bin/unshare", ["-m", "--propagation", "private", "sh", "-c", script, swasmc])
    #expect(run.errorText == "swasmc: error[E0403]: /proc is not mounted, and swasmc needs it\n")
    #expect(run.status == 1)
  }

  @Test(arguments: [
    ([UInt8]("\0asm\u{1}\0\0\0".utf8) + [1, 4, 1, 0x60, 0], "0x"),
    ([UInt8]("(module)".utf8), "error[E0105]: magic header not detected: this is WebAssembly text"),
    ([UInt8]("hello".utf8), "error[E0105]"), ([UInt8]("\0as".utf8), "error[E0105]"),
    ([UInt8]("\0asm\u{d}\0\u{1}\0".utf8), "component"),
    ([], "empty"),
  ])
  func whatIsNoModuleIsNamedAndLeavesNoFile(bytes: [UInt8], word: String) throws {
    let scratch = try ScratchDirectory()
    _ = FileManager.default.createFile(
      atPath: scratch.path + "/bad.wasm", contents: Data(bytes))
    let run = try runSwasmc(["bad.wasm", "-o", "out"], directory: scratch.path)
    #expect(run.status == 1)
    #expect(run.errorText.hasPrefix("bad.wasm"), "\(run.errorText)")
    #expect(run.errorText.contains(word), "\(run.errorText)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["bad.wasm"])
  }

  @Test func anExportThatIsNotThereHasItsCode() throws {
    let scratch = try ScratchDirectory()
    let wasm = try GuestProgram(.c, "exports", model: .bare).wasm()
    let run = try runSwasmc([wasm, "--invoke", "absent", "-o", "out"], directory: scratch.path)
    #expect(run.status == 1)
    #expect(
      run.errorText.contains("error[E0302]: the module exports no function \"absent\""),
      "\(run.errorText)")
  }

  @Test func codeIsShownBeforeAndAfterOptimisation() throws {
    let wasm = try GuestProgram(.c, "exports", model: .bare).wasm()
    let texts = try ["llvm-ir-lowered", "llvm-ir"].map { emit -> String in
      let run = try runSwasmc([wasm, "--emit", emit, "--invoke", "fibonacci", "-o", "-"])
      #expect(run.status == 0, "\(run.errorText)")
      return run.outputText
    }
    #expect(texts.allSatisfy { $0.contains("define ") })
    #expect(texts[0] != texts[1])
  }

  /// Output that is lost is an error, whichever command writes it.
  @Test(arguments: ["--version", "--help", "wasi", "\"$1\" -o -"], [">&-", ">/dev/full"])
  func lostOutputIsAnError(_ words: String, _ output: String) throws {
    let scratch = try ScratchDirectory()
    let swasmc = try #require(Workspace.current.swasmc, "swasmc is not built")
    let wasm = try GuestProgram(.c, "hello").wasm()
    let run = try ProcessRun.run(
      "/bin/sh", ["-c", "\"$0\" \(words) \(output)", swasmc, wasm], directory: scratch.path)
    #expect(run.status == 1)
    #expect(run.errorText.contains("cannot"), "\(run.errorText)")
  }

  /// They have no end, and nothing of a module.

  @Test(arguments: ["/dev/zero", "/dev/full", "/dev/urandom"])
  func endlessDevicesAreRefused(path: String) throws {
    let scratch = try ScratchDirectory()
    for words in [[path, "-o", "out"], ["run", path], ["run", "--plug", path, path]] {
      let run = try runSwasmc(words, directory: scratch.path)
      #expect(run.status == 1)
      #expect(
        run.errorText.hasPrefix(path + ":0x0: error[E0105]: magic header not detected"),
        "\(run.errorText)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == [])
  }

  /// `ulimit -f` counts blocks of 512 bytes. The limit ends neither the compiler nor its linker by a signal.
  @Test(arguments: [
    "\"$0\" \"$1\" -o out", "\"$0\" \"$1\" -o - >out", "\"$0\" run --no-cache \"$1\"",
  ])
  func aLimitOfFileSizesIsReported(command: String) throws {
    let scratch = try ScratchDirectory()
    let wasm = try GuestProgram(.c, "hello").wasm()
    let swasmc = try #require(Workspace.current.swasmc, "swasmc is not built")
    let run = try ProcessRun.run(
      "/bin/sh", ["-c", "ulimit -f 8; \(command); echo status $? >&2", swasmc, wasm],
      directory: scratch.path)
    #expect(run.errorText.hasPrefix("swasmc: error[E0"), "\(run.errorText)")
    #expect(run.errorText.contains("File too large"), "\(run.errorText)")
    #expect(run.errorText.hasSuffix("status 1\n"), "\(run.errorText)")
  }

  /// A program gets an error too: WASI's number for EFBIG is 22.
  @Test(arguments: Hardening.allCases)
  func aProgramGetsALimitOfFileSizesAsAnError(hardening: Hardening) throws {
    let scratch = try ScratchDirectory()
    let program = try GuestProgram(.component, "streams").compiled()
    let run = try ProcessRun.run(
      "/bin/sh", ["-c", "ulimit -f 8; exec \"$0\" write >out", program],
      environment: hardening.environment, directory: scratch.path)
    #expect(run.errorText == "WASI errno 22\n")
    #expect(run.status == 1)
  }
}
