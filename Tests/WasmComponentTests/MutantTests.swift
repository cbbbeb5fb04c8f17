// Components of the official suite with changed bytes. Each is refused or accepted, and nothing crashes or hangs.
// wasm-tools judges a sample of them, too.

import Foundation
import TestSupport
import Testing
import WasmComponent
import WasmModule

@Suite(
  .enabled(if: SuiteComponents.isAvailable, "the component model's suite and wasm-tools are needed")
)
struct MutantTests {
  @Test func tenThousandMutantsAreJudged() throws {
    let seeds = try SuiteComponents.all()
    #expect(seeds.count > 700)
    var mutator = ComponentMutator(seed: 1)
    var accepted = 0
    for _ in 0..<10_000 {
      let mutant = mutator.mutant(of: seeds)
      guard let error = refusal(mutant) else {
        accepted += 1
        continue
      }
      #expect((0...mutant.count).contains(error.offset), "\(error)")
      #expect(!error.message.isEmpty)
    }
    // Most mutants are malformed. Enough of them are accepted, so the rules behind the format are reached, too.
    #expect(accepted > 300)
  }

  @Test func everyShortComponentCutAnywhereIsJudged() throws {
    for seed in try SuiteComponents.all() where seed.count < 120 {
      for count in 0..<seed.count {
        if let error = refusal(Array(seed[..<count])) { #expect(error.offset <= count) }
      }
    }
  }

  /// Mutants are left out if they use a feature that we do not support, or exceed one of our limits.
  @Test func wasmToolsJudgesMutantsAlike() throws {
    let seeds = try SuiteComponents.all()
    let scratch = try ScratchDirectory()
    let path = scratch.path + "/mutant.wasm"
    var mutator = ComponentMutator(seed: 2)
    for number in 0..<300 {
      let mutant = mutator.mutant(of: seeds)
      let error = refusal(mutant)
      if error?.kind == .unsupported || error?.kind == .limit { continue }
      try Data(mutant).write(to: URL(fileURLWithPath: path))
      let run = try ProcessRun.run(
        try Workspace.current.requiredTool("WASM_TOOLS"), ["validate", "-f", "all", path])
      if isKnownDifference(error, run.errorText) { continue }
      #expect(
        (run.status == 0) == (error == nil),
        "mutant \(number): \(error.map { "\($0)" } ?? "accepted"); wasm-tools: \(run.errorText)")
    }
  }

  /// What wasm-tools decides otherwise on purpose.
  private func isKnownDifference(_ error: WasmError?, _ said: String) -> Bool {
    // It reads names of nested packages and interfaces, which the specification does not have yet.
    if error?.message.contains("is not a valid extern name") == true { return true }
    // It no longer reads the flag `cancellable`.
    return said.contains("cancellable")
  }
}
