// `fuzz sabotage`: breaks proven code in one place, and tests whether the isolation checker notices.

import ArgumentParser
import CSabotage
import Foundation
import TestSupport

struct Sabotage: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Break proven code in one place; the isolation checker must reject it.",
    discussion: """
      An accepted mutant that is certainly harmful is a failure. Other accepted mutants are explained by simple \
      rules, or counted as not explained. Failures are kept in build/fuzz/findings, before and after the change.
      """)

  @Option(help: "How many modules of `fuzz attacks` are broken, over all profiles.")
  var seeds = 140

  @Option(help: "The first seed of every profile.")
  var first: UInt64 = 0

  @Option(help: "How many functions are in one of these modules.")
  var perModule = 3

  @Option(help: "How often each module is broken.")
  var mutants = 100

  @Option(help: "Break the modules in this folder too.")
  var programs: String?

  @Option(help: "The most bytes in a file; larger files are left out.")
  var limit = 100_000

  @Option(help: "The kinds of change, separated by spaces; all of them if empty.")
  var kinds = ""

  @Flag(help: "Keep and print accepted mutants that are not explained, for a person to judge.")
  var list = false

  func run() throws {
    let known = SabotageRun.kinds
    let chosen = kinds.split(separator: " ").map(String.init)
    for name in chosen where !known.contains(name) {
      throw ValidationError("no kind \(name); there are \(known.joined(separator: ", "))")
    }
    let workspace = Workspace.current
    let findings = workspace.buildDirectory + "/fuzz/findings"
    try FileManager.default.createDirectory(atPath: findings, withIntermediateDirectories: true)
    var run = SabotageRun(
      chosen: known.indices.filter { chosen.isEmpty || chosen.contains(known[$0]) },
      mutants: mutants, findings: findings, lists: list)
    for place in 0..<seeds { attack(place, &run) }
    for path in try files() {
      guard let data = FileManager.default.contents(atPath: path), data.count <= limit else {
        continue
      }
      run.sabotage(
        [UInt8](data), name: URL(fileURLWithPath: path).lastPathComponent,
        seed: first &+ UInt64(data.count))
    }
    run.tally.summarize()
    if run.tally.holes > 0 { throw ExitCode.failure }
  }

  private func attack(_ place: Int, _ run: inout SabotageRun) {
    let profile = AttackProfile.all[place % AttackProfile.all.count]
    let seed = first + UInt64(place / AttackProfile.all.count)
    let bodies = (0..<UInt64(perModule)).map {
      AttackGenerator.function(profile, seed: seed * UInt64(perModule) + $0).body
    }
    guard let bytes = AttackModule.bytes(profile, bodies: bodies) else { return }
    run.sabotage(bytes, name: "\(profile.name)-\(seed)", seed: seed)
  }

  private func files() throws -> [String] {
    guard let programs else { return [] }
    return try FileManager.default.subpathsOfDirectory(atPath: programs)
      .filter { $0.hasSuffix(".wasm") }.sorted().map { programs + "/" + $0 }
  }
}
