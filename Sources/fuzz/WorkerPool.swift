// Runs each batch in its own process, several at a time. If the process of a batch ends badly, the seeds without an
// outcome are run again one by one, so that a crash becomes a finding of the module that caused it.

import Foundation
import System
import TestSupport

/// Seeds of one configuration.
struct Batch: Sendable {
  let kind: String
  let profile: String
  let seeds: Range<UInt64>
  /// The level of optimisation; for attacks the number of a set of configurations.
  let level: Int
  /// `guard`, `explicit` or `precise`; for attacks `wasmtime`, or a case of AttackStreams, or `default`.
  let boundsChecks: String
  /// Whether findings are made smaller (attacks only).
  var reduces = false

  var arguments: [String] {
    [
      "batch", "--kind", kind, "--profile", profile, "--first", String(seeds.lowerBound), "--count",
      String(seeds.count), "-O\(level)", "--bounds-checks", boundsChecks,
    ] + (reduces ? ["--reduces"] : [])
  }

  var directoryName: String { "\(kind)-\(profile)-\(seeds.lowerBound)-\(seeds.count)" }

  func alone(_ seed: UInt64, reducing: Bool = false) -> Batch {
    Batch(
      kind: kind, profile: profile, seeds: seed..<seed + 1, level: level,
      boundsChecks: boundsChecks, reduces: reducing)
  }
}

/// The first word of a line in which a worker reports a function that was compiled again with less optimisation.
private let remadeWord = "remade\t"

/// Tells the pool which functions the isolation check did not prove at first.
func reportRemade(by compiler: ModuleCompiler) {
  for message in compiler.remade { say(remadeWord + message) }
}

struct WorkerPool: Sendable {
  let jobs: Int
  let root: String
  private let remade = Locked(0)

  init(jobs: Int, root: String) {
    self.jobs = jobs
    self.root = root
  }

  /// Prints how many functions were compiled again. They are safe, but slower than necessary.
  func summarizeRemade() {
    say(
      "\(remade.withValue { $0 }) functions were compiled again, because their isolation was not proven at first"
    )
  }

  /// Calls `report` for every seed, one call at a time.
  func run(_ batches: [Batch], report: @escaping @Sendable (Batch, UInt64, Outcome) -> Void) {
    let next = Locked(0)
    let reports = Locked(())
    DispatchQueue.concurrentPerform(iterations: max(1, jobs)) { _ in
      while true {
        let index = next.withValue { value in
          value += 1
          return value - 1
        }
        guard index < batches.count else { return }
        let outcomes = run(batches[index])
        reports.withValue { _ in
          for (seed, outcome) in outcomes { report(batches[index], seed, outcome) }
        }
      }
    }
  }

  private func run(_ batch: Batch) -> [(UInt64, Outcome)] {
    var (outcomes, ending) = runWorker(batch)
    var results: [(UInt64, Outcome)] = []
    for seed in batch.seeds {
      let isSettled = outcomes[seed].map { $0 != .begun && $0 != .unknown } ?? false
      if !isSettled, batch.seeds.count > 1 {
        (outcomes[seed], ending) = (runWorker(batch.alone(seed)).outcomes[seed], ending)
      }
      if let outcome = outcomes[seed], outcome != .begun, outcome != .unknown {
        results.append((seed, outcome))
      } else {
        let own = batch.seeds.count > 1 ? runWorker(batch.alone(seed)).ending : ending
        results.append((seed, .disagreed(own)))
      }
    }
    return results
  }

  private func runWorker(_ batch: Batch) -> (outcomes: [UInt64: Outcome], ending: String) {
    let directory = root + "/" + batch.directoryName
    defer { try? FileManager.default.removeItem(atPath: directory) }
    do {
      let run = try ProcessRun.run(
        CommandLine.arguments[0], batch.arguments + ["--directory", directory], seconds: 900)
      var outcomes: [UInt64: Outcome] = [:]
      for line in run.outputText.split(separator: "\n") {
        if line.hasPrefix(remadeWord) {
          remade.withValue { $0 += 1 }
          say("\(batch.directoryName): made again: \(line.dropFirst(remadeWord.count))")
        } else if let (seed, outcome) = Outcome.decode(line) {
          outcomes[seed] = outcome
        }
      }
      keep(outcomes, of: batch, from: directory)
      return (outcomes, "the worker ended with status \(run.status): \(run.errorText.prefix(600))")
    } catch {
      return ([:], "\(error)")
    }
  }

  /// Copies the files of findings out of the directory, which is removed later.
  private func keep(_ outcomes: [UInt64: Outcome], of batch: Batch, from directory: String) {
    let folder = root + "/findings"
    for (seed, outcome) in outcomes {
      switch outcome {
      case .disagreed, .begun, .unknown: break
      case .agreed, .skipped: continue
      }
      try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let copy = "\(folder)/\(batch.kind)-\(batch.profile)-\(seed).wasm"
      try? FileManager.default.removeItem(atPath: copy)
      try? FileManager.default.copyItem(atPath: "\(directory)/\(seed).wasm", toPath: copy)
    }
  }
}
