// Compares attacks at -O0 with wasmtime. Each call has its own instance, whose memory is filled before the call. If
// the call returns, the state is hashed after it.

import Foundation
import TestSupport

struct AttackEngine {
  let profile: AttackProfile
  let seeds: Range<UInt64>
  let directory: String

  func run(report: (UInt64, Outcome) -> Void) throws {
    for seed in seeds { report(seed, .begun) }
    let functions = seeds.map { AttackGenerator.function(profile, seed: $0) }
    let arguments = zip(seeds, functions).map { seed, function in
      AttackArguments.some(
        AttackBatch.callsPerFunction, for: function, in: profile, seed: seed)
    }
    let answers = try AttackRun(
      profile: profile, configurations: [.reference], directory: directory
    ).ask(
      functions.map(\.body),
      calls: arguments.enumerated().flatMap { place, all in
        all.map { (function: place, arguments: $0) }
      }, hashes: true)
    guard answers.isComplete else {
      throw ProcessRun.Failure(description: "-O0: \(answers.ending)")
    }
    let scripts = seeds.enumerated().map { place, seed in
      let own = answers.references.filter { $0.function == place }
      return (seed: seed, lines: script(functions[place].body, arguments[place], own))
    }
    let found = try Wasmtime(workspace: .current, directory: directory).check(scripts)
    for (seed, lines) in scripts {
      let disagreement = found.first { $0.seed == seed }
      report(
        seed,
        disagreement.map { .disagreed("wasmtime: \($0.message.suffix(300))") }
          ?? .agreed(questions: lines.count { $0.hasPrefix("(assert_") }))
    }
  }

  private func script(
    _ body: [AttackNode], _ arguments: [AttackArguments], _ answers: [AttackReference]
  ) -> [String] {
    guard let bytes = AttackModule.bytes(profile, bodies: [body]) else { return [] }
    var lines: [String] = []
    for answer in answers where answer.text != "skipped" {
      if profile.hasImports {
        lines.append("(module $e binary \(quote(AttackModule.environment(profile))))")
        lines.append("(register \"environment\" $e)")
      }
      lines.append("(module $m binary \(quote(bytes)))")
      lines.append("(invoke $m \"fill\")")
      let given = arguments[answer.call]
      let call =
        "(invoke $m \"f0\" (i32.const \(given.p)) (i32.const \(given.q)) (i32.const \(given.n)) (i64.const \(given.m)))"
      let words = answer.text.split(separator: " ", maxSplits: 1)
      if words[0] == "trap" {
        // Stores before an access out of bounds may be undone (RATIONALE.md).
        lines.append("(assert_trap \(call) \"\(words[1])\")")
        continue
      }
      let values = words[1].split(separator: " ").compactMap { UInt64($0, radix: 16) }
      guard values.count == 2 else { continue }
      lines.append("(assert_return \(call) (i64.const \(values[0])))")
      lines.append("(assert_return (invoke $m \"hash\") (i64.const \(values[1])))")
    }
    return lines
  }
}
