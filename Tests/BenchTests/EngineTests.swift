// How engines are found, and the command line of each.

import Driver
import Foundation
import Policy
import System
import Testing

@testable import Bench

@Suite struct EngineTests {
  private func command(
    _ engine: Engine, version: String = "", _ directories: [String], _ variables: [String] = []
  ) throws -> [HostString] {
    var paths = Engine.Paths(program: "E", compiler: "C", module: "M", compiled: "A")
    paths.version = version
    paths.helper = "H"
    return engine.run(paths, try invocation(directories, variables))
  }

  private func invocation(_ directories: [String], _ variables: [String] = []) throws
    -> Invocation
  {
    Invocation(
      name: "app.wasm", arguments: ["-x", "1"],
      directories: try directories.map { try #require(DirectoryGrant(HostString($0))) },
      environment: variables.map { (HostString($0), HostString($0 + "!")) })
  }

  @Test func grantsAreOptionsOfEachEngine() throws {
    let directories = ["data::/d"]
    #expect(
      try command(.wasmtime, directories, ["V"]) == [
        "E", "run", "--allow-precompiled", "--argv0", "app.wasm", "--env", "V=V!", "--dir",
        "data::/d", "A", "-x", "1",
      ])
    #expect(
      try command(.wasmer, version: "6.1.0", directories, ["V"]) == [
        "E", "run", "--env", "V=V!", "--mapdir", "/d:data", "A", "--", "-x", "1",
      ])
    #expect(
      try command(.wasmer, version: "7.0.1", directories) == [
        "E", "run", "--volume", "data:/d", "A", "--", "-x", "1",
      ])
    #expect(
      try command(.wasmedge, ["data::/d:ro"], ["V"]) == [
        "E", "--env", "V=V!", "--dir", "/d:data:readonly", "A", "-x", "1",
      ])
    #expect(
      try command(.iwasm, directories, ["V"]) == [
        "E", "--stack-size=8388608", "--env=V=V!", "--map-dir=/d::data", "A", "-x", "1",
      ])
    #expect(
      try command(.wasmkit, ["data"], ["V"]) == [
        "E", "run", "--env", "V=V!", "--dir", "data", "M", "-x", "1",
      ])
    #expect(try command(.wasm3, []) == ["E", "--stack-size", "8388608", "M", "-x", "1"])
  }

  @Test func nodeGetsItsGrantsAsJSON() throws {
    let words = try command(.node, ["data::/d"], ["V"])
    #expect(words.dropLast() == ["E", "--no-warnings", "H", "M"])
    let settings = try JSONSerialization.jsonObject(with: Data(words[4].bytes)) as? NSDictionary
    #expect(
      settings == [
        "args": ["app.wasm", "-x", "1"], "env": ["V": "V!"], "preopens": ["/d": "data"],
      ])
  }

  @Test func aGrantThatAnEngineCannotMakeLeavesItOut() throws {
    let readOnly = try invocation(["data:ro"])
    let renamed = try invocation(["data::/d"])
    let variable = try invocation([], ["V"])
    let plain = try invocation(["data"])
    for engine in Engine.all {
      #expect((engine.refusal(readOnly) == nil) == (engine.name == "wasmedge"))
      #expect((engine.refusal(renamed) != nil) == ["wasmkit", "wasm3"].contains(engine.name))
      #expect((engine.refusal(variable) != nil) == (engine.name == "wasm3"))
      #expect(engine.refusal(plain) == nil)
    }
  }

  @Test func engineIsTheFirstExecutableFileInThePath() throws {
    let directories = [try FakeEngines(), try FakeEngines(["iwasm": ""]), try FakeEngines()]
    try directories[0].add("iwasm", "not executable", mode: 0o644)
    try directories[2].add("wamrc", "")
    let path = HostString(directories.map(\.path).joined(separator: ":"))
    let found = try #require(FoundEngine(.iwasm, searchPath: path))
    #expect(found.program == "\(directories[1].path)/iwasm")
    #expect(found.compiler == "\(directories[2].path)/wamrc")
    #expect(found.kind == .aheadOfTime)
    #expect(FoundEngine(.wasm3, searchPath: path) == nil)
  }

  @Test func anEngineWithoutItsCompilerInterprets() throws {
    let directory = try FakeEngines(["iwasm": "", "wasmedge": ""])
    let iwasm = try #require(FoundEngine(.iwasm, searchPath: HostString(directory.path)))
    #expect(iwasm.compiler == nil)
    #expect(iwasm.kind == .interpreter)
    let wasmedge = try #require(FoundEngine(.wasmedge, searchPath: HostString(directory.path)))
    #expect(wasmedge.compiler == wasmedge.program)
  }

  @Test(arguments: [
    ("wasmtime 49.0.3 (f96eabaa1 2026-10-14)", "49.0.3"), ("v20.20.2\n", "20.20.2"),
    ("0.1.6", "0.1.6"), ("Wasm3 v0.5.0 on x86_64", "0.5.0"), ("iwasm 2.1.0", "2.1.0"),
    ("wasmedge version 0.16.1-rc.2", "0.16.1"), ("no number. 7", ""), ("", ""),
  ])
  func versionIsTheFirstNumberWithPoints(text: String, version: String) {
    #expect(versionNumber(in: text) == version)
  }
}
