// Components that grew at random, judged by wasm-tools as by us.

import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: Text.isAvailable, "`make setup` installs wasm-tools"))
struct GrownComponentTests {
  @Test func wasmToolsAgrees() throws {
    let scratch = try ScratchDirectory()
    for seed in 0..<30 {
      var grower = ComponentGrower(seed: UInt64(seed))
      let grown = grower.grow(definitions: 80, depth: 2)
      let complaint = try complaint(about: grown.accepted, in: scratch)
      #expect(complaint.isEmpty, "seed \(seed) is accepted; wasm-tools: \(complaint)")
      for (number, refused) in grown.refused.suffix(6).enumerated() {
        let isRefused = try !self.complaint(about: refused, in: scratch).isEmpty
        let why = refusal(refused).map { "\($0)" } ?? ""
        #expect(isRefused, "seed \(seed), refusal \(number): \(why); wasm-tools accepts it")
      }
    }
  }

  /// What wasm-tools says about a component; empty: it accepts it.
  private func complaint(about bytes: [UInt8], in scratch: ScratchDirectory) throws -> String {
    let path = scratch.path + "/grown.wasm"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let run = try ProcessRun.run(
      try Workspace.current.requiredTool("WASM_TOOLS"), ["validate", "-f", "all", path])
    return run.status == 0 ? "" : run.errorText + "status \(run.status)"
  }
}
