// `--plug`: components whose exports satisfy imports of another one. Their texts are in Tests/programs/plug.

import Foundation
import TestSupport
import Testing

private let workspace = Workspace.current

/// Components in binary form, in a directory of their own.
private struct Components {
  let scratch = Result { try ScratchDirectory() }

  func path(_ name: String) throws -> String { try scratch.get().path + "/" + name }

  /// Assembles `Tests/programs/plug/NAME.wat` after replacing texts in it.
  @discardableResult
  func make(_ name: String, as output: String? = nil, replacing: [(String, String)] = []) throws
    -> String
  {
    let source = workspace.root + "/Tests/programs/plug/\(name).wat"
    var text = try String(contentsOfFile: source, encoding: .utf8)
    for (old, new) in replacing {
      #expect(text.contains(old))
      text = text.replacingOccurrences(of: old, with: new)
    }
    return try assemble(text, as: output ?? name)
  }

  @discardableResult
  func assemble(_ text: String, as name: String) throws -> String {
    let (source, output) = (try path(name + ".wat"), try path(name + ".wasm"))
    try text.write(toFile: source, atomically: false, encoding: .utf8)
    try ProcessRun.require(
      try workspace.requiredTool("WASM_TOOLS"), ["parse", source, "-o", output])
    return output
  }

  /// Runs in the directory, so that names in messages are short.
  func run(_ call: String, _ main: String, plugs: [String], options: [String] = []) throws
    -> ProcessRun
  {
    try swasmc(["run", "--invoke", call] + options, main, plugs)
  }

  func swasmc(_ words: [String], _ main: String, _ plugs: [String]) throws -> ProcessRun {
    let plugs = plugs.flatMap { ["--plug", $0 + ".wasm"] }
    return try runSwasmc(words + plugs + [main + ".wasm"], directory: try scratch.get().path)
  }
}

@Suite(.enabled(if: workspace.tool("WASM_TOOLS") != nil, "`make setup` installs wasm-tools"))
struct PlugTests {
  private let components = Components()

  // MARK: Values

