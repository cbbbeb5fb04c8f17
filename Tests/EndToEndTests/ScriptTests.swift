// Our own scripts in the format of the specification's tests, for what those leave out: each file of
// Tests/scripts, and of Tests/precise with precise traps, must pass without an assertion failed or skipped.

import Foundation
import TestSupport
import Testing

private let workspace = Workspace.current
private let names = scripts(in: "scripts")
private let preciseNames = scripts(in: "precise")

private func scripts(in folder: String) -> [String] {
  (try? FileManager.default.contentsOfDirectory(atPath: workspace.root + "/Tests/" + folder))?
    .filter { $0.hasSuffix(".wast") }.sorted() ?? []
}

@Suite(
  .enabled(
    if: workspace.tool("WASM_TOOLS") != nil && workspace.tool("CLANG") != nil,
    "`make setup` installs wasm-tools and clang"))
struct ScriptTests {
  @Test(arguments: names, 0...3)
  func scriptPasses(name: String, level: Int) throws {
    try run("scripts", name, boundsChecks: "guard", level: level)
  }

  /// What was linked by the host is linked by the compiler.
  @Test(arguments: names, 0...3)
  func scriptPassesAsOneProgram(name: String, level: Int) throws {
    try run("scripts", name, boundsChecks: "guard", level: level, product: .program)
  }

  @Test(arguments: preciseNames, 0...3)
  func preciseScriptPasses(name: String, level: Int) throws {
    try run("precise", name, boundsChecks: "precise", level: level)
  }

  private func run(
    _ folder: String, _ name: String, boundsChecks: String, level: Int,
    product: ScriptProduct = .libraries
  ) throws {
    let options = try #require(ModuleCompilerOptions(boundsChecks: boundsChecks, level: level))
    let runner = WastRunner(
      workspace: workspace, options: options, product: product,
      directory: workspace.buildDirectory + "/\(folder)/\(name)-O\(level)-\(product)")
    let results = runner.run("\(workspace.root)/Tests/\(folder)/\(name)")
    #expect(!results.isEmpty)
    for result in results {
      guard case .passed = result.outcome else {
        Issue.record("line \(result.line), \(result.kind): \(result.outcome)")
        continue
      }
    }
  }
}
