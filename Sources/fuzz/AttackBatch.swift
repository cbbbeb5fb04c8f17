// Puts the attacks of some seeds in one module, compiles it in several ways, runs it, compares the results, and reduces
// functions that differ. A seed always gives the same function, whatever other functions are in the module. A batch has
// its own process, because a defect may end it.

import Foundation
import TestSupport

struct AttackBatch {
  static let callsPerFunction = 8

  let profile: AttackProfile
  let seeds: Range<UInt64>
  let configurations: [AttackConfiguration]
  let directory: String
  let reduces: Bool

  func run(report: (UInt64, Outcome) -> Void) throws {
    for seed in seeds { report(seed, .begun) }
    let functions = seeds.map { AttackGenerator.function(profile, seed: $0) }
    let arguments = zip(seeds, functions).map { seed, function in
      AttackArguments.some(Self.callsPerFunction, for: function, in: profile, seed: seed)
    }
    let calls = arguments.enumerated().flatMap { place, all in all.map { (place, $0) } }
    let run = AttackRun(profile: profile, configurations: configurations, directory: directory)
    let answers = try run.ask(
      functions.map(\.body), calls: calls.map { (function: $0, arguments: $1) })
    for (place, seed) in seeds.enumerated() {
      let own = answers.differences.filter { $0.function == place }
      guard let first = own.first(where: { $0.kind == "escape" }) ?? own.first else {
        let answered = answers.references.filter { $0.function == place }
        guard answers.isComplete || answered.count == Self.callsPerFunction else {
          if seeds.count == 1 { report(seed, .disagreed("crash: \(answers.ending)")) }
          continue
        }
        report(seed, .agreed(questions: answered.count { $0.text != "skipped" }))
        continue
      }
      let arguments = arguments[place][first.call]
      let names = Set(own.filter { $0.kind == first.kind }.map(\.configuration)).sorted()
      var message =
        "\(first.kind): \(first.text) [\(names.joined(separator: " "))] with \(arguments.text)"
      if reduces { message += try reduced(functions[place].body, arguments, first, seed) }
      report(seed, .disagreed(message))
    }
  }

  /// Writes the smaller function to build/fuzz/findings. Returns its size and its path, as the end of the message.
  private func reduced(
    _ body: [AttackNode], _ arguments: AttackArguments, _ difference: AttackDifference,
    _ seed: UInt64
  ) throws -> String {
    guard let failing = configurations.first(where: { $0.name == difference.configuration }) else {
      return ""
    }
    let reducer = AttackReducer(
      profile: profile, failing: failing, kind: difference.kind, directory: directory + "/reduction"
    )
    let small = try reducer.reduce(body, arguments)
    let folder = Workspace.current.buildDirectory + "/fuzz/findings"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let path = "\(folder)/attacks-\(profile.name)-\(seed)"
    let note =
      "\(difference.kind) [\(failing.name)]: f0 with \(small.arguments.text); \(difference.text)"
    try AttackText.write(profile, small.body, note: note, to: path)
    return "; reduced to \(small.body.reduce(0) { $0 + $1.size }) nodes: \(path).wat"
  }
}

/// Writes a function as a module and as text.
enum AttackText {
  static func write(_ profile: AttackProfile, _ body: [AttackNode], note: String, to path: String)
    throws
  {
    guard let bytes = AttackModule.bytes(profile, bodies: [body]) else { return }
    try Data(bytes).write(to: URL(fileURLWithPath: path + ".wasm"))
    let printed = try ProcessRun.require(
      try Workspace.current.requiredTool("WASM_TOOLS"), ["print", path + ".wasm"])
    // Print only the attack. The other functions of the module belong to the profile.
    let lines = printed.outputText.split(separator: "\n", omittingEmptySubsequences: false)
    let starts = lines.indices.filter { lines[$0].hasPrefix("  (func ") }
    let attack = starts.last.map { start in
      lines[start...].prefix { !$0.hasPrefix("  (data") && !$0.hasPrefix("  (elem") }
    }
    let text = ";; \(note)\n;; profile \(profile.name)\n" + (attack ?? []).joined(separator: "\n")
    try (text + "\n").write(toFile: path + ".wat", atomically: false, encoding: .utf8)
  }
}
