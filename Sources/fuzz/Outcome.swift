// The outcome of one seed, and the line in which a worker process reports it.

import Foundation
import TestSupport

enum Outcome: Equatable, Sendable {
  /// The seed was begun. If nothing follows, the process ended there.
  case begun
  /// swasmc agrees in all questions with what it was compared with, and perhaps with wasmkit too.
  case agreed(questions: Int, wasmKitToo: Bool = false)
  case skipped(String)
  case disagreed(String)
  /// Another seed of the batch went wrong first.
  case unknown

  func encoded(seed: UInt64) -> String {
    let text =
      switch self {
      case .begun: "begun\t"
      case .agreed(let questions, let wasmKitToo):
        "agreed\t\(questions)\(wasmKitToo ? " wasmkit" : "")"
      case .skipped(let reason): "skipped\t\(reason)"
      case .disagreed(let reason): "disagreed\t\(reason)"
      case .unknown: "unknown\t"
      }
    return "\(seed)\t" + text.replacingOccurrences(of: "\n", with: " ")
  }

  static func decode(_ line: Substring) -> (seed: UInt64, outcome: Outcome)? {
    let fields = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false)
    guard fields.count == 3, let seed = UInt64(fields[0]) else { return nil }
    switch fields[1] {
    case "begun": return (seed, .begun)
    case "agreed":
      let words = fields[2].split(separator: " ")
      return (seed, .agreed(questions: Int(words[0]) ?? 0, wasmKitToo: words.count > 1))
    case "skipped": return (seed, .skipped(String(fields[2])))
    case "disagreed": return (seed, .disagreed(String(fields[2])))
    case "unknown": return (seed, .unknown)
    default: return nil
    }
  }
}

/// Compares whether wasm-tools, with the features that swasmc has, accepts a module, and whether swasmc does.
enum Validity {
  static func isAccepted(_ path: String, _ workspace: Workspace) throws -> Bool {
    let run = try ProcessRun.run(
      try workspace.requiredTool("WASM_TOOLS"),
      ["validate", "--features=" + SmithProfile.validatorFeatures, path], seconds: 60)
    return run.status == 0
  }

  static func compare(isValid: Bool, ours: ModuleVerdict) -> Outcome {
    switch ours {
    case .compiled, .unlinkable:
      return isValid ? .agreed(questions: 1) : .disagreed("wasm-tools rejects what swasmc accepts")
    case .refused(let text) where text.hasPrefix("limit"): return .skipped("beyond a limit")
    case .refused(let text) where text.hasPrefix("unsupported") && isValid:
      return .skipped("with a feature that swasmc lacks")
    case .malformed, .invalid, .refused:
      return isValid
        ? .disagreed("wasm-tools accepts what swasmc rejects: \(ours.complaint)")
        : .agreed(questions: 1)
    }
  }
}
