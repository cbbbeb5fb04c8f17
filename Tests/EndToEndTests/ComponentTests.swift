// Components that use WASI 0.2, as a user sees them. They are written in C with bindings of our own.

import Foundation
import TestSupport
import Testing

private let workspace = Workspace.current
private let needed: Comment = "needs clang, wasm-tools (`make setup`) and ../shared/wit"

private func run(_ name: String, _ arguments: [String], input: String = "", options: [String] = [])
  throws -> ProcessRun
{
  let program = try GuestProgram(.component, name).compiled(options)
  return try runInScratch(program, Invocation(arguments: arguments, input: input)).run
}

/// Runs a shell command in which `$1` is the program.
private func shell(_ command: String, _ name: String) throws -> ProcessRun {
  let program = try GuestProgram(.component, name).compiled()
  return try ProcessRun.run("/bin/sh", ["-c", command, "sh", program])
}

@Suite(.enabled(if: GuestProgram.isBuildable(.component), needed))
struct ComponentTests {
  @Test(arguments: [["-O0"], ["-O2"], ["--bounds-checks", "explicit"]])
  func hello(options: [String]) throws {
    let result = try run("hello", [], options: options)
    #expect(result.outputText == "Hello from a component!\n")
    #expect(result.errorText == "")
    #expect(result.status == 0)
  }

  @Test func helloIsSmall() throws {
    let program = try GuestProgram(.component, "hello").compiled(["--strip"])
    let bytes = try Data(contentsOf: URL(fileURLWithPath: program)).count
    #expect(bytes <= 48 << 10)
  }

  /// Nothing of the file system is in a program that does not import it, so its filter refuses to open files.
  @Test func helloContainsOnlyWhatItUses() throws {
    let scratch = try ScratchDirectory()
    let object = scratch.path + "/hello.o"
    let built = try runSwasmc(
      [try GuestProgram(.component, "hello").wasm(), "-O0", "--emit", "obj", "-o", object])
    #expect(built.status == 0, "\(built.errorText)")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: object))
    #expect(bytes.range(of: Data("swasm_wasi_fd_write".utf8)) != nil)
    for call in [
      "path_open", "fd_pwrite", "fd_fdstat_set_flags", "fd_readdir", "random_get", "environ_get",
      "sock_accept", "fd_read",
    ] {
      #expect(bytes.range(of: Data("swasm_wasi_\(call)\0".utf8)) == nil, "\(call) is linked")
    }
  }

  // MARK: Arguments and the end

