// Traps of the canonical ABI that the official suite and AttackTests do not test, or not in every way. Tests/README.md
// lists every condition with its tests.

import ComponentLinking
import TestSupport
import Testing
import WasmComponent

/// A component with two parts. The inner one exports `take`. Its realloc gives a bad address at a call that the outer
/// one chose with `plan`. The outer one has functions that call both. It has such a realloc too, with `plan-own`.
private struct Pair {
  var definitions = ""
  let type: String
  let core: String
  var result = ""
  var coreResult = ""
  var body = ""
  var inner = "utf8"
  var outer = "utf8"
  var pages = 1

  private var allocator: String {
    """
    (global $at (mut i32) (i32.const 1024))
    (global $calls (mut i32) (i32.const 0))
    (global $bad (mut i32) (i32.const 0))
    (global $address (mut i32) (i32.const 0))
    (func (export "plan") (param i32 i32)
      (global.set $bad (local.get 0)) (global.set $address (local.get 1)))
    (func $realloc (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (if (i32.eq (global.get $calls) (global.get $bad)) (then (return (global.get $address))))
      (global.set $at (i32.add (global.get $at) (i32.const 64)))
      (memory.copy (global.get $at) (local.get 0) (local.get 1))
      (global.get $at))
    """
  }

  private var options: String {
    "(memory (core memory $m \"mem\")) (realloc (core func $m \"realloc\"))"
  }

  /// - Parameter functions: The bodies of the outer part's functions f0, f1 and so on.
  func text(_ functions: [String]) -> String {
    let cores = functions.enumerated().map { "(func (export \"f\($0)\") \($1))" }
    let lifts = functions.indices.map {
      "(func (export \"f\($0)\") (canon lift (core func $f \"f\($0)\")))"
    }
    let exports = functions.indices.map {
      "(func (export \"f\($0)\") (alias export $o \"f\($0)\"))"
    }
    let signature = "(param \"v\" \(type)) \(result.isEmpty ? "" : "(result \(result))")"
    let lowered =
      coreResult.isEmpty ? "(param \(core))" : "(param \(core) i32)"
    return """
      (component
        (component $inner
          \(definitions)
          (core module $m
            (memory (export "mem") \(pages))
            \(allocator)
            (func (export "take") (param \(core)) \(coreResult) \(body)))
          (core instance $m (instantiate $m))
          (func (export "take") \(signature)
            (canon lift (core func $m "take") \(options) string-encoding=\(inner)))
          (func (export "plan") (param "c" u32) (param "a" u32)
            (canon lift (core func $m "plan"))))
        (component $outer
          \(definitions)
          (import "take" (func $take \(signature)))
          (import "plan" (func $plan (param "c" u32) (param "a" u32)))
          (core module $m (memory (export "mem") \(pages)) \(allocator))
          (core instance $m (instantiate $m))
          (core func $take (canon lower (func $take) \(options) string-encoding=\(outer)))
          (core func $plan (canon lower (func $plan)))
          (core module $f
            (import "m" "mem" (memory 1))
            (import "m" "plan" (func $plan-own (param i32 i32)))
            (import "i" "take" (func $take \(lowered)))
            (import "i" "plan" (func $plan (param i32 i32)))
            \(cores.joined(separator: "\n")))
          (core instance $f (instantiate $f (with "m" (instance $m))
            (with "i" (instance (export "take" (func $take)) (export "plan" (func $plan))))))
          \(lifts.joined(separator: "\n")))
        (instance $i (instantiate $inner))
        (instance $o (instantiate $outer (with "take" (func $i "take")) (with "plan" (func $i "plan"))))
        \(exports.joined(separator: "\n")))
      """
  }

  func outcomes(_ functions: [String]) throws -> [String] {
    try answers(try Text.component(text(functions)), functions.indices.map { ("f\($0)", []) })
  }
}

private let outside = "trap realloc return: beyond end of memory"
private let unaligned = "trap realloc return: result not aligned"

@Suite(.enabled(if: Text.isAvailable, "`make setup` installs wasm-tools"))
struct TrapTests {
  // MARK: What realloc returns

  struct Transcoding: Sendable {
    let from: String
    let to: String
    let bytes: [UInt8]
    let length: String
    /// The alignment of each call of realloc.
    let calls: [Int]

