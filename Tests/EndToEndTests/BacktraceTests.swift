// A trap shows the guest's call stack: the functions, the innermost first, also those that were inlined.

import Foundation
import Targets
import TestSupport
import Testing

private let workspace = Workspace.current

/// The names of the functions that a message shows, the innermost first.
private func functions(_ run: ProcessRun) -> [String] {
  run.errorText.split(separator: "\n").filter { $0.contains(/^  .*( at 0x|\.\.\.)/) }.map { line in
    let text = line.drop { $0 == " " || $0.isNumber || $0 == ":" }
    return String(text.split(separator: " at 0x")[0])
  }
}

/// Whether these names come in this order, with no others between them.
private func contains(_ names: [String], _ part: [String]) -> Bool {
  names.indices.contains { names[$0...].starts(with: part) }
}

@Suite(.enabled(if: GuestProgram.isBuildable(.c), "`make setup` installs the C toolchain"))
struct BacktraceTests {
  private static let outermost = ["main", "__main_void"]

  @Test(arguments: [
    ("unreachable", "reach_unreachable"), ("divide", "divide"), ("memory", "read_far_away"),
    ("call", "call_wrong_type"),
  ])
  func callersAreShown(argument: String, function: String) throws {
    for options in [["-O0"], ["-O2"], ["-O3"], ["--bounds-checks", "explicit"]] {
      let run = try ProcessRun.run(GuestProgram(.c, "traps").compiled(options), [argument])
      #expect(run.status == 134)
      let names = functions(run)
      #expect(names.starts(with: [function] + Self.outermost), "\(options): \(run.errorText)")
      #expect(names.contains("_start"), "\(options): \(run.errorText)")
      #expect(!run.errorText.contains("compiler"), "\(options): \(run.errorText)")
    }
  }

  @Test(arguments: ["-O0", "-O2"])
  func deepRecursionIsCut(level: String) throws {
    let program = try GuestProgram(.c, "traps").compiled([level])
    let run = try ProcessRun.run(program, ["recurse"])
    #expect(run.status == 134)
    let names = functions(run)
    #expect(names.starts(with: Array(repeating: "recurse", count: 16)), "\(run.errorText)")
    #expect(contains(names, ["recurse"] + Self.outermost), "\(run.errorText)")
    #expect(run.errorText.contains(/\n  \.\.\. [0-9]{4,} more frames \.\.\.\n/), "\(run.errorText)")
    #expect(names.count < 60)
    let full = try ProcessRun.run(program, ["recurse"], environment: ["SWASM_BACKTRACE": "full"])
    #expect(functions(full).count { $0 == "recurse" } > 1000)
  }

  @Test func whatIsShownCanBeChosen() throws {
    let program = try GuestProgram(.c, "traps").compiled()
    let off = try ProcessRun.run(program, ["divide"], environment: ["SWASM_BACKTRACE": "0"])
    #expect(off.status == 134)
    #expect(off.errorText.contains(" in divide at offset 0x"))
    #expect(off.errorText.split(separator: "\n").count == 1)
    let wrong = try ProcessRun.run(program, ["divide"], environment: ["SWASM_BACKTRACE": "yes"])
    #expect(wrong.status == 1)
    #expect(wrong.errorText.contains("SWASM_BACKTRACE must be 0, 1 or full"))
    let baked = try GuestProgram(.c, "traps").compiled(["--backtrace", "0"])
    #expect(functions(try ProcessRun.run(baked, ["divide"])).isEmpty)
    let on = try ProcessRun.run(baked, ["divide"], environment: ["SWASM_BACKTRACE": "1"])
    #expect(functions(on).first == "divide")
    let sealed = try GuestProgram(.c, "traps").compiled(["--sealed"])
    let ignored = try ProcessRun.run(sealed, ["divide"], environment: ["SWASM_BACKTRACE": "0"])
    #expect(functions(ignored).first == "divide")
  }

  @Test func strippedProgramsShowNothing() throws {
    let run = try ProcessRun.run(GuestProgram(.c, "traps").compiled(["--strip"]), ["divide"])
    #expect(run.status == 134)
    #expect(run.errorText.hasSuffix("wasm trap: integer divide by zero\n"), "\(run.errorText)")
  }

