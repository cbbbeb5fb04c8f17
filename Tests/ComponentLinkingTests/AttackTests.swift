// What a hostile component can pass: handles that it does not have, addresses and lengths beyond its memory, strings
// in no valid encoding. Each ends in the trap that the specification names.

import ComponentLinking
import TestSupport
import Testing
import WasmComponent

@Suite(.enabled(if: Text.isAvailable, "`make setup` installs wasm-tools"))
struct AttackTests {
  /// A component whose functions call `take` of another one with any arguments.
  private func attacker(_ type: String, inner: String, outer: String, _ attacks: [String]) -> String
  {
    let functions = attacks.enumerated().map { position, attack in
      "(func (export \"f\(position)\") \(attack))"
    }
    let lifts = attacks.indices.map {
      "(func (export \"f\($0)\") (canon lift (core func $f \"f\($0)\")))"
    }
    let exports = attacks.indices.map { "(func (export \"f\($0)\") (alias export $o \"f\($0)\"))" }
    return """
      (component
        (component $inner
          (core module $m
            (memory (export "mem") 1)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
            (func (export "take") (param i32 i32)))
          (core instance $m (instantiate $m))
          (func (export "take") (param "v" \(type))
            (canon lift (core func $m "take") (memory (core memory $m "mem"))
              (realloc (core func $m "realloc")) string-encoding=\(inner))))
        (component $outer
          (import "take" (func $take (param "v" \(type))))
          (core module $m (memory (export "mem") 1))
          (core instance $m (instantiate $m))
          (core func $take (canon lower (func $take) (memory (core memory $m "mem"))
            string-encoding=\(outer)))
          (core module $f
            (import "m" "mem" (memory 1))
            (import "i" "take" (func $take (param i32 i32)))
            \(functions.joined(separator: "\n")))
          (core instance $f (instantiate $f (with "m" (instance $m))
            (with "i" (instance (export "take" (func $take))))))
          \(lifts.joined(separator: "\n")))
        (instance $i (instantiate $inner))
        (instance $o (instantiate $outer (with "take" (func $i "take"))))
        \(exports.joined(separator: "\n")))
      """
  }

  private func outcomes(
    _ type: String, inner: String = "utf8", outer: String = "utf8", _ attacks: [String]
  ) throws -> [String] {
    let component = try Text.component(attacker(type, inner: inner, outer: outer, attacks))
    return try answers(component, attacks.indices.map { ("f\($0)", []) })
  }

  private func take(_ address: String, _ length: String) -> String {
    "(call $take (i32.const \(address)) (i32.const \(length)))"
  }

