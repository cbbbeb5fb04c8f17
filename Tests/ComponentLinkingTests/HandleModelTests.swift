// Long random sequences of operations on handles, compared with a model of the specification's tables. Every resource
// has its own representation, and no other resource ever gets the same. So the test notices a handle that stands for
// the wrong resource, even if another handle had its index before.
// Spec: CanonicalABI.md, Table State, Resource State.

import ComponentLinking
import TestSupport
import Testing
import WasmComponent

/// The handles of one instance: indices from 1 on; the one that was freed last is used first.
private struct ModelTable {
  private(set) var handles: [Int: Int] = [:]
  private var free: [Int] = []
  private(set) var used = 0

  mutating func add(_ representation: Int) -> Int {
    if free.isEmpty {
      used += 1
      free.append(used)
    }
    let index = free.removeLast()
    handles[index] = representation
    return index
  }

  mutating func remove(_ index: Int) -> Int {
    free.append(index)
    return handles.removeValue(forKey: index) ?? 0
  }

  func random(_ random: inout SeededRandom) -> (index: Int, representation: Int)? {
    let indices = handles.keys.sorted()
    guard !indices.isEmpty else { return nil }
    let index = random.pick(indices)
    return (index, handles[index] ?? 0)
  }
}

/// A sequence of operations of the component `$User` below. The component `$Keeper` keeps handles for it.
private struct Sequence {
  private var random: SeededRandom
  private var (mine, kept) = (ModelTable(), ModelTable())
  private var made = 0
  private(set) var code = ""

  init(seed: UInt64, operations: Int) {
    random = SeededRandom(seed: seed)
    for _ in 0..<operations { step() }
  }

  private mutating func expect(_ call: String, _ value: Int) {
    code += "(call $expect (call \(call)) (i32.const \(value)))\n"
  }

  private func text(_ name: String, _ index: Int) -> String { "$\(name) (i32.const \(index))" }

  private mutating func step() {
    let operation = random.below(10)
    if operation < 3 {
      made += 1
      // Large and far apart, so that no index and no address can pass for a representation.
      let representation = made * 1_000_003
      return expect(text("make", representation), mine.add(representation))
    }
    if let (index, representation) = mine.random(&random) {
      switch operation {
      case 3:
        code += "(call \(text("drop", index)))\n"
        expect("$last", mine.remove(index))
      case 4: expect(text("look", index), representation)
      case 5:
        // `$Keeper` has a handle meanwhile.
        _ = kept.remove(kept.add(representation))
        expect(text("lend", index), representation)
      case 6: expect(text("keep", index), kept.add(mine.remove(index)))
      default: break
      }
    }
    if let (index, representation) = kept.random(&random) {
      switch operation {
      case 7: expect(text("peek", index), representation)
      case 8: expect(text("give", index), mine.add(kept.remove(index)))
      case 9:
        code += "(call \(text("forget", index)))\n"
        expect("$last", kept.remove(index))
      default: break
      }
    }
  }

  /// The sequence, and then the use of an index that has no handle.
  mutating func ending(_ use: String) -> String {
    let absent = (0...mine.used + 1).filter { mine.handles[$0] == nil }
    let isDrop = use == "drop"
    return code
      + "(\(isDrop ? "" : "drop (")call \(text(use, random.pick(absent))))\(isDrop ? "" : ")")"
  }
}

