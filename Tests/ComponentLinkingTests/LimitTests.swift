// What a small file can make the linker do is bounded.

import ComponentLinking
import TestSupport
import Testing
import WasmComponent

@Suite(.enabled(if: Text.isAvailable, "`make setup` installs wasm-tools"))
struct LimitTests {
  /// Each component instantiates the next one ten times.
  @Test func instancesThatMultiplyAreALimit() throws {
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
  @Test func exportsThatMultiplyAreALimit() throws {
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

  /// Each instance has code of its own.
  @Test func codeThatMultipliesIsALimit() throws {
    let body = String(repeating: "(local.set 0 (i32.const 1))", count: 40_000)
    let component = try Text.component(
      """
      (component
        (core module $m (func (local i32) \(body)))
        \(String(repeating: "(core instance (instantiate $m))", count: 900)))
      """)
    let error = #expect(throws: ComponentLinkError.self) {
      try LinkedComponent(component, in: ProgramPlan())
    }
    #expect(error?.kind == .limit)
    #expect(error?.message.contains("code") == true)
  }

  /// In memory, the code for a type grows with its definitions, not with what it would be written out.
  @Test func typesThatDoubleStaySmall() throws {
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
    #expect(program.unknownImports == ["a:b/c@0.2.1 get"])
    #expect(program.program.main != nil)
  }
}
