// Random values of random types go through two components and come back. Each component has a random encoding of
// strings, so a string may be transcoded at each of the four crossings.

import ComponentLinking
import TestSupport
import Testing
import WasmComponent

@Suite(.enabled(if: Text.isAvailable, "`make setup` installs wasm-tools"))
struct EchoTests {
  @Test(arguments: 0..<6 as Range<UInt64>)
  func valuesComeBackAsTheyWere(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let calls = ComponentCalls()
    var expected: [(text: String, type: String, number: Int)] = []
    for _ in 0..<8 {
      var generator = TypeGenerator(random: random)
      let type = generator.type(depth: 3)
      let encodings = ["utf8", "utf16", "latin1+utf16"]
      let component = try Text.component(
        echo(
          type.text, generator.definitions, inner: generator.random.pick(encodings),
          outer: generator.random.pick(encodings)))
      for _ in 0..<3 {
        let value = ComponentValue.list(
          (0..<generator.random.below(4)).map { _ in
            type.value(&generator.random)
          })
        let instance = try calls.instantiate(component)
        let number = try calls.call(["echo"], of: instance, [value])
        expected.append((value.waveText, type.text, number))
      }
      random = generator.random
    }
    let directory = try ScratchDirectory()
    let answers = try calls.run(.current, ModuleCompilerOptions(), directory: directory.path)
    for item in expected {
      #expect(answers.text(item.number) == item.text, "type \(item.type), seed \(seed)")
    }
  }

  /// The core functions pass on the address and the length of a list. So the elements lie in the memory of each
  /// component.
  private func echo(_ type: String, _ definitions: String, inner: String, outer: String) -> String {
    let memory = """
        (core module $m
          (memory (export "mem") 1)
          (global $next (mut i32) (i32.const 1024))
          (func (export "realloc") (param $old i32) (param $size i32) (param $align i32) (param $new i32) (result i32)
            (local $at i32)
            (local.set $at (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
            (global.set $next (i32.add (local.get $at) (local.get $new)))
            (if (i32.gt_u (global.get $next) (i32.const 65536)) (then unreachable))
            (memory.copy (local.get $at) (local.get $old)
              (select (local.get $size) (local.get $new) (i32.lt_u (local.get $size) (local.get $new))))
            (local.get $at)))
        (core instance $m (instantiate $m))
      """
    return """
      (component
        (component $inner
          \(definitions)
          \(memory)
          (core module $f
            (import "m" "mem" (memory 1))
            (func (export "echo") (param i32 i32) (result i32)
              (i32.store (i32.const 8) (local.get 0))
              (i32.store (i32.const 12) (local.get 1))
              (i32.const 8)))
          (core instance $f (instantiate $f (with "m" (instance $m))))
          (func (export "echo") (param "v" (list \(type))) (result (list \(type)))
            (canon lift (core func $f "echo") (memory (core memory $m "mem"))
              (realloc (core func $m "realloc")) string-encoding=\(inner))))
        (component $outer
          \(definitions)
          (import "echo" (func $echo (param "v" (list \(type))) (result (list \(type)))))
          \(memory)
          (core func $lowered (canon lower (func $echo) (memory (core memory $m "mem"))
            (realloc (core func $m "realloc")) string-encoding=\(outer)))
          (core module $f
            (import "m" "mem" (memory 1))
            (import "i" "echo" (func $echo (param i32 i32 i32)))
            (func (export "echo") (param i32 i32) (result i32)
              (call $echo (local.get 0) (local.get 1) (i32.const 8))
              (i32.const 8)))
          (core instance $f (instantiate $f (with "m" (instance $m))
            (with "i" (instance (export "echo" (func $lowered))))))
          (func (export "echo") (param "v" (list \(type))) (result (list \(type)))
            (canon lift (core func $f "echo") (memory (core memory $m "mem"))
              (realloc (core func $m "realloc")) string-encoding=\(outer))))
        (instance $i (instantiate $inner))
        (instance $o (instantiate $outer (with "echo" (func $i "echo"))))
        (func (export "echo") (alias export $o "echo")))
      """
  }
}

/// A type in text form, and how to make values of it.
private struct GeneratedType: Sendable {
  let text: String
  let value: @Sendable (inout SeededRandom) -> ComponentValue
}

private struct TypeGenerator {
  var random: SeededRandom
  /// Only types without names of their own are used, so that functions of several components can name them.
  let definitions = ""

  mutating func type(depth: Int) -> GeneratedType {
    if depth == 0 || random.below(3) == 0 { return scalar() }
    switch random.below(5) {
    case 0:
      let element = type(depth: depth - 1)
      return GeneratedType(text: "(list \(element.text))") { random in
        .list((0..<random.below(4)).map { _ in element.value(&random) })
      }
    case 1:
      let fields = (0..<1 + random.below(4)).map { _ in type(depth: depth - 1) }
      return GeneratedType(text: "(tuple \(fields.map(\.text).joined(separator: " ")))") { random in
        .tuple(fields.map { $0.value(&random) })
      }
    case 2:
      let some = type(depth: depth - 1)
      return GeneratedType(text: "(option \(some.text))") { random in
        .option(random.below(2) == 0 ? nil : some.value(&random))
      }
    case 3:
      let (ok, error) = (type(depth: depth - 1), type(depth: depth - 1))
      return GeneratedType(text: "(result \(ok.text) (error \(error.text)))") { random in
        let isOK = random.below(2) == 0
        return .result(isOK: isOK, isOK ? ok.value(&random) : error.value(&random))
      }
    default:
      let error = type(depth: depth - 1)
      return GeneratedType(text: "(result (error \(error.text)))") { random in
        let isOK = random.below(2) == 0
        return .result(isOK: isOK, isOK ? nil : error.value(&random))
      }
    }
  }

  private mutating func scalar() -> GeneratedType {
    func unsigned(_ name: String, _ bits: UInt64) -> GeneratedType {
      GeneratedType(text: name) { .unsigned($0.next() >> (64 - bits)) }
    }
    func signed(_ name: String, _ bits: Int64) -> GeneratedType {
      GeneratedType(text: name) { .signed(Int64(bitPattern: $0.next()) >> (64 - bits)) }
    }
    return random.pick([
      unsigned("u8", 8), unsigned("u16", 16), unsigned("u32", 32), unsigned("u64", 64),
      signed("s8", 8), signed("s16", 16), signed("s32", 32), signed("s64", 64),
      GeneratedType(text: "bool") { .bool($0.below(2) == 0) },
      GeneratedType(text: "f32") { .f32(bits: UInt32(truncatingIfNeeded: $0.next())) },
      GeneratedType(text: "f64") { .f64(bits: $0.next()) },
      GeneratedType(text: "char") { .char(Self.scalar(&$0)) },
      Self.string, Self.string, Self.string,
    ])
  }

  private static let string = GeneratedType(text: "string") { random in
    var text = String.UnicodeScalarView()
    // With `kinds` 1 the whole string is ASCII, with 2 it is Latin-1.
    let kinds = 1 + random.below(4)
    for _ in 0..<random.below(30) { text.append(scalar(&random, kinds: kinds)) }
    return .string(String(text))
  }

  private static func scalar(_ random: inout SeededRandom, kinds: Int = 4) -> Unicode.Scalar {
    let limits: [Int] = [0x80, 0x100, 0x1_0000, 0x11_0000]
    while true {
      let limit = limits[random.below(kinds)]
      if let scalar = Unicode.Scalar(UInt32(random.below(limit))) { return scalar }
    }
  }
}
