// Our own scripts in the format of the specification's tests, for behaviour that those do not test. Each file of
// Tests/scripts, and of Tests/precise with precise traps, must pass. No assertion may fail or be skipped.

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

  /// Here the compiler links the modules, not the host.
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