    static let all = [
      Transcoding(from: "utf8", to: "utf8", bytes: [0x61], length: "1", calls: [1]),
      Transcoding(from: "utf16", to: "utf16", bytes: [0x61, 0], length: "1", calls: [2]),
      Transcoding(from: "utf16", to: "utf8", bytes: [0xe9, 0], length: "1", calls: [1, 1, 1]),
      Transcoding(
        from: "latin1+utf16", to: "utf8", bytes: [0xe9, 0x61], length: "2", calls: [1, 1, 1]),
      Transcoding(from: "utf8", to: "utf16", bytes: [0xc3, 0xa9], length: "2", calls: [2, 2]),
      Transcoding(from: "latin1+utf16", to: "utf16", bytes: [0xe9], length: "1", calls: [2]),
      Transcoding(from: "latin1+utf16", to: "latin1+utf16", bytes: [0xe9], length: "1", calls: [2]),
      Transcoding(
        from: "utf8", to: "latin1+utf16", bytes: [0xc3, 0xa9], length: "2", calls: [2, 2]),
      Transcoding(
        from: "utf8", to: "latin1+utf16", bytes: [0xe2, 0x82, 0xac, 0x61], length: "4",
        calls: [2, 2, 2]),
      Transcoding(
        from: "utf16", to: "latin1+utf16", bytes: [0xac, 0x20], length: "1", calls: [2, 2]),
      Transcoding(
        from: "latin1+utf16", to: "latin1+utf16", bytes: [0x61, 0], length: "0x80000001",
        calls: [2, 1]),
    ]
  }

  /// Every address that realloc returns while a string is copied is checked.
  @Test(arguments: Transcoding.all)
  func badAddressesOfStringsTrap(_ transcoding: Transcoding) throws {
    let pair = Pair(
      type: "string", core: "i32 i32", inner: transcoding.to, outer: transcoding.from)
    let stores = transcoding.bytes.enumerated().map { position, byte in
      "(i32.store8 (i32.const \(100 + position)) (i32.const \(byte)))"
    }
    var functions: [String] = []
    var wanted: [String] = []
    func add(_ call: Int, _ address: String, _ outcome: String) {
      functions.append(
        stores.joined() + "(call $plan (i32.const \(call)) (i32.const \(address)))"
          + "(call $take (i32.const 100) (i32.const \(transcoding.length)))")
      wanted.append(outcome)
    }
    for (position, alignment) in transcoding.calls.enumerated() {
      add(position + 1, "0xfffffff0", outside)
      add(position + 1, "65536", outside)
      if alignment == 2 { add(position + 1, "2001", unaligned) }
    }
    // There are no other calls.
    add(transcoding.calls.count + 1, "-1", "")
    #expect(try pair.outcomes(functions) == wanted)
  }

