// A program that was initialised when it was compiled does what one does that initialises itself, without doing it.

import Foundation
import Targets
import TestSupport
import Testing

@Suite(.enabled(if: GuestProgram.isBuildable(.c), "`make setup` installs the C toolchain"))
struct PreinitTests {
  private let program = GuestProgram(.c, "warm", model: .reactor)

  /// The run of `run(1234)` in a program that was compiled with these options.
  private func run(_ options: [String], on target: Target = .host) throws -> ProcessRun {
    let path = try program.compiled(["--invoke", "run"] + options, for: target)
    let command = try target.command(path, ["1234"])
    return try ProcessRun.run(command[0], Array(command.dropFirst()))
  }

  @Test(arguments: ["-O0", "-O2"])
  func aWarmProgramHasTheSameResults(_ level: String) throws {
    let cold = try run([level])
    let warm = try run([level, "--preinit=prepare"])
    #expect(cold.status == 0)
    #expect(cold.outputText.hasSuffix(" 7 no file\n1235\n"), "\(cold.outputText)")
    #expect(warm.outputText == cold.outputText)
    #expect(warm.status == 0)
    #expect(warm.errorText == "")
  }

  @Test func explicitBoundsChecksAndOtherMachinesAreWarmToo() throws {
    let cold = try run([])
    #expect(
      try run(["--preinit=prepare", "--bounds-checks", "explicit"]).outputText == cold.outputText)
    for target in Target.all where target != .host && target.emulator != nil {
      #expect(
        try run(["--preinit=prepare"], on: target).outputText == cold.outputText, "\(target)")
    }
  }

  @Test func theInitialiserHasGrantsOfItsOwn() throws {
    let scratch = try ScratchDirectory()
    try "good morning\n".write(
      toFile: scratch.path + "/greeting", atomically: false, encoding: .utf8)
    let output = scratch.path + "/warm"
    let compiled = try runSwasmc([
      try program.wasm(), "--preinit=prepare", "--preinit-dir", scratch.path + "::/data:ro",
      "--preinit-env", "TRIPLE=1", "--invoke", "run", "-o", output,
    ])
    #expect(compiled.status == 0, "\(compiled.errorText)")
    let warm = try ProcessRun.run(output, ["5"])
    #expect(warm.outputText.hasSuffix(" 7 good morning\n\n15\n"), "\(warm.outputText)")
    // The environment of the compiler is not the initialiser's.
    let other = try runSwasmc(
      [try program.wasm(), "--preinit=prepare", "--invoke", "run", "-o", output],
      environment: ["TRIPLE": "1", "SWASM_ENV": "TRIPLE", "SWASM_DIR": scratch.path + "::/data"])
    #expect(other.status == 0, "\(other.errorText)")
    #expect(try ProcessRun.run(output, ["5"]).outputText.hasSuffix(" 7 no file\n6\n"))
  }

  @Test(arguments: [
    (["--preinit=fail"], "it ended with status 134"),
    (["--preinit=leave"], "it ended with status 0"),
    (["--preinit=absent"], "exports no function \"absent\""),
    (["--preinit=run"], "has parameters"),
    (["--preinit", "--cache"], "cannot be used together"),
    (["--preinit-dir", "."], "need --preinit"),
    (["--preinit=prepare", "--preinit-dir", "absent"], "cannot use --preinit-dir absent"),
    (["--preinit="], "needs the name of an export"),
  ])
  func whatCannotBeInitialisedIsRefused(_ options: [String], _ reason: String) throws {
    let scratch = try ScratchDirectory()
    let output = scratch.path + "/out"
    let run = try runSwasmc([try program.wasm(), "--invoke", "run", "-o", output] + options)
    #expect(run.status == 1 || run.status == 64)
    #expect(run.errorText.contains(reason), "\(run.errorText)")
    #expect(!FileManager.default.fileExists(atPath: output))
  }

  /// The initialiser has our pipe, which has an end only when it has ended, too.
  @Test func theInitialiserEndsWithTheCompiler() throws {
    let scratch = try ScratchDirectory()
    let swasmc = try #require(Workspace.current.swasmc, "swasmc is not built")
    let compiler = Process()
    let pipe = Pipe()
    compiler.executableURL = URL(fileURLWithPath: swasmc)
    compiler.arguments = [
      try program.wasm(), "--preinit=hang", "--invoke", "run", "-o", scratch.path + "/out",
    ]
    compiler.standardError = pipe
    try compiler.run()
    #expect(pipe.fileHandleForReading.readData(ofLength: 5) == Data("ready".utf8))
    kill(compiler.processIdentifier, SIGKILL)
    #expect(pipe.fileHandleForReading.readDataToEndOfFile() == Data())
    compiler.waitUntilExit()
  }

  @Test func aResultOfTheInitialiserIsShown() throws {
    let scratch = try ScratchDirectory()
    let run = try runSwasmc([
      try program.wasm(), "--preinit=number", "--invoke", "run", "-o", scratch.path + "/out",
    ])
    #expect(run.status == 0)
    #expect(run.errorText.contains("the initialiser number returned 5"), "\(run.errorText)")
  }

  @Test func theSameModuleMakesTheSameBytes() throws {
    let scratch = try ScratchDirectory()
    let files = try (0..<2).map { number -> Data in
      let output = "\(scratch.path)/\(number)"
      let run = try runSwasmc([
        try program.wasm(), "--preinit=prepare", "--invoke", "run", "-o", output,
      ])
      #expect(run.status == 0, "\(run.errorText)")
      return try Data(contentsOf: URL(fileURLWithPath: output))
    }
    #expect(files[0] == files[1])
  }

  /// Every kind of state: globals of all types, tables that grew and changed, memories that grew, dropped segments.
  private static let module = """
    (module
      (type $t (func (result i32)))
      (memory 1 10)
      (memory $second i64 1)
      (table $t0 4 20 funcref)
      (table $t1 2 (ref null $t))
      (global $a (mut i32) (i32.const 1))
      (global $b (mut i64) (i64.const 1))
      (global $c (mut f32) (f32.const 1))
      (global $d (mut f64) (f64.const 1))
      (global $e (mut v128) (v128.const i64x2 1 2))
      (global $f (mut funcref) (ref.null func))
      (global $g (mut funcref) (ref.func $one))
      (global $h i32 (i32.const 77))
      (global $x (mut externref) (ref.null extern))
      (elem (table $t0) (i32.const 1) func $one $two)
      (elem $passive func $two)
      (elem declare func $three)
      (data (i32.const 8) "active")
      (data $kept "kept")
      (data $dropped "gone")
      (func $one (type $t) (i32.const 1))
      (func $two (type $t) (i32.const 2))
      (func $three (type $t) (i32.const 3))
      (func (export "_initialize")
        (global.set $a (i32.const -5))
        (global.set $b (i64.const -6000000000))
        (global.set $c (f32.const nan:0x200001))
        (global.set $d (f64.const -0))
        (global.set $e (v128.const i64x2 -1 3))
        (global.set $f (ref.func $three))
        (global.set $g (ref.null func))
        (drop (memory.grow (i32.const 2)))
        (i32.store (i32.const 196600) (i32.const 0x01020304))
        (i64.store $second (i64.const 65528) (i64.const -2))
        (memory.init $dropped (i32.const 100) (i32.const 0) (i32.const 4))
        (data.drop $dropped)
        (drop (table.grow $t0 (ref.func $three) (i32.const 3)))
        (table.set $t0 (i32.const 1) (ref.null func))
        (table.set $t1 (i32.const 1) (ref.func $two))
        (table.init $t0 $passive (i32.const 0) (i32.const 0) (i32.const 1))
        (elem.drop $passive))
      (func (export "run") (result i32 i64 i32 i64 i64 i64 i32 i32 i32)
        (global.get $a) (global.get $b) (i32.reinterpret_f32 (global.get $c))
        (i64.reinterpret_f64 (global.get $d)) (i64x2.extract_lane 0 (global.get $e))
        (i64x2.extract_lane 1 (global.get $e))
        (ref.is_null (global.get $f)) (ref.is_null (global.get $g)) (global.get $h))
      (func (export "memories") (result i32 i32 i64 i32 i32)
        (memory.size) (i32.load (i32.const 196600)) (i64.load $second (i64.const 65528))
        (i32.load (i32.const 8)) (i32.load (i32.const 100)))
      (func (export "tables") (result i32 i32 i32 i32 i32)
        (table.size $t0) (call_indirect $t0 (type $t) (i32.const 0))
        (ref.is_null (table.get $t0 (i32.const 1)))
        (call_indirect $t0 (type $t) (i32.const 6))
        (call_indirect $t1 (type $t) (i32.const 1)))
      (func (export "kept") (result i32)
        (memory.init $kept (i32.const 0) (i32.const 0) (i32.const 4)) (i32.load (i32.const 0)))
      (func (export "dropped") (memory.init $dropped (i32.const 0) (i32.const 0) (i32.const 1)))
      (func (export "passive")
        (table.init $t0 $passive (i32.const 0) (i32.const 0) (i32.const 1))))
    """

  private func assembled(_ module: String, _ scratch: ScratchDirectory) throws -> String {
    let (text, wasm) = (scratch.path + "/m.wat", scratch.path + "/m.wasm")
    try module.write(toFile: text, atomically: false, encoding: .utf8)
    try ProcessRun.require(
      try Workspace.current.requiredTool("WASM_TOOLS"), ["parse", text, "-o", wasm])
    return wasm
  }

  /// Tables without null, tables that are nearly all one function or all null, memories with many distant bytes, and
  /// exports that only have the names of initialisers.
  private static let unusual = """
    (module
      (import "wasi_snapshot_preview1" "proc_raise" (func $raise (param i32) (result i32)))
      (type $t (func (result i32)))
      (memory (export "wizer.resume") 4000)
      (table $full 3 (ref func) (ref.func $one))
      (table $many 100000 funcref (ref.func $one))
      (table $none 100000 funcref (ref.func $one))
      (global $stopped (mut i32) (i32.const 0))
      (global (export "_initialize") i32 (i32.const 0))
      (global $gone (mut funcref) (ref.func $two))
      (func $one (type $t) (i32.const 1))
      (func $two (type $t) (i32.const 2))
      (func (export "wizer.initialize") (local $i i32)
        (table.set $full (i32.const 1) (ref.func $two))
        (loop $again
          (i32.store8 (i32.mul (local.get $i) (i32.const 10000)) (i32.const 7))
          (table.set $many (i32.mul (local.get $i) (i32.const 3)) (ref.null func))
          (br_if $again (i32.lt_u
            (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 25000))))
        (global.set $gone (ref.null func))
        (table.fill $none (i32.const 0) (ref.null func) (i32.const 100000))
        (table.set $none (i32.const 70000) (ref.func $two))
        (global.set $stopped (call $raise (i32.const 18))))
      (func (export "run") (result i32) (local $i i32) (local $sum i32)
        (loop $again
          (local.set $sum (i32.add (local.get $sum) (i32.add
            (i32.load8_u (i32.mul (local.get $i) (i32.const 10000)))
            (ref.is_null (table.get $many (i32.add (local.get $i) (i32.const 1)))))))
          (local.set $sum (i32.add (local.get $sum)
            (ref.is_null (table.get $none (local.get $i)))))
          (br_if $again (i32.lt_u
            (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 25000))))
        (table.set $full (i32.const 1) (ref.func $two))
        (i32.add (i32.mul (global.get $stopped) (i32.const 1000000))
          (i32.add (local.get $sum) (i32.add
            (call_indirect $full (type $t) (i32.const 1))
            (call_indirect $none (type $t) (i32.const 70000)))))))
    """

  @Test func unusualStatesAreKept() throws {
    let scratch = try ScratchDirectory()
    let wasm = try assembled(Self.unusual, scratch)
    let output = scratch.path + "/out"
    let compiled = try runSwasmc([wasm, "--invoke", "run", "--preinit", "-o", output])
    #expect(compiled.status == 0, "\(compiled.errorText)")
    #expect(compiled.errorText == "")
    // proc_raise: ENOTSUP. 25,000 times 7; 8,333 of the first 25,000 elements and all of the last table are null.
    #expect(try ProcessRun.run(output, []).outputText == "\(58_000_000 + 175_000 + 33_333 + 4)\n")
  }

  @Test func theInitialiserHasTheSeedOfADeterministicProgram() throws {
    let random = GuestProgram(.c, "warm", model: .reactor)
    let scratch = try ScratchDirectory()
    let outputs = try (0..<2).map { number -> Data in
      let output = "\(scratch.path)/\(number)"
      let run = try runSwasmc([
        try random.wasm(), "--preinit=draw", "--deterministic", "5", "--invoke", "run", "-o",
        output,
      ])
      #expect(run.status == 0, "\(run.errorText)")
      return try Data(contentsOf: URL(fileURLWithPath: output))
    }
    #expect(outputs[0] == outputs[1])
  }

  @Test(arguments: ["run", "memories", "tables", "kept", "dropped", "passive"])
  func allStateIsKept(_ export: String) throws {
    let scratch = try ScratchDirectory()
    let wasm = try assembled(Self.module, scratch)
    var runs: [ProcessRun] = []
    for options in [[], ["--preinit"]] {
      let output = scratch.path + "/out"
      let compiled = try runSwasmc([wasm, "--invoke", export, "-o", output] + options)
      #expect(compiled.status == 0, "\(compiled.errorText)")
      runs.append(try ProcessRun.run(output, []))
    }
    #expect(runs[0].outputText == runs[1].outputText)
    #expect(runs[0].status == runs[1].status)
    #expect(runs[0].errorText == runs[1].errorText)
    #expect(runs[0].status == (["dropped", "passive"].contains(export) ? 134 : 0))
  }
}