  @Test(arguments: ["-O0", "-O2"], ["compute", "wait"])
  func theTimeLimitShowsWhereTheProgramWas(level: String, function: String) throws {
    let program = try GuestProgram(.c, "waits").compiled([level, "--timeout", "300ms"])
    let run = try ProcessRun.run(program, function == "wait" ? ["x"] : [])
    #expect(run.status == 134)
    #expect(
      contains(functions(run), [function, "work"] + Self.outermost), "\(run.errorText)")
    #expect(functions(run).count { $0 == "main" } == 1, "\(run.errorText)")
  }

  @Test(
    .enabled(if: GuestProgram.isBuildable(.rust), "`make setup` installs rustc"),
    arguments: ["-O0", "-O2"])
  func panicsOfRust(level: String) throws {
    let run = try ProcessRun.run(GuestProgram(.rust, "panics").compiled([level]), [])
    #expect(run.status == 134)
    let names = functions(run)
    #expect(
      contains(names, ["panics::look_up", "panics::outer", "panics::main"]), "\(run.errorText)")
    #expect(names.contains { $0.contains("core::panicking::panic_bounds_check") })
  }

  @Test(arguments: Target.all.filter { $0 != .host && $0.emulator != nil }, ["-O0", "-O2"])
  func otherMachines(target: Target, level: String) throws {
    let program = try GuestProgram(.c, "traps").compiled([level], for: target)
    for (argument, function) in [("divide", "divide"), ("recurse", "recurse")] {
      let command = try target.command(program, [argument])
      let run = try ProcessRun.run(command[0], Array(command.dropFirst()))
      #expect(run.status == 134)
      #expect(contains(functions(run), [function] + Self.outermost), "\(run.errorText)")
      #expect(functions(run).first == function)
    }
  }
}

@Suite(.enabled(if: workspace.tool("WASM_TOOLS") != nil, "`make setup` installs wasm-tools"))
struct BacktraceOfTextTests {
  private func run(_ text: String, _ name: String, _ options: [String]) throws -> ProcessRun {
    let directory = workspace.buildDirectory + "/programs/backtraces"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let path = directory + "/" + name
    try text.write(toFile: path + ".wat", atomically: true, encoding: .utf8)
    try ProcessRun.require(
      try workspace.requiredTool("WASM_TOOLS"), ["parse", path + ".wat", "-o", path + ".wasm"])
    let built = try runSwasmc([path + ".wasm", "-o", path] + options)
    #expect(built.status == 0, "\(built.errorText)")
    return try ProcessRun.run(path, [])
  }

  @Test(arguments: ["-O0", "-O2"])
  func unknownImportsAndIndirectCalls(level: String) throws {
    let text = """
      (module (import "env" "missing" (func $missing (param i32)))
        (table 2 funcref) (elem (i32.const 0) $missing $calls)
        (type $t (func (param i32)))
        (func $calls (param i32) (call_indirect (type $t) (i32.const 7) (local.get 0)))
        (func $starts (call_indirect (type $t) (i32.const 0) (i32.const 1)))
        (func (export "_start") (call $starts)))
      """
    let run = try run(text, "imports\(level)", [level, "--unknown-imports", "trap"])
    #expect(run.status == 134)
    #expect(functions(run) == ["calls", "starts", "_start"], "\(run.errorText)")
  }

  @Test(arguments: ["-O0", "-O2"])
  func uncaughtExceptions(level: String) throws {
    let text = """
      (module (tag $mine (param i32))
        (func $throws (param i32) (if (local.get 0) (then (throw $mine (local.get 0)))) )
        (func $other (try_table (catch_all 0) (call $throws (i32.const 0))))
        (func $calls (call $other) (call $throws (i32.const 1)))
        (func (export "_start") (call $calls)))
      """
    let run = try run(text, "throws\(level)", [level])
    #expect(run.status == 134)
    #expect(run.errorText.contains("uncaught exception: tag mine in throws at offset 0x"))
    #expect(functions(run) == ["throws", "calls", "_start"], "\(run.errorText)")
  }

  /// A frame of 400 kB is probed page by page, by which the stack is exhausted.
  @Test(arguments: ["-O0", "-O2"])
  func aFunctionThatGetsNoFrame(level: String) throws {
    let locals = (0..<40_000).map { _ in "i64" }.joined(separator: " ")
    let stores = stride(from: 0, to: 40_000, by: 8).map {
      "(local.set \($0 + 1) (i64.load offset=\($0) (local.get 0)))"
    }.joined()
    let sums = stride(from: 0, to: 40_000, by: 8).map {
      "(local.set 1 (i64.add (local.get 1) (local.get \($0 + 1))))"
    }.joined()
    let text = """
      (module (memory 1) (func $large (param i32) (result i64) (local \(locals))
          \(stores) (local.set 1 (call $large (i32.add (local.get 0) (i32.const 1)))) \(sums)
          (local.get 1))
        (func (export "_start") (drop (call $large (i32.const 0)))))
      """
    let run = try run(text, "large\(level)", [level])
    #expect(run.status == 134)
    #expect(run.errorText.contains("wasm trap: call stack exhausted in large"))
    #expect(functions(run).starts(with: ["large", "large"]), "\(run.errorText)")
    #expect(functions(run).last == "_start", "\(run.errorText)")
  }