  @Test func badAddressesOfListsTrap() throws {
    let pair = Pair(type: "(list u32)", core: "i32 i32")
    let take = "(call $take (i32.const 0) (i32.const 2))"
    #expect(
      try pair.outcomes([
        "(call $plan (i32.const 1) (i32.const 65532)) \(take)",
        "(call $plan (i32.const 1) (i32.const 2002)) \(take)",
        "(call $plan (i32.const 1) (i32.const 65528)) \(take)",
      ]) == [outside, unaligned, ""])
  }

  private static let seventeen =
    "(tuple" + String(repeating: " u16", count: 15) + " u32 u64)"

  @Test func badAddressesOfParametersTrap() throws {
    let pair = Pair(type: Self.seventeen, core: "i32")
    let take = "(call $take (i32.const 8))"
    #expect(
      try pair.outcomes([
        "(call $plan (i32.const 1) (i32.const 65504)) \(take)",
        "(call $plan (i32.const 1) (i32.const 2004)) \(take)",
        "(call $plan (i32.const 1) (i32.const 2000)) \(take)",
        "(call $take (i32.const 12))", "(call $take (i32.const 65512))",
        "(call $take (i32.const -8))",
      ]) == [
        outside, unaligned, "", "trap unaligned pointer", "trap pointer out of bounds of memory",
        "trap pointer out of bounds of memory",
      ])
  }

  @Test func badAddressesOfResultsTrap() throws {
    let pair = Pair(
      type: "u32", core: "i32", result: "(tuple string u32)", coreResult: "(result i32)",
      body: "(i32.store (i32.const 20) (i32.const 3)) (local.get 0)")
    let beyond = "trap pointer out of bounds of memory"
    func take(_ address: Int, into target: Int) -> String {
      "(call $take (i32.const \(address)) (i32.const \(target)))"
    }
    #expect(
      try pair.outcomes([
        take(16, into: 32), take(18, into: 32), take(16, into: 34), take(65528, into: 32),
        take(16, into: 65528), take(16, into: -4),
        "(call $plan-own (i32.const 1) (i32.const 65534)) " + take(16, into: 32),
      ]) == [
        "", "trap unaligned pointer", "trap unaligned pointer", beyond, beyond, beyond, outside,
      ])
  }

  // MARK: Values

  @Test func charsThatAreNoneTrap() throws {
    let chars = ["0xd7ff", "0xd800", "0xdfff", "0xe000", "0x10ffff", "0x110000", "-1"]
    let isValid = [true, false, false, true, true, false, false]
    let wanted = isValid.map { $0 ? "" : "trap invalid `char` bit pattern" }
    let flat = Pair(type: "char", core: "i32")
    #expect(try flat.outcomes(chars.map { "(call $take (i32.const \($0)))" }) == wanted)
    let list = Pair(type: "(list char)", core: "i32 i32")
    #expect(
      try list.outcomes(
        chars.map {
          "(i32.store (i32.const 68) (i32.const \($0))) (call $take (i32.const 64) (i32.const 2))"
        }) == wanted)
  }

  @Test(arguments: ["(option u8)", "(result u8)", "(result u8 (error u8))"])
  func discriminantsBeyondTheCasesTrap(type: String) throws {
    let wanted = ["", "", "trap invalid variant discriminant", "trap invalid variant discriminant"]
    let flat = Pair(type: type, core: "i32 i32")
    #expect(
      try flat.outcomes(
        [0, 1, 2, -1].map { "(call $take (i32.const \($0)) (i32.const 0))" }) == wanted)
    let list = Pair(type: "(list \(type))", core: "i32 i32")
    #expect(
      try list.outcomes(
        [0, 1, 2, 255].map {
          "(i32.store8 (i32.const 66) (i32.const \($0))) (call $take (i32.const 64) (i32.const 2))"
        }) == wanted)
  }

  /// Nothing that is longer than 2^28 - 1 bytes is passed, even if it is in memory.
  @Test(arguments: [
    ("string", "utf8", 0x1000_0000), ("string", "utf16", 0x800_0000),
    ("string", "latin1+utf16", 0x1000_0000), ("(list u64)", "utf8", 0x200_0000),
  ])
  func whatIsTooLongTraps(type: String, encoding: String, length: Int) throws {
    let pair = Pair(type: type, core: "i32 i32", outer: encoding, pages: 4097)
    let take = "(call $take (i32.const 0) (i32.const \(length)))"
    #expect(try pair.outcomes([take]) == ["trap string or list is too long"])
  }

  // MARK: Instances that may not be left or entered

  /// The realloc of a component may not call others, and may not make or drop resources.
  @Test func reallocMayNotLeaveItsInstance() throws {
    let component = try Text.component(
      """
      (component
        (component $A (core module $m (func (export "f"))) (core instance $m (instantiate $m))
          (func (export "f") (canon lift (core func $m "f"))))
        (component $B
          (import "f" (func $f))
          (type $r (resource (rep i32)))
          (core func $f (canon lower (func $f)))
          (core func $new (canon resource.new $r))
          (core func $drop (canon resource.drop $r))
          (core func $rep (canon resource.rep $r))
          (core module $m
            (import "i" "f" (func $f))
            (import "i" "new" (func $new (param i32) (result i32)))
            (import "i" "drop" (func $drop (param i32)))
            (import "i" "rep" (func $rep (param i32) (result i32)))
            (memory (export "mem") 1)
            (global $h (mut i32) (i32.const 0))
            (global $what (mut i32) (i32.const 0))
            (func (export "plan") (param i32)
              (global.set $h (call $new (i32.const 1))) (global.set $what (local.get 0)))
            (func (export "realloc") (param i32 i32 i32 i32) (result i32)
              (if (i32.eq (global.get $what) (i32.const 1)) (then (call $f)))
              (if (i32.eq (global.get $what) (i32.const 2)) (then (drop (call $new (i32.const 2)))))
              (if (i32.eq (global.get $what) (i32.const 3)) (then (call $drop (global.get $h))))
              (if (i32.eq (global.get $what) (i32.const 4)) (then (drop (call $rep (global.get $h)))))
              (i32.const 8))
            (func (export "take") (param i32 i32)))
          (core instance $m (instantiate $m (with "i" (instance (export "f" (func $f))
            (export "new" (func $new)) (export "drop" (func $drop)) (export "rep" (func $rep))))))
          (func (export "plan") (param "n" u32) (canon lift (core func $m "plan")))
          (func (export "take") (param "v" string)
            (canon lift (core func $m "take") (memory (core memory $m "mem"))
              (realloc (core func $m "realloc")))))
        (component $C
          (import "plan" (func $plan (param "n" u32)))
          (import "take" (func $take (param "v" string)))
          (core module $mem (memory (export "mem") 1))
          (core instance $mem (instantiate $mem))
          (core func $plan (canon lower (func $plan)))
          (core func $take (canon lower (func $take) (memory (core memory $mem "mem"))))
          (core module $m
            (import "i" "plan" (func $plan (param i32)))
            (import "i" "take" (func $take (param i32 i32)))
            (func (export "f") (param i32)
              (call $plan (local.get 0)) (call $take (i32.const 0) (i32.const 1))))
          (core instance $m (instantiate $m (with "i" (instance
            (export "plan" (func $plan)) (export "take" (func $take))))))
          (func (export "f") (param "n" u32) (canon lift (core func $m "f"))))
        (instance $a (instantiate $A))
        (instance $b (instantiate $B (with "f" (func $a "f"))))
        (instance $c (instantiate $C (with "plan" (func $b "plan")) (with "take" (func $b "take"))))
        (func (export "f") (alias export $c "f")))
      """)
    let trap = "trap cannot leave component instance"
    #expect(
      try answers(component, (0..<5).map { ("f", [.unsigned(UInt64($0))]) })
        == ["", trap, trap, trap, ""])
  }

  /// A component may call neither the one around it nor one inside it, because that could enter an instance again.
  @Test func callsBetweenRelatedInstancesTrap() throws {
    let component = try Text.component(
      """
      (component
        (component $Child
          (core module $m (func (export "f")))
          (core instance $m (instantiate $m))
          (func (export "f") (canon lift (core func $m "f"))))
        (instance $child (instantiate $Child))
        (core func $f (canon lower (func $child "f")))
        (core module $m (import "i" "f" (func $f)) (func (export "f") (call $f)))
        (core instance $m (instantiate $m (with "i" (instance (export "f" (func $f))))))
        (func (export "down") (canon lift (core func $m "f")))
        (core module $own (func (export "g")))
        (core instance $own (instantiate $own))
        (func $g (canon lift (core func $own "g")))
        (component $Caller
          (import "g" (func $g))
          (core func $g (canon lower (func $g)))
          (core module $m (import "i" "g" (func $g)) (func (export "f") (call $g)))
          (core instance $m (instantiate $m (with "i" (instance (export "g" (func $g))))))
          (func (export "f") (canon lift (core func $m "f"))))
        (instance $caller (instantiate $Caller (with "g" (func $g))))
        (func (export "up") (alias export $caller "f")))
      """)
    let trap = "trap cannot enter component instance"
    #expect(try answers(component, [("down", []), ("up", [])]) == [trap, trap])
  }

  @Test func nothingEntersAComponentAfterATrap() throws {
    let component = try Text.component(
      """
      (component
        (core module $m
          (func (export "trap") (param i32) (if (local.get 0) (then unreachable))))
        (core instance $m (instantiate $m))
        (func (export "f") (param "n" u32) (canon lift (core func $m "trap"))))
      """)
    let calls = ComponentCalls()
    let instance = try calls.instantiate(component)
    for number in [0, 1, 0] as [UInt64] {
      _ = try calls.call(["f"], of: instance, [.unsigned(number)])
    }
    let directory = try ScratchDirectory()
    let answers = try calls.run(.current, ModuleCompilerOptions(), directory: directory.path)
    #expect(answers.text(0) == "")
    #expect(answers.text(1).hasPrefix("trap unreachable"))
    #expect(answers.text(2) == "trap cannot enter component instance")
  }

  // MARK: Handles

  @Test func lentAndBorrowedHandlesStayWhereTheyAre() throws {
    let component = try Text.component(
      """
      (component
        (component $C
          (type $R' (resource (rep i32)))
          (export $R "r" (type $R'))
          (core func $new (canon resource.new $R'))
          (core module $m
            (import "i" "new" (func $new (param i32) (result i32)))
            (func (export "make") (result i32) (call $new (i32.const 7)))
            (func (export "own") (param i32))
            (func (export "both") (param i32 i32)))
          (core instance $m (instantiate $m (with "i" (instance (export "new" (func $new))))))
          (func (export "make") (result (own $R)) (canon lift (core func $m "make")))
          (func (export "own") (param "r" (own $R)) (canon lift (core func $m "own")))
          (func (export "both") (param "b" (borrow $R)) (param "o" (own $R))
            (canon lift (core func $m "both"))))
        (component $B
          (import "r" (type $R (sub resource)))
          (import "own" (func $own (param "r" (own $R))))
          (core func $own (canon lower (func $own)))
          (core func $drop (canon resource.drop $R))
          (core module $m
            (import "i" "own" (func $own (param i32)))
            (import "i" "drop" (func $drop (param i32)))
            (func (export "take") (param i32 i32)
              (if (i32.eq (local.get 1) (i32.const 0)) (then (call $drop (local.get 0))))
              (if (i32.eq (local.get 1) (i32.const 2)) (then (call $own (local.get 0))))))
          (core instance $m (instantiate $m (with "i" (instance
            (export "own" (func $own)) (export "drop" (func $drop))))))
          (func (export "take") (param "r" (borrow $R)) (param "what" u32)
            (canon lift (core func $m "take"))))
        (component $A
          (import "r" (type $R (sub resource)))
          (import "make" (func $make (result (own $R))))
          (import "both" (func $both (param "b" (borrow $R)) (param "o" (own $R))))
          (import "take" (func $take (param "r" (borrow $R)) (param "what" u32)))
          (core func $make (canon lower (func $make)))
          (core func $both (canon lower (func $both)))
          (core func $take (canon lower (func $take)))
          (core module $m
            (import "i" "make" (func $make (result i32)))
            (import "i" "both" (func $both (param i32 i32)))
            (import "i" "take" (func $take (param i32 i32)))
            (func (export "take") (param i32) (call $take (call $make) (local.get 0)))
            (func (export "both") (local i32)
              (local.set 0 (call $make)) (call $both (local.get 0) (local.get 0))))
          (core instance $m (instantiate $m (with "i" (instance (export "make" (func $make))
            (export "both" (func $both)) (export "take" (func $take))))))
          (func (export "take") (param "what" u32) (canon lift (core func $m "take")))
          (func (export "both") (canon lift (core func $m "both"))))
        (instance $c (instantiate $C))
        (alias export $c "r" (type $R))
        (instance $b (instantiate $B (with "r" (type $R)) (with "own" (func $c "own"))))
        (instance $a (instantiate $A (with "r" (type $R)) (with "make" (func $c "make"))
          (with "both" (func $c "both")) (with "take" (func $b "take"))))
        (func (export "take") (alias export $a "take"))
        (func (export "both") (alias export $a "both")))
      """)
    let wanted: [(name: String, arguments: [ComponentValue], outcome: String)] = [
      ("take", [.unsigned(0)], ""),
      ("take", [.unsigned(1)], "trap borrow handles still remain at the end of the call"),
      ("take", [.unsigned(2)], "trap borrow used where an owned resource is needed"),
      ("both", [], "trap cannot remove owned resource while borrowed"),
    ]
    #expect(try answers(component, wanted.map { ($0.name, $0.arguments) }) == wanted.map(\.outcome))
  }
}
