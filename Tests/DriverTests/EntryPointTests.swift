// The function with which a module begins when it is run, and the message about a module that has none. The compiler
// prints it for `run` and `bench`, and an executable prints it when it is started.

import System
import Testing
import WasmModule

@testable import Driver

@Suite struct EntryPointTests {
  private let compiler: HostString = "\(Installation.current().executableDirectory)/swasmc"

  /// Runs `swasmc run`, and an executable. Both must end with the same status.
  private func run(_ module: TinyModule, _ options: [HostString] = []) throws
    -> (atOnce: ToolResult, compiled: ToolResult)
  {
    let scratch = try Scratch()
    let input = try scratch.write("app.wasm", module.bytes)
    let atOnce = try runTool(compiler, ["run"] + options + [input])
    let made = try runTool(compiler, [input, "-o", scratch.file("app")] + options)
    #expect(made.status == 0 && made.diagnostics == "", "\(made.diagnostics)")
    let compiled = try runTool(scratch.file("app"), [])
    #expect(atOnce.status == compiled.status, "\(atOnce.diagnostics)\(compiled.diagnostics)")
    return (atOnce, compiled)
  }

  private static let unreachable: [UInt8] = [0x00]
  /// 0 / 0
  private static let division: [UInt8] = [0x41, 0, 0x41, 0, 0x6d, 0x1a]

  @Test(
    arguments: [
      // The export without a name runs, even if there is another command.
      ([""], [:], "unreachable"), (["", "_start", "f"], [:], "unreachable"),
      (
        ["_start", "_initialize"], ["_start": unreachable, "_initialize": division], "unreachable"
      ),
      // The module is initialized, unless `_start` makes it a command.
      (["", "_initialize"], ["": division, "_initialize": unreachable], "unreachable"),
      (["", "_initialize"], ["": unreachable], "unreachable"),
      (["_initialize"], ["_initialize": unreachable], "unreachable"),
    ] as [([String], [String: [UInt8]], String)])
  func commandsRun(exports: [String], bodies: [String: [UInt8]], trap: String) throws {
    var module = TinyModule(exports: exports)
    module.bodies = bodies.isEmpty ? ["": Self.unreachable, "_start": Self.division] : bodies
    let result = try run(module)
    #expect(result.atOnce.status == 134)
    #expect(result.atOnce.diagnostics.contains("wasm trap: \(trap)"))
    #expect(result.compiled.diagnostics.contains("wasm trap: \(trap)"))
  }

  @Test func aModuleWithNothingToCallSucceeds() throws {
    for exports in [[], ["_initialize"], ["_start"]] {
      #expect(try run(TinyModule(exports: exports)).atOnce.status == 0)
    }
    // A start function runs.
    #expect(try run(TinyModule(exports: ["f"], start: 0)).atOnce.status == 0)
  }

  @Test func aReactorSaysWhatItExports() throws {
    let module = TinyModule(exports: ["_initialize", "add", "odd\u{1b}\n\u{202e}"])
    let result = try run(module)
    #expect(result.atOnce.status == 1)
    let list = "\n  add [] -> []\n  odd??? [] -> []\n"
    for text in [result.atOnce.diagnostics, result.compiled.diagnostics] {
      #expect(text.contains("--invoke NAME"))
      #expect(text.hasSuffix(list), "\(text)")
    }
    #expect(result.atOnce.diagnostics.hasPrefix("swasmc: error[E0302]: "))
    #expect(result.compiled.diagnostics.hasPrefix("app: error[E1101]: this module is no command"))
    #expect(try run(module, ["--invoke", "add"]).atOnce.status == 0)
  }

  @Test func noCodeOfAReactorRuns() throws {
    var module = TinyModule(exports: ["_initialize", "add"])
    module.bodies["_initialize"] = Self.unreachable
    #expect(try run(module).atOnce.status == 1)
  }

  @Test func strippedReactorsKeepTheirNamesToThemselves() throws {
    let result = try run(TinyModule(exports: ["secret"]), ["--strip"])
    #expect(!result.compiled.diagnostics.contains("secret"))
    #expect(result.compiled.status == 1)
  }

  @Test func aReactorIsNoBenchmark() throws {
    let scratch = try Scratch()
    let input = try scratch.write("app.wasm", TinyModule(exports: ["add"]).bytes)
    let result = try runTool(compiler, ["bench", input])
    #expect(result.status == 1)
    #expect(result.diagnostics.hasSuffix("\n  add [] -> []\n"), "\(result.diagnostics)")
  }

  @Test func longListsAndNamesAreCut() throws {
    let exports = (0..<60).map { "f\($0)" + String(repeating: "x", count: 1000) }
    let module = try ModuleDecoder.decode(ModuleBytes(TinyModule(exports: exports).bytes))
    let text = try #require(MissingCommand(module)).message(module: "app.wasm").text
    let lines = text.split(separator: "\n")
    #expect(lines.count == 52)
    #expect(lines.last == "  and 10 more")
    #expect(lines.allSatisfy { $0.count < 220 })
  }
}
