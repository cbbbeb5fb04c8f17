// Tables of handles that grow beside one another, and keep what they hold.

import ComponentLinking
import TestSupport
import Testing
import WasmComponent

@Suite(.enabled(if: Text.isAvailable, "`make setup` installs wasm-tools"))
struct HandleTableTests {
  /// `fill` adds handles up to an index, which it expects them to have. `check` looks at each of them. `drop` drops all
  /// whose index is a multiple of a number, from the first to the last. The representation of handle i is i times a
  /// factor.
  private let table = """
    (component $table
      (type $r (resource (rep i32)))
      (core func $new (canon resource.new $r))
      (core func $rep (canon resource.rep $r))
      (core func $drop (canon resource.drop $r))
      (core module $m
        (import "i" "new" (func $new (param i32) (result i32)))
        (import "i" "rep" (func $rep (param i32) (result i32)))
        (import "i" "drop" (func $drop (param i32)))
        (global $count (mut i32) (i32.const 0))
        (func (export "fill") (param $to i32) (param $factor i32)
          (loop $next
            (global.set $count (i32.add (global.get $count) (i32.const 1)))
            (if (i32.ne (global.get $count)
                (call $new (i32.mul (global.get $count) (local.get $factor))))
              (then unreachable))
            (br_if $next (i32.lt_u (global.get $count) (local.get $to)))))
        (func (export "check") (param $factor i32) (result i32) (local $i i32)
          (loop $next
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (if (i32.ne (i32.mul (local.get $i) (local.get $factor)) (call $rep (local.get $i)))
              (then unreachable))
            (br_if $next (i32.lt_u (local.get $i) (global.get $count))))
          (local.get $i))
        (func (export "drop") (param $step i32) (result i32) (local $i i32)
          (local.set $i (local.get $step))
          (loop $next
            (call $drop (local.get $i))
            (local.set $i (i32.add (local.get $i) (local.get $step)))
            (br_if $next (i32.le_u (local.get $i) (global.get $count))))
          ;; The one that was dropped last is used first.
          (i32.sub (i32.sub (local.get $i) (local.get $step)) (call $new (i32.const 0)))))
      (core instance $m (instantiate $m (with "i" (instance
        (export "new" (func $new)) (export "rep" (func $rep)) (export "drop" (func $drop))))))
      (func (export "fill") (param "to" u32) (param "factor" u32) (canon lift (core func $m "fill")))
      (func (export "check") (param "factor" u32) (result u32) (canon lift (core func $m "check")))
      (func (export "drop") (param "step" u32) (result u32) (canon lift (core func $m "drop"))))
    """

  @Test func tablesGrowBesideOneAnother() throws {
    let names = ["a", "b"].flatMap { side in
      ["fill", "check", "drop"].map { (import: "\(side)-\($0)", side: side, name: $0) }
    }
    let types = [
      "fill": "(param \"to\" u32) (param \"factor\" u32)",
      "check": "(param \"factor\" u32) (result u32)", "drop": "(param \"step\" u32) (result u32)",
    ]
    let core = [
      "fill": "(param i32 i32)", "check": "(param i32) (result i32)",
      "drop": "(param i32) (result i32)",
    ]
    func each(_ text: (String, String, String) -> String) -> String {
      names.map { text($0.import, $0.side, $0.name) }.joined(separator: "\n")
    }
    let component = try Text.component(
      """
      (component
        \(table)
        (instance $a (instantiate $table))
        (instance $b (instantiate $table))
        (component $user
          \(each { name, _, kind in "(import \"\(name)\" (func $\(name) \(types[kind] ?? "")))" })
          \(each { name, _, _ in "(core func $\(name) (canon lower (func $\(name))))" })
          (core module $m
            \(each { name, _, kind in "(import \"i\" \"\(name)\" (func $\(name) \(core[kind] ?? "")))" })
            (func (export "run") (result i32) (local $i i32)
              (loop $next
                (local.set $i (i32.add (local.get $i) (i32.const 1000)))
                (call $a-fill (local.get $i) (i32.const 3))
                (call $b-fill (i32.mul (local.get $i) (i32.const 2)) (i32.const 5))
                (br_if $next (i32.lt_u (local.get $i) (i32.const 70000))))
              (i32.add (call $a-check (i32.const 3)) (call $b-check (i32.const 5)))
              (i32.add (call $a-drop (i32.const 7)) (call $b-drop (i32.const 3)))
              (i32.add)))
          (core instance $m (instantiate $m (with "i" (instance
            \(each { name, _, _ in "(export \"\(name)\" (func $\(name)))" })))))
          (func (export "run") (result u32) (canon lift (core func $m "run"))))
        (instance $user (instantiate $user
          \(each { name, side, kind in "(with \"\(name)\" (func $\(side) \"\(kind)\"))" })))
        (func (export "run") (alias export $user "run")))
      """)
    #expect(try answers(component, [("run", [])]) == ["210000"])
  }

