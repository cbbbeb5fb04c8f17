// A name from a module, a command line or a file system never brings characters to a terminal that it obeys.

import System
import Testing

@testable import Driver

/// Characters that a terminal obeys, that break a line, or that change the direction of writing.
private let hostileScalars: [Unicode.Scalar] = {
  let ranges: [ClosedRange<UInt32>] = [
    0x01...0x1f, 0x7f...0x9f, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069, 0x61c...0x61c,
  ]
  return ranges.flatMap { $0.compactMap { Unicode.Scalar($0) } }
}()

private let hostileName =
  "a\u{1b}[31m\u{7}\r\nFAKE: ok\u{9b}1m\u{202e}\u{2066}\u{61c}\u{200f}\u{2028}z"

@Suite struct MessageTests {
  @Test func nothingHostileIsPrintable() {
    for scalar in hostileScalars {
      let message: Message = "<\(String(scalar))>"
      #expect(message.text == "<?>", "U+\(String(scalar.value, radix: 16))")
      let path: Message = "<\(HostString(String(scalar)))>"
      #expect(path.text == "<?>", "U+\(String(scalar.value, radix: 16))")
    }
  }

  @Test func otherTextStays() {
    for text in ["plain ~", "é 日本 e\u{301} 🙂", "شبكة", "न\u{200d}म", "tab-free"] {
      #expect(("\(text)" as Message).text == text)
    }
  }

  @Test func theSourcesOwnLineBreaksStay() {
    #expect(("a\n\("b\nc")\n" as Message).text == "a\nb?c\n")
    #expect(Message(lines: "a\nb\u{1b}").text == "a\nb?")
  }

  @Test func bytesThatAreNoTextAreReplaced() {
    #expect(HostString(bytes: [0x61, 0xff, 0x1b]).description == "a\u{fffd}?")
  }

  @Test func argumentsThatTheParserQuotesBreakNoLine() {
    let quoted = HostString(bytes: Array("x\n\u{9b}é".utf8) + [0xff]).escaped
    let message = Message(parserText: "Error: '\(quoted)' is wrong\nUsage: y")
    #expect(message.text == "Error: 'x??é\u{fffd}' is wrong\nUsage: y")
  }
}

@Suite struct HostileNameTests {
  private let compiler: HostString = "\(Installation.current().executableDirectory)/swasmc"

  /// Runs the compiler in a new directory, where `module` is app.wasm. Checks that its messages are safe.
  private func swasmc(
    _ arguments: [HostString], _ module: TinyModule = TinyModule(exports: ["_start"]),
    lines: Int = 1,
    status: Int32 = 1, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    let scratch = try Scratch()
    try scratch.write("app.wasm", module.bytes)
    let result = try runTool(
      "/bin/sh", ["-c", "cd \"$0\" && exec \"$@\"", scratch.path, compiler] + arguments)
    #expect(result.status == status, "\(result.diagnostics)", sourceLocation: sourceLocation)
    let output = String(decoding: result.output, as: UTF8.self) + result.diagnostics
    for scalar in hostileScalars where scalar != "\n" {
      #expect(!output.unicodeScalars.contains(scalar), sourceLocation: sourceLocation)
    }
    #expect(
      result.diagnostics.split(separator: "\n").count == lines, "\(result.diagnostics)",
      sourceLocation: sourceLocation)
    return output
  }

  @Test func importsAreShownSafely() throws {
    let module = TinyModule(imports: [.function(hostileName, hostileName)], exports: ["_start"])
    #expect(try swasmc(["app.wasm"], module).contains("FAKE"))
    let global = TinyModule(imports: [.global("env", hostileName)], exports: ["_start"])
    #expect(try swasmc(["run", "app.wasm"], global).contains("FAKE"))
  }

  @Test func exportsAreShownSafely() throws {
    let twice = TinyModule(exports: [hostileName, hostileName])
    #expect(try swasmc(["app.wasm"], twice).contains("duplicate export name"))
  }

  @Test func sectionsAreShownSafely() throws {
    var module = TinyModule(exports: ["_start"])
    module.customSections = [hostileName]
    module.imports = [.function("x", "y")]
    _ = try swasmc(["app.wasm"], module)
  }

  @Test func namesOfInvokedExportsAreShownSafely() throws {
    #expect(try swasmc(["run", "--invoke", HostString(hostileName), "app.wasm"]).contains("FAKE"))
    let bytes = HostString(bytes: [0xff, 0x1b])
    #expect(try swasmc(["run", "--invoke", bytes, "app.wasm"]).contains("exports no function"))
    // The module exports another name, which looks the same.
    let composed = TinyModule(exports: ["\u{e9}"])
    _ = try swasmc(["run", "--invoke", "e\u{301}", "app.wasm"], composed)
    _ = try swasmc(["run", "--invoke", "\u{e9}", "app.wasm"], composed, lines: 0, status: 0)
  }

  @Test func fileNamesAreShownSafely() throws {
    let name = HostString(hostileName)
    #expect(try swasmc([name]).contains("cannot read a?[31m"))
    _ = try swasmc(["run", name])
    _ = try swasmc(["bench", name])
    _ = try swasmc(["app.wasm", "-o", "\(name)/x"])
    _ = try swasmc(["app.wasm", "--pgo-use", name])
    _ = try swasmc(["bench", "app.wasm", "--stdin", name])
    _ = try swasmc(["app.wasm", "-o", HostString(bytes: [0x9b, 0xff, 0x2f, 0x78])])
  }

  @Test func wordsOfTheCommandLineAreShownSafely() throws {
    let name = HostString(hostileName)
    _ = try swasmc(["run", "--\(name)", "app.wasm"], lines: 3, status: 64)
    _ = try swasmc(["app.wasm", name], lines: 3, status: 64)
    _ = try swasmc(["app.wasm", "--cpu", name], lines: 11, status: 64)
    _ = try swasmc(["bench", "app.wasm", "--engines", name], lines: 4, status: 64)
    _ = try swasmc(["app.wasm", "--deterministic=\(name)"], lines: 3, status: 64)
  }
}
