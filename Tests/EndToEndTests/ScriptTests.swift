// Our own scripts in the format of the specification's tests, for what those leave out: each file of
// Tests/scripts must pass without an assertion failed or skipped.

import Foundation
import TestSupport
import Testing

private let workspace = Workspace.current
private let names =
  (try? FileManager.default.contentsOfDirectory(atPath: workspace.root + "/Tests/scripts"))?
  .filter { $0.hasSuffix(".wast") }.sorted() ?? []

@Suite(
  .enabled(
    if: workspace.tool("WASM_TOOLS") != nil && workspace.tool("CLANG") != nil,
    "`make setup` installs wasm-tools and clang"))
struct ScriptTests {
  @Test(arguments: names, 0...3)
  func scriptPasses(name: String, level: Int) throws {
    let options = try #require(ModuleCompilerOptions(boundsChecks: "guard", level: level))
    let runner = WastRunner(
      workspace: workspace, options: options,
      directory: workspace.buildDirectory + "/scripts/\(name)-O\(level)")
    let results = runner.run(workspace.root + "/Tests/scripts/" + name)
    #expect(!results.isEmpty)
    for result in results {
      guard case .passed = result.outcome else {
        Issue.record("line \(result.line), \(result.kind): \(result.outcome)")
        continue
      }
    }
  }
}