  /// A list of borrowed handles lends all of them until the call ends.
  @Test func manyHandlesAreLentAtOnce() throws {
    let component = try Text.component(
      """
      (component
        (component $C
          (type $R' (resource (rep i32)))
          (export $R "r" (type $R'))
          (core module $m
            (memory (export "mem") 4)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
            (func (export "sum") (param i32 i32) (result i32) (local i32)
              (loop
                (local.set 2 (i32.add (local.get 2) (i32.load (local.get 0))))
                (local.set 0 (i32.add (local.get 0) (i32.const 4)))
                (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
              (local.get 2)))
          (core instance $m (instantiate $m))
          (core func $new (canon resource.new $R'))
          (core module $n
            (import "i" "new" (func $new (param i32) (result i32)))
            (func (export "make") (result i32) (call $new (i32.const 2))))
          (core instance $n (instantiate $n (with "i" (instance (export "new" (func $new))))))
          (func (export "make") (result (own $R)) (canon lift (core func $n "make")))
          (func (export "sum") (param "r" (list (borrow $R))) (result u32)
            (canon lift (core func $m "sum") (memory (core memory $m "mem"))
              (realloc (core func $m "realloc")))))
        (component $D
          (import "c" (instance $c
            (export "r" (type $R (sub resource)))
            (export "make" (func (result (own $R))))
            (export "sum" (func (param "r" (list (borrow $R))) (result u32)))))
          (alias export $c "r" (type $R))
          (core module $memory (memory (export "mem") 4))
          (core instance $memory (instantiate $memory))
          (core func $make (canon lower (func $c "make")))
          (core func $sum (canon lower (func $c "sum") (memory (core memory $memory "mem"))))
          (core func $drop (canon resource.drop $R))
          (core module $f
            (import "m" "mem" (memory 1))
            (import "i" "make" (func $make (result i32)))
            (import "i" "sum" (func $sum (param i32 i32) (result i32)))
            (import "i" "drop" (func $drop (param i32)))
            (func (export "f") (result i32) (local i32 i32)
              (local.set 0 (call $make))
              (loop
                (i32.store (local.get 1) (local.get 0))
                (br_if 0 (i32.lt_u (local.tee 1 (i32.add (local.get 1) (i32.const 4)))
                  (i32.const 160000))))
              (local.set 1 (call $sum (i32.const 0) (i32.const 40000)))
              (call $drop (local.get 0))
              (local.get 1)))
          (core instance $f (instantiate $f (with "m" (instance $memory)) (with "i" (instance
            (export "make" (func $make)) (export "sum" (func $sum)) (export "drop" (func $drop))))))
          (func (export "f") (result u32) (canon lift (core func $f "f"))))
        (instance $c (instantiate $C))
        (instance $d (instantiate $D (with "c" (instance $c))))
        (func (export "f") (alias export $d "f")))
      """)
    #expect(try answers(component, [("f", [])]) == ["80000"])
  }

  /// However many instances have a table, one instance has the code of all tables.
  @Test func allTablesShareTheirCode() throws {
    func instances(_ count: Int) throws -> (all: Int, withTables: Int) {
      let component = try Text.component(
        """
        (component
          \(table)
          \((0..<count).map { "(instance $t\($0) (instantiate $table))" }.joined(separator: "\n"))
          \((0..<count).map { "(func (export \"f\($0)\") (alias export $t\($0) \"check\"))" }
            .joined(separator: "\n")))
        """)
      let program = try ComponentProgram(component, .call("f0(1)")).program
      return (
        program.instances.count,
        program.instances.filter { $0.name == "handles of components" }.count
      )
    }
    let (one, many) = (try instances(1), try instances(20))
    #expect(one.withTables == 1)
    #expect(many.withTables == 1)
    #expect(many.all > one.all)
  }
}
