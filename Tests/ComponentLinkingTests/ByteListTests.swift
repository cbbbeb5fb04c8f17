// Lists whose elements are copied by vectors (CopyBytes.swift): what the callee finds in its memory, byte for byte.

import ComponentLinking
import TestSupport
import Testing
import WasmComponent

@Suite(.enabled(if: Text.isAvailable, "`make setup` installs wasm-tools"))
struct ByteListTests {
  /// A type of elements, and what becomes of each of their bytes: `k` is kept, `b` is a bool, `p` is padding, `e` is
  /// one of three cases; of a digit, so many bits are kept.
  struct Element: Sendable {
    let type: String
    let bytes: String

    static let all: [Element] = [
      Element(type: "bool", bytes: "b"),
      Element(type: "(tuple u8 bool)", bytes: "kb"),
      Element(type: "(tuple bool u8 bool)", bytes: "bkb"),
      Element(type: "(tuple u32 u8)", bytes: "kkkkkppp"),
      Element(type: "(tuple u32 f32 bool)", bytes: "kkkkkkkkbppp"),
      Element(type: "(tuple u64 f64 u16 bool)", bytes: "kkkkkkkkkkkkkkkkkkbppppp"),
      Element(type: "(tuple bool (tuple bool u16) s64)", bytes: "bpbpkkppkkkkkkkk"),
      Element(type: "$f3", bytes: "3"),
      Element(type: "(tuple $f9 bool $f3)", bytes: "81b3"),
      Element(type: "(tuple u8 $f20 $f3)", bytes: "kppp88403ppp"),
      Element(type: "(tuple $e u16)", bytes: "epkk"),
      Element(type: "$e", bytes: "e"),
      Element(type: "(tuple $e bool $f3)", bytes: "eb3"),
      // Longer than a vector, and neither ends where the other does.
      Element(
        type: "(tuple" + String(repeating: " bool u8", count: 9) + " u8)",
        bytes: String(repeating: "bk", count: 9) + "k"),
      // Its groups fit only with an overlap.
      Element(
        type: "(tuple" + String(repeating: " bool u8 $f3", count: 11) + " $e)",
        bytes: String(repeating: "bk3", count: 11) + "e"),
      // Too long for vectors.
      Element(
        type: "(tuple" + String(repeating: " bool", count: 257) + ")",
        bytes: String(repeating: "b", count: 257)),
    ]

    /// Random bytes of a caller.
    func source(_ count: Int, _ random: inout some RandomNumberGenerator) -> [UInt8] {
      (0..<count).flatMap { _ in
        bytes.map { kind in
          switch kind {
          case "e": UInt8.random(in: 0...2, using: &random)
          case "b": [0, 0, 1, 2, 0x80, 0xff].randomElement(using: &random) ?? 0
          case "p": UInt8.random(in: 1...255, using: &random)
          default: UInt8.random(in: 0...255, using: &random)
          }
        }
      }
    }

    /// What the callee must get.
    func copy(of source: [UInt8]) -> [UInt8] {
      let kinds = Array(bytes)
      return source.enumerated().map { position, byte in
        let kind = kinds[position % kinds.count]
        if let bits = kind.wholeNumberValue { return byte & UInt8((1 << bits) - 1) }
        return kind == "b" ? (byte == 0 ? 0 : 1) : kind == "p" ? 0 : byte
      }
    }
  }

