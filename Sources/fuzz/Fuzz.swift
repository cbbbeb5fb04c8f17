// The command `fuzz`: random modules against wasmtime and wasmkit, damaged modules and debug information, very large
// modules, attacks on the passes, broken code for the isolation check, and components. Each kind is a subcommand.
//
// Profile and seed decide every input. To run one that failed again, use --profiles PROFILE --first SEED --seeds 1.

import ArgumentParser
import Foundation
import System
import Targets
import TestSupport

@main
struct Fuzz: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look for modules and components that the compiler gets wrong.",
    discussion: """
      The last line is `N passed, N failed`; the status is 0 when nothing failed. What failed is kept in \
      build/fuzz/findings; of attacks, the functions that were reduced.
      """,
    subcommands: [
      Modules.self, Mutants.self, Debug.self, Large.self, Attacks.self, Sabotage.self,
      Components.self, Worker.self,
    ])
}

/// Runs batches of seeds over some profiles, and collects their outcomes.
struct Campaign {
  let kind: String
  let profiles: [String]
  let first: UInt64
  /// The number of seeds over all profiles.
  let seeds: Int
  let perBatch: Int
  let jobs: Int
  var levels: [(level: Int, boundsChecks: String)] = [
    (1, "guard"), (2, "guard"), (0, "guard"), (2, "explicit"), (3, "guard"), (2, "precise"),
  ]
  /// Whether generated modules import those of Tests/fuzz.
  var needsModules = true
  /// What a seed makes.
  var item = "modules"

  func run() throws {
    let workspace = Workspace.current
    let root = workspace.buildDirectory + "/fuzz"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    if needsModules { try assembleEnvironment(workspace, root) }
    _ = try HostProgram.object(workspace)
    let tallies = Locked<[String: ProfileTally]>([:])
    let pool = WorkerPool(jobs: jobs, root: root)
    pool.run(batches()) { batch, seed, outcome in
      tallies.withValue { $0[batch.profile, default: ProfileTally()].count(outcome) }
      guard case .disagreed(let message) = outcome else { return }
      say(
        "\(batch.kind) \(batch.profile) \(seed) -O\(batch.level) \(batch.boundsChecks): \(message)")
    }
    pool.summarizeRemade()
    try summarize(tallies.withValue { $0 })
  }

  private func summarize(_ tallies: [String: ProfileTally]) throws {
    var total = ProfileTally()
    for profile in profiles {
      guard let tally = tallies[profile] else { continue }
      say("\(kind) \(profile): \(tally.text(of: item))")
      total.add(tally)
    }
    say("\(total.agreed) passed, \(total.disagreed) failed")
    if total.disagreed > 0 { throw ExitCode.failure }
  }

  /// Takes the profiles in turn, so that a run that is cut short has used every profile.
  private func batches() -> [Batch] {
    let perProfile = (seeds + profiles.count - 1) / profiles.count
    var result: [Batch] = []
    for (round, start) in stride(from: 0, to: perProfile, by: perBatch).enumerated() {
      let count = min(perBatch, perProfile - start)
      for (position, profile) in profiles.enumerated() {
        let (level, boundsChecks) = levels[(round + position) % levels.count]
        let begin = first + UInt64(start)
        result.append(
          Batch(
            kind: kind, profile: profile, seeds: begin..<begin + UInt64(count), level: level,
            boundsChecks: boundsChecks))
      }
    }
    return result
  }

  private func assembleEnvironment(_ workspace: Workspace, _ root: String) throws {
    for name in ["environment", "imports"] {
      try ProcessRun.require(
        try workspace.requiredTool("WASM_TOOLS"),
        ["parse", "\(workspace.root)/Tests/fuzz/\(name).wat", "-o", "\(root)/\(name).wasm"])
    }
  }
}

/// Writes a line to standard output at once, so that no line is lost if the process ends badly.
func say(_ line: String) {
  FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

struct ProfileTally {
  private(set) var agreed = 0
  private(set) var questions = 0
  private(set) var byWasmKit = 0
  private(set) var disagreed = 0
  private(set) var skipped: [String: Int] = [:]

  mutating func count(_ outcome: Outcome) {
    switch outcome {
    case .agreed(let questions, let wasmKitToo):
      agreed += 1
      if wasmKitToo { byWasmKit += 1 }
      self.questions += questions
    case .skipped(let reason): skipped[reason, default: 0] += 1
    case .disagreed: disagreed += 1
    case .begun, .unknown: break
    }
  }

  mutating func add(_ other: ProfileTally) {
    agreed += other.agreed
    disagreed += other.disagreed
  }

  func text(of item: String) -> String {
    let reasons = skipped.sorted { $0.key < $1.key }.map { ", \($0.value) skipped (\($0.key))" }
    let wasmKit = byWasmKit > 0 ? ", \(byWasmKit) of them with wasmkit too" : ""
    return "\(agreed) \(item) agree (\(questions) comparisons\(wasmKit)), \(disagreed) do not"
      + reasons.joined()
  }
}

struct Modules: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compile and run modules of wasm-tools smith, and compare with wasmtime.")

  @Option(help: "The profiles, separated by spaces; all of them if empty.")
  var profiles = ""

  @Option(help: "How many modules, over all profiles.")
  var seeds = 1000

  @Option(help: "The first seed of every profile.")
  var first: UInt64 = 0

  @Option(help: "How many modules are linked into one program.")
  var perBatch = 20

  @Option(help: "How many batches are run at once.")
  var jobs = 2

  @Option(
    help: "The machine for which modules are compiled; other machines than this are emulated.")
  var target = Target.host.name

  /// The kind of a batch for a target.
  static func kind(_ target: Target) -> String {
    target == .host ? "modules" : "modules-\(target.name)"
  }

  func run() throws {
    guard let target = Target.all.first(where: { $0.name == target }) else {
      throw ValidationError(
        "--target must be one of \(Target.all.map(\.name).joined(separator: ", "))")
    }
    let known = SmithProfile.all.map(\.name)
    let chosen = profiles.isEmpty ? known : profiles.split(separator: " ").map(String.init)
    for name in chosen where !known.contains(name) {
      throw ValidationError("no profile \(name); there are \(known.joined(separator: ", "))")
    }
    try Campaign(
      kind: Self.kind(target), profiles: chosen, first: first, seeds: seeds, perBatch: perBatch,
      jobs: jobs
    ).run()
  }
}

