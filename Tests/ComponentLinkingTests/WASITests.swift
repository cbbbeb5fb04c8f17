// What components get for imports of WASI 0.2: the table of functions agrees with the interfaces' own text, and types,
// versions and resources are compared with it.

import CSwasmABI
import Foundation
import TestSupport
import Testing
import WasmComponent
import WasmModule
import WasmProgram

@testable import ComponentLinking

private func wasiModule() throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(fileURLWithPath: Workspace.current.wasiModule)))
}

/// A component that imports an interface with one function, which its core module imports.
private func importing(_ interface: String, _ name: String, _ type: String)
  -> String
{
  """
  (component
    (import "\(interface)" (instance $i (export "\(name)" (func \(type)))))
    (core func $f (canon lower (func $i "\(name)")))
    (core module $m (import "" "f" (func)))
    (core instance (instantiate $m (with "" (instance (export "f" (func $f)))))))
  """
}

private func link(_ text: String) throws -> LinkedComponent {
  try LinkedComponent(try Text.component(text), in: ProgramPlan(), wasi: try wasiModule())
}

private func error(_ text: String) throws -> ComponentLinkError? {
  do {
    _ = try link(text)
    return nil
  } catch let error as ComponentLinkError {
    return error
  }
}

@Suite struct WASITableTests {
  /// Each row is a function of the module, and the module has no other one.
  @Test func theModuleHasEveryFunctionOfTheTable() throws {
    let module = try ModuleDecoder.decode(ModuleBytes(try wasiModule()))
    let helpers = ["memory", "realloc", "post", "post-result", "float-text"]
    let exports = Set(module.exports.map(\.name.text)).subtracting(helpers)
    var rows: Set<String> = []
    var resources: Set<String> = []
    for position in 0..<swasm_wasi2_count {
      let row = swasm_wasi2_at(position).pointee
      let (interface, name) = (String(cString: row.interface), String(cString: row.name))
      if row.type == nil {
        resources.insert("\(interface)#[dtor]\(name)")
      } else {
        #expect(rows.insert("\(interface)#\(name)").inserted, "\(interface) \(name) is there twice")
      }
    }
    #expect(rows.count > 120)
    #expect(exports.filter { !$0.contains("[dtor]") && !$0.contains("+files#") } == rows)
    // The second forms of functions for programs with files.
    for name in exports where name.contains("+files#") {
      #expect(rows.contains(name.replacingOccurrences(of: "+files", with: "")))
    }
    #expect(exports.filter { $0.contains("[dtor]") }.isSubset(of: resources))
  }

  /// A component that imports everything, made from the text of the interfaces, gets everything.
  @Test(
    .enabled(
      if: WITInterfaces.areAvailable, "needs ../shared/wit and wasm-tools (`make setup`)"))
  func theTableAgreesWithTheInterfaces() throws {
    let bytes = try WITInterfaces.importingEverything()
    let component = try ComponentValidator.validate(ModuleBytes(bytes))
    let linked = try LinkedComponent(component, in: ProgramPlan(), wasi: try wasiModule())
    #expect(linked.unknownImports == [])
    var imported: Set<String> = []
    let imports = component.types[component.root.type].imports.items
    for item in imports {
      guard case .instance(let id) = item.type else { continue }
      for export in component.types[id].exports.items {
        if case .function = export.type {
          imported.insert("\(item.name.split(separator: "@")[0]) \(export.name)")
        }
      }
    }
    for position in 0..<swasm_wasi2_count {
      let row = swasm_wasi2_at(position).pointee
      guard row.type != nil else { continue }
      let name = "\(String(cString: row.interface)) \(String(cString: row.name))"
      let isThere = imported.contains(name)
      #expect(isThere, "the interfaces have no \(name)")
    }
  }
}