  @Test func listsBeyondMemoryTrap() throws {
    let attacks = [
      take("0", "8192"), take("8", "8192"), take("-8", "1"), take("0", "0x20000000"),
      take("0", "-1"), take("4", "1"), take("65536", "0"), take("65544", "0"),
    ]
    let outside = "trap list content out-of-bounds"
    // The first list fits into the caller's memory, but not into the rest of the callee's.
    #expect(
      try outcomes("(list u64)", attacks) == [
        "trap realloc return: beyond end of memory", outside, outside, outside, outside,
        "trap unaligned pointer", "", outside,
      ])
  }

  @Test func stringsBeyondMemoryTrap() throws {
    let outside = "trap string content out-of-bounds"
    let attacks = [take("65535", "2"), take("-1", "1"), take("0", "-1"), take("65535", "1")]
    #expect(try outcomes("string", attacks) == [outside, outside, outside, ""])
    #expect(
      try outcomes(
        "string", outer: "utf16", [take("65534", "2"), take("1", "0"), take("0", "0x80000000")])
        == [outside, "trap unaligned pointer", outside])
    // In latin1+utf16 the highest bit of a length is a tag, and does not count.
    #expect(
      try outcomes(
        "string", outer: "latin1+utf16", [take("65534", "0x80000002"), take("65534", "0x80000001")])
        == [outside, ""])
  }

  @Test(arguments: ["utf8", "utf16", "latin1+utf16"])
  func malformedUTF8Traps(inner: String) throws {
    let sequences: [(bytes: [UInt8], isValid: Bool)] = [
      ([0x80], false), ([0xc0, 0x80], false), ([0xc1, 0xbf], false), ([0xc2, 0x80], true),
      ([0xc2], false), ([0xc2, 0x41], false), ([0xe0, 0x9f, 0xbf], false),
      ([0xe0, 0xa0, 0x80], true), ([0xed, 0x9f, 0xbf], true), ([0xed, 0xa0, 0x80], false),
      ([0xee, 0x80, 0x80], true), ([0xef, 0xbf], false), ([0xf0, 0x8f, 0xbf, 0xbf], false),
      ([0xf0, 0x90, 0x80, 0x80], true), ([0xf4, 0x8f, 0xbf, 0xbf], true),
      ([0xf4, 0x90, 0x80, 0x80], false), ([0xf5, 0x80, 0x80, 0x80], false), ([0xff], false),
      (Array("12345678".utf8) + [0xff], false), ([0x31, 0x32, 0xff] + Array("345678".utf8), false),
    ]
    let outcomes = try outcomes(
      "string", inner: inner,
      sequences.map { sequence in
        let stores = sequence.bytes.enumerated().map { position, byte in
          "(i32.store8 (i32.const \(100 + position)) (i32.const \(byte)))"
        }
        return stores.joined() + take("100", "\(sequence.bytes.count)")
      })
    for (sequence, outcome) in zip(sequences, outcomes) {
      #expect(outcome.isEmpty == sequence.isValid, "\(sequence.bytes): \(outcome)")
      #expect(sequence.isValid || outcome.contains("utf-8"))
    }
  }

  @Test(arguments: ["utf8", "utf16", "latin1+utf16"])
  func malformedUTF16Traps(inner: String) throws {
    let sequences: [(units: [UInt16], isValid: Bool)] = [
      ([0xd800], false), ([0xdc00], false), ([0xd800, 0x41], false), ([0xd800, 0xd800], false),
      ([0xdc00, 0xd800], false), ([0xd800, 0xdc00], true), ([0xdbff, 0xdfff], true),
      ([0xd7ff, 0xe000], true),
    ]
    let outcomes = try outcomes(
      "string", inner: inner, outer: "utf16",
      sequences.map { sequence in
        let stores = sequence.units.enumerated().map { position, unit in
          "(i32.store16 (i32.const \(100 + 2 * position)) (i32.const \(unit)))"
        }
        return stores.joined() + take("100", "\(sequence.units.count)")
      })
    for (sequence, outcome) in zip(sequences, outcomes) {
      #expect(outcome == (sequence.isValid ? "" : "trap invalid utf-16"), "\(sequence.units)")
    }
  }

  // MARK: Handles

  @Test func unknownHandlesTrap() throws {
    let component = try Text.component(
      """
      (component
        (component $C
          (type $R' (resource (rep i32)))
          (export $R "r" (type $R'))
          (core module $m
            (func (export "make") (param i32) (result i32) unreachable)
            (func (export "borrow") (param i32))
            (func (export "own") (param i32)))
          (core instance $m (instantiate $m))
          (core func $new (canon resource.new $R'))
          (core module $n
            (import "i" "new" (func $new (param i32) (result i32)))
            (func (export "make") (result i32) (call $new (i32.const 7))))
          (core instance $n (instantiate $n (with "i" (instance (export "new" (func $new))))))
          (func (export "make") (result (own $R)) (canon lift (core func $n "make")))
          (func (export "borrow") (param "r" (borrow $R)) (canon lift (core func $m "borrow")))
          (func (export "own") (param "r" (own $R)) (canon lift (core func $m "own"))))
        (component $D
          (import "c" (instance $c
            (export "r" (type $R (sub resource)))
            (export "make" (func (result (own $R))))
            (export "borrow" (func (param "r" (borrow $R))))
            (export "own" (func (param "r" (own $R))))))
          (alias export $c "r" (type $R))
          (type $S (resource (rep i32)))
          (core func $make (canon lower (func $c "make")))
          (core func $borrow (canon lower (func $c "borrow")))
          (core func $own (canon lower (func $c "own")))
          (core func $drop (canon resource.drop $R))
          (core func $new-s (canon resource.new $S))
          (core func $rep-s (canon resource.rep $S))
          (core module $f
            (import "i" "make" (func $make (result i32)))
            (import "i" "borrow" (func $borrow (param i32)))
            (import "i" "own" (func $own (param i32)))
            (import "i" "drop" (func $drop (param i32)))
            (import "i" "new-s" (func $new-s (param i32) (result i32)))
            (import "i" "rep-s" (func $rep-s (param i32) (result i32)))
            (func (export "forged") (call $borrow (i32.const 1)))
            (func (export "far") (call $own (i32.const 0x10000000)))
            (func (export "zero") (drop (call $make)) (call $drop (i32.const 0)))
            (func (export "twice") (local i32)
              (local.set 0 (call $make)) (call $drop (local.get 0)) (call $drop (local.get 0)))
            (func (export "moved") (local i32)
              (local.set 0 (call $make)) (call $own (local.get 0)) (call $borrow (local.get 0)))
            (func (export "other") (call $borrow (call $new-s (i32.const 1))))
            (func (export "peek") (drop (call $rep-s (call $make))))
            (func (export "fine") (local i32)
              (local.set 0 (call $make)) (call $borrow (local.get 0)) (call $borrow (local.get 0))
              (call $own (local.get 0))))
          (core instance $f (instantiate $f (with "i" (instance
            (export "make" (func $make)) (export "borrow" (func $borrow)) (export "own" (func $own))
            (export "drop" (func $drop)) (export "new-s" (func $new-s))
            (export "rep-s" (func $rep-s))))))
          (func (export "forged") (canon lift (core func $f "forged")))
          (func (export "far") (canon lift (core func $f "far")))
          (func (export "zero") (canon lift (core func $f "zero")))
          (func (export "twice") (canon lift (core func $f "twice")))
          (func (export "moved") (canon lift (core func $f "moved")))
          (func (export "other") (canon lift (core func $f "other")))
          (func (export "peek") (canon lift (core func $f "peek")))
          (func (export "fine") (canon lift (core func $f "fine"))))
        (instance $c (instantiate $C))
        (instance $d (instantiate $D (with "c" (instance $c))))
        (func (export "forged") (alias export $d "forged"))
        (func (export "far") (alias export $d "far"))
        (func (export "zero") (alias export $d "zero"))
        (func (export "twice") (alias export $d "twice"))
        (func (export "moved") (alias export $d "moved"))
        (func (export "other") (alias export $d "other"))
        (func (export "peek") (alias export $d "peek"))
        (func (export "fine") (alias export $d "fine")))
      """)
    let unknown = "trap unknown handle index"
    let wrong = "trap handle index used with the wrong type"
    let wanted = [
      ("forged", unknown), ("far", unknown), ("zero", unknown), ("twice", unknown),
      ("moved", unknown), ("other", wrong), ("peek", wrong), ("fine", ""),
    ]
    #expect(try answers(component, wanted.map { ($0.0, []) }) == wanted.map(\.1))
  }

  // MARK: Exceptions

  /// The realloc that throws belongs to the instance that is called, or to the one that calls. The caller's handler
  /// gets no exception.
  @Test func anExceptionDoesNotCrossThroughRealloc() throws {
    let realloc = """
      (tag $t)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (throw $t))
      """
    let component = try Text.component(
      """
      (component
        (component $B
          (core module $m
            (memory (export "mem") 1)
            \(realloc)
            (func (export "take") (param i32 i32))
            (func (export "give") (result i32) (i32.store (i32.const 8) (i32.const 4)) (i32.const 4)))
          (core instance $m (instantiate $m))
          (func (export "take") (param "v" string)
            (canon lift (core func $m "take") (memory (core memory $m "mem"))
              (realloc (core func $m "realloc"))))
          (func (export "give") (result string)
            (canon lift (core func $m "give") (memory (core memory $m "mem")))))
        (component $A
          (import "take" (func $take (param "v" string)))
          (import "give" (func $give (result string)))
          (core module $m (memory (export "mem") 1) \(realloc))
          (core instance $m (instantiate $m))
          (core func $take (canon lower (func $take) (memory (core memory $m "mem"))))
          (core func $give (canon lower (func $give) (memory (core memory $m "mem"))
            (realloc (core func $m "realloc"))))
          (core module $f
            (import "i" "take" (func $take (param i32 i32)))
            (import "i" "give" (func $give (param i32)))
            (func (export "take")
              (block $h (try_table (catch_all $h) (call $take (i32.const 0) (i32.const 1)))))
            (func (export "give")
              (block $h (try_table (catch_all $h) (call $give (i32.const 16))))))
          (core instance $f (instantiate $f (with "i" (instance
            (export "take" (func $take)) (export "give" (func $give))))))
          (func (export "take") (canon lift (core func $f "take")))
          (func (export "give") (canon lift (core func $f "give"))))
        (instance $b (instantiate $B))
        (instance $a (instantiate $A (with "take" (func $b "take")) (with "give" (func $b "give"))))
        (func (export "take") (alias export $a "take"))
        (func (export "give") (alias export $a "give")))
      """)
    let trap = "trap uncaught exception"
    let found = try answers(component, [("take", []), ("give", [])])
    #expect(found.allSatisfy { $0.hasPrefix(trap) }, "\(found)")
  }

  // MARK: Types of exports

  /// The type that an export is given has a resource of its own. It is the resource of the instance that is exported.
  @Test func aResourceOfAnExportsTypeIsThatOfItsInstance() throws {
    let component = try Text.component(
      """
      (component
        (type $r (resource (rep i32)))
        (instance $i (export "r" (type $r)))
        (export $j "j" (instance $i) (instance (export "r" (type (sub resource)))))
        (alias export $j "r" (type $s))
        (core func $new (canon resource.new $r))
        (core func $drop (canon resource.drop $s))
        (core module $m
          (import "i" "new" (func $new (param i32) (result i32)))
          (import "i" "drop" (func $drop (param i32)))
          (func (export "f") (result i32) (call $drop (call $new (i32.const 5))) (i32.const 7)))
        (core instance $m (instantiate $m (with "i" (instance
          (export "new" (func $new)) (export "drop" (func $drop))))))
        (func (export "f") (result u32) (canon lift (core func $m "f"))))
      """)
    #expect(try answers(component, [("f", [])]) == ["7"])
  }
}
