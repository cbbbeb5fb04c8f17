// Executables with debug information in gdb: breakpoints, steps, variables, pointers, watchpoints, backtraces.
//
// Each test runs gdb with commands, and compares what gdb says with patterns, in order.

import Foundation
import ObjectFile
import TestSupport
import Testing

@Suite struct DebuggerTests {
  static let hasDebugger = Workspace.current.tool("GDB") != nil

  /// Runs gdb. Returns what it prints.
  private func debug(
    _ program: DebugProgram, _ options: [String], _ commands: [String], script: Bool = true
  ) throws -> String {
    let executable = try program.compiled(options)
    let scratch = try ScratchDirectory()
    let setUp = [
      "set pagination off", "set confirm off", "set width 0", "set debuginfod enabled off",
    ]
    let path = scratch.path + "/commands"
    try Data((setUp + commands).joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
    let safe = script ? ["-iex", "set auto-load safe-path /"] : []
    let run = try ProcessRun.run(
      try Workspace.current.requiredTool("GDB"),
      ["-nx", "-batch"] + safe + ["-x", path, executable], seconds: 120)
    return run.outputText + run.errorText
  }

  /// Expects these regular expressions to match, one after another.
  private func expect(
    _ output: String, _ patterns: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var rest = output[...]
    for pattern in patterns {
      guard let match = rest.range(of: pattern, options: .regularExpression) else {
        Issue.record("\(pattern) is missing in:\n\(output)", sourceLocation: sourceLocation)
        return
      }
      rest = rest[match.upperBound...]
    }
  }

  private static let c0 = DebugProgram("list.c", ["-O0"])
  private static let c0v5 = DebugProgram("list.c", ["-O0", "-gdwarf-5"])
  private static let c2 = DebugProgram("list.c", ["-O2"])
  private static let cxx0 = DebugProgram("shop.cpp", ["-O0"])
  private static let cxx2 = DebugProgram("shop.cpp", ["-O2"])
  private static let rust0 = DebugProgram("shapes.rs", ["-Copt-level=0"])
  private static let rust2 = DebugProgram("shapes.rs", ["-Copt-level=2"])

  private func skips(_ program: DebugProgram) -> Bool { !program.missingTools.isEmpty }

  @Test(.enabled(if: hasDebugger, "`make setup` installs gdb"), arguments: [c0, c0v5])
  func cWithoutOptimisation(program: DebugProgram) throws {
    if skips(program) { return }
    let output = try debug(
      program, ["-g", "-O0"],
      [
        "break push", "break list.c:17", "run", "next", "next", "next", "info locals", "delete 1",
        "continue", "backtrace", "print *list", "print list->next->next->value",
        "print counter", "watch list->next->value", "set var list->next->value = 40",
        "print *list->next", "delete 3", "delete 2", "step", "step", "step", "up", "print array",
        "info symbol sum", "continue",
      ])
    expect(
      output,
      [
        #"Breakpoint 1, push \(head=0x0, value=1, name=0x[0-9a-f]+ "one"\) at .*list\.c:7"#,
        #"8\s+n->value = value;"#, #"9\s+n->next = head;"#, #"10\s+n->name = name;"#, #"n = 0x"#,
        #"Breakpoint 2, sum \(list=0x[0-9a-f]+\) at .*list\.c:17"#,
        #"#0  sum .*list\.c:17"#, #"#1 .* in apply \(f=0x[0-9a-f]+, list=0x"#,
        #"#2 .* in main \(\)"#,
        #"\{value = 3, next = 0x[0-9a-f]+, name = 0x[0-9a-f]+ "three", weight = 4.5\}"#, #"= 1"#,
        #"= 10"#,
        #"atchpoint 3: list->next->value"#, #"\{value = 40, "#, #"18\s+total"#, #"17\s+for"#,
        #"18\s+total"#, #"apply"#, #"\{1, 2, 3, 4\}"#, #"44 10"#, #"exited normally"#,
      ])
  }

  @Test(.enabled(if: hasDebugger, "`make setup` installs gdb"))
  func pointersToStructsNeedNoScript() throws {
    if skips(Self.c0) { return }
    let output = try debug(
      Self.c0, ["-g", "-O0"],
      [
        "break sum", "run", "print list->next->value", "x/s swasm_memory + (long) list->name",
        "watch list->value", "set var list->value = 5",
      ], script: false)
    expect(output, [#"= 2"#, #""three""#, #"atchpoint 2"#])
  }

  @Test(.enabled(if: hasDebugger, "`make setup` installs gdb"))
  func cxxWithoutOptimisation() throws {
    if skips(Self.cxx0) { return }
    let output = try debug(
      Self.cxx0, ["-g", "-O0"],
      [
        "break shop::Cheap::cost", "run", "print *this", "print name", "up", "print sum",
        "print count",
        "print items", "up", "print numbers", "next", "next", "print sum", "continue",
      ])
    expect(
      output,
      [
        #"Breakpoint 1, shop::Cheap::cost \(this=0x[0-9a-f]+, count=10\) at .*shop\.cpp:18"#,
        #"name = "ink", price = 8"#, #"= "ink""#, #"in shop::total<"#, #"= 30"#, #"= 10"#,
        #"vector of 2"#, #"in main \(\) at"#, #"vector of 3 = \{4, 5, 6\}"#, #"= 70"#,
        #"exited normally"#,
      ])
  }

  @Test(.enabled(if: hasDebugger, "`make setup` installs gdb"))
  func rustWithoutOptimisation() throws {
    if skips(Self.rust0) { return }
    let output = try debug(
      Self.rust0, ["-g", "-O0"],
      [
        "break shapes::weight", "break shapes.rs:23", "run", "print *point", "print point.y",
        "print names",
        "next", "next", "next", "up", "print label", "delete 1", "continue", "print sum",
        "backtrace", "up",
        "print numbers", "continue",
      ])
    expect(
      output,
      [
        #"Breakpoint 1, shapes::weight \(point=0x[0-9a-f]+, names="#, #"x: 2, y: 3"#, #"= 3"#,
        #"slice of 2 = \{"north", "east"\}"#, #"in shapes::total \(points=.*label="points"\)"#,
        #"= "points""#, #"Breakpoint 2, shapes::total"#, #"= 80"#, #"#1 .* in shapes::main \(\)"#,
        #"vec of 3 = \{4, 5, 6\}"#, #"points 80"#, #"exited normally"#,
      ])
  }

  /// What LLVM inlined is shown as frames of its own.
  @Test(.enabled(if: hasDebugger, "`make setup` installs gdb"))
  func optimisedCodeHasLinesAndBacktraces() throws {
    if !skips(Self.c2) {
      let output = try debug(
        Self.c2, ["-g", "-O2"],
        ["break list.c:17", "run", "backtrace", "delete", "step", "continue"])
      expect(
        output,
        [
          #"sum \(list=.*list\.c:1[78]"#, #"#0 .*sum \(.*list\.c:1[78]"#,
          #"#1 .*apply \(.*list\.c:25"#,
          #"#2 .*main \(\)"#, #"6 10"#, #"exited normally"#,
        ])
    }
    for (program, place, function) in [
      (Self.cxx2, "shop::Cheap::cost", "shop::Cheap::cost"),
      (Self.rust2, "shapes.rs:23", "shapes::total"),
    ] where !skips(program) {
      let output = try debug(
        program, ["-g", "-O2"], ["break \(place)", "run", "backtrace", "delete", "continue"])
      expect(output, [#"#0 .*\#(function) \("#, #"main \(\)"#, #"exited normally"#])
    }
  }

  @Test(arguments: ["-O0", "-O1", "-O2"]) func debugInformationChangesNoCode(level: String) throws {
    for program in [Self.c0, Self.c2] where !skips(program) {
      let plain = try ElfFile(bytes(program.compiled([level])))
      let debug = try ElfFile(bytes(program.compiled([level, "-g"])))
      for section in [".text", ".rodata", ".eh_frame"] {
        let same = plain.contents(ofSection: section) == debug.contents(ofSection: section)
        #expect(same, "\(section) of \(program)")
      }
      #expect(plain.contents(ofSection: ".debug_info") == nil)
      #expect(debug.contents(ofSection: ".debug_info") != nil)
    }
  }

  /// The module describes all of Rust's library, of which the program has little.
  @Test func functionsWithoutCodeAreLeftOut() throws {
    guard !skips(Self.rust2) else { return }
    let module = try bytes(Self.rust2.wasm())
    let executable = try bytes(Self.rust2.compiled(["-O2", "-g"]))
    #expect(executable.count < module.count / 3)
  }

  private func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  @Test func modulesWithoutDebugInformationAreCompiledWithAWarning() throws {
    guard GuestProgram.isBuildable(.c), let swasmc = Workspace.current.swasmc else { return }
    let scratch = try ScratchDirectory()
    let path = scratch.path + "/module.wasm"
    let empty: [UInt8] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
    // .debug_info that ends too early.
    let damaged = empty + [0, 16, 11] + Array(".debug_info".utf8) + [9, 9, 9, 9]
    for (module, warning) in [(empty, "finds no debug information"), (damaged, "was left out")] {
      try Data(module).write(to: URL(fileURLWithPath: path))
      let run = try ProcessRun.run(swasmc, [path, "-g", "-o", scratch.path + "/out"])
      #expect(run.status == 0)
      #expect(run.errorText.contains(warning), "\(run.errorText)")
    }
  }
}
