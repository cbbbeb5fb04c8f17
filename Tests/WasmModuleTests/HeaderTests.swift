// The error about a file that is no module says what kind of file it is.

import Testing
import WasmModule

@Suite struct HeaderTests {
  @Test func emptyModuleIsAccepted() {
    #expect(judge(module()) == nil)
  }

  @Test(
    arguments: [
      ([], "unexpected end: the file has 0 bytes"),
      ([0, 0x61, 0x73], "unexpected end: the file has 3 bytes"),
      (
        Array("(module)".utf8),
        "this is WebAssembly text; convert it with wat2wasm or wasm-tools first"
      ),
      (Array("  ;; a comment\n(module)".utf8), "this is WebAssembly text"),
      ([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0], "this is an ELF file"),
      ([0x1f, 0x8b, 8, 0, 0], "this is a gzip file"),
      (Array("hello, world".utf8), "this is not a WebAssembly file"),
    ] as [([Byte], String)])
  func otherFilesAreNamed(_ bytes: [Byte], _ what: String) {
    let error = judge(bytes)
    #expect(error?.kind == .malformed)
    #expect(error?.message.contains(what) == true, "\(String(describing: error))")
  }

  @Test func componentIsNamed() {
    let error = judge([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0])
    #expect(error?.offset == 4)
    #expect(error?.message.contains("this is a WebAssembly component (version 13)") == true)
  }

  @Test func unknownVersionIsNamed() {
    #expect(judge([0, 0x61, 0x73, 0x6d, 2, 0, 0, 0])?.message == "unknown binary version 2")
  }

  @Test func errorsAreShownWithFileAndHexadecimalOffset() {
    let error = WasmError(.invalid, at: 0x2e, "type mismatch")
    #expect(error.description(file: "bad.wasm") == "bad.wasm:0x2e: type mismatch")
  }
}
