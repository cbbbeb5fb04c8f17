// Backtraces show the places in the source where a module has debug information: those that wasmtime shows, if it can
// be asked.

import Foundation
import TestSupport
import Testing

private let workspace = Workspace.current
private let needed: Comment = "`make setup` installs the C toolchain"

/// A function in a backtrace. `place` is empty if it is not known.
private struct Frame: Equatable, CustomStringConvertible {
  let name: String
  let offset: String
  var place = ""

  var description: String { "\(name) at \(offset) at \(place)" }
}

/// The frames in our message.
private func frames(_ run: ProcessRun) -> [Frame] {
  var frames: [Frame] = []
  for line in run.errorText.split(separator: "\n") where line.hasPrefix("  ") {
    let text = line.drop { $0 == " " }
    if text.hasPrefix("at "), !frames.isEmpty {
      frames[frames.count - 1].place = String(text.dropFirst(3))
    } else if let found = text.wholeMatch(of: /([0-9]+: )?(.*) at (0x[0-9a-f]+)/) {
      frames.append(Frame(name: String(found.2), offset: String(found.3)))
    }
  }
  return frames
}

/// The frames that wasmtime shows for a module; nil if it is not installed. It shows few of many.
private func framesOfWasmtime(_ wasm: String, _ arguments: [String]) throws -> [Frame]? {
  guard let wasmtime = workspace.tool("WASMTIME") else { return nil }
  let run = try ProcessRun.run(
    wasmtime, [wasm] + arguments, environment: ["WASMTIME_BACKTRACE_DETAILS": "1"])
  var frames: [Frame] = []
  var offset = ""
  for line in run.errorText.split(separator: "\n") {
    if let found = line.wholeMatch(of: /\s+[0-9]+:\s+(0x[0-9a-f]+) - (.*)/) {
      offset = String(found.1)
      frames.append(Frame(name: String(found.2), offset: offset))
    } else if let found = line.wholeMatch(of: /\s+- (.*)/), !offset.isEmpty {
      frames.append(Frame(name: String(found.1), offset: offset))
    } else if let found = line.wholeMatch(of: /\s+at (.*)/), !frames.isEmpty {
      frames[frames.count - 1].place = String(found.1)
    }
  }
  return frames
}

/// The number of the line of a source with a comment.
private func line(of comment: String, _ source: String) throws -> Int {
  let path = "\(workspace.root)/Tests/programs/debug/\(source)"
  let lines = try String(contentsOfFile: path, encoding: .utf8).split(
    separator: "\n", omittingEmptySubsequences: false)
  return try #require(lines.firstIndex { $0.contains("/* \(comment) */") }) + 1
}

private let ofC = ["-mbulk-memory"]

@Suite(.enabled(if: DebugProgram("places.c", []).missingTools.isEmpty, needed))
struct SourceLineTests {
  private static let kinds = [
    "unreachable", "divide", "remainder", "overflow", "load", "store", "fill", "convert", "null",
    "type", "table", "recurse", "callback",
  ]

  @Test(arguments: kinds, ["-O0", "-O2"])
  func eachKindOfTrapHasItsLine(kind: String, level: String) throws {
    let program = DebugProgram("places.c", [level] + ofC)
    let number = try line(of: kind, "places.c")
    let reference = try framesOfWasmtime(try program.wasm(), [kind])
    for options in [["-O0"], ["-O2"]] {
      let run = try ProcessRun.run(program.compiled(options), [kind])
      #expect(run.status == 134)
      // The stack ends at the beginning of the function.
      let found = kind == "recurse" ? Array(frames(run).dropFirst()) : frames(run)
      let first = try #require(found.first { $0.place.contains("places.c") }, "\(run.errorText)")
      #expect(first.place.contains("places.c:\(number):"), "\(options) \(run.errorText)")
      // wasmtime shows few of many frames, and a branch around `unreachable` as what traps.
      guard let reference, kind != "recurse", kind != "unreachable" else { continue }
      #expect(found.map(\.offset) == reference.map(\.offset), "\(run.errorText)")
      #expect(found.map(\.place) == reference.map(\.place), "\(run.errorText)")
    }
  }

  @Test func inlinedCallsOfTheGuestsCompilerAreFunctions() throws {
    let program = DebugProgram("places.c", ["-O2"] + ofC)
    let run = try ProcessRun.run(program.compiled([]), ["divide"])
    let found = frames(run)
    #expect(found.prefix(2).map(\.name) == ["quotient", "middle"], "\(run.errorText)")
    #expect(found.prefix(2).map(\.offset) == [found[0].offset, found[0].offset])
    #expect(run.errorText.contains(" in middle at offset \(found[0].offset)\n"))
    #expect(run.errorText.contains("\n     middle at \(found[0].offset)\n       at /"))
  }

