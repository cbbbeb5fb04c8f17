// Programs that throw, in both encodings, have the same results as natively. An exception that nobody catches ends the
// program with a message that has the tag's name.

import Foundation
import TestSupport
import Testing

private let workspace = Workspace.current

/// One of the programs in Tests/programs/exceptions, built in one way.
private struct ThrowingProgram {
  enum Toolchain {
    /// Debian's emscripten: the legacy encoding.
    case emscripten
    /// clang, the encoding with exnref, with the support that the tests bring.
    case clang
  }

  let sources: [String]
  let toolchain: Toolchain
  var options: [String] = []

  private var isCPlusPlus: Bool { sources[0].hasSuffix(".cpp") }
  private func path(_ source: String) -> String {
    "\(workspace.root)/Tests/programs/exceptions/\(source)"
  }
  private func output(_ suffix: String) throws -> String {
    let directory = workspace.buildDirectory + "/programs/exceptions"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    return "\(directory)/\(sources[0]).\(toolchain)\(suffix)"
  }

  func native() throws -> String {
    let tool = try workspace.requiredTool(isCPlusPlus ? "CLANGXX" : "CLANG")
    let source = path(sources[0])
    return try GuestProgram.make(try output(".native"), from: [source]) { output in
      try ProcessRun.require(tool, ["-O1"] + options + [source, "-o", output])
    }
  }

  func wasm() throws -> String {
    let inputs = sources.map(path)
    return try GuestProgram.make(try output(".wasm"), from: inputs) { output in
      switch toolchain {
      case .emscripten:
        let flags = isCPlusPlus ? ["-fwasm-exceptions", "-std=c++20"] : ["-sSUPPORT_LONGJMP=wasm"]
        // emscripten chooses the kind of output by the file's name.
        let made = output + ".wasm"
        try ProcessRun.require(
          try workspace.requiredTool(isCPlusPlus ? "EMXX" : "EMCC"),
          ["-O2", "-sSTANDALONE_WASM"] + flags + options + inputs + ["-o", made])
        try FileManager.default.moveItem(atPath: made, toPath: output)
      case .clang:
        let target = ["--target=wasm32-wasi", "-Wno-deprecated", "--no-wasm-opt"]
        let tag = output + ".tag.o"
        try ProcessRun.require(
          try workspace.requiredTool("CLANG"),
          target + ["-mexception-handling", "-c", path("tag.s"), "-o", tag])
        try ProcessRun.require(
          try workspace.requiredTool("CLANGXX"),
          target + [
            "-fwasm-exceptions", "-mllvm", "-wasm-use-legacy-eh=false", "-std=c++20", "-O2",
          ]
            + options + inputs + [tag, "-o", output])
      }
    }
  }

  func compiled(_ level: String) throws -> String {
    let swasmc = try #require(workspace.swasmc)
    let wasm = try wasm()
    return try GuestProgram.make(
      try output(level), from: [wasm, swasmc, workspace.runtimeArchive]
    ) { output in try ProcessRun.require(swasmc, [level, wasm, "-o", output]) }
  }

  func expectSameAsNative() throws {
    let expected = try ProcessRun.run(try native(), [])
    #expect(expected.status == 0)
    for level in ["-O0", "-O2"] {
      let run = try ProcessRun.run(try compiled(level), [])
      #expect(run.status == 0)
      #expect(run.outputText == expected.outputText)
      #expect(run.errorText == "")
    }
  }
}

struct ExceptionTests {
  @Test(.enabled(if: workspace.tool("EMXX") != nil, "`make setup` installs emscripten"))
  func legacyEncodingOfCPlusPlus() throws {
    try ThrowingProgram(sources: ["throws.cpp"], toolchain: .emscripten).expectSameAsNative()
  }

  @Test(.enabled(if: GuestProgram.isBuildable(.cpp), "`make setup` installs the C++ toolchain"))
  func encodingWithExnrefOfCPlusPlus() throws {
    try ThrowingProgram(
      sources: ["throws.cpp", "support.cpp"], toolchain: .clang, options: ["-DLITTLE_SUPPORT"]
    ).expectSameAsNative()
  }

  @Test(.enabled(if: workspace.tool("EMCC") != nil, "`make setup` installs emscripten"))
  func setjmpAndLongjmp() throws {
    try ThrowingProgram(sources: ["jumps.c", "tempret.c"], toolchain: .emscripten)
      .expectSameAsNative()
  }

  @Test(.enabled(if: GuestProgram.isBuildable(.cpp), "`make setup` installs the C++ toolchain"))
  func uncaughtExceptionNamesTagAndPlace() throws {
    let program = ThrowingProgram(
      sources: ["uncaught.cpp", "support.cpp"], toolchain: .clang,
      options: ["-Wl,--export=__cpp_exception"])
    for level in ["-O0", "-O2"] {
      let run = try ProcessRun.run(try program.compiled(level), [])
      #expect(run.status == 134)
      #expect(run.outputText == "before\n")
      #expect(
        run.errorText.contains("uncaught exception: tag __cpp_exception"), "\(run.errorText)")
      #expect(run.errorText.contains("__cxa_throw"), "\(run.errorText)")
      #expect(run.errorText.contains("at offset 0x"), "\(run.errorText)")
    }
  }

  /// Cleanup code catches the exception and throws it again. The place is still that of the first throw.
  @Test(
    .enabled(if: workspace.tool("EMXX") != nil, "`make setup` installs emscripten"),
    arguments: ["-O0", "-O2"])
  func uncaughtExceptionOfCPlusPlusSaysWhatItCarries(level: String) throws {
    let program = ThrowingProgram(
      sources: ["carried.cpp"], toolchain: .emscripten, options: ["--profiling-funcs"])
    let executable = try program.compiled(level)
    let carried = [
      "std::runtime_error: no cheese?[1m", "shop::Empty: shelf 7", "int -42",
      "const char *: just text", "shop::Bare", "Noisy", "unsigned int 7", "d", "std::bad_alloc",
    ]
    for (number, text) in carried.enumerated() {
      let run = try ProcessRun.run(executable, ["\(number)"])
      #expect(run.status == 134)
      #expect(run.outputText.contains("cleaned up"))
      let line = run.errorText.split(separator: "\n").first ?? ""
      #expect(
        line.contains("uncaught exception: tag 0: \(text) in __cxa_throw at offset 0x"), "\(line)")
    }
  }

  @Test(
    .enabled(if: workspace.tool("MICROPYTHON_WASM") != nil, "`make setup` installs MicroPython"))
  func microPythonCatchesItsExceptions() throws {
    let swasmc = try #require(workspace.swasmc)
    let wasm = try workspace.requiredTool("MICROPYTHON_WASM")
    let directory = workspace.buildDirectory + "/programs/exceptions"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let program = try GuestProgram.make(
      directory + "/micropython", from: [wasm, swasmc, workspace.runtimeArchive]
    ) { output in
      try ProcessRun.require(
        swasmc, ["--unknown-imports", "trap", wasm, "-o", output], seconds: 600)
    }
    let power = try ProcessRun.run(program, ["-c", "print(2**100)"])
    #expect(power.outputText == "1267650600228229401496703205376\n")
    let script = """
      try:
        {}["key"]
      except KeyError as error:
        print("caught", error)
      finally:
        print("finally")
      """
    let caught = try ProcessRun.run(program, ["-c", script])
    #expect(caught.outputText == "caught key\nfinally\n")
    #expect(caught.status == 0)
  }
}
