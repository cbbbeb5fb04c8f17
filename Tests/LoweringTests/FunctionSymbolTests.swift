// Symbols of functions can be read again, whatever the functions are called.

import Testing
import WasmModule
import WasmProgram

@testable import Lowering

@Suite struct FunctionSymbolTests {
  @Test(arguments: [
    nil, "", "name", "two words", "\u{1f600}.cold", String(repeating: "x", count: 300), ".rest",
  ])
  func whatWasAppendedIsToldFromTheName(name: String?) throws {
    for instance in [0, 7] {
      let prefix = FunctionSymbol.prefix(InstanceIndex(UInt32(instance)))
      let text = FunctionSymbol.text(prefix: prefix, FunctionIndex(12), name: name)
      for appended in ["", ".rest.3"] {
        let symbol = try #require(FunctionSymbol(Array((text + appended).utf8)[...]))
        #expect(symbol.instance.int == instance)
        #expect(symbol.index.int == 12)
        #expect(Array(symbol.appended(toName: name)) == Array(appended.utf8))
      }
    }
  }

  @Test(arguments: [
    "", "f", "i", "i1", "i1.", "f1x", "i1f2", "initialize", "i2.initialize", "invoke.3",
    "swasm_trap",
    "f99999999999", "i.f1", "f+1", "F1",
  ])
  func otherSymbolsAreNotThoseOfFunctions(text: String) {
    #expect(FunctionSymbol(Array(text.utf8)[...]) == nil)
  }
}
