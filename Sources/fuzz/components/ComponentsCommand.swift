// `fuzz components`: random values of random types go through chains of components and come back.

import ArgumentParser
import TestSupport

struct Components: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Pass random values of random types through chains of components.",
    discussion: """
      Each component must return what it was given, or trap as the specification says. With --wasmtime, wasmtime must \
      do the same.
      """)

  @Option(help: "The profiles, separated by spaces; all of them if empty.")
  var profiles = ""

  @Option(help: "How many components, over all profiles.")
  var seeds = 300

  @Option(help: "The first seed of every profile.")
  var first: UInt64 = 0

  @Option(help: "How many components are linked into one program.")
  var perBatch = 25

  @Option(
    help: "The levels of optimisation, separated by spaces. Above 0 a component takes seconds.")
  var levels = "0"

  @Option(help: "How many batches are run at once.")
  var jobs = 1

  @Flag(help: "Compare with wasmtime.")
  var wasmtime = false

  @Option(
    name: .customLong("write"),
    help: ArgumentHelp(
      "Only write the components to this directory, each with a script of its calls, for other tools.",
      valueName: "directory"))
  var directory: String?

  func run() throws {
    let known = GeneratedComponent.profiles
    let chosen = profiles.isEmpty ? known : profiles.split(separator: " ").map(String.init)
    for name in chosen where !known.contains(name) {
      throw ValidationError("no profile \(name); there are \(known.joined(separator: ", "))")
    }
    if let directory { return try write(chosen, to: directory) }
    var campaign = Campaign(
      kind: wasmtime ? "components-engine" : "components", profiles: chosen, first: first,
      seeds: seeds, perBatch: perBatch, jobs: jobs)
    campaign.levels = levels.split(separator: " ").flatMap { level in
      ["guard", "explicit"].map { (Int(level) ?? 0, $0) }
    }
    campaign.needsModules = false
    campaign.item = "components"
    try campaign.run()
  }
  private func write(_ chosen: [String], to directory: String) throws {
    for position in 0..<seeds {
      let profile = chosen[position % chosen.count]
      let seed = first + UInt64(position / chosen.count)
      try GeneratedComponent(profile: profile, seed: seed).write(
        to: directory, "\(profile)-\(seed)")
    }
    print("\(seeds) components are in \(directory)")
  }
}
