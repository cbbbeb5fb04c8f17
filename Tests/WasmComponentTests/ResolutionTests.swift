// What validation hands on: layouts, core types, and where each item comes from.

import Testing
import WasmComponent
import WasmModule

@Suite(.enabled(if: Text.isAvailable, "`make setup` installs wasm-tools"))
struct ResolutionTests {
  /// The layout of the last type that a component defines.
  private func layout(_ types: String) throws -> ValueLayout {
    let validated = try Text.validated("(component \(types))")
    guard case .defined(let id) = validated.root.spaces.types.last?.type else {
      throw TypeIsNotDefined()
    }
    return validated.types[id].layout
  }

  private struct TypeIsNotDefined: Error {}

  @Test(
    arguments: [
      ("(type (tuple u8 u16 u8 u64))", 16, 8, [.i32, .i32, .i32, .i64]),
      ("(type (record (field \"a\" string) (field \"b\" bool)))", 12, 4, [.i32, .i32, .i32]),
      ("(type (variant (case \"a\" f32) (case \"b\" u32)))", 8, 4, [.i32, .i32]),
      (
        "(type (variant (case \"a\" f64) (case \"b\" (tuple u32 f32))))", 16, 8, [.i32, .i64, .f32]
      ),
      ("(type (option f32))", 8, 4, [.i32, .f32]),
      ("(type (result u64 (error string)))", 16, 8, [.i32, .i64, .i32]),
      ("(type (result))", 1, 1, [.i32]),
      ("(type (flags \"a\" \"b\"))", 1, 1, [.i32]),
      ("(type (enum \"a\" \"b\"))", 1, 1, [.i32]),
      ("(type (list u64))", 8, 4, [.i32, .i32]),
      ("(type $t (resource (rep i32))) (type (own $t))", 4, 4, [.i32]),
    ] as [(String, UInt64, UInt64, [WasmModule.ValueType])])
  func typesHaveTheLayoutOfTheCanonicalABI(
    text: String, bytes: UInt64, alignment: UInt64, flat: [WasmModule.ValueType]
  ) throws {
    let layout = try layout(text)
    #expect(layout.bytes == bytes)
    #expect(layout.alignment == alignment)
    #expect(layout.flat.types == flat)
  }

  @Test func moreThanSixteenFlatTypesAreTooLong() throws {
    let numbers = Array(repeating: "u32", count: 16).joined(separator: " ")
    #expect(try !layout("(type (tuple \(numbers)))").flat.isTooLong)
    #expect(try layout("(type (tuple \(numbers) u32))").flat.isTooLong)
  }