  private static func definitions(_ isImport: Bool) -> String {
    let types = [
      "f3": #"(flags "a" "b" "c")"#,
      "f9": "(flags \((0..<9).map { "\"a\($0)\"" }.joined(separator: " ")))",
      "f20": "(flags \((0..<20).map { "\"a\($0)\"" }.joined(separator: " ")))",
      "e": #"(enum "x" "y" "z")"#,
    ]
    return types.sorted { $0.key < $1.key }.map { name, type in
      isImport
        ? "(type $\(name)' \(type)) (import \"\(name)\" (type $\(name) (eq $\(name)')))"
        : "(type $\(name)' \(type)) (export $\(name) \"\(name)\" (type $\(name)'))"
    }.joined(separator: "\n")
  }

  private static let sourceAddress = 4096
  private static let targetAddress = 16384
  /// Bytes around the copy that must stay as they are.
  private static let margin = 32

  /// A component whose export `f` passes a list of `count` elements from the caller's memory, and returns the callee's
  /// memory where they are, with a margin before and after. Unless `at` is 0, it first sets byte `at` - 1 of the list.
  private static func component(_ element: Element, _ source: [UInt8]) -> String {
    let data = source.map { "\\" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let names = ["e", "f20", "f3", "f9"]
    return """
      (component
        (component $inner
          \(definitions(false))
          (core module $m
            (memory (export "mem") 1)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const \(targetAddress)))
            (func (export "take") (param i32 i32) (result i32)
              (i32.store (i32.const 8) (i32.sub (local.get 0) (i32.const \(margin))))
              (i32.store (i32.const 12)
                (i32.add (i32.mul (local.get 1) (i32.const \(element.bytes.count))) (i32.const \(2 * margin))))
              (i32.const 8)))
          (core instance $m (instantiate $m))
          (func (export "take") (param "v" (list \(element.type))) (result (list u8))
            (canon lift (core func $m "take") (memory (core memory $m "mem"))
              (realloc (core func $m "realloc")))))
        (component $outer
          \(definitions(true))
          (import "take" (func $take (param "v" (list \(element.type))) (result (list u8))))
          (core module $m
            (memory (export "mem") 1)
            (data (i32.const \(sourceAddress)) "\(data)")
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const \(targetAddress))))
          (core instance $m (instantiate $m))
          (core func $take (canon lower (func $take) (memory (core memory $m "mem"))
            (realloc (core func $m "realloc"))))
          (core module $f
            (import "m" "mem" (memory 1))
            (import "i" "take" (func $take (param i32 i32 i32)))
            (func (export "f") (param $count i32) (param $at i32) (param $byte i32) (result i32)
              (if (local.get $at)
                (then (i32.store8 (i32.add (local.get $at) (i32.const \(sourceAddress - 1))) (local.get $byte))))
              (call $take (i32.const \(sourceAddress)) (local.get $count) (i32.const 16))
              (i32.const 16)))
          (core instance $f (instantiate $f (with "m" (instance $m))
            (with "i" (instance (export "take" (func $take))))))
          (func (export "f") (param "count" u32) (param "at" u32) (param "byte" u32) (result (list u8))
            (canon lift (core func $f "f") (memory (core memory $m "mem")))))
        (instance $i (instantiate $inner))
        (instance $o (instantiate $outer
          \(names.map { "(with \"\($0)\" (type $i \"\($0)\"))" }.joined(separator: " "))
          (with "take" (func $i "take"))))
        (func (export "f") (alias export $o "f")))
      """
  }

  private static func call(_ count: Int, at: Int = 0, byte: UInt64 = 0)
    -> (name: String, arguments: [ComponentValue])
  {
    ("f", [.unsigned(UInt64(count)), .unsigned(UInt64(at)), .unsigned(byte)])
  }

  @Test(arguments: Element.all) func eachByteBecomesWhatItsTypeSays(element: Element) throws {
    var random = SeededRandom(seed: 1)
    let size = element.bytes.count
    // Lengths around the groups of vectors, whatever they are.
    let counts =
      Array(0...9) + [15, 16, 17, 31, 32, 33, 63, 64, 65, 129].filter { $0 * size < 8192 }
    let most = counts.max() ?? 0
    let source = element.source(most, &random)
    let component = try Text.component(Self.component(element, source))
    let calls = ComponentCalls()
    let instance = try calls.instantiate(component)
    let numbers = try counts.map {
      let (name, arguments) = Self.call($0)
      return try calls.call([name], of: instance, arguments)
    }
    let directory = try ScratchDirectory()
    let answers = try calls.run(.current, ModuleCompilerOptions(), directory: directory.path)
    let found = numbers.map(answers.text)
    let margin = [UInt8](repeating: 0, count: Self.margin)
    let wanted = counts.map { count -> String in
      let bytes = margin + element.copy(of: Array(source.prefix(count * size))) + margin
      return "[" + bytes.map(String.init).joined(separator: ", ") + "]"
    }
    #expect(found == wanted)
  }

  /// A case that does not exist is found wherever it is in the list.
  @Test(arguments: Element.all.filter { $0.bytes.contains("e") })
  func wrongCasesTrapAtEachPlace(element: Element) throws {
    var random = SeededRandom(seed: 2)
    let count = 70
    let bytes = Array(element.bytes)
    let source = element.source(count, &random)
    let all = (0..<count * bytes.count).filter { bytes[$0 % bytes.count] == "e" }
    let places = stride(from: 0, to: all.count, by: 9).map { all[$0] } + all.suffix(1)
    let calls = places.map { Self.call(count, at: $0 + 1, byte: $0 % 2 == 0 ? 3 : 255) }
    // A wrong case behind the list is none of its business.
    let behind = Self.call(count - 1, at: (all.last ?? 0) + 1, byte: 3)
    let component = try Text.component(Self.component(element, source))
    let found = try answers(component, calls + [behind])
    #expect(found.dropLast().allSatisfy { $0 == "trap invalid variant discriminant" })
    #expect(found.last?.hasPrefix("[0, 0") == true)
  }
}
