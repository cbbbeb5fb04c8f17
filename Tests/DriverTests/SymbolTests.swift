// The symbol table of an executable names the functions of its module, and what a module calls its functions harms
// neither tools nor the symbols of the runtime.

import System
import Testing
import WasmModule

@testable import Driver
@testable import ObjectFile

@Suite struct SymbolTests {
  private func symbols(
    _ module: TinyModule, strip: Bool = false
  ) throws -> [ElfNamedSymbol] {
    let scratch = try Scratch()
    let input = try InputFile.read(path: try scratch.write("app.wasm", module.bytes))
    var options = CompileOptions()
    options.optimization = .o0
    options.strip = strip
    options.unknownImports = .trap
    let elf = try ElfFile(try compile(input, options))
    guard elf.section(named: ".symtab") != nil else { return [] }
    return try elf.symbols()
  }

  private func text(_ symbol: ElfNamedSymbol) -> String {
    String(decoding: symbol.name, as: UTF8.self)
  }

  /// The first export calls the others: code that nothing reaches is left out. Each has a body of its own.
  private func module(names: [UInt8: String] = [:], exports: [String]) -> TinyModule {
    var module = TinyModule(exports: exports, names: names)
    for (index, name) in exports.enumerated() {
      module.bodies[name] = [0x41, UInt8(index), 0x1a]  // i32.const, drop
    }
    module.bodies[exports[0]] = exports.indices.dropFirst().flatMap { [0x10, UInt8($0)] }
    return module
  }

  @Test func functionsHaveTheirNamesAndSizes() throws {
    let symbols = try symbols(module(names: [1: "_ZN3foo3barEv"], exports: ["_start", "b", "c"]))
    for name in ["_ZN3foo3barEv", "c", "wasm._start"] {
      let found = symbols.filter { text($0) == name }
      #expect(found.count == 1, "\(name)")
      #expect(found.allSatisfy { $0.isFunction && $0.symbol.stSize > 0 }, "\(name)")
    }
    #expect(!symbols.contains { text($0) == "b" }, "the name section comes first")
    #expect(symbols.count == 3, "the runtime has none")
  }

  @Test func aFunctionWithoutAnyNameIsNamedByItsIndex() throws {
    let symbols = try symbols(module(exports: ["_start", ""]))
    #expect(symbols.contains { text($0) == "wasm-function[1]" })
  }

  @Test func importsHaveTheirNames() throws {
    var module = TinyModule(
      imports: [.function("env", "given"), .function("env", "other")], exports: ["_start"],
      names: [0: "mine"])
    module.bodies = ["_start": [0x10, 0, 0x10, 1]]  // calls
    let symbols = try symbols(module)
    for name in ["mine", "env.other"] { #expect(symbols.contains { text($0) == name }) }
  }

  @Test func strippedExecutablesHaveNoSymbols() throws {
    #expect(try symbols(module(exports: ["_start"]), strip: true).isEmpty)
  }

  @Test func hostileNamesForgeNothing() throws {
    let ours = try symbols(module(exports: ["_start"])).map(text).filter { $0 != "wasm._start" }
    let hostile = [
      "_start", "swasm_report_trap", "swasm_anything", "memcpy", "a\nb\u{1b}[31m", "\u{202e}x",
      "x\0y",
      String(repeating: "é", count: 3000), "wasm.swasm_report_trap", "f1.x", "",
    ]
    var names: [UInt8: String] = [:]
    for (index, name) in hostile.enumerated() { names[UInt8(index)] = name }
    let exports = hostile.indices.map { $0 == 0 ? "_start" : "e\($0)" }
    let all = try symbols(module(names: names, exports: exports))
    for name in Set(ours) {
      let counts = (all.count { text($0) == name }, ours.count { $0 == name })
      #expect(counts.0 == counts.1, "\(name)")
    }
    for name in [
      "wasm._start", "wasm.swasm_report_trap", "wasm.memcpy", "a?b?[31m", "?x",
      "x?y", "wasm.swasm_anything", String(repeating: "é", count: 512), "f1.x", "e10",
    ] {
      #expect(all.contains { text($0) == name && $0.isFunction }, "\(name)")
    }
    let isPrintable = all.allSatisfy { !text($0).unicodeScalars.contains(where: \.isHidden) }
    #expect(isPrintable)
    let areLocal = all.allSatisfy { $0.symbol.stInfo >> 4 == Elf.stbLocal }
    #expect(areLocal)
  }
}