@Suite(.enabled(if: Text.isAvailable, "`make setup` installs wasm-tools"))
struct WASIImportTests {
  @Test(arguments: ["0.2.0", "0.2.9", "0.2.10", "0.2.345", "0.2.1+build"])
  func everyPatchVersionIsProvided(version: String) throws {
    let text = importing("wasi:cli/exit@\(version)", "exit", #"(param "status" (result))"#)
    #expect(try link(fit(text, "(param i32)")).unknownImports == [])
  }

  @Test(arguments: ["0.3.0", "0.1.0", "0.2.0-rc-2023-11-10", "1.2.0"])
  func otherVersionsAreNotProvided(version: String) throws {
    let interface = "wasi:cli/exit@\(version)"
    let text = importing(interface, "exit", #"(param "status" (result))"#)
    #expect(
      try link(fit(text, "(param i32)")).unknownImports
        == [UnknownImport(interface: interface, name: "exit")])
  }

  /// A function of WASI gets no resource but WASI's own, whatever its name is.
  @Test func functionsTakeOnlyResourcesOfTheModule() throws {
    let component = try Text.component(
      """
      (component
        (import "wasi:io/poll@0.2.0" (instance
          (export "pollable" (type $p (sub resource)))
          (export "[method]pollable.block" (func (param "self" (borrow $p)))))))
      """)
    let import0 = try #require(component.types[component.root.type].imports.items.first)
    guard case .instance(let instance) = import0.type,
      case .function(let id) = component.types[instance].exports["[method]pollable.block"]
    else { throw Missing() }
    let plan = ProgramPlan()
    let linker = ComponentLinker(component, in: plan, wasi: try wasiModule())
    let item = try linker.host.item(import0.name, import0.type, of: 0, linker: linker)
    let own = try #require(item.resource(at: ["pollable"]))
    func provided(_ resource: RuntimeResource) throws -> LiftedFunction? {
      let type = BoundFunctionType(id: id, types: component.types) { _ in resource }
      return try linker.host.function(
        HostFunction(
          interface: import0.name, name: "[method]pollable.block", type: type, file: 0))
    }
    #expect(try provided(own) != nil)
    let other = RuntimeResource(number: own.number, implementer: own.implementer, destructor: nil)
    #expect(throws: ComponentLinkError.self) { try provided(other) }
  }

  private struct Missing: Error {}

  @Test func anotherTypeIsRefused() throws {
    let text = importing("wasi:cli/exit@0.2.0", "exit", #"(param "status" u32)"#)
    let found = try #require(try error(fit(text, "(param i32)")))
    #expect(
      found.description == """
        it imports wasi:cli/exit@0.2.0 exit with another type than WASI 0.2 has
          the component has func(status: u32)
          WASI 0.2 has      func(status: result)
        """)
  }

  @Test func anotherNameOfAParameterIsRefused() throws {
    let text = importing("wasi:cli/exit@0.2.0", "exit", #"(param "code" (result))"#)
    #expect(try error(fit(text, "(param i32)"))?.kind == .link)
  }

  @Test func anUnknownFunctionOfAKnownInterfaceIsUnknown() throws {
    let text = importing("wasi:cli/exit@0.2.77", "leave", "")
    #expect(
      try link(text).unknownImports
        == [UnknownImport(interface: "wasi:cli/exit@0.2.77", name: "leave")])
  }

  /// The resource belongs to the interface that defines it, not to one that has the same name for another one.
  @Test func anotherResourceOfTheSameNameIsRefused() throws {
    let text = """
      (component
        (import "wasi:cli/stdout@0.2.0" (instance $i
          (export "output-stream" (type $s (sub resource)))
          (export "get-stdout" (func (result (own $s))))))
        (core func $f (canon lower (func $i "get-stdout")))
        (core module $m (import "" "f" (func (result i32))))
        (core instance (instantiate $m (with "" (instance (export "f" (func $f)))))))
      """
    let found = try #require(try error(text))
    #expect(
      found.details == [
        "the component has func() -> another wasi:cli/stdout.output-stream",
        "WASI 0.2 has      func() -> wasi:io/streams.output-stream",
      ])
  }

