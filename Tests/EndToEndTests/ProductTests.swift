// Properties of the executables: they are static and small. Also runs large programs from start to end: CPython, and
// components in Python.

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

  private func assemble(_ text: String, to wasm: String) throws {
    let source = wasm + ".wat"
    try text.write(toFile: source, atomically: false, encoding: .utf8)
    try ProcessRun.require(
      try Workspace.current.requiredTool("WASM_TOOLS"), ["parse", source, "-o", wasm])
  }

  /// The runtime moves and fills ranges many bytes at a time; loops over bytes would be many times slower.
  @Test(
    .enabled(if: Workspace.current.tool("WASM_TOOLS") != nil, "`make setup` installs wasm-tools"),
    arguments: ["-O0", "-O2"])
  func bulkOperationsCallTheRuntime(level: String) throws {
    let scratch = try ScratchDirectory()
    let (wasm, object) = (scratch.path + "/bulk.wasm", scratch.path + "/bulk.o")
    try assemble(
      """
      (module
        (memory 2)
        (global $count (mut i32) (i32.const 5000))
        (func (export "_start")
          (memory.copy (i32.const 0) (i32.const 900) (i32.const 8000))
          (memory.copy (i32.const 0) (i32.const 900) (global.get $count))
          (memory.fill (i32.const 0) (global.get $count) (global.get $count))
          (global.set $count (i32.const 1))))
      """, to: wasm)
    let built = try runSwasmc([wasm, level, "--emit", "obj", "-o", object])
    #expect(built.status == 0, "\(built.errorText)")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: object))
    for name in ["memmove", "memset"] {
      #expect(bytes.range(of: Data("\0\(name)\0".utf8)) != nil, "\(name) is not called")
    }
  }

  /// LLVM makes a choice of two offsets of the condition that is the index. The isolation check proves the function at
  /// first all the same.
  @Test(
    .enabled(if: Workspace.current.tool("WASM_TOOLS") != nil, "`make setup` installs wasm-tools"),
    arguments: ["-O1", "-O2", "-O3", "-Os"])
  func aConditionMayBeAnIndex(level: String) throws {
    let scratch = try ScratchDirectory()
    let wasm = scratch.path + "/index.wasm"
    try assemble(
      """
      (module
        (type $t (func (param i32) (result i32)))
        (table 10 10 funcref)
        (elem (i32.const 0) func $add $sub)
        (elem $more func $sub)
        (func $add (type $t) (i32.add (local.get 0) (i32.const 1)))
        (func $sub (type $t) (i32.sub (local.get 0) (i32.const 1)))
        (func (export "run") (param i32) (result i32)
          (if (i32.eq (local.get 0) (i32.const 77))
            (then (table.init $more (i32.const 5) (i32.const 0) (i32.const 1))))
          (call_indirect (type $t) (local.get 0) (i32.eq (local.get 0) (i32.const 52)))))
      """, to: wasm)
    let program = scratch.path + "/index"
    let built = try runSwasmc([wasm, level, "--invoke", "run", "--stats", "-o", program])
    #expect(built.errorText.contains(", 0 recompiled in 0 partitions\n"), "\(built.errorText)")
    for (argument, result) in [("51", "52\n"), ("52", "51\n"), ("77", "78\n")] {
      #expect(try ProcessRun.run(program, [argument]).outputText == result)
    }
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
      try WITInterfaces.component(fromPython: source, to: $0)
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

  /// A program in C uses all that a library in Python exports. Both are compiled to one executable.
  @Test(
    .enabled(
      if: canRunPythonComponent,
      "needs componentize-py (`make setup`), ../shared/wit and SWASMC=.build/release/swasmc"))
  func aPythonLibraryIsUsed() throws {
    let workspace = Workspace.current
    let swasmc = try #require(workspace.swasmc)
    let sources = workspace.root + "/Tests/programs/component/"
    let directory = workspace.buildDirectory + "/programs"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let package = try String(contentsOfFile: sources + "library.wit", encoding: .utf8)
    let wit = sources + "library.wit"
    let library = try GuestProgram.make(
      directory + "/python_library.wasm",
      from: [sources + "python_library.py", sources + "shop.py", wit]
    ) {
      try WITInterfaces.component(
        fromPython: sources + "python_library.py", .init("library", package: package), to: $0)
    }
    let shopper = try GuestProgram.make(
      directory + "/shopper.wasm", from: [sources + "shopper.c", sources + "wasi2.h", wit]
    ) {
      try WITInterfaces.component(
        fromC: sources + "shopper.c", .init("shopper", package: package), to: $0)
    }
    let tools = [swasmc, workspace.runtimeArchive, workspace.wasiModule]
    let program = try GuestProgram.make(
      directory + "/shopper", from: [library, shopper] + tools
    ) { output in
      try ProcessRun.require(
        swasmc, [shopper, "--plug", library, "-O0", "-o", output], seconds: 1200)
    }
    let run = try ProcessRun.run(program, [])
    let wanted = try String(contentsOfFile: sources + "shopper.txt", encoding: .utf8)
    #expect(run.outputText == wanted)
    #expect(run.errorText == "")
    #expect(run.status == 0)
  }
}
