// What `swasmc inspect` says about modules of many compilers, and that each program runs with the command line that it
// suggests.

import Foundation
import TestSupport
import Testing

@testable import Inspection

/// A program of one compiler.
struct ProducedModule: Sendable, CustomTestStringConvertible {
  let name: String
  let isBuildable: Bool
  let wasm: @Sendable () throws -> String
  var arguments: [String] = []
  var input = ""
  /// A part of its output.
  let prints: String
  var status: Int32 = 0
  /// Where it looks for its files, if that is not where it is started.
  var directory: String?

  var testDescription: String { name }

  static func guest(
    _ language: GuestProgram.Language, _ program: String, arguments: [String] = [],
    input: String = "", prints: String, status: Int32 = 0
  ) -> ProducedModule {
    ProducedModule(
      name: "\(language.rawValue)-\(program)", isBuildable: GuestProgram.isBuildable(language),
      wasm: { try GuestProgram(language, program).wasm() }, arguments: arguments, input: input,
      prints: prints, status: status)
  }

  private static var directory: String { workspace.buildDirectory + "/programs" }

  private static let emscripten = ProducedModule(
    name: "emscripten-hello", isBuildable: workspace.tool("EMCC") != nil,
    wasm: {
      let source = workspace.root + "/Tests/programs/c/hello.c"
      return try GuestProgram.make(directory + "/c/hello.emscripten.wasm", from: [source]) {
        let made = $0 + ".wasm"
        try ProcessRun.require(
          try workspace.requiredTool("EMCC"), ["-O2", "-sSTANDALONE_WASM", source, "-o", made])
        try FileManager.default.moveItem(atPath: made, toPath: $0)
      }
    }, prints: "hello, world")

  private static let python = ProducedModule(
    name: "python-app",
    isBuildable: workspace.tool("COMPONENTIZE_PY") != nil && WITInterfaces.directory != nil,
    wasm: {
      let source = workspace.root + "/Tests/programs/component/python_app.py"
      return try GuestProgram.make(directory + "/python_app.wasm", from: [source]) {
        try WITInterfaces.component(fromPython: source, to: $0)
      }
    }, arguments: ["a"], prints: "333328333350000",
    directory: "/data")

  private static let text = ProducedModule(
    name: "wat-library", isBuildable: assembles,
    wasm: {
      try GuestProgram.make(directory + "/inspect-sum.wasm", from: []) {
        let bytes = try assembled(
          #"(module (func (export "_private")) (func (export "sum") (param i32 f64) (result i32) local.get 0))"#
        )
        try Data(bytes).write(to: URL(fileURLWithPath: $0))
      }
    }, prints: "1")

  private static let library = ProducedModule(
    name: "wat-component", isBuildable: assembles,
    wasm: {
      try GuestProgram.make(directory + "/inspect-add.wasm", from: []) {
        try Data(try assembled(addComponent)).write(to: URL(fileURLWithPath: $0))
      }
    }, prints: "2")

  static let all: [ProducedModule] = [
    .guest(.c, "hello", prints: "hello, world"),
    .guest(.c, "files", prints: "mkdir: ok"),
    .guest(.cpp, "containers", arguments: ["a"], prints: "square 16.000000", status: 5),
    .guest(
      .rust, "collect", arguments: ["."], input: "one\n", prints: "\"inner\"] true", status: 5),
    .guest(.go, "words", arguments: ["."], input: "a b\n", prints: "a:1 b:1", status: 9),
    .guest(.zig, "numbers", arguments: ["a"], prints: "\n", status: 2),
    .guest(.component, "hello", prints: "Hello from a component!"),
    emscripten, python, text, library,
  ]
}

let addComponent = """
  (component
    (core module $m (func (export "add") (param i32 i32) (result i32)
      local.get 0 local.get 1 i32.add))
    (core instance $i (instantiate $m))
    (type $point (record (field "x" u32) (field "y" u32)))
    (export $p "point" (type $point))
    (func (export "add") (param "a" u32) (param "b" u32) (result u32)
      (canon lift (core func $i "add"))))
  """

@Suite struct ProducerTests {
  @Test(arguments: ProducedModule.all.filter(\.isBuildable))
  func isDescribed(module: ProducedModule) throws {
    let report = try report(path: module.wasm(), file: "app.wasm")
    #expect(report.problem == nil)
    #expect(report.bytes > 0 && report.sections.reduce(8) { $0 + $1.bytes } == report.bytes)
    try expectGolden(report.summary, module.name + ".txt")
  }

  @Test(
    .enabled(if: workspace.swasmc != nil), arguments: ProducedModule.all.filter(\.isBuildable))
  func runsAsItIsSuggested(module: ProducedModule) throws {
    let scratch = try ScratchDirectory()
    let path = scratch.path + "/app.wasm"
    try FileManager.default.copyItem(atPath: module.wasm(), toPath: path)
    let report = try report(path: path, file: "app.wasm")
    let command = try #require(report.suggestion?.commandLine.text)
    // A shell reads the command line back. Compiling fast is enough here.
    let fast = command.replacingOccurrences(
      of: "swasmc run", with: "\"$SWASMC\" run -O0 --no-cache"
    )
    .replacingOccurrences(
      of: "--dir . ", with: module.directory.map { "--dir .::\($0) " } ?? "--dir . ")
    var environment = ProcessInfo.processInfo.environment
    environment["SWASMC"] = workspace.swasmc
    let run = try ProcessRun.run(
      "/bin/sh", ["-c", fast + " \"$@\"", "sh"] + module.arguments, input: Array(module.input.utf8),
      environment: environment, directory: scratch.path)
    #expect(run.status == module.status, "\(fast)\n\(run.errorText)")
    #expect(run.outputText.contains(module.prints))
  }
}
