// Properties of the executables: they are static and small. Also runs a large program, CPython, from start to end.

import Foundation
import ObjectFile
import TestSupport
import Testing

@Suite struct ProductTests {
  @Test(.enabled(if: GuestProgram.isBuildable(.c), "`make setup` installs the C toolchain"))
  func helloIsStaticAndSmall() throws {
    let program = try GuestProgram(.c, "hello").compiled()
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: program)))
    let file = try ElfFile(bytes)
    #expect(try !file.programHeaders().contains { $0.pType == Elf.ptInterp })
    #expect(try !file.dynamicEntries().contains { $0.dTag == Elf.dtNeeded })
    let wasm = try Data(contentsOf: URL(fileURLWithPath: GuestProgram(.c, "hello").wasm()))
    // Beyond the module's own code there are at most 64 KiB. The size of the module stands for that of its code.
    #expect(bytes.count <= 65536 + wasm.count, "\(bytes.count) bytes, the module has \(wasm.count)")
  }

  static var canRunPython: Bool {
    // A debug build of the compiler takes minutes for 26 MB.
    Workspace.current.tool("CPYTHON_WASM") != nil
      && ProcessInfo.processInfo.environment["SWASMC"]?.contains("release") == true
  }

  @Test(
    .enabled(
      if: canRunPython,
      "needs CPython (`make setup`) and SWASMC=.build/release/swasmc; `make test` has both"))
  func cpythonRuns() throws {
    let workspace = Workspace.current
    let wasm = try workspace.requiredTool("CPYTHON_WASM")
    let swasmc = try #require(workspace.swasmc)
    let directory = workspace.buildDirectory + "/programs"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let program = try GuestProgram.make(
      directory + "/python", from: [wasm, swasmc, workspace.runtimeArchive]
    ) { output in
      try ProcessRun.require(swasmc, [wasm, "-O1", "-o", output], seconds: 1200)
    }
    let run = try ProcessRun.run(
      program, ["-c", "import sys; print(1+1, sys.version_info[:3])"], environment: [:])
    #expect(run.outputText == "2 (3, 12, 0)\n")
    #expect(run.status == 0, "\(run.errorText)")
  }

  static var canRunPythonComponent: Bool {
    canRunPython && WITInterfaces.areAvailable
      && Workspace.current.tool("COMPONENTIZE_PY") != nil
  }

  @Test(
    .enabled(
      if: canRunPythonComponent,
      "needs componentize-py (`make setup`), ../shared/wit and SWASMC=.build/release/swasmc"))
  func aPythonComponentRuns() throws {
    let workspace = Workspace.current
    let swasmc = try #require(workspace.swasmc)
    let source = workspace.root + "/Tests/programs/component/python_app.py"
    let directory = workspace.buildDirectory + "/programs"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let component = try GuestProgram.make(directory + "/python_app.wasm", from: [source]) {
      try WITInterfaces.command(fromPython: source, to: $0)
    }
    let tools = [swasmc, workspace.runtimeArchive, workspace.wasiModule]
    let program = try GuestProgram.make(
      directory + "/python_app", from: [component] + tools
    ) { output in
      try ProcessRun.require(
        swasmc, [component, "-O1", "--dir", ".::/data", "-o", output], seconds: 1200)
    }
    let (run, files) = try runInScratch(
      program, Invocation(arguments: ["a", "ü"], input: "some input\n"))
    #expect(
      run.outputText == """
        ['a', 'ü'] {}
        11
        {"a": [1, 2.5, null, "\\u00fc"]}
        333328333350000
        ['line', 'line', 'line', 'more']
        ['ü.txt'] 20
        [True]
        []
        True True 10
        FileNotFoundError

        """)
    #expect(run.errorText == "to standard error\n")
    #expect(run.status == 0)
    #expect(files == [])
    #expect(try runInScratch(program, Invocation(arguments: ["exit"])).run.status == 1)
  }
}