  @Test(arguments: ["-O0", "-O2"])
  func instancesOfComponents(level: String) throws {
    let text = """
      (component
        (core module $m (memory (export "memory") 1)
          (func $inner (param i32) (result i32) (i32.load (local.get 0)))
          (func $get (export "get") (param i32) (result i32) (call $inner (local.get 0))))
        (core instance $a (instantiate $m))
        (core instance $b (instantiate $m))
        (core module $main
          (import "a" "get" (func $geta (param i32) (result i32)))
          (import "b" "get" (func $getb (param i32) (result i32)))
          (func $sum (export "sum") (param i32) (result i32)
            (i32.add (call $geta (i32.const 0)) (call $getb (local.get 0)))))
        (core instance $main (instantiate $main (with "a" (instance $a)) (with "b" (instance $b))))
        (func (export "sum") (param "x" u32) (result u32) (canon lift (core func $main "sum"))))
      """
    let run = try run(text, "instances\(level)", [level, "--invoke", "sum(4000000000)"])
    #expect(run.status == 134)
    #expect(functions(run).starts(with: ["inner", "get", "sum"]), "\(run.errorText)")
  }

  /// What an earlier and deeper call left on the stack is not taken for the present frames.
  @Test(arguments: [2, 6, 8, 40], ["-O0", "-O2"])
  func framesThatReturnedAreNotShown(depth: Int, level: String) throws {
    let early = (0..<depth).map { number in
      let last = "(call $sizes (i32.const 800) (i32.const 804))"
      let next = number == depth - 1 ? last : "(call $early\(number + 1) (i32.const 4))"
      return """
        (func $early\(number) (param i32) (result i32)
          (i32.add (i32.load (local.get 0)) \(next)))
        """
    }
    let text = """
      (module
        (import "wasi_snapshot_preview1" "poll_oneoff"
          (func $poll (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "environ_sizes_get"
          (func $sizes (param i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 16) "\\01\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\10")
        \(early.joined(separator: "\n"))
        (func $sleeper (result i32)
          (call $poll (i32.const 0) (i32.const 512) (i32.const 1) (i32.const 1024)))
        (func $mid (result i32) (i32.add (i32.const 4) (call $sleeper)))
        (func $main (export "_start")
          (i32.store (i32.const 900) (call $early0 (i32.const 4)))
          (i32.store (i32.const 900) (call $mid))))
      """
    let run = try run(text, "stale\(depth)\(level)", [level, "--timeout", "30ms"])
    #expect(run.errorText.contains("time limit reached in sleeper"), "\(run.errorText)")
    #expect(functions(run) == ["sleeper", "mid", "main"], "\(run.errorText)")
  }

  @Test(arguments: [8, 70])
  func recursionOverManyFunctionsHasItsOutermostFrames(count: Int) throws {
    let cycle = (0..<count).map { number in
      let call = "(call $f\((number + 1) % count) (local.get 0))"
      return "(func $f\(number) (param i32) (result i32) (i32.add (i32.const \(number)) \(call)))"
    }
    let text = """
      (module \(cycle.joined(separator: "\n"))
        (func $inner (result i32) (call $f0 (i32.const 5)))
        (func $start (export "_start") (drop (call $inner))))
      """
    let run = try run(text, "cycle\(count)", ["-O0"])
    #expect(functions(run).suffix(3) == ["f0", "inner", "start"], "\(run.errorText)")
  }

  /// Messages about a program do not depend on what it does with its own standard error.
  @Test func theProgramCannotCloseTheStreamOfMessages() throws {
    let text = """
      (module
        (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
        (func $main (export "_start") (drop (call $close (i32.const 2))) unreachable))
      """
    let run = try run(text, "closes", [])
    #expect(run.errorText.contains("wasm trap: unreachable in main"), "\(run.errorText)")
  }

  @Test func aReportThatNobodyReadsHasItsStatus() throws {
    let program = try GuestProgram(.c, "traps").compiled()
    let script = """
      { "$0" divide 2>&1 >/dev/null; echo $? >status; } | :
      cat status
      mkfifo full && exec 5<>full && head -c 65536 /dev/zero >&5
      SWASM_TIMEOUT=100ms "$0" divide 2>&5 >/dev/null; echo $?
      """
    let scratch = try ScratchDirectory()
    let run = try ProcessRun.run("/bin/bash", ["-c", script, program], directory: scratch.path)
    #expect(run.outputText == "134\n134\n", "\(run.outputText)\(run.errorText)")
  }
}
