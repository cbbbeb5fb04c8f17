// What a small file can make the linker do is bounded.

import ComponentLinking
import TestSupport
import Testing
import WasmComponent

@Suite(.enabled(if: Text.isAvailable, "`make setup` installs wasm-tools"))
struct LimitTests {
  /// Each component instantiates the next one ten times.
  @Test func instancesThatMultiplyExceedALimit() throws {
    var text = "(component $c0)"
    for level in 1...6 {
      let instances = String(repeating: "(instance (instantiate $c\(level - 1)))", count: 10)
      text = "(component $c\(level) \(text) \(instances))"
    }
    let component = try Text.component("(component \(text) (instance (instantiate $c6)))")
    let error = #expect(throws: ComponentLinkError.self) {
      try LinkedComponent(component, in: ProgramPlan())
    }
    #expect(error?.kind == .limit)
  }

  /// One instance has many exports, and there are many instances.
  @Test func exportsThatMultiplyExceedALimit() throws {
    let exports = (0..<500).map { "(export \"f\($0)\" (func $f))" }.joined()
    let component = try Text.component(
      """
      (component
        (component $c
          (core module $m (func (export "f")))
          (core instance $m (instantiate $m))
          (func $f (canon lift (core func $m "f")))
          \(exports))
        (component $d
          (alias outer 1 $c (component $c))
          \(String(repeating: "(instance (instantiate $c))", count: 90)))
        \(String(repeating: "(instance (instantiate $d))", count: 90)))
      """)
    let error = #expect(throws: ComponentLinkError.self) {
      try LinkedComponent(component, in: ProgramPlan())
    }
    #expect(error?.kind == .limit)
    #expect(error?.message.contains("steps") == true)
  }

  /// Each instance has code, data and items of its own.
  @Test(arguments: [
    "(func (local i32) \(String(repeating: "(local.set 0 (i32.const 1))", count: 40_000)))",
    String(repeating: "(func)", count: 2_000),
    String(repeating: "(global i32 (i32.const 1))", count: 2_000),
    "(memory 1) \(String(repeating: "(data (i32.const 0) \"x\")", count: 2_000))",
    "(data \"\(String(repeating: "x", count: 20_000))\")",
    "(func $f) (table 1 funcref) (elem func \(String(repeating: "$f ", count: 20_000)))",
    "(func $f) " + (0..<2_000).map { "(export \"\($0)\" (func $f))" }.joined(),
  ])
  func modulesThatMultiplyExceedALimit(fields: String) throws {
    let component = try Text.component(
      """
      (component
        (core module $m \(fields))
        \(String(repeating: "(core instance (instantiate $m))", count: 900)))
      """)
    let error = #expect(throws: ComponentLinkError.self) {
      try LinkedComponent(component, in: ProgramPlan())
    }
    #expect(error?.kind == .limit)
    #expect(error?.message.contains("instantiated again") == true)
  }

  /// The code that copies values in memory grows with the number of type definitions, not with the parts of the type.
  @Test func typesThatDoubleAreDescribedOnce() throws {
    var types = "(type $t0 (tuple u8 string))"
    for level in 1...16 { types += "(type $t\(level) (tuple $t\(level - 1) $t\(level - 1)))" }
    let component = try Text.component(
      """
      (component
        \(types)
        (core module $m
          (memory (export "mem") 1)
          (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
          (func (export "f") (param i32 i32)))
        (core instance $m (instantiate $m))
        (func (export "f") (param "v" (list $t16))
          (canon lift (core func $m "f") (memory (core memory $m "mem"))
            (realloc (core func $m "realloc")))))
      """)
    #expect(try answers(component, [("f", [.list([])])]) == [""])
  }

  @Test func anImportThatNothingProvidesIsNamed() throws {
    let component = try Text.component(
      """
      (component
        (import "a:b/c@0.2.1" (instance $i (export "get" (func))))
        (core func $get (canon lower (func $i "get")))
        (core module $m (import "x" "y" (func)) (func (export "f")))
        (core instance $m (instantiate $m (with "x" (instance (export "y" (func $get))))))
        (func (export "f") (canon lift (core func $m "f"))))
      """)
    let program = try ComponentProgram(component, .call("f()"))
    #expect(program.unknownImports.map(\.interface) == ["a:b/c@0.2.1"])
    #expect(program.unknownImports.map(\.name) == ["get"])
    #expect(program.program.main != nil)
  }

  /// Each instance has built-in functions of its own.
  @Test func adaptersThatMultiplyExceedALimit() throws {
    let names = (0..<9).map { "new\($0)" }
    let functions = names.map { "(core func $\($0) (canon resource.new $r))" }
    let imports = names.map { "(import \"i\" \"\($0)\" (func (param i32) (result i32)))" }
    let exports = names.map { "(export \"\($0)\" (func $\($0)))" }
    let component = try Text.component(
      """
      (component
        (component $c
          (type $r (resource (rep i32)))
          \(functions.joined())
          (core module $m \(imports.joined()))
          (core instance (instantiate $m (with "i" (instance \(exports.joined()))))))
        (component $d
          (alias outer 1 $c (component $c))
          \(String(repeating: "(instance (instantiate $c))", count: 90)))
        \(String(repeating: "(instance (instantiate $d))", count: 90)))
      """)
    let error = #expect(throws: ComponentLinkError.self) {
      try LinkedComponent(component, in: ProgramPlan())
    }
    #expect(error?.kind == .limit)
    #expect(error?.message.contains("adapters") == true)
  }

  /// Payloads of payloads in core values: 14 levels of two cases. Their code grows with the levels.
  @Test func variantsThatDoubleStaySmall() throws {
    var types = #"(type $v0 (variant (case "a" u8) (case "b" u16))) (export $t0 "t0" (type $v0))"#
    for level in 1...13 {
      types += """
        (type $v\(level) (variant (case "c" $t\(level - 1)) (case "d" $t\(level - 1))))
        (export $t\(level) "t\(level)" (type $v\(level)))

        """
    }
    let component = try Text.component(
      """
      (component
        \(types)
        (core module $m
          (func (export "f") (param \(String(repeating: "i32 ", count: 15))) (result i32)
            (i32.add (i32.mul (local.get 13) (i32.const 1000)) (local.get 14))))
        (core instance $m (instantiate $m))
        (func (export "f") (param "v" $t13) (result u32) (canon lift (core func $m "f"))))
      """)
    let value = (1...13).reduce("b(300)") { inner, level in
      "\(level % 2 == 0 ? "c" : "d")(\(inner))"
    }
    let program = try ComponentProgram(component, .call("f(\(value))")).program
    let bodies = program.instances.flatMap { $0.module.functions.defined.compactMap(\.body) }
    #expect(bodies.reduce(0) { $0 + $1.range.count } < 20_000)
    let nested = (1...13).reduce(ComponentValue.variant("b", .unsigned(300))) { inner, level in
      .variant(level % 2 == 0 ? "c" : "d", inner)
    }
    #expect(try answers(component, [("f", [nested])]) == ["1300"])
  }

  /// A function that is lowered again with the same options has the same adapter.
  @Test func equalCallsShareAnAdapter() throws {
    func instances(lowered count: Int) throws -> Int {
      let lowers = (0..<count).map { "(core func $f\($0) (canon lower (func $f)))" }.joined()
      let imports = (0..<count).map { "(import \"i\" \"f\($0)\" (func))" }.joined()
      let exports = (0..<count).map { "(export \"f\($0)\" (func $f\($0)))" }.joined()
      let component = try Text.component(
        """
        (component
          (component $B
            (core module $m (func (export "f")))
            (core instance $m (instantiate $m))
            (func (export "f") (canon lift (core func $m "f"))))
          (component $A
            (import "f" (func $f))
            \(lowers)
            (core module $m \(imports) (func (export "g")))
            (core instance $m (instantiate $m (with "i" (instance \(exports)))))
            (func (export "g") (canon lift (core func $m "g"))))
          (instance $b (instantiate $B))
          (instance $a (instantiate $A (with "f" (func $b "f"))))
          (func (export "g") (alias export $a "g")))
        """)
      return try ComponentProgram(component, .call("g()")).program.instances.count
    }
    #expect(try instances(lowered: 5) == instances(lowered: 1))
  }
}
