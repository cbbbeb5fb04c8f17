// The compiler as a program: what it prints, its exit status, and what it leaves behind.

import Glibc
import System
import Testing

@testable import Driver

@Suite struct BuiltCompilerTests {
  private let compiler: HostString = "\(Installation.current().executableDirectory)/swasmc"

  private func swasmc(_ arguments: HostString...) throws -> ToolResult {
    try runTool(compiler, arguments)
  }

  @Test func versionIsPrinted() throws {
    let result = try swasmc("--version")
    #expect(result.status == 0)
    #expect(String(decoding: result.output, as: UTF8.self) == "swasmc \(swasmcVersion)\n")
  }

  @Test func helpNamesBothWaysToUseIt() throws {
    let text = String(decoding: try swasmc("--help").output, as: UTF8.self)
    #expect(text.contains("swasmc app.wasm -o app"))
    #expect(text.contains("swasmc run --dir . app.wasm"))
    #expect(try swasmc("run", "--help").status == 0)
  }

  @Test func mistakesOnTheCommandLineEndWith64() throws {
    #expect(try swasmc("--bogus", "x.wasm").status == 64)
    #expect(try swasmc("run").status == 64)
  }

  @Test func anInvalidModuleEndsWith1AndLeavesNothing() throws {
    let scratch = try Scratch()
    let input = try scratch.write("bad.wasm", [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0xff])
    let result = try swasmc(input, "-o", scratch.file("app"))
    #expect(result.status == 1)
    #expect(result.diagnostics.hasPrefix("\(input):0x9: error[E0101]: "))
    #expect(result.diagnostics.split(separator: "\n").count == 1)
    #expect(try scratch.list() == ["bad.wasm"])
  }

  @Test func aFailureKeepsTheOldOutput() throws {
    let scratch = try Scratch()
    let input = try scratch.write("bad.wasm", Array("(module)".utf8))
    try scratch.write("app", [42])
    #expect(try swasmc(input, "-o", scratch.file("app")).status == 1)
    #expect(try scratch.read("app") == [42])
    #expect(try scratch.list() == ["app", "bad.wasm"])
  }

  @Test func aMissingFileIsNamed() throws {
    let result = try swasmc("run", "/no/such.wasm")
    #expect(result.status == 1)
    #expect(
      result.diagnostics
        == "swasmc: error[E0201]: cannot read /no/such.wasm: No such file or directory\n")
  }

  /// Sends a signal to a compiler that waits for its input; the shell's status is the compiler's.
  private func signalWhileReading(_ signal: String) throws -> ToolResult {
    let scratch = try Scratch()
    mkfifo(scratch.file("module.wasm").description, 0o600)
    let script = """
      '\(compiler)' -o '\(scratch.file("app"))' '\(scratch.file("module.wasm"))' &
      exec 3>'\(scratch.file("module.wasm"))'
      kill -\(signal) $!
      wait $!
      """
    let result = try runTool("/bin/sh", ["-c", script])
    #expect(try scratch.list() == ["module.wasm"])
    return result
  }

  @Test func aCrashIsAnInternalErrorThatNamesThePhase() throws {
    let result = try signalWhileReading("ABRT")
    #expect(result.status == 70)
    #expect(
      result.diagnostics.contains(
        "swasmc: error[E0901]: internal error: crashed while starting: signal 6\n"))
  }

  @Test func aSignalThatEndsTheCompilerLeavesNothing() throws {
    #expect(try signalWhileReading("TERM").status == 128 + 15)
  }

  @Test func interruptedComparisonEndsTheEngineAndLeavesNothing() throws {
    let scratch = try Scratch()
    // Exports a memory and a `_start` that does nothing.
    let module: [UInt8] =
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1, 7, 19, 2]
      + [6] + Array("memory".utf8) + [2, 0, 6] + Array("_start".utf8) + [0, 0]
      + [10, 4, 1, 2, 0, 0x0b]
    let input = try scratch.write("app.wasm", module)
    // An engine that interrupts the process that started it. It answers `--version`, so the comparison reaches its run.
    let engine = """
      #!/bin/sh
      [ "$1" = --version ] && exit 0
      echo $$ > '\(scratch.file("engine"))'
      ls "$TMPDIR" > '\(scratch.file("seen"))'
      kill -INT $PPID
      sleep 1000
      """
    try scratch.write("wasm3", Array(engine.utf8), mode: 0o755)
    mkdir(scratch.file("tmp").description, 0o700)
    let script = """
      TMPDIR='\(scratch.file("tmp"))' PATH='\(scratch.path)':$PATH \
        '\(compiler)' bench --engines wasm3 '\(input)'
      status=$?
      if kill -0 $(cat '\(scratch.file("engine"))') 2>/dev/null; then echo the engine is still there; fi
      ls -A '\(scratch.file("tmp"))'
      exit $status
      """
    let result = try runTool("/bin/sh", ["-c", script])
    #expect(result.status == 128 + 2, "\(result.diagnostics)")
    #expect(result.output == [])
    #expect(try scratch.read("seen") != [])
  }

  // MARK: Looking on

  @Test func stepsAndTheLinkCommandAreShown() throws {
    let scratch = try Scratch()
    let input = try scratch.write("app.wasm", TinyModule(exports: ["_start"]).bytes)
    let result = try swasmc("--verbose", input, "-o", scratch.file("app"))
    #expect(result.status == 0)
    let lines = result.diagnostics.split(separator: "\n").map(String.init)
    let steps = [
      "decoding the module", "validating the module", "linking the module's imports",
      "dividing the module", "lowering", "optimising", "checking isolation", "emitting code",
      "linking",
    ]
    var rest = lines[...]
    for step in steps {
      let place = rest.firstIndex { $0.hasPrefix("swasmc: \(step)") }
      #expect(place != nil, "\(step) is not in \(lines)")
      if let place { rest = rest[(place + 1)...] }
    }
    #expect(rest.count == 1 && rest.first?.contains(" -m elf_") == true, "\(rest)")
    #expect(rest.first?.hasSuffix("libswasm_rt.a") == true, "\(rest)")
  }

  @Test func whatIsLinkedIsKept() throws {
    let scratch = try Scratch()
    let input = try scratch.write("app.wasm", TinyModule(exports: ["_start"]).bytes)
    let output = scratch.file("app")
    let result = try runTool(
      "/usr/bin/env",
      ["TMPDIR=\(scratch.path)", compiler, "--strip", "--keep-temps", input, "-o", output])
    #expect(result.status == 0)
    let prefix = "swasmc: note: what was linked is in "
    #expect(result.diagnostics.hasPrefix(prefix))
    let kept = String(result.diagnostics.dropFirst(prefix.count).dropLast())
    #expect(kept.hasPrefix("\(scratch.path)/swasmc-temps-"))
    #expect(try runTool("/bin/sh", [HostString("\(kept)/link.sh")]).status == 0)
    #expect(try runTool("/usr/bin/cmp", [output, HostString("\(kept)/output")]).status == 0)
  }
}