  @Test func importsOfCoreInstancesHaveProviders() throws {
    let validated = try Text.validated(
      """
      (component
        (core module $a (func (export "f")) (memory (export "m") 1))
        (core module $b (import "x" "f" (func)) (import "y" "g" (func)))
        (core instance $i (instantiate $a))
        (core instance $j (instantiate $a))
        (core instance $k (export "g" (func $j "f")))
        (core instance (instantiate $b (with "x" (instance $i)) (with "y" (instance $k)))))
      """)
    let providers = validated.root.definitions.compactMap { definition in
      if case .coreInstance(let providers) = definition { providers } else { nil }
    }
    #expect(providers.last == [CoreInstanceIndex(0), CoreInstanceIndex(2)])
    #expect(
      validated.root.spaces.coreFunctions.map(\.source)
        == [.coreInstanceExport(of: CoreInstanceIndex(1), name: "f")])
  }

  @Test func exportHasTheSourceOfItsItem() throws {
    let validated = try Text.validated(
      """
      (component
        (core module $m (func (export "f") (param i32 i32) (result i32) unreachable)
          (memory (export "mem") 1)
          (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
        (core instance $i (instantiate $m))
        (func $f (param "s" string) (result u32)
          (canon lift (core func $i "f") (memory (core memory $i "mem"))
            (realloc (core func $i "realloc")) string-encoding=utf16))
        (export "g" (func $f)))
      """)
    let functions = validated.root.spaces.functions
    #expect(functions.count == 2)
    #expect(functions[0].source == functions[1].source)
    let lifts = validated.root.definitions.compactMap { definition in
      if case .canonical(let canonical) = definition { canonical } else { nil }
    }
    let lift = try #require(lifts.first)
    #expect(validated.types.core[lift.coreType].parameters == [.i32, .i32])
    #expect(lift.options.stringEncoding == .utf16)
    #expect(lift.options.memory == CoreMemoryIndex(0))
    #expect(lift.options.realloc == CoreFunctionIndex(1))
  }

  @Test func instancesOfOneComponentHaveResourcesOfTheirOwn() throws {
    let validated = try Text.validated(
      """
      (component
        (component $c (type $r (resource (rep i32))) (export "r" (type $r)))
        (instance $a (instantiate $c))
        (instance $b (instantiate $c))
        (alias export $a "r" (type $ar))
        (alias export $b "r" (type $br))
        (alias export $a "r" (type $again)))
      """)
    let resources = validated.root.spaces.types.compactMap { item in
      if case .resource(let reference) = item.type { reference.resource } else { nil }
    }
    #expect(resources.count == 3)
    #expect(resources[0] != resources[1])
    #expect(resources[0] == resources[2])
  }

  @Test func argumentTakesThePlaceOfAnImportedResource() throws {
    let validated = try Text.validated(
      """
      (component
        (type $r (resource (rep i32)))
        (component $c (import "x" (type $x (sub resource))) (export "y" (type $x)))
        (instance $i (instantiate $c (with "x" (type $r))))
        (alias export $i "y" (type $y))
        (core func (canon resource.rep $y)))
      """)
    guard case .resource(let first) = validated.root.spaces.types[0].type,
      case .resource(let last) = validated.root.spaces.types[1].type
    else {
      Issue.record("other types")
      return
    }
    #expect(first.resource == last.resource)
  }

  @Test func resourcesOfAnImportHavePaths() throws {
    let validated = try Text.validated(
      """
      (component
        (import "i" (instance $i
          (export "r" (type (sub resource)))
          (export "j" (instance (export "s" (type (sub resource)))))))
        (alias export $i "r" (type $r))
        (import "t" (type (eq $r))))
      """)
    let paths = validated.root.definitions.flatMap { definition in
      if case .import(_, let type) = definition {
        validated.types.resourcePaths(of: type)
      } else {
        [ComponentTypes.ResourcePath]()
      }
    }
    #expect(paths.map(\.path) == [["r"], ["j", "s"], []])
    #expect(paths[0].resource != paths[1].resource)
    #expect(paths[0].resource == paths[2].resource)
  }

  @Test func outerAliasesNameTheComponentTheyComeFrom() throws {
    let validated = try Text.validated(
      """
      (component $c
        (core module $m)
        (component (alias outer $c $m (core module)) (core instance (instantiate 0))))
      """)
    let nested = validated.root.definitions.compactMap { definition in
      if case .component(let body) = definition { body } else { nil }
    }
    #expect(nested.first?.spaces.coreModules.map(\.source) == [.outer(count: 1, index: 0)])
  }

  @Test func laterFeaturesAreValidAndListed() throws {
    let validated = try Text.validated(
      """
      (component
        (type (stream u8))
        (type (future string))
        (type (stream u16))
        (core func (canon task.cancel)))
      """)
    #expect(validated.unsupported.map(\.feature) == [.streams, .futures, .tasks])
    #expect(
      validated.unsupported.first?.message == "uses streams, which are not supported yet")
  }

  @Test func equalCoreTypesOfTwoModulesHaveOneNumber() throws {
    let validated = try Text.validated(
      """
      (component
        (core module $a (type (func (param f32))) (type $t (func (param i32))) (func (export "f") (type $t)))
        (core module $b (type $t (func (param i32))) (func (export "f") (type $t)))
        (core instance $x (instantiate $a))
        (core instance $y (instantiate $b))
        (alias core export $x "f" (core func))
        (alias core export $y "f" (core func)))
      """)
    let types = validated.root.spaces.coreFunctions.map(\.type)
    #expect(types.count == 2)
    #expect(types[0] == types[1])
  }
}
