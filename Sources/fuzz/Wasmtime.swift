// Runs .wast scripts of several modules with wasmtime, which stops at the first assertion that does not hold. That
// assertion is reported, its module is left out, and the rest is run again.

import Foundation
import TestSupport

struct Wasmtime {
  let workspace: Workspace
  let directory: String

  struct Disagreement {
    let seed: UInt64
    let message: String
  }

  private static let options = [
    "-W", "all-proposals=y,shared-memory=y,relaxed-simd-deterministic=y", "-W",
    "max-wasm-stack=8388608",
    "-W", "async-stack-size=16777216",
  ]

  /// - Parameter scripts: One for each module.
  func check(_ scripts: [(seed: UInt64, lines: [String])]) throws -> [Disagreement] {
    var rest = scripts
    var found: [Disagreement] = []
    while !rest.isEmpty {
      guard let (position, message) = try firstFailure(rest) else { return found }
      found.append(Disagreement(seed: rest[position].seed, message: message))
      rest.remove(at: position)
    }
    return found
  }

  private func firstFailure(_ scripts: [(seed: UInt64, lines: [String])]) throws -> (Int, String)? {
    let path = directory + "/batch.wast"
    try (scripts.flatMap(\.lines).joined(separator: "\n") + "\n").write(
      toFile: path, atomically: false, encoding: .utf8)
    var environment = ProcessInfo.processInfo.environment
    environment["RUST_BACKTRACE"] = "0"
    environment["RUST_MIN_STACK"] = "67108864"
    let run = try ProcessRun.run(
      try workspace.requiredTool("WASMTIME"), ["wast"] + Self.options + [path],
      environment: environment,
      seconds: 300)
    if run.status == 0 { return nil }
    let said = run.errorText
    guard let match = said.firstMatch(of: #/batch\.wast:([0-9]+)/#), let line = Int(match.1) else {
      // Its message names no line.
      return (0, "wasmtime ended with status \(run.status): \(said.prefix(300))")
    }
    var end = 0
    for (position, script) in scripts.enumerated() {
      end += script.lines.count
      guard line <= end else { continue }
      let text = script.lines[script.lines.count - (end - line) - 1]
      let reason = said.split(separator: "\n").dropFirst(3).joined(separator: " ")
      return (position, "wasmtime: \(reason.prefix(300)) in \(text.suffix(400))")
    }
    return (0, "wasmtime: \(said.prefix(300))")
  }
}