  /// An interface without a version is another one: its resources have no destructor, and their handles must not stand
  /// for objects of WASI.
  @Test func aResourceWithoutVersionIsRefused() throws {
    let text = """
      (component
        (import "wasi:io/poll" (instance $poll (export "pollable" (type (sub resource)))))
        (alias export $poll "pollable" (type $pollable))
        (import "wasi:clocks/monotonic-clock@0.2.0" (instance $i
          (export "pollable" (type $p (eq $pollable)))
          (export "subscribe-instant" (func (param "when" u64) (result (own $p))))))
        (core func $f (canon lower (func $i "subscribe-instant")))
        (core module $m (import "" "f" (func (param i64) (result i32))))
        (core instance (instantiate $m (with "" (instance (export "f" (func $f)))))))
      """
    let found = try #require(try error(text))
    #expect(
      found.details == [
        "the component has func(when: u64) -> another wasi:io/poll.pollable",
        "WASI 0.2 has      func(when: u64) -> wasi:io/poll.pollable",
      ])
  }

  /// A component may be made of parts that were built for several versions. They pass streams to each other.
  @Test func versionsShareResources() throws {
    let text = """
      (component
        (import "wasi:io/streams@0.2.0" (instance $old
          (export "output-stream" (type (sub resource)))))
        (alias export $old "output-stream" (type $old-stream))
        (import "wasi:cli/stdout@0.2.0" (instance $stdout
          (export "output-stream" (type $s (eq $old-stream)))
          (export "get-stdout" (func (result (own $s))))))
        (import "wasi:io/error@0.2.5" (instance $e (export "error" (type (sub resource)))))
        (alias export $e "error" (type $error))
        (import "wasi:io/streams@0.2.5" (instance $new
          (export "output-stream" (type $s (sub resource)))
          (export "error" (type $er (eq $error)))
          (type $stream-error (variant (case "last-operation-failed" (own $er)) (case "closed")))
          (export "stream-error" (type $se (eq $stream-error)))
          (export "[method]output-stream.flush" (func (param "self" (borrow $s)) (result (result (error $se)))))))
        (core module $memory (memory (export "memory") 1))
        (core instance $memory (instantiate $memory))
        (alias core export $memory "memory" (core memory $mem))
        (core func $get (canon lower (func $stdout "get-stdout")))
        (core func $flush (canon lower (func $new "[method]output-stream.flush") (memory $mem)))
        (core module $m
          (import "" "get" (func $get (result i32)))
          (import "" "flush" (func $flush (param i32 i32)))
          (import "" "memory" (memory 1))
          (func (export "f") (result i32)
            (i32.store (i32.const 0) (i32.const 99))
            (call $flush (call $get) (i32.const 0))
            (i32.load8_u (i32.const 0))))
        (core instance $i (instantiate $m (with "" (instance
          (export "get" (func $get)) (export "flush" (func $flush)) (export "memory" (memory $mem))))))
        (func (export "f") (result u32) (canon lift (core func $i "f"))))
      """
    #expect(try answers(try Text.component(text), [("f", [])], wasi: try wasiModule()) == ["0"])
  }

  /// Without a call that needs it, no code of a function is made, at any level of optimisation.
  @Test func onlyWhatIsUsedIsCompiled() throws {
    let text = """
      (component
        (import "wasi:random/random@0.2.0" (instance $i
          (export "get-random-u64" (func (result u64)))
          (export "get-random-bytes" (func (param "len" u64) (result (list u8))))))
        (core func $f (canon lower (func $i "get-random-u64")))
        (core module $m (import "" "f" (func $f (result i64)))
          (func (export "g") (result i64) (call $f))
          (func $unused (result i64) (call $f)))
        (core instance $i (instantiate $m (with "" (instance (export "f" (func $f))))))
        (func (export "g") (result u64) (canon lift (core func $i "g"))))
      """
    let program = try ComponentProgram(
      try Text.component(text), .call("g()"), wasi: try wasiModule()
    ).program
    var names: Set<String> = []
    var calls: Set<String> = []
    for instance in program.instances {
      for index in instance.module.functions.indices where instance.isUsed[index.int] {
        if let name = instance.module.names.functions[index] { names.insert(name) }
      }
    }
    for instance in program.instances
    where instance.module.exports.contains(where: { $0.name == "realloc" }) {
      calls.formUnion(instance.module.imports.map(\.name.text))
    }
    #expect(names.contains("p2_random_number"))
    #expect(!names.contains("p2_random_bytes"))
    #expect(!names.contains("p2_open_at"))
    #expect(!names.contains("unused"))
    #expect(calls.contains("path_open"), "the module itself is whole")
  }
}

/// Gives the core import of a text another type, so that it fits the function.
private func fit(_ text: String, _ type: String) -> String {
  text.replacingOccurrences(of: #""f" (func))"#, with: #""f" (func \#(type)))"#)
}