  @Test(arguments: [["-O0"], ["-O2"], ["--bounds-checks", "explicit"]])
  func stringsAndRecordsPass(options: [String]) throws {
    try components.make("text")
    try components.make("text-user")
    let reversed = try components.run(
      "f(\"hello\")", "text-user", plugs: ["text"], options: options)
    #expect(reversed.outputText == "\"olleh\"\n", "\(reversed.errorText)")
    let swapped = try components.run(
      "g([{x: 1, y: 2, name: \"a\"}, {x: 3, y: 4, name: \"bcd\"}])", "text-user", plugs: ["text"],
      options: options)
    #expect(
      swapped.outputText == "[{x: 2, y: 1, name: \"a\"}, {x: 4, y: 3, name: \"bcd\"}]\n",
      "\(swapped.errorText)")
  }

  /// One plug imports the resource of the other one. Each counter's value is added to the total when it is dropped.
  @Test(arguments: [["tally", "counters"], ["counters", "tally"]])
  func resourcesKeepTheirIdentityInAChain(plugs: [String]) throws {
    for name in plugs + ["count"] { try components.make(name) }
    let result = try components.run("count(10, 7)", "count", plugs: plugs)
    #expect(result.outputText == "27\n", "\(result.errorText)")
    let misuse = try components.run("misuse()", "count", plugs: plugs)
    #expect(misuse.errorText.contains("wasm trap: unknown handle index"))
    #expect(misuse.status == 134)
  }

  @Test func anExecutableHoldsAllComponents() throws {
    try components.make("text")
    try components.make("text-user")
    let program = try components.path("program")
    let built = try components.swasmc(
      ["--invoke", "f(\"abc\")", "-o", program], "text-user", ["text"])
    #expect(built.status == 0, "\(built.errorText)")
    for name in ["text", "text-user"] {
      try FileManager.default.removeItem(atPath: try components.path(name + ".wasm"))
    }
    #expect(try ProcessRun.run(program, []).outputText == "\"cba\"\n")
  }

  /// The plug is not the first file, so its offsets are not those in the file with all bytes.
  @Test(arguments: ["-O0", "-O2"]) func trapsNameTheFile(level: String) throws {
    try components.assemble(
      """
      (component
        (core module $m (func $stop (export "stop") (param i32)
          (if (i32.eqz (local.get 0)) (then unreachable))))
        (core instance $m (instantiate $m))
        (func (export "stop") (param "n" u32) (canon lift (core func $m "stop"))))
      """, as: "stopping")
    try components.assemble(
      """
      (component
        (import "stop" (func $stop (param "n" u32)))
        (core func $stop (canon lower (func $stop)))
        (core module $m (import "" "stop" (func $stop (param i32)))
          (func $main (export "f") (param i32)
            (call $stop (local.get 0)) (i32.store (i32.const -1) (local.get 0)))
          (memory 1))
        (core instance $m (instantiate $m (with "" (instance (export "stop" (func $stop))))))
        (func (export "f") (param "n" u32) (canon lift (core func $m "f"))))
      """, as: "stopped")
    func offset(of text: String, in file: String) throws -> String {
      let dump = try ProcessRun.run(
        try workspace.requiredTool("WASM_TOOLS"), ["dump", try components.path(file)])
      let line = dump.outputText.split(separator: "\n").first { $0.contains(text) }
      let digits = line.map { $0.drop { $0 == " " }.prefix { $0 != " " } } ?? ""
      return String(digits.drop { $0 == "0" || $0 == "x" })
    }
    let inPlug = try components.run("f(0)", "stopped", plugs: ["stopping"], options: [level])
    let place = try offset(of: "unreachable", in: "stopping.wasm")
    let linesInPlug = inPlug.errorText.split(separator: "\n")
    #expect(
      linesInPlug.first
        == "stopped.wasm: wasm trap: unreachable in stop at offset 0x\(place) of stopping.wasm")
    #expect(
      linesInPlug.last?.contains(#/ main at 0x[0-9a-f]+ of stopped.wasm/#) == true,
      "\(inPlug.errorText)")
    let inMain = try components.run("f(1)", "stopped", plugs: ["stopping"], options: [level])
    let store = try offset(of: "i32_store", in: "stopped.wasm")
    #expect(
      inMain.errorText.split(separator: "\n")
        == [
          "stopped.wasm: wasm trap: out of bounds memory access in main at offset 0x\(store) of stopped.wasm",
          "  0: main at 0x\(store) of stopped.wasm",
        ])
  }

  /// The check that a handle is known is in a module that the compiler adds.
  @Test(arguments: ["-O0", "-O2"]) func aTrapOutsideTheFilesNamesNoPlaceInThem(level: String) throws
  {
    try components.assemble(
      """
      (component
        (type $r (resource (rep i32)))
        (core func $drop (canon resource.drop $r))
        (core module $m (import "" "drop" (func $drop (param i32)))
          (func $main (export "f") (param i32) (call $drop (local.get 0))))
        (core instance $m (instantiate $m (with "" (instance (export "drop" (func $drop))))))
        (func (export "f") (param "n" u32) (canon lift (core func $m "f"))))
      """, as: "dropping")
    let run = try components.run("f(7)", "dropping", plugs: [], options: [level])
    #expect(run.errorText.hasPrefix("dropping.wasm: wasm trap: unknown handle index"))
    #expect(!run.errorText.contains("offset"), "\(run.errorText)")
  }

  /// Words after the file belong to the program, even `--plug`. If one of them would have helped, the message says so.
  @Test(arguments: ["--plug text.wasm", "--plug=text.wasm"])
  func aPlugAfterTheFileIsNone(words: String) throws {
    try components.make("text")
    try components.make("text-user")
    let directory = try components.path("")
    let late =
      "\n--plug after text-user.wasm belongs to the program; write it before text-user.wasm\n"
    let call = ["run", "--invoke", "f(\"a\")", "text-user.wasm"]
    let run = try runSwasmc(
      call + words.split(separator: " ").map(String.init), directory: directory)
    #expect(run.status == 1)
    #expect(run.errorText.hasSuffix(late), "\(run.errorText)")
    #expect(try !runSwasmc(call + ["plug"], directory: directory).errorText.contains("belongs"))
    let command = try runSwasmc(
      ["run", "text.wasm", "x", "--invoke", "f()"], directory: directory)
    #expect(
      command.errorText.hasSuffix(
        "\n--invoke after text.wasm belongs to the program; write it before text.wasm\n"),
      "\(command.errorText)")
  }

  /// A shell gives pipes for `<(command)`.
  @Test func filesMayBePipes() throws {
    try components.make("text")
    try components.make("text-user")
    let swasmc = try #require(workspace.swasmc)
    let run = try ProcessRun.run(
      "/bin/bash",
      [
        "-c",
        #"exec "$0" run --no-cache --invoke 'f("ab")' --plug <(cat text.wasm) <(cat text-user.wasm)"#,
        swasmc,
      ],
      directory: try components.path(""))
    #expect(run.outputText == "\"ba\"\n", "\(run.errorText)")
  }

  // MARK: WASI

  private static let clock = "wasi:clocks/monotonic-clock"

  /// Its export `f` returns what the clock says.
  private func makeClockUser(_ version: String) throws {
    try components.assemble(
      """
      (component
        (import "\(Self.clock)@\(version)" (instance $i (export "now" (func (result u64)))))
        (core func $now (canon lower (func $i "now")))
        (core module $m
          (import "" "now" (func $now (result i64)))
          (func (export "f") (result i64) (call $now)))
        (core instance $c (instantiate $m (with "" (instance (export "now" (func $now))))))
        (func (export "f") (result u64) (canon lift (core func $c "f"))))
      """, as: "clock-user")
  }

  /// WASI's module takes the representation of a pollable for an address in its memory. So it must not get a pollable
  /// of a plug.
  @Test func aResourceOfAPlugIsNoneOfWASI() throws {
    for name in ["pollable", "pollable-user"] { try components.make(name) }
    let run = try components.run("f()", "pollable-user", plugs: ["pollable"])
    #expect(run.status == 1)
    #expect(
      run.errorText.contains("func(in: list<borrow<another wasi:io/poll.pollable>>) -> list<u32>"),
      "\(run.errorText)")
  }

  @Test func aPlugReplacesAnInterfaceOfWASI() throws {
    try makeClockUser("0.2.0")
    try components.assemble(
      """
      (component
        (core module $m (func (export "now") (result i64) (i64.const 42)))
        (core instance $c (instantiate $m))
        (func $now (result u64) (canon lift (core func $c "now")))
        (instance $i (export "now" (func $now)))
        (export "\(Self.clock)@0.2.3" (instance $i)))
      """, as: "clock")
    let result = try components.run("f()", "clock-user", plugs: ["clock"])
    #expect(result.outputText == "42\n", "\(result.errorText)")
  }

  /// The plug's own import of the interface that it exports is the host's.
  @Test func aPlugWrapsAnInterfaceOfWASI() throws {
    try makeClockUser("0.2.0")
    try components.assemble(
      """
      (component
        (import "\(Self.clock)@0.2.0" (instance $host (export "now" (func (result u64)))))
        (core func $now (canon lower (func $host "now")))
        (core module $m
          (import "" "now" (func $now (result i64)))
          (func (export "now") (result i64)
            (i64.div_u (call $now) (i64.const 0xffff_ffff_ffff_ffff))))
        (core instance $c (instantiate $m (with "" (instance (export "now" (func $now))))))
        (func $lifted (result u64) (canon lift (core func $c "now")))
        (instance $i (export "now" (func $lifted)))
        (export "\(Self.clock)@0.2.0" (instance $i)))
      """, as: "clock")
    let result = try components.run("f()", "clock-user", plugs: ["clock"])
    #expect(result.outputText == "0\n", "\(result.errorText)")
  }

  // MARK: Versions

  /// The version that is imported, or else the highest of those that are compatible.
  @Test(arguments: [("1.2.0", "20"), ("1.0.0", "100"), ("1.99.0", "100")])
  func oneOfSeveralVersionsIsTaken(version: String, wanted: String) throws {
    let exports = [("1.2.0", 20), ("1.10.0", 100), ("1.9.0", 90), ("2.0.0", 1)]
    let parts = exports.enumerated().map { position, export in
      """
      (core module $m\(position) (func (export "f") (result i32) (i32.const \(export.1))))
      (core instance $c\(position) (instantiate $m\(position)))
      (func $f\(position) (result u32) (canon lift (core func $c\(position) "f")))
      (instance $i\(position) (export "f" (func $f\(position))))
      (export "my:lib/n@\(export.0)" (instance $i\(position)))
      """
    }
    try components.assemble("(component \(parts.joined(separator: "\n")))", as: "numbers")
    try components.assemble(
      """
      (component
        (import "my:lib/n@\(version)" (instance $i (export "f" (func (result u32)))))
        (core func $f (canon lower (func $i "f")))
        (core module $m
          (import "" "f" (func $f (result i32)))
          (func (export "f") (result i32) (call $f)))
        (core instance $c (instantiate $m (with "" (instance (export "f" (func $f))))))
        (func (export "f") (result u32) (canon lift (core func $c "f"))))
      """, as: "user")
    let result = try components.run("f()", "user", plugs: ["numbers"])
    #expect(result.outputText == wanted + "\n", "\(result.errorText)")
  }

  // MARK: Refusals

  private func refusal(_ call: String, _ main: String, plugs: [String]) throws -> String {
    let result = try components.run(call, main, plugs: plugs)
    #expect(result.status == 1)
    #expect(result.outputText == "")
    return result.errorText
  }

  @Test func anotherTypeIsRefused() throws {
    try components.make("text")
    try components.make(
      "text-user",
      replacing: [
        (
          "\"reverse\" (func (param \"s\" string) (result string))",
          "\"reverse\" (func (param \"s\" string) (result u32))"
        ),
        (
          "(import \"i\" \"reverse\" (func $r (param i32 i32 i32)))",
          "(import \"i\" \"reverse\" (func $r (param i32 i32) (result i32)))"
        ),
        (
          "(call $r (local.get 0) (local.get 1) (i32.const 64)) (i32.const 64)",
          "(call $r (local.get 0) (local.get 1))"
        ),
      ])
    #expect(
      try refusal("g([])", "text-user", plugs: ["text"])
        == "swasmc: error[E0303]: text-user.wasm imports my:lib/text@1.0.3 with another type than text.wasm exports: "
        + "expected u32, found string, in the result, in export `reverse`, in import `my:lib/text@1.0.3`\n"
    )
  }

  @Test func aResourceOfAnotherInterfaceIsRefused() throws {
    try components.make("counters")
    try components.make("count")
    try components.make(
      "tally", replacing: [("my:lib/counters@0.3.0", "my:other/counters@0.3.0")])
    let error = try refusal("count(1, 2)", "count", plugs: ["counters", "tally"])
    #expect(
      error.contains("count.wasm imports my:lib/tally with another type than tally.wasm exports: "))
    #expect(error.contains("resource types are not the same"), "\(error)")
  }

  @Test func versionsThatAreNotCompatibleDoNotFit() throws {
    try components.make("text", replacing: [("my:lib/text@1.2.0", "my:lib/text@2.0.0")])
    try components.make("text-user")
    #expect(
      try refusal("f(\"\")", "text-user", plugs: ["text"])
        == """
        swasmc: error[E0303]: the plug text.wasm is not used: it satisfies no import of text-user.wasm or of a plug that is used
          it exports my:lib/text@2.0.0
          text-user.wasm lacks my:lib/text@1.0.3

        """)
  }

  @Test func allMissingInterfacesAreListed() throws {
    try components.make("count")
    try components.make("tally")
    let advice =
      "provide them with --plug FILE, or let their calls trap with --unknown-imports trap:"
    #expect(
      try refusal("count(1, 2)", "count", plugs: [])
        == """
        swasmc: error[E0301]: count.wasm imports interfaces that nothing provides; \(advice)
          my:lib/counters@0.3.1 ([constructor]counter, [method]counter.get, [static]counter.total)
          my:lib/tally (double, finish)

        """)
    #expect(
      try refusal("count(1, 2)", "count", plugs: ["tally"])
        == """
        swasmc: error[E0301]: there are interfaces that nothing provides; \(advice)
          tally.wasm imports my:lib/counters@0.3.0 ([method]counter.add, [method]counter.get)
          count.wasm imports my:lib/counters@0.3.1 ([constructor]counter, [method]counter.get, [static]counter.total)

        """)
    let trap = try components.run(
      "count(1, 2)", "count", plugs: ["tally"], options: ["--unknown-imports", "trap"])
    #expect(trap.status == 134)
  }

  /// Nothing can stand for a module until it is called.
  @Test func allMissingModulesAreListed() throws {
    let one = #"(import "a" (core module))"#
    try components.assemble("(component \(one))", as: "one")
    try components.assemble("(component \(one) (import \"b\" (component)))", as: "two")
    #expect(
      try refusal("f()", "one", plugs: [])
        == "one.wasm: error[E0308]: it imports the core module a, which nothing provides; provide it with --plug FILE\n"
    )
    #expect(
      try refusal("f()", "two", plugs: [])
        == """
        two.wasm: error[E0308]: it imports what nothing provides; provide it with --plug FILE:
          the core module a
          the component b

        """)
  }

  @Test func twoPlugsForOneImportAreRefused() throws {
    try components.make("text")
    try components.make("text", as: "other")
    try components.make("text-user")
    #expect(
      try refusal("f(\"\")", "text-user", plugs: ["text", "other"])
        == "swasmc: error[E0303]: text.wasm and other.wasm both satisfy the import my:lib/text@1.0.3 of text-user.wasm; "
        + "leave one of them out\n")
  }

  @Test func plugsThatNeedEachOtherAreRefused() throws {
    func plug(_ name: String, imports: String) throws {
      try components.assemble(
        """
        (component
          (import "my:lib/\(imports)" (instance $i (export "f" (func))))
          (export "my:lib/\(name)" (instance $i)))
        """, as: name)
    }
    try plug("a", imports: "b")
    try plug("b", imports: "a")
    try plug("main", imports: "a")
    #expect(
      try refusal("f()", "main", plugs: ["a", "b"])
        == "swasmc: error[E0303]: plugs cannot import from each other: a.wasm, b.wasm, a.wasm\n")
  }

  @Test func onlyComponentsArePlugged() throws {
    try components.make("text")
    try components.make("text-user")
    try components.assemble("(module)", as: "module")
    #expect(
      try refusal("f()", "module", plugs: ["text"])
        == "swasmc: error[E0303]: --plug is for components, and module.wasm is a core module\n")
    #expect(
      try refusal("f()", "text-user", plugs: ["module"])
        == "module.wasm:0x4: error[E0101]: unknown binary version: this is a core module (version 1), not a component\n"
    )
  }

  /// The offset in the message counts from the start of the plug's own file.
  @Test func aBrokenPlugIsNamed() throws {
    try components.make("text-user")
    let whole = try Data(contentsOf: URL(fileURLWithPath: try components.make("text")))
    try (whole + [0xff, 0]).write(to: URL(fileURLWithPath: try components.path("text.wasm")))
    #expect(
      try refusal("f(\"\")", "text-user", plugs: ["text"])
        == "text.wasm:0x\(String(whole.count, radix: 16)): error[E0101]: malformed section id 255\n"
    )
  }

  // MARK: Layouts

  /// The main component in a directory, the plug in an archive.
  @Test func componentsInLayoutsArePlugged() throws {
    for name in ["text", "text-user"] {
      let file = try components.make(name)
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
      try LayoutWriter(module: bytes).write(to: try components.path(name))
    }
    let archive = try components.path("text.tar")
    try ProcessRun.require("/bin/tar", ["-C", try components.path("text"), "-cf", archive, "."])
    let words = ["--plug", archive, "--invoke", "f(\"abc\")", try components.path("text-user")]
    #expect(try runSwasmc(["run"] + words).outputText == "\"cba\"\n")
    let built = try runSwasmc(words)
    #expect(built.status == 0, "\(built.errorText)")
    let program = try components.path("text-user.out")
    #expect(try ProcessRun.run(program, []).outputText == "\"cba\"\n")
  }

  // MARK: The cache

  @Test func theCacheKnowsPlugs() throws {
    try components.make("text")
    try components.make("text-user")
    let cache = ["SWASMC_CACHE_DIR": try components.path("cache"), "SWASMC_CACHE_SIZE": "1G"]
    func run() throws -> String {
      let swasmc = try #require(workspace.swasmc)
      return try ProcessRun.run(
        swasmc, ["run", "--plug", "text.wasm", "--invoke", "f(\"ab\")", "text-user.wasm"],
        environment: ProcessInfo.processInfo.environment.merging(cache) { $1 },
        directory: try components.scratch.get().path
      ).outputText
    }
    #expect(try run() == "\"ba\"\n")
    #expect(try run() == "\"ba\"\n")
    try components.make(
      "text",
      replacing: [
        ("(i32.store (i32.const 20) (local.get 1))", "(i32.store (i32.const 20) (i32.const 1))")
      ])
    #expect(try run() == "\"b\"\n")
  }
}