  @Test(arguments: ["places.cpp", "places.rs"], ["-O0", "-O2"])
  func otherLanguages(source: String, level: String) throws {
    let isRust = source.hasSuffix(".rs")
    let program = DebugProgram(source, isRust ? ["-C", "opt-level=\(level.suffix(1))"] : [level])
    guard program.missingTools.isEmpty else { return }
    let run = try ProcessRun.run(program.compiled([]), [])
    #expect(run.status == 134)
    let found = frames(run)
    let names = found.map(\.name)
    if isRust {
      #expect(names.contains("places::pick::{{closure}}"), "\(run.errorText)")
      #expect(found.contains { $0.place.hasSuffix("/places.rs:5:42") }, "\(run.errorText)")
    } else {
      #expect(
        names.first?.hasPrefix(level == "-O0" ? "int shop::share<int>" : "share<int>") ?? false,
        "\(run.errorText)")
      #expect(names.contains { $0.hasPrefix("shop::Cart::mean") }, "\(run.errorText)")
      #expect(found.first?.place.hasSuffix("/places.cpp:7:91") ?? false, "\(run.errorText)")
    }
    guard let reference = try framesOfWasmtime(try program.wasm(), []) else { return }
    #expect(found.map(\.place).starts(with: reference.map(\.place)), "\(run.errorText)")
  }

  /// The C library's start code has debug information in every module of C.
  @Test func startCodeAloneHasNoLines() throws {
    let run = try ProcessRun.run(GuestProgram(.c, "traps").compiled(), ["divide"])
    #expect(frames(run).count > 3)
    #expect(frames(run).allSatisfy { $0.place.isEmpty }, "\(run.errorText)")
  }

  @Test func theTimeLimitHasLines() throws {
    let program = DebugProgram("places.c", ["-O2"] + ofC)
    let run = try ProcessRun.run(program.compiled(["--timeout", "200ms"]), ["loop"])
    let number = try line(of: "loop", "places.c")
    #expect(run.errorText.contains("time limit reached in spin"), "\(run.errorText)")
    #expect(frames(run).first?.place.contains("places.c:\(number):") ?? false, "\(run.errorText)")
  }

  @Test func linesAreLeftOutAsTheBacktraceIs() throws {
    let program = DebugProgram("places.c", ["-O2"] + ofC)
    let off = try ProcessRun.run(
      program.compiled([]), ["divide"], environment: ["SWASM_BACKTRACE": "0"])
    #expect(off.errorText.split(separator: "\n").count == 1, "\(off.errorText)")
    let full = try ProcessRun.run(
      program.compiled([]), ["recurse"], environment: ["SWASM_BACKTRACE": "full"])
    #expect(frames(full).count { $0.place.contains("places.c") } > 1000)
    let stripped = try program.compiled(["--strip"])
    let run = try ProcessRun.run(stripped, ["divide"])
    #expect(run.errorText.hasSuffix("wasm trap: integer divide by zero\n"), "\(run.errorText)")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: stripped))
    #expect(bytes.range(of: Data("/places.c".utf8)) == nil)
  }

  /// Debuggers get the same lines in another form, and only they need it.
  @Test func optionsChangeNothing() throws {
    let program = DebugProgram("places.c", ["-O2"] + ofC)
    let plain = frames(try ProcessRun.run(program.compiled([]), ["callback"]))
    #expect(frames(try ProcessRun.run(program.compiled(["-g"]), ["callback"])) == plain)
    let prepared = try program.compiled(["--preinit=prepare"])
    #expect(frames(try ProcessRun.run(prepared, ["callback"])) == plain)
    let explicit = try program.compiled(["--bounds-checks", "explicit"])
    #expect(frames(try ProcessRun.run(explicit, ["callback"])) == plain)
    let run = try runSwasmc(["run", try program.wasm(), "callback"])
    #expect(frames(run) == plain, "\(run.errorText)")
  }

  @Test func aComponentsSecondInstanceHasLines() throws {
    guard workspace.tool("WASM_TOOLS") != nil else { return }
    let scratch = try ScratchDirectory()
    let source = scratch.path + "/part.c"
    let text = """
      static int state;
      static int ratio(int a) { return 100 / a; }
      __attribute__((export_name("get"))) int get(int a) { return ratio(a - ++state); }
      """
    try text.write(toFile: source, atomically: true, encoding: .utf8)
    try ProcessRun.require(
      try workspace.requiredTool("CLANG"),
      [
        "--target=wasm32-unknown-unknown", "-nostdlib", "--no-wasm-opt", "-g", "-O2",
        "-Wl,--no-entry", source, "-o",
        scratch.path + "/part.wasm",
      ])
    let component = """
      (component
        (core module $m (memory (export "memory") 1)
          (func (export "get") (param i32) (result i32) (local.get 0)))
        (core instance $a (instantiate $m))
        (core instance $b (instantiate $m))
        (func (export "first") (param "x" s32) (result s32) (canon lift (core func $a "get")))
        (func (export "get") (param "x" s32) (result s32) (canon lift (core func $b "get"))))
      """
    try component.write(toFile: scratch.path + "/c.wat", atomically: true, encoding: .utf8)
    try ProcessRun.require(
      try workspace.requiredTool("WASM_TOOLS"),
      ["parse", scratch.path + "/c.wat", "-o", scratch.path + "/c.wasm"])
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: scratch.path + "/c.wasm")))
    let part = [UInt8](try Data(contentsOf: URL(fileURLWithPath: scratch.path + "/part.wasm")))
    // The first section is the module: its number, one byte with its size, and its bytes.
    #expect(whole[8] == 1 && whole[9] < 0x80)
    var bytes = Array(whole[..<9])
    for shift in stride(from: 0, to: 28, by: 7) {
      bytes.append(UInt8(part.count >> shift & 0x7f) | (shift < 21 ? 0x80 : 0))
    }
    bytes += part + whole[(10 + Int(whole[9]))...]
    try Data(bytes).write(to: URL(fileURLWithPath: scratch.path + "/component.wasm"))
    let output = scratch.path + "/component"
    let built = try runSwasmc([output + ".wasm", "-o", output, "--invoke", "get(1)"])
    #expect(built.status == 0, "\(built.errorText)")
    let run = try ProcessRun.run(output, [])
    #expect(run.status == 134)
    let found = frames(run)
    #expect(found.prefix(2).map(\.name) == ["ratio", "get"], "\(run.errorText)")
    #expect(
      found.prefix(2).map(\.place) == ["\(source):2:38", "\(source):3:61"], "\(run.errorText)")
  }

  // MARK: Hostile debug information

  @Test func namesOfFilesCannotControlATerminal() throws {
    let scratch = try ScratchDirectory()
    let name = "a\u{1b}[31m\n\u{202e}" + String(repeating: "b", count: 200) + ".c"
    let directory = scratch.path + "/" + String(repeating: "d", count: 200)
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let source = directory + "/" + name
    try "int main(int a, char **b) { return 7 / (a - 1); }".write(
      toFile: source, atomically: true, encoding: .utf8)
    try ProcessRun.require(
      try workspace.requiredTool("CLANG"),
      [
        "--target=wasm32-wasi", "-Wno-deprecated", "--no-wasm-opt", "-g", source, "-o",
        scratch.path + "/a.wasm",
      ])
    let output = scratch.path + "/a"
    #expect(try runSwasmc([output + ".wasm", "-o", output]).status == 0)
    let run = try ProcessRun.run(output, [])
    #expect(run.status == 134)
    let place = try #require(frames(run).first { $0.name == "main" || $0.name.contains("main") })
    #expect(place.place.hasPrefix("...ddd"), "\(run.errorText)")
    #expect(place.place.contains("/a?[31m??bbb"), "\(run.errorText)")
    #expect(place.place.hasSuffix("b.c:1:38"), "\(run.errorText)")
  }

  @Test(arguments: [".debug_info", ".debug_abbrev", ".debug_line"], [[], ["-g"]])
  func malformedDebugInformationIsLeftOutWithOneWarning(section: String, options: [String]) throws {
    let program = DebugProgram("places.c", ["-O2"] + ofC)
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: try program.wasm())))
    let name = try #require(
      Data(bytes).range(of: Data(([UInt8(section.utf8.count)] + section.utf8))))
    for place in name.upperBound..<name.upperBound + 64 { bytes[place] = 0xff }
    let scratch = try ScratchDirectory()
    let output = scratch.path + "/a"
    try Data(bytes).write(to: URL(fileURLWithPath: output + ".wasm"))
    let built = try runSwasmc([output + ".wasm", "-o", output] + options)
    #expect(built.status == 0)
    let warnings = built.errorText.components(separatedBy: "the debug information was left out")
    #expect(warnings.count == 2, "\(built.errorText)")
    let run = try ProcessRun.run(output, ["divide"])
    #expect(run.errorText.contains("integer divide by zero in middle at offset 0x"))
    #expect(frames(run).allSatisfy { $0.place.isEmpty }, "\(run.errorText)")
  }
}