@Suite(.enabled(if: Text.isAvailable, "`make setup` installs wasm-tools"))
struct HandleModelTests {
  /// - Parameter code: The body of the export `f`.
  private static func component(_ code: String) -> String {
    """
    (component
      (component $Owner
        (core module $d
          (global $last (mut i32) (i32.const 0))
          (func (export "destroy") (param i32) (global.set $last (local.get 0)))
          (func (export "last") (result i32) (global.get $last) (global.set $last (i32.const 0)))
          (func (export "look") (param i32) (result i32) (local.get 0)))
        (core instance $d (instantiate $d))
        (type $R' (resource (rep i32) (dtor (core func $d "destroy"))))
        (export $R "r" (type $R'))
        (core func $new (canon resource.new $R'))
        (func (export "make") (param "representation" u32) (result (own $R)) (canon lift (core func $new)))
        (func (export "look") (param "r" (borrow $R)) (result u32) (canon lift (core func $d "look")))
        (func (export "last") (result u32) (canon lift (core func $d "last"))))
      (component $Keeper
        (import "r" (type $R (sub resource)))
        (import "look" (func $look (param "r" (borrow $R)) (result u32)))
        (core func $look (canon lower (func $look)))
        (core func $drop (canon resource.drop $R))
        (core module $m
          (import "i" "look" (func $look (param i32) (result i32)))
          (import "i" "drop" (func $drop (param i32)))
          (func (export "same") (param i32) (result i32) (local.get 0))
          (func (export "lend") (param i32) (result i32)
            (call $look (local.get 0)) (call $drop (local.get 0)))
          (func (export "peek") (param i32) (result i32) (call $look (local.get 0)))
          (func (export "forget") (param i32) (call $drop (local.get 0))))
        (core instance $m (instantiate $m (with "i" (instance
          (export "look" (func $look)) (export "drop" (func $drop))))))
        (func (export "keep") (param "r" (own $R)) (result u32) (canon lift (core func $m "same")))
        (func (export "give") (param "n" u32) (result (own $R)) (canon lift (core func $m "same")))
        (func (export "lend") (param "r" (borrow $R)) (result u32) (canon lift (core func $m "lend")))
        (func (export "peek") (param "n" u32) (result u32) (canon lift (core func $m "peek")))
        (func (export "forget") (param "n" u32) (canon lift (core func $m "forget"))))
      (component $User
        (import "r" (type $R (sub resource)))
        (import "make" (func $make (param "representation" u32) (result (own $R))))
        (import "look" (func $look (param "r" (borrow $R)) (result u32)))
        (import "last" (func $last (result u32)))
        (import "keep" (func $keep (param "r" (own $R)) (result u32)))
        (import "give" (func $give (param "n" u32) (result (own $R))))
        (import "lend" (func $lend (param "r" (borrow $R)) (result u32)))
        (import "peek" (func $peek (param "n" u32) (result u32)))
        (import "forget" (func $forget (param "n" u32)))
        \(Self.functions.map { "(core func $\($0) (canon lower (func $\($0))))" }.joined(separator: "\n"))
        (core func $drop (canon resource.drop $R))
        (core module $m
          \(Self.functions.map { "(import \"i\" \"\($0)\" (func $\($0) \(Self.coreType(of: $0))))" }
              .joined(separator: "\n"))
          (import "i" "drop" (func $drop (param i32)))
          (func $expect (param i32 i32)
            (if (i32.ne (local.get 0) (local.get 1)) (then unreachable)))
          (func (export "f") \(code)))
        (core instance $m (instantiate $m (with "i" (instance
          \((Self.functions + ["drop"]).map { "(export \"\($0)\" (func $\($0)))" }.joined(separator: "\n"))))))
        (func (export "f") (canon lift (core func $m "f"))))
      (instance $owner (instantiate $Owner))
      (alias export $owner "r" (type $R))
      (instance $keeper (instantiate $Keeper (with "r" (type $R)) (with "look" (func $owner "look"))))
      (instance $user (instantiate $User (with "r" (type $R))
        \(["make", "look", "last"].map { "(with \"\($0)\" (func $owner \"\($0)\"))" }.joined(separator: " "))
        \(["keep", "give", "lend", "peek", "forget"].map { "(with \"\($0)\" (func $keeper \"\($0)\"))" }
            .joined(separator: " "))))
      (func (export "f") (alias export $user "f")))
    """
  }

  private static let functions = [
    "make", "look", "last", "keep", "give", "lend", "peek", "forget",
  ]

  private static func coreType(of name: String) -> String {
    switch name {
    case "last": "(result i32)"
    case "forget": "(param i32)"
    default: "(param i32) (result i32)"
    }
  }

  /// Each sequence ends with the use of an index that has no handle.
  @Test(arguments: [(1, "look"), (2, "drop"), (3, "keep"), (4, "lend")] as [(UInt64, String)])
  func handlesStandForTheirResources(seed: UInt64, use: String) throws {
    var sequence = Sequence(seed: seed, operations: 400)
    let component = try Text.component(Self.component(sequence.ending(use)))
    #expect(try answers(component, [("f", [])]) == ["trap unknown handle index"])
  }

  @Test func aSequenceWithoutMistakesReturns() throws {
    let code = Sequence(seed: 5, operations: 400).code
    #expect(try answers(try Text.component(Self.component(code)), [("f", [])]) == [""])
  }
}
