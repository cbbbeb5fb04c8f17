// `fuzz attacks`: seeded functions that test the passes that vectorise loops and the passes that keep traps.

import ArgumentParser
import Foundation
import System
import TestSupport

struct Attacks: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Attack the passes for loops and traps: compare every level with -O0.",
    discussion: """
      Each seed makes one function. Functions that differ are reduced (--reduce), and written to build/fuzz/findings \
      as text.
      """)

  @Option(help: "The profiles, separated by spaces; all of them if empty.")
  var profiles = ""

  @Option(help: "How many functions, over all profiles.")
  var seeds = 10_000

  @Option(help: "The first seed of every profile.")
  var first: UInt64 = 0

  @Option(help: "How many functions are in one module.")
  var perBatch = 100

  @Option(help: "How many batches are run at once.")
  var jobs = 2

  @Option(help: "Turn the preparation of loops for vectors on or off, in place of the default.")
  var streams: AttackStreams?

  @Option(help: "The set of configurations that is added, 0 to 6. (default: each in turn)")
  var set: Int?

  @Flag(help: "Compare -O0 with wasmtime, and not with other levels.")
  var wasmtime = false

  @Option(help: "How many findings of each kind are reduced.")
  var reduce = 3

  func run() throws {
    let known = AttackProfile.all.map(\.name)
    let usual = AttackProfile.all.filter { !wasmtime || $0.isSmall }.map(\.name)
    let chosen = profiles.isEmpty ? usual : profiles.split(separator: " ").map(String.init)
    for name in chosen where !known.contains(name) {
      throw ValidationError("no profile \(name); there are \(known.joined(separator: ", "))")
    }
    let workspace = Workspace.current
    let root = workspace.buildDirectory + "/fuzz"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    _ = try HostProgram.object(workspace, source: "attack_host")
    let tally = Locked(AttackTally(reduce: reduce))
    let chosenOnes = Locked<[Batch]>([])
    let pool = WorkerPool(jobs: jobs, root: root)
    pool.run(batches(chosen)) { batch, seed, outcome in
      let isToReduce = tally.withValue { $0.count(batch.profile, outcome) }
      guard case .disagreed(let message) = outcome else { return }
      say("attacks \(batch.profile) \(seed) set \(batch.level): \(message)")
      if isToReduce { chosenOnes.withValue { $0.append(batch.alone(seed, reducing: true)) } }
    }
    pool.run(chosenOnes.withValue { $0 }) { batch, seed, outcome in
      guard case .disagreed(let message) = outcome else { return }
      say("attacks \(batch.profile) \(seed) set \(batch.level): \(message)")
    }
    pool.summarizeRemade()
    try tally.withValue { $0 }.summarize()
  }

  private func batches(_ chosen: [String]) -> [Batch] {
    let perProfile = (seeds + chosen.count - 1) / chosen.count
    var result: [Batch] = []
    for (round, start) in stride(from: 0, to: perProfile, by: perBatch).enumerated() {
      for (position, profile) in chosen.enumerated() {
        let begin = first + UInt64(start)
        result.append(
          Batch(
            kind: "attacks", profile: profile,
            seeds: begin..<begin + UInt64(min(perBatch, perProfile - start)),
            level: set ?? (round + position) % AttackConfiguration.turns.count,
            boundsChecks: wasmtime ? "wasmtime" : streams?.rawValue ?? "default"))
      }
    }
    return result
  }
}

/// Whether every configuration of a run makes loops ready for vectors.
enum AttackStreams: String, ExpressibleByArgument, Sendable { case on, off }

/// How often each kind of difference was found, and in which configuration.
struct AttackTally {
  let reduce: Int
  private var agreed = 0
  private var calls = 0
  private var disagreed = 0
  private var kinds: [String: Int] = [:]
  private var byConfiguration: [String: Int] = [:]

  init(reduce: Int) { self.reduce = reduce }

  /// Counts an outcome. Returns whether the function is among those to reduce.
  mutating func count(_ profile: String, _ outcome: Outcome) -> Bool {
    switch outcome {
    case .agreed(let questions, _):
      agreed += 1
      calls += questions
    case .disagreed(let message):
      disagreed += 1
      let kind = String(message.prefix { $0 != ":" })
      kinds[kind, default: 0] += 1
      if let match = message.firstMatch(of: #/\[([^\]]*)\]/#) {
        byConfiguration["\(kind) [\(match.1)]", default: 0] += 1
      }
      return kinds[kind, default: 0] <= reduce
    case .begun, .skipped, .unknown: break
    }
    return false
  }

  func summarize() throws {
    for (kind, count) in byConfiguration.sorted(by: { $0.value > $1.value }) {
      say("\(count) \(kind)")
    }
    for (kind, count) in kinds.sorted(by: { $0.value > $1.value }) { say("\(kind): \(count)") }
    say("\(calls) calls were compared, of functions that agree")
    say("\(agreed) passed, \(disagreed) failed")
    if disagreed > 0 { throw ExitCode.failure }
  }
}
