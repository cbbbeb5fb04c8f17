// A program that was compiled with --coredump leaves a file that tools of wasm read.

import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: GuestProgram.isBuildable(.c), "`make setup` installs the C toolchain"))
struct CoreDumpTests {
  private let traps = GuestProgram(.c, "traps")

  /// What wasm-tools reads in a dump: one line for each field.
  private func fields(of path: String) throws -> String {
    let tool = try Workspace.current.requiredTool("WASM_TOOLS")
    try ProcessRun.require(tool, ["validate", "--features", "all", path])
    return try ProcessRun.run(tool, ["dump", path]).outputText
  }

  @Test(arguments: ["-O0", "-O2"])
  func aTrapLeavesADump(_ level: String) throws {
    let scratch = try ScratchDirectory()
    let program = try traps.compiled([level, "--coredump", "app.core"])
    let run = try ProcessRun.run(program, ["divide"], directory: scratch.path)
    #expect(run.status == 134)
    let text = try fields(of: scratch.path + "/app.core")
    let frames = run.errorText.split(separator: "\n").count { $0.contains(/^  .* at 0x/) }
    #expect(frames > 3)
    #expect(text.components(separatedBy: "CoreDumpStackFrame {").count - 1 == frames, "\(text)")
    #expect(text.contains("memories: [0], globals: [0]"), "\(text)")
    #expect(text.contains("content_type: I32, mutable: false"), "\(text)")
    #expect(text.contains("memory64: false, shared: false, initial: 2"), "\(text)")
  }

  @Test func theOffsetsAreThoseOfTheBacktrace() throws {
    let scratch = try ScratchDirectory()
    let wat = """
      (module
        (memory 1) (memory i64 3) (global i64 (i64.const -7)) (global v128 (v128.const i64x2 1 2))
        (global f32 (f32.const 1.5)) (global f64 (f64.const -2)) (global funcref (ref.func 1))
        (func (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
        (func (export "_start")
          (i64.store 1 (i64.const 131072) (i64.const -1))
          (nop) (drop (call 0 (i32.const 0)))))
      """
    let wasm = try assembled(wat, in: scratch)
    let dump = scratch.path + "/m.core"
    let run = try runSwasmc(["run", "--coredump", dump, wasm])
    #expect(run.status == 134)
    let fields = try fields(of: dump)
    // Before the division: the count of locals, i32.const and local.get. Before the call: the count of locals, two
    // i64.const (4 and 2 bytes), a store of 4 bytes, nop and i32.const.
    #expect(fields.contains("funcidx: 0, codeoffset: 5,"), "\(fields)\(run.errorText)")
    #expect(fields.contains("funcidx: 1, codeoffset: 14,"), "\(fields)")
    #expect(fields.contains("memory64: true, shared: false, initial: 3"), "\(fields)")
    #expect(fields.contains("i64_const value:-7"), "\(fields)")
    #expect(fields.contains("data memory[1]"), "\(fields)")
    #expect(fields.contains("i64_const value:131072"), "\(fields)")
  }

  private func assembled(_ wat: String, in scratch: ScratchDirectory) throws -> String {
    let (text, wasm) = (scratch.path + "/m.wat", scratch.path + "/m.wasm")
    try wat.write(toFile: text, atomically: false, encoding: .utf8)
    try ProcessRun.require(
      try Workspace.current.requiredTool("WASM_TOOLS"), ["parse", text, "-o", wasm])
    return wasm
  }

  /// Reading the pages that nobody touched would take minutes.
  @Test(arguments: ["on", "off"])
  func aSparseMemoryOf64GiBIsDumped(harden: String) throws {
    let scratch = try ScratchDirectory()
    let wasm = try assembled(
      """
      (module (memory i64 1048576)
        (func (export "_start")
          (i64.store (i64.const 68719476728) (i64.const 77))
          (i64.store (i64.const 30000000000) (i64.const 77))
          unreachable))
      """, in: scratch)
    let program = scratch.path + "/m"
    #expect(try runSwasmc(["--coredump", "", wasm, "-o", program]).status == 0)
    let run = try ProcessRun.run(
      program, [], environment: ["SWASM_COREDUMP": "core", "SWASM_HARDEN": harden],
      directory: scratch.path, seconds: 40)
    #expect(run.status == 134, "\(run.errorText)")
    let fields = try fields(of: scratch.path + "/core")
    #expect(fields.contains("initial: 1048576"), "\(fields)")
    #expect(fields.contains("i64_const value:29999996928"), "\(fields)")
    #expect(fields.contains("i64_const value:68719472640"), "\(fields)")
    #expect(fields.components(separatedBy: "i64_const value:").count == 3, "\(fields)")
  }

  /// strace makes each write take longer than a second.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/strace")))
  func theTimeLimitEndsADumpThatTakesTooLong() throws {
    let scratch = try ScratchDirectory()
    let pages = (0..<40).map { "(i32.store (i32.const \($0 * 8192)) (i32.const 1))" }
    let wasm = try assembled(
      "(module (memory 10) (func (export \"_start\") \(pages.joined()) (loop br 0)))", in: scratch)
    let program = scratch.path + "/m"
    #expect(
      try runSwasmc(["--coredump", "core", "--timeout", "100ms", wasm, "-o", program]).status == 0)
    let run = try ProcessRun.run(
      "/usr/bin/strace",
      ["-o", "/dev/null", "-e", "inject=write:delay_enter=1500000:when=3+", "--", program],
      directory: scratch.path, seconds: 50)
    #expect(run.status == 134)
    #expect(
      run.errorText.contains("was not complete 10 s after the time limit"), "\(run.errorText)")
  }

  @Test func theVariableChoosesTheFile() throws {
    let scratch = try ScratchDirectory()
    let program = try traps.compiled(["--coredump", ""])
    let environment = ["SWASM_COREDUMP": "chosen"]
    _ = try ProcessRun.run(program, ["divide"], directory: scratch.path)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == [])
    _ = try ProcessRun.run(
      program, ["divide"], environment: environment, directory: scratch.path)
    #expect(try fields(of: scratch.path + "/chosen").contains("corestack"))
    let absent = try ProcessRun.run(program, ["divide"], environment: ["SWASM_COREDUMP": "/no/x"])
    #expect(absent.status == 1)
    #expect(absent.errorText.contains("the core dump cannot be written"))
    let sealed = try traps.compiled(["--coredump", "", "--sealed"])
    _ = try ProcessRun.run(
      sealed, ["divide"], environment: ["SWASM_COREDUMP": "other"], directory: scratch.path)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["chosen"])
  }

  @Test func otherProgramsSayWhatTheVariableNeeds() throws {
    let run = try ProcessRun.run(
      GuestProgram(.c, "hello").compiled(), [], environment: ["SWASM_COREDUMP": "x"])
    #expect(run.status == 1)
    #expect(
      run.errorText.hasSuffix(
        "error[E1002]: SWASM_COREDUMP needs a program compiled with --coredump\n"),
      "\(run.errorText)")
  }

  @Test func hardenedProgramsWriteItToo() throws {
    let scratch = try ScratchDirectory()
    let program = try traps.compiled(["--coredump", "app.core", "--harden", "require"])
    let run = try ProcessRun.run(program, ["memory"], directory: scratch.path)
    #expect(run.status == 134 || run.errorText.contains("refuses"), "\(run.errorText)")
    if run.status == 134 {
      #expect(try fields(of: scratch.path + "/app.core").contains("corestack"))
    }
  }
}
