// Arguments as text, and results as text.

import ComponentLinking
import TestSupport
import Testing
import WasmComponent
import WasmModule

@Suite(.enabled(if: Text.isAvailable, "`make setup` installs wasm-tools"))
struct WaveTests {
  private static let text = """
    (component
      (type $rec' (record (field "a" u8) (field "b" (option string))))
      (export $rec "rec" (type $rec'))
      (type $fl' (flags "x" "y" "z-z"))
      (export $fl "fl" (type $fl'))
      (type $opts' (record (field "b" (option u8))))
      (export $opts "opts-r" (type $opts'))
      (type $v' (variant (case "none") (case "num" s32)))
      (export $v "v" (type $v'))
      (core module $m
        (memory (export "mem") 1)
        (global $next (mut i32) (i32.const 64))
        (func (export "realloc") (param i32 i32 i32 i32) (result i32)
          (global.set $next (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
          (global.get $next)
          (global.set $next (i32.add (global.get $next) (local.get 3))))
        (func (export "pair") (param i32 i32) (result i32)
          (i32.store (i32.const 8) (local.get 0))
          (i32.store (i32.const 12) (local.get 1))
          (i32.const 8))
        (func (export "v") (param i32 i32) (result i32)
          (i32.store8 (i32.const 8) (local.get 0))
          (i32.store (i32.const 12) (local.get 1))
          (i32.const 8))
        (func (export "same") (param i32) (result i32) (local.get 0)))
      (core instance $m (instantiate $m))
      (func (export "recs") (param "v" (list $rec)) (result (list $rec))
        (canon lift (core func $m "pair") (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
      (func (export "text") (param "v" string) (result string)
        (canon lift (core func $m "pair") (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
      (func (export "chars") (param "v" (list char)) (result (list char))
        (canon lift (core func $m "pair") (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
      (func (export "opts") (param "v" $opts) (result $opts)
        (canon lift (core func $m "v") (memory (core memory $m "mem"))))
      (func (export "flags") (param "v" $fl) (result $fl) (canon lift (core func $m "same")))
      (func (export "var") (param "v" $v) (result $v)
        (canon lift (core func $m "v") (memory (core memory $m "mem")))))
    """

  /// Runs a call as `--invoke` does.
  private func output(_ call: String) throws -> String {
    let directory = try ScratchDirectory()
    let (source, wasm) = (directory.path + "/c.wat", directory.path + "/c.wasm")
    try Self.text.write(toFile: source, atomically: false, encoding: .utf8)
    try ProcessRun.require(
      try Workspace.current.requiredTool("WASM_TOOLS"), ["parse", source, "-o", wasm])
    let swasmc = try #require(Workspace.current.swasmc)
    let result = try ProcessRun.run(swasmc, ["run", "-O0", "--invoke", call, wasm], seconds: 60)
    return result.outputText + result.errorText
  }

  @Test(
    arguments: [
      (
        "recs([{a: 1, b: some(\"x\")}, {b: none, a: 255}, {a: 0}])",
        "[{a: 1, b: some(\"x\")}, {a: 255, b: none}, {a: 0, b: none}]\n"
      ),
      ("recs([{a: 1, b: \"bare\"}])", "[{a: 1, b: some(\"bare\")}]\n"),
      ("text(\"a\\\"\\\\\\n\\t\\u{1F600}é\")", "\"a\\\"\\\\\\n\\t😀é\"\n"),
      ("text(\"\\u{0}\\u{7f}\")", "\"\\u{00}\\u{7f}\"\n"),
      ("chars(['a', '\\'', 'é', '\\u{10ffff}'])", "['a', '\\'', 'é', '\u{10ffff}']\n"),
      (
        "text(\"\\u{9b}é\\u{ad}\\u{7ff}\\u{202e}€😀\\u{e0001}.\")",
        "\"\\u{009b}é\\u{00ad}\u{7ff}\\u{202e}€😀\\u{e0001}.\"\n"
      ),
      ("flags({z-z, x})", "{x, z-z}\n"), ("flags({})", "{}\n"),
      ("var(none)", "none\n"), ("var(num(-5))", "num(-5)\n"),
    ] as [(String, String)])
  func valuesAreReadAndPrinted(call: String, wanted: String) throws {
    #expect(try output(call) == wanted)
  }

  /// The two lists of such characters, of the compiler and of the code that prints, agree.
  @Test func charactersThatHideAreNumbers() throws {
    let hidden = (UInt32(0)...0x10_ffff).compactMap(Unicode.Scalar.init).filter(\.isHidden)
    let neighbours = hidden.flatMap { scalar in
      [scalar.value &- 1, scalar.value, scalar.value + 1].compactMap(Unicode.Scalar.init)
    }
    let chars = ComponentValue.list(neighbours.map(ComponentValue.char))
    var text = String.UnicodeScalarView()
    text.append(contentsOf: neighbours)
    let string = ComponentValue.string(String(text))
    let found = try answers(
      try Text.component(Self.text), [("chars", [chars]), ("text", [string])])
    #expect(found == [chars.waveText, string.waveText])
  }

  /// wasmtime prints a record whose options are all `none` in this way.
  @Test func aRecordMayLeaveOutAllItsFields() throws {
    let text = try output("opts({:})")
    #expect(text == "{b: none}\n")
  }

  @Test(
    arguments: [
      ("recs([{:}])", "the field a is missing"),
      ("recs([{a: 256}])", "no number of type u8"), ("recs([{b: none}])", "the field a is missing"),
      ("recs([{c: 1}])", "no field is named c"), ("text(\"x)", "the quote \" is missing"),
      ("text(\"\\u{d800}\")", "is no character"), ("text()", "too few arguments"),
      ("text(\"a\", 1)", "too many arguments"), ("flags({w})", "no flag is named w"),
      ("var(num)", "a ( is missing"), ("nothing()", "exports no function nothing"),
      ("text", "a call is written as"),
    ] as [(String, String)])
  func mistakesAreNamed(call: String, message: String) throws {
    let text = try output(call)
    #expect(text.contains(message), "\(text)")
  }
}
