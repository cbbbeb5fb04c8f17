// Damaged debug information: it must be refused or translated, within bounds of time and memory. The profiles are the
// programs of Tests/programs/debug.

import ArgumentParser
import Foundation
import TestSupport

struct DebugBatch {
  static let programs = [
    DebugProgram("list.c", ["-O0"]), DebugProgram("list.c", ["-O2"]),
    DebugProgram("list.c", ["-O0", "-gdwarf-5"]), DebugProgram("list.c", ["-O2", "-gdwarf-5"]),
    DebugProgram("shop.cpp", ["-O0"]), DebugProgram("shop.cpp", ["-O2", "-gdwarf-5"]),
  ]
  private static let secondsForOne = 10
  private static let memoryLimitBytes: UInt64 = 2 << 30

  let program: DebugProgram
  let seeds: Range<UInt64>

  init?(profile: String, seeds: Range<UInt64>) {
    guard let found = Self.programs.first(where: { $0.profile == profile }) else { return nil }
    program = found
    self.seeds = seeds
  }

  func run(report: (UInt64, Outcome) -> Void) throws {
    let module = try Data(contentsOf: URL(fileURLWithPath: try program.wasm()))
    limitAddressSpace(bytes: Self.memoryLimitBytes)
    let mutants = try DebugMutants(module: [UInt8](module))
    for seed in seeds {
      report(seed, .begun)
      limitProcessorTime(seconds: Self.secondsForOne)
      let verdict = mutants.run(seed: seed)
      limitProcessorTime(seconds: 0)
      let isWrong = seed == 0 && verdict == .refused
      report(seed, isWrong ? .disagreed("it is not damaged") : .agreed(questions: 1))
    }
  }
}

extension DebugProgram {
  /// The name of the batch's profile.
  var profile: String { source + options.joined() }
}

struct Debug: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Translate damaged debug information.")

  @Option(help: "How many modules, over all programs.")
  var seeds = 1000

  @Option(help: "The first seed of every program.")
  var first: UInt64 = 0

  @Option(help: "How many batches are run at once.")
  var jobs = 2

  func run() throws {
    let programs = DebugBatch.programs.filter(\.missingTools.isEmpty)
    guard !programs.isEmpty else { throw ValidationError("`make setup` installs compilers") }
    try Campaign(
      kind: "debug", profiles: programs.map(\.profile), first: first, seeds: seeds, perBatch: 200,
      jobs: jobs, levels: [(0, "guard")], needsModules: false
    ).run()
  }
}
