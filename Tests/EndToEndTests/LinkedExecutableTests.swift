// Executables of several instances, without a host. The official suite runs such programs with a host that sees every
// export, so it does not test which exports an executable leaves out.

import Foundation
import System
import Targets
import TestSupport
import Testing
import WasmModule
import WasmProgram

@testable import Driver

private let workspace = Workspace.current

/// The module from which the main module imports. Its start function, data and elements change state that others see.
private let provider = """
  (module
    (type $number (func (result i32)))
    (memory (export "memory") 1 2)
    (global $g (export "global") (mut i32) (i32.const 0))
    (table (export "table") 3 funcref)
    (tag (export "tag") (param i32))
    (elem (i32.const 1) func $two)
    (data (i32.const 100) "\\05")
    (func $two (result i32) (i32.const 2))
    (func (export "only called") (type $number) (i32.const 30))
    (func $three (export "referenced") (type $number) (i32.const 3))
    (func (export "throws") (param i32) (throw 0 (local.get 0)))
    (func $start (global.set $g (i32.const 7)))
    (start $start))
  """

/// Exports items that it imports, and adds its own.
private let middle = """
  (module
    (import "provider" "only called" (func $f (result i32)))
    (import "provider" "memory" (memory 1))
    (export "handed on" (func $f))
    (export "same memory" (memory 0))
    (func (export "grown") (result i32) (drop (memory.grow (i32.const 1))) (memory.size)))
  """

private func main(_ imports: String, _ body: String) -> String {
  """
  (module
    (type $number (func (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    \(imports)
    (func $run (result i32) \(body))
    (func (export "_start") (call $exit (call $run))))
  """
}

private struct Case: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let imports: String
  let body: String
  let status: Int32

  init(_ name: String, _ imports: String, _ body: String, _ status: Int32) {
    testDescription = name
    self.imports = imports
    self.body = body
    self.status = status
  }
}

private let cases = [
  Case(
    "a function that is only called",
    #"(import "provider" "only called" (func $f (result i32)))"#, "(call $f)", 30),
  Case(
    "a function by reference",
    #"(import "provider" "referenced" (func $f (type $number))) (elem declare func $f)"#,
    "(call_ref $number (ref.func $f))", 3),
  Case(
    "an unused import", #"(import "provider" "only called" (func $f (result i32)))"#,
    "(i32.const 9)", 9),
  Case(
    "functions, some by reference",
    """
    (import "provider" "only called" (func $f (result i32)))
    (import "provider" "referenced" (func $g (type $number)))
    (import "middle" "handed on" (func $h (type $number))) (elem declare func $h)
    """, "(i32.add (call $g) (i32.add (call $f) (call_ref $number (ref.func $h))))", 63),
  Case(
    "a memory with its data", #"(import "provider" "memory" (memory 1))"#,
    "(i32.load8_u (i32.const 100))", 5),
  Case(
    "a memory that another instance grows",
    """
    (import "middle" "grown" (func $grown (result i32)))
    (import "middle" "same memory" (memory 1))
    """, "(i32.add (call $grown) (i32.mul (memory.size) (i32.const 10)))", 22),
  Case(
    "a global after the start function", #"(import "provider" "global" (global (mut i32)))"#,
    "(global.get 0)", 7),
  Case(
    "a table", #"(import "provider" "table" (table 3 funcref))"#,
    "(call_indirect (type $number) (i32.const 1))", 2),
  Case(
    "a tag",
    """
    (import "provider" "tag" (tag $e (param i32)))
    (import "provider" "throws" (func $throws (param i32)))
    """,
    """
    (block $caught (result i32)
      (try_table (catch $e $caught) (call $throws (i32.const 11)))
      (i32.const 1))
    """, 11),
]

@Suite(
  .enabled(if: workspace.tool("WASM_TOOLS") != nil, "`make setup` installs wasm-tools"))
struct LinkedExecutableTests {
  private static let directory = workspace.buildDirectory + "/programs/linked"

  private func validated(_ text: String, _ path: String) throws -> ValidatedModule {
    try text.write(toFile: path + ".wat", atomically: true, encoding: .utf8)
    try ProcessRun.require(
      try workspace.requiredTool("WASM_TOOLS"), ["parse", path + ".wat", "-o", path + ".wasm"])
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + ".wasm")))
    return try ModuleValidator.validate(ModuleDecoder.decode(ModuleBytes(bytes)))
  }

  @Test(arguments: cases.indices, [OptimizationLevel.o0, .o2])
  func theMainModuleUsesItemsOfOtherInstances(_ index: Int, _ level: OptimizationLevel) throws {
    try FileManager.default.createDirectory(
      atPath: Self.directory, withIntermediateDirectories: true)
    let path = "\(Self.directory)/\(index)-\(level.rawValue)"
    var program = Program()
    let names = ["provider", "middle", "main"]
    let texts = [provider, middle, main(cases[index].imports, cases[index].body)]
    for (position, text) in texts.enumerated() {
      let module = try validated(text, "\(path)-\(names[position])")
      try program.add(module, named: names[position]) { item in
        if let call = WASICall(item) { return .wasi(call) }
        return names.firstIndex(of: item.module.text).map {
          .export(of: InstanceIndex(UInt32($0)), named: item.name)
        }
      }
    }
    var options = CompileOptions()
    options.optimization = level
    options.verify = true
    let pipeline = Pipeline(
      input: InputFile(name: "linked.wasm", bytes: []), options: options,
      installation: Installation(executableDirectory: "/", environment: environment),
      processor: Target.host.baseline)
    let output = try Output(.exe, for: .host, from: pipeline.installation)
    let bytes = try pipeline.build(program, as: output)
    // Another process writes the executable. If this process wrote it, a child that starts meanwhile would hold the
    // file open for writing, and the kernel does not run such a file.
    try Data(bytes).write(to: URL(fileURLWithPath: path + ".bytes"))
    try ProcessRun.require("/usr/bin/install", ["-m", "755", path + ".bytes", path])
    let run = try ProcessRun.run(path, [])
    #expect(run.status == cases[index].status, "\(run.errorText)")
  }

  private var environment: @Sendable (HostString) -> HostString? {
    let archive = HostString(workspace.runtimeArchive)
    return { $0 == "SWASMC_RUNTIME" ? archive : HostString.variable($0) }
  }
}