  @Test func argumentsAndEnvironment() throws {
    let program = try GuestProgram(.component, "streams").compiled(["--env", "A=1", "--env", "B=="])
    let result = try ProcessRun.run(program, ["environment", "ü", ""], environment: [:])
    let lines = result.outputText.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.prefix(2) == ["A is 1", "B is ="])
    #expect(lines.dropFirst(3) == ["argument environment", "argument ü", "argument ", ""])
  }

  @Test func bytesThatAreNotTextAreReplaced() throws {
    let result = try shell(#"exec "$1" "$(printf 'a\377b')""#, "streams")
    #expect(result.outputText.hasSuffix("argument a\u{fffd}b\n"))
  }

  @Test(arguments: [("fail", 1), ("exit-ok", 0), ("exit-error", 1)])
  func status(argument: String, status: Int32) throws {
    #expect(try run("streams", [argument]).status == status)
  }

  // MARK: Streams

  private static let text = String(repeating: "some words of input\n", count: 20000) + "no newline"

  @Test(arguments: ["copy", "splice"])
  func inputIsCopied(how: String) throws {
    let result = try run("streams", [how], input: Self.text)
    #expect(result.outputText == Self.text)
    #expect(result.status == 0)
  }

  @Test func inputIsSkipped() throws {
    let result = try run("streams", ["skip"], input: Self.text)
    #expect(result.outputText == "skipped 1\nthen \(Self.text.utf8.count - 1)\n")
  }

  /// The standard output is a pipe in non-blocking mode, whose other end reads small pieces.
  @Test func nothingIsLostInASlowPipe() throws {
    let reader =
      "import os,sys,fcntl,subprocess,select\n"
      + "r,w=os.pipe(); os.set_blocking(w,False)\n"
      + "p=subprocess.Popen([sys.argv[1],'write'],stdout=w); os.close(w)\n"
      + "n=0\n"
      + "while True:\n  select.select([r],[],[],0.001); b=os.read(r,1000)\n"
      + "  if not b: break\n  n+=len(b)\n"
      + "print(n,p.wait())\n"
    let program = try GuestProgram(.component, "streams").compiled()
    let result = try ProcessRun.run("/usr/bin/env", ["python3", "-c", reader, program])
    #expect(result.outputText == "300000 0\n", "\(result.errorText)")
  }

  /// WASI's numbers of errors: 51 for a full disk, 64 for a broken pipe, 8 for a closed descriptor.
  @Test(arguments: [
    ("\"$1\" write >/dev/full", "51"), ("{ \"$1\" write; echo $? >&2; } | true", "64"),
    ("\"$1\" write >&-", "8"),
  ])
  func lostOutputIsAnError(command: String, errno: String) throws {
    let result = try shell(command, "streams")
    #expect(result.errorText.hasPrefix("WASI errno \(errno)\n"))
    #expect(result.status == 1 || result.errorText.hasSuffix("\n1\n"))
  }

  @Test func zeros() throws {
    let result = try run("streams", ["zeros"])
    #expect(result.output == [UInt8](repeating: 0, count: 8))
  }

  @Test func pollsReadyInput() throws {
    let result = try run("streams", ["poll"], input: "x")
    #expect(result.outputText == "read 1\ninput ready 1\nready 1\nfirst 0\nready 2\n")
  }

  @Test func pollsAnInputThatStaysOpen() throws {
    let result = try shell("{ read line; } 2>/dev/null <&0; sleep 1 | \"$1\" poll", "streams")
    #expect(result.outputText == "read 0\ninput ready 0\nready 1\nfirst 1\nready 2\n")
  }

  @Test(arguments: [("too-much", "p2_blocking_write_and_flush"), ("poll-nothing", "p2_poll")])
  func misuseIsATrap(argument: String, function: String) throws {
    let result = try run("streams", [argument])
    #expect(result.errorText.contains("wasm trap: unreachable in \(function)"))
    #expect(result.status == 134)
  }

  @Test func clocksAndRandomNumbers() throws {
    #expect(
      try run("streams", ["times"]).outputText
        == "wall 1\nwall resolution 1\nwaited 1\nready 1\nresolution 1\nnever 0\n")
    #expect(
      try run("streams", ["random"]).outputText
        == "bytes 100000\nmean 1\nnumbers differ 1\nseed 1\n")
  }

  @Test func objectsStayWhileValuesComeAndGo() throws {
    #expect(try run("streams", ["many"]).outputText == "wrong 0\nbytes 1\n")
  }

  @Test func filesAndPipesAreNoTerminals() throws {
    #expect(try shell("\"$1\" terminals </dev/null", "streams").outputText == "stdin 0\nstdout 0\n")
  }

  // MARK: Libraries and unknown imports

  /// Writes a component that imports an interface with one function, and calls it in its export `f`.
  private func library(_ interface: String, _ name: String, _ type: String, in directory: String)
    throws -> String
  {
    let (text, path) = (directory + "/library.wat", directory + "/library.wasm")
    try """
    (component
      (import "\(interface)" (instance $i (export "\(name)" (func \(type)))))
      (core func $f (canon lower (func $i "\(name)")))
      (core module $m (import "" "f" (func $f (result i64)))
        (func (export "f") (result i32) (i64.ne (call $f) (i64.const 0))))
      (core instance $c (instantiate $m (with "" (instance (export "f" (func $f))))))
      (func (export "f") (result bool) (canon lift (core func $c "f"))))
    """.write(toFile: text, atomically: false, encoding: .utf8)
    try ProcessRun.require(try workspace.requiredTool("WASM_TOOLS"), ["parse", text, "-o", path])
    return path
  }

  @Test func exportsOfComponentsThatUseWASICanBeCalled() throws {
    let scratch = try ScratchDirectory()
    let path = try library(
      "wasi:clocks/monotonic-clock@0.2.3", "now", "(result u64)", in: scratch.path)
    let result = try runSwasmc(["run", "--invoke", "f()", path])
    #expect(result.outputText == "true\n", "\(result.errorText)")
  }

  @Test func anUnknownInterfaceIsNamed() throws {
    let scratch = try ScratchDirectory()
    let path = try library(
      "wasi:keyvalue/store@0.2.0-draft", "open", "(result u64)", in: scratch.path)
    let refused = try runSwasmc(["run", "--invoke", "f()", path])
    #expect(
      refused.errorText.contains(
        "library.wasm imports wasi:keyvalue/store@0.2.0-draft, which nothing provides; "
          + "provide it with --plug FILE, or let its calls trap with --unknown-imports trap\n  it uses open\n"
      ))
    #expect(refused.status == 1)
    let trap = try runSwasmc(["run", "--invoke", "f()", "--unknown-imports", "trap", path])
    #expect(trap.errorText.contains("wasi:keyvalue/store@0.2.0-draft"))
    #expect(trap.status == 134)
  }

  // MARK: Files

  @Test(arguments: Hardening.allCases)
  func files(hardening: Hardening) throws {
    let program = try GuestProgram(.component, "files").compiled(["--dir", ".::/data"])
    var invocation = Invocation()
    invocation.environment = hardening.environment
    let result = try runInScratch(program, invocation)
    let wanted = try String(
      contentsOfFile: workspace.root + "/Tests/programs/component/files.txt", encoding: .utf8)
    #expect(result.run.outputText == wanted)
    #expect(result.run.errorText == "")
    #expect(result.run.status == 0)
    #expect(result.files == ["a.txt"])
  }

  /// A stream that outlives its descriptor has nothing to do with the file that is opened after it.
  @Test(arguments: Hardening.allCases)
  func streamsKeepTheirFile(hardening: Hardening) throws {
    let program = try GuestProgram(.component, "children").compiled(["--dir", ".::/data"])
    var invocation = Invocation()
    invocation.environment = hardening.environment
    let run = try runInScratch(program, invocation).run
    #expect(
      run.outputText == "read first\nwrote FIRST\nand left second\nfound in-one\n",
      "\(run.errorText)")
    #expect(run.status == 0)
  }

  /// A plug is linked before the component that makes streams of files, and works with these streams at their places.
  @Test(arguments: ["-O0", "-O2"]) func aPlugUsesStreamsOfFiles(level: String) throws {
    let sources = Workspace.current.root + "/Tests/programs/component/"
    let package = try String(contentsOfFile: sources + "streams_between.wit", encoding: .utf8)
    let scratch = try ScratchDirectory()
    let (owner, user) = (scratch.path + "/owner.wasm", scratch.path + "/user.wasm")
    try WITInterfaces.component(
      fromC: sources + "stream_owner.c", .init("stream-owner", package: package), to: owner)
    try WITInterfaces.component(
      fromC: sources + "stream_user.c", .init("stream-user", package: package), to: user)
    let files = scratch.path + "/files"
    try FileManager.default.createDirectory(
      atPath: files, withIntermediateDirectories: false)
    try "0123456789abcdefghijklmnop".write(
      toFile: files + "/data", atomically: false, encoding: .utf8)
    let run = try runSwasmc(
      ["run", "--no-cache", level, "--dir", files + "::.", "--plug", user, owner])
    #expect(run.errorText == "")
    #expect(run.outputText == "34567")
    #expect(
      try String(contentsOfFile: files + "/data", encoding: .utf8)
        == "0123456789abcdefghijXYZnopXYZ")
  }

  @Test func aReadOnlyGrantStaysReadOnly() throws {
    let program = try GuestProgram(.component, "files").compiled(["--dir", ".::/data:ro"])
    let result = try runInScratch(program, Invocation())
    #expect(result.run.outputText.hasPrefix("directories 1\n/data\nopen a.txt fails 33\n"))
    #expect(result.files == [])
  }

  @Test func withoutGrantsThereAreNoDirectories() throws {
    #expect(try run("files", []).outputText == "directories 0\ndone\n")
  }
}
