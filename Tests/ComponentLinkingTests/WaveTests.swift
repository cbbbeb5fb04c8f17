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
      (func (export "maybes") (param "v" (list (option $v))) (result (list (option $v)))
        (canon lift (core func $m "pair") (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
      (func (export "outcomes") (param "v" (list (result u8 (error (option u8)))))
        (result (list (result u8 (error (option u8)))))
        (canon lift (core func $m "pair") (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
      (func (export "opts") (param "v" $opts) (result $opts)
        (canon lift (core func $m "v") (memory (core memory $m "mem"))))
      (func (export "flags") (param "v" $fl) (result $fl) (canon lift (core func $m "same")))
      (func (export "var") (param "v" $v) (result $v)
        (canon lift (core func $m "v") (memory (core memory $m "mem")))))
    """

  /// Runs a call with `swasmc run --invoke`. Returns what it prints, and the messages.
  private func output(_ call: String, of text: String = Self.text) throws -> String {
    let directory = try ScratchDirectory()
    let (source, wasm) = (directory.path + "/c.wat", directory.path + "/c.wasm")
    try text.write(toFile: source, atomically: false, encoding: .utf8)
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
        "[{a: 1, b: some(\"x\")}, {a: 255}, {a: 0}]\n"
      ),
      ("recs([\t{a: 1\n},{a:\r2\t}])", "[{a: 1}, {a: 2}]\n"),
      ("recs([{a: 1, b: \"bare\"}])", "[{a: 1, b: some(\"bare\")}]\n"),
      ("text(\"a\\\"\\\\\\n\\t\\u{1F600}é\")", "\"a\\\"\\\\\\n\\t😀é\"\n"),
      ("text(\"\\u{0}\\u{1b}\\u{7f}'\")", "\"\\u{0}\\u{1b}\\u{7f}\\'\"\n"),
      (
        "chars(['a', '\\'', '\"', 'é', '\\u{10ffff}'])", "['a', '\\'', '\\\"', 'é', '\u{10ffff}']\n"
      ),
      (
        "text(\"\\u{9b}é\\u{ad}\\u{7ff}\\u{202e}€😀\\u{e0001}.\")",
        "\"\\u{9b}é\\u{ad}\u{7ff}\\u{202e}€😀\\u{e0001}.\"\n"
      ),
      ("flags({z-z, x})", "{x, z-z}\n"), ("flags({})", "{}\n"),
      ("var(%none)", "%none\n"), ("var(none)", "%none\n"), ("var(num(-5))", "num(-5)\n"),
      (
        "maybes([none, some(none), some(%none), %none, some(num(1)), num(2)])",
        "[none, some(%none), some(%none), some(%none), some(num(1)), some(num(2))]\n"
      ),
      ("opts({:})", "{:}\n"), ("opts({b: none})", "{:}\n"),
      (
        "outcomes([ok(1), err(some(2)), err(none), 3])", "[ok(1), err(some(2)), err(none), ok(3)]\n"
      ),
    ] as [(String, String)])
  func valuesAreReadAndPrinted(call: String, wanted: String) throws {
    #expect(try output(call) == wanted)
    // What is printed can be written.
    let name = call.prefix { $0 != "(" }
    #expect(try output("\(name)(\(wanted.dropLast()))") == wanted)
  }

  @Test(
    arguments: [
      ("text(\"\"\"\n\"\"\")", ""), ("text(\"\"\"\na\n\"\"\")", "a"),
      ("text(\"\"\"\r\n    a\r\n  b \\\"\"\"\\u{41}\r\n\r\n  \"\"\")", "  a\\nb \\\"\\\"\\\"A\\n"),
      ("text( // one\n\"//\" // two \" )\n // three\n)", "//"),
    ] as [(String, String)])
  func linesAndCommentsAreRead(call: String, wanted: String) throws {
    #expect(try output(call) == "\"\(wanted)\"\n")
  }

  @Test(
    arguments: [
      ("text(\"\"\"a\n\"\"\")", "a line break must follow"),
      ("text(\"\"\"\na\"\"\")", "on a line of its own"), ("text(\"\"\"\na\n\"\")", "is missing"),
      ("text(\"\"\"\n a\n  \"\"\")", "fewer blanks"), ("text(\"\"\"", "a line break must follow"),
      ("text(\"a\" // )", "a ) is missing"),
    ] as [(String, String)])
  func wrongLinesAreRefused(call: String, why: String) throws {
    let text = try output(call)
    #expect(text.contains(why), "\(text)")
  }

  // MARK: Names of functions

  private static let named = """
    (component
      (core module $m (func (export "f")) (func (export "g") (result i32) (i32.const 7)))
      (core instance $m (instantiate $m))
      (func $f (canon lift (core func $m "f")))
      (func $gg (result u32) (canon lift (core func $m "g")))
      (instance $c (export "get-all" (func $gg)) (export "both" (func $f)))
      (instance $d (export "both" (func $f)))
      (export "a:b/c@1.2.3" (instance $c))
      (export "a:b/d@1.2.3" (instance $d))
      (export "root" (func $f)))
    """

  /// As wasmtime, a function without a result prints `()`.
  @Test(
    arguments: [
      ("root()", "()\n"), ("get-all()", "7\n"), ("a:b/c@1.2.3#get-all()", "7\n"),
      ("a:b/c@1.2.3.get-all()", "7\n"), ("a:b/c#get-all()", "7\n"), ("a:b/c.get-all()", "7\n"),
      ("c.get-all()", "7\n"), ("c@1.2.3#get-all()", "7\n"), ("d.both()", "()\n"),
    ] as [(String, String)])
  func functionsHaveSeveralNames(call: String, wanted: String) throws {
    #expect(try output(call, of: Self.named) == wanted)
  }

  @Test(
    arguments: [
      ("both()", "several interfaces export both"),
      ("d.get-all()", "exports no function d.get-all"),
      ("get-al()", "did you mean get-all? It exports:"),
      ("c.get-al()", "did you mean c.get-all?"),
      ("a:b/c#gte-all()", "did you mean a:b/c#get-all?"), ("toor()", "; it exports:"),
    ] as [(String, String)])
  func otherNamesAreRefused(call: String, why: String) throws {
    let text = try output(call, of: Self.named)
    #expect(text.contains(why), "\(text)")
  }

  // MARK: Floating-point numbers

  private static let floats = """
    (component
      (core module $m
        (memory (export "mem") 1)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64))
        (func (export "f64") (param f64) (result f64) (local.get 0))
        (func (export "f32") (param f32) (result f32) (local.get 0))
        (func (export "pairs") (param i32 i32) (result i32)
          (i32.store (i32.const 8) (local.get 0))
          (i32.store (i32.const 12) (local.get 1))
          (i32.const 8)))
      (core instance $m (instantiate $m))
      (func (export "f64") (param "v" f64) (result f64) (canon lift (core func $m "f64")))
      (func (export "f32") (param "v" f32) (result f32) (canon lift (core func $m "f32")))
      (func (export "pairs") (param "v" (list (tuple f32 (option f64))))
        (result (list (tuple f32 (option f64))))
        (canon lift (core func $m "pairs") (memory (core memory $m "mem"))
          (realloc (core func $m "realloc")))))
    """

  /// wasmtime prints the same: the shortest digits that give back the number, and no exponent.
  @Test(
    arguments: [
      ("f64(nan)", "nan"), ("f32(nan)", "nan"), ("f64(inf)", "inf"), ("f32(-inf)", "-inf"),
      ("f64(-0)", "-0"), ("f32(0)", "0"), ("f64(0.1)", "0.1"), ("f32(0.1)", "0.1"),
      ("f32(-1234.5678)", "-1234.5677"), ("f64(-1234.5678)", "-1234.5678"),
      ("f64(9007199254740993)", "9007199254740992"),
      ("f32(9007199254740993)", "9007199000000000"),
      ("f64(1e21)", "1000000000000000000000"), ("f64(2.5e-8)", "0.000000025"),
      ("f64(5e-324)", "0." + String(repeating: "0", count: 323) + "5"),
      (
        "f64(1.7976931348623157e308)",
        "17976931348623157" + String(repeating: "0", count: 292)
      ),
      ("f32(1e-45)", "0." + String(repeating: "0", count: 44) + "1"),
      ("pairs([(1.5, none), (-0, 2.25)])", "[(1.5, none), (-0, some(2.25))]"),
    ] as [(String, String)])
  func floatsArePrinted(call: String, wanted: String) throws {
    #expect(try output(call, of: Self.floats) == wanted + "\n")
  }

  // MARK: Handles

  @Test(arguments: ["make()", "take(1)", "takes([])"])
  func handlesHaveNoText(call: String) throws {
    let text = try output(
      call,
      of: """
        (component
          (type $r' (resource (rep i32)))
          (export $r "r" (type $r'))
          (core module $m
            (memory (export "mem") 1)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 64))
            (func (export "make") (result i32) (i32.const 1))
            (func (export "take") (param i32))
            (func (export "takes") (param i32 i32)))
          (core instance $m (instantiate $m))
          (func (export "make") (result (own $r)) (canon lift (core func $m "make")))
          (func (export "take") (param "r" (borrow $r)) (canon lift (core func $m "take")))
          (func (export "takes") (param "r" (list (own $r))) (canon lift (core func $m "takes")
            (memory (core memory $m "mem")) (realloc (core func $m "realloc")))))
        """)
    let name = call.prefix { $0 != "(" }
    #expect(
      text.contains(
        "--invoke cannot call \(name): its type has handles of resources, which have no text"),
      "\(text)")
  }

  /// The compiler and the code that prints results have the same list of characters that hide.
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

  @Test(
    arguments: [
      ("recs([{:}])", "the field a is missing"),
      ("recs([{a: 256}])", "no number of type u8"), ("recs([{b: none}])", "the field a is missing"),
      ("recs([{c: 1}])", "no field is named c"), ("text(\"x)", "the closing quote \" is missing"),
      ("text(\"\\u{d800}\")", "is no character"), ("text()", "too few arguments"),
      ("text(\"a\", 1)", "too many arguments"), ("flags({w})", "no flag is named w"),
      ("var(num)", "a ( is missing"), ("outcomes([x])", "no number of type u8"),
      ("nothing()", "exports no function nothing"),
      ("text", "a call is written as"),
    ] as [(String, String)])
  func mistakesAreNamed(call: String, message: String) throws {
    let text = try output(call)
    #expect(text.contains(message), "\(text)")
  }
}
