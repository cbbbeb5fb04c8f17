// `swasmc bench` as a user sees it: with the interpreter of the Swift toolchain, and with an engine that gives other
// results.

import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: GuestProgram.isBuildable(.c), "`make setup` installs the C toolchain"))
struct BenchTests {
  /// PATH has this directory of engines, and the system's directories, where the linker is.
  private func bench(_ arguments: [String], engines: String) throws -> ProcessRun {
    try runSwasmc(["bench"] + arguments, environment: ["PATH": engines + ":/usr/bin:/bin"])
  }

  private func script(_ name: String, _ text: String, in directory: ScratchDirectory) throws {
    let path = directory.path + "/" + name
    try ("#!/bin/sh\n" + text).write(toFile: path, atomically: false, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }

  private func engines(_ run: ProcessRun) throws -> [String: [String: Any]] {
    let object = try JSONSerialization.jsonObject(with: Data(run.output)) as? [String: Any]
    let engines = try #require(object?["engines"] as? [[String: Any]])
    return Dictionary(uniqueKeysWithValues: engines.map { ($0["name"] as? String ?? "", $0) })
  }

  @Test(.enabled(if: Workspace.current.tool("WASMKIT") != nil))
  func anInterpreterHasTheSameOutput() throws {
    let scratch = try ScratchDirectory()
    let wasmkit = try Workspace.current.requiredTool("WASMKIT")
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path + "/wasmkit", withDestinationPath: wasmkit)
    let picture = scratch.path + "/out.svg"
    let run = try bench(
      [
        "--runs", "2", "--engines", "wasmkit", "--env", "X=1", "--json", "--svg", picture,
        try GuestProgram(.c, "arguments").wasm(), "--", "X", "--json",
      ], engines: scratch.path)
    #expect(run.status == 0, "\(run.errorText)")
    #expect(run.errorText == "")
    let engines = try engines(run)
    #expect(engines.keys.sorted() == ["swasmc", "wasmkit"])
    for engine in engines.values {
      #expect(engine["outcome"] as? String == "measured", "\(engine)")
      #expect((engine["processorSamples"] as? [Double])?.count == 2)
    }
    #expect(try String(contentsOfFile: picture, encoding: .utf8).contains("wasmkit"))
  }

  @Test func contradictionHasAStatus() throws {
    let scratch = try ScratchDirectory()
    try script("wasm3", "[ \"$1\" = --version ] || echo wrong", in: scratch)
    let arguments = [
      "--runs", "1", "--engines", "wasm3,iwasm", try GuestProgram(.c, "hello").wasm(),
    ]
    let run = try bench(arguments, engines: scratch.path)
    #expect(run.status == 1)
    #expect(run.outputText.contains("DISAGREES: its output differs"))
    #expect(run.outputText.contains("not found"))
  }

  @Test(arguments: [
    ["--runs", "0"], ["--timeout", "0"], ["--engines", "v8"], ["--svg", "-"], ["--pgo-generate"],
    ["extra"],
  ])
  func mistakesAreUsageErrors(words: [String]) throws {
    #expect(try runSwasmc(["bench", "app.wasm"] + words).status == 64)
  }

  @Test func aMissingModuleIsAnError() throws {
    let run = try runSwasmc(["bench", "/no/such.wasm"])
    #expect(run.status == 1)
    #expect(run.errorText.contains("cannot read /no/such.wasm"))
  }
}