struct Mutants: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compile damaged modules, and compare with what wasm-tools accepts and rejects.")

  @Option(help: "The profiles, separated by spaces: smith, suite.")
  var profiles = "smith suite"

  @Option(help: "How many modules, over all profiles.")
  var seeds = 1000

  @Option(help: "The first seed of every profile.")
  var first: UInt64 = 0

  @Option(help: "How many batches are run at once.")
  var jobs = 2

  func run() throws {
    let chosen = profiles.split(separator: " ").map(String.init)
    for name in chosen where !MutantBatch.profiles.contains(name) {
      throw ValidationError(
        "no profile \(name); there are \(MutantBatch.profiles.joined(separator: ", "))")
    }
    if chosen.contains("suite") { try Corpus.make(Workspace.current) }
    try Campaign(
      kind: "mutants", profiles: chosen, first: first, seeds: seeds, perBatch: 50, jobs: jobs
    ).run()
  }
}

struct Large: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compile very large modules at -O0 and -O2, and run those that have a result.")

  @Option(help: "The number of the first module.")
  var first = 0

  @Option(help: "How many modules.")
  var seeds = LargeInput.all.count

  @Option(help: "How many modules are compiled at once.")
  var jobs = 1

  func run() throws {
    for (number, input) in LargeInput.all.enumerated() { say("\(number): \(input.name)") }
    var failure: (any Error)?
    for level in [0, 2] {
      let campaign = Campaign(
        kind: "large", profiles: LargeBatch.profiles, first: UInt64(first),
        seeds: min(seeds, LargeInput.all.count - first), perBatch: 1, jobs: jobs,
        levels: [(level, "guard")])
      do { try campaign.run() } catch { failure = error }
    }
    if let failure { throw failure }
  }
}

struct Worker: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "batch", shouldDisplay: false)

  @Option var kind: String
  @Option var profile: String
  @Option var first: UInt64
  @Option var count: UInt64
  @Option(name: .customShort("O", allowingJoined: true)) var level: Int
  @Option var boundsChecks: String
  @Option var directory: String
  @Flag var reduces = false

  func run() throws {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    if kind == "attacks" { return try runAttacks() }
    guard let options = ModuleCompilerOptions(boundsChecks: boundsChecks, level: level) else {
      throw ValidationError("no such options")
    }
    let seeds = first..<first + count
    let report = { (seed: UInt64, outcome: Outcome) in say(outcome.encoded(seed: seed)) }
    switch kind {
    case "components", "components-engine":
      try ComponentBatch(
        profile: profile, seeds: seeds, options: options, directory: directory,
        usesWasmtime: kind == "components-engine"
      ).run(report: report)
    case "mutants":
      try MutantBatch(profile: profile, seeds: seeds, options: options, directory: directory).run(
        report: report)
    case "debug":
      guard let batch = DebugBatch(profile: profile, seeds: seeds) else {
        throw ValidationError("no such profile")
      }
      try batch.run(report: report)
    case "large":
      try LargeBatch(seeds: seeds, level: level, boundsChecks: boundsChecks, directory: directory)
        .run(report: report)
    default:
      guard let profile = SmithProfile.all.first(where: { $0.name == profile }) else {
        throw ValidationError("no such profile")
      }
      var chosen = options
      chosen.target = Target.all.first { Modules.kind($0) == kind } ?? .host
      try ModuleBatch(profile: profile, seeds: seeds, options: chosen, directory: directory)
        .run(report: report)
    }
  }

  private func runAttacks() throws {
    guard let profile = AttackProfile.all.first(where: { $0.name == profile }) else {
      throw ValidationError("no such profile")
    }
    let seeds = first..<first + count
    let report = { (seed: UInt64, outcome: Outcome) in say(outcome.encoded(seed: seed)) }
    if boundsChecks == "wasmtime" {
      return try AttackEngine(profile: profile, seeds: seeds, directory: directory).run(
        report: report)
    }
    let streams = AttackStreams(rawValue: boundsChecks).map { $0 == .on }
    try AttackBatch(
      profile: profile, seeds: seeds,
      configurations: AttackConfiguration.set(level, streams: streams), directory: directory,
      reduces: reduces
    ).run(report: report)
  }
}
