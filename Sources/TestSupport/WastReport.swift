// The outcomes of the assertions of one .wast file, and the line format in which a worker process reports them.

/// What became of a command.
public enum WastOutcome: Equatable, Sendable {
  case passed
  case failed(String)
  case skipped(String)
}

/// A command of a script, and what became of it.
public struct WastResult: Sendable {
  public let line: Int
  /// The command's name in the script, `assert_return` and so on.
  public let kind: String
  public var outcome: WastOutcome

  public init(line: Int, kind: String, outcome: WastOutcome) {
    self.line = line
    self.kind = kind
    self.outcome = outcome
  }

  /// One line, tab-separated; `init(encoded:)` reads it.
  public var encoded: String {
    let (word, reason) =
      switch outcome {
      case .passed: ("passed", "")
      case .failed(let reason): ("failed", reason)
      case .skipped(let reason): ("skipped", reason)
      }
    let flat = reason.map { $0.isNewline || $0 == "\t" ? " " : $0 }
    return "\(line)\t\(kind)\t\(word)\t\(String(flat))"
  }

  public init?(encoded: Substring) {
    let fields = encoded.split(separator: "\t", maxSplits: 3, omittingEmptySubsequences: false)
    guard fields.count == 4, let line = Int(fields[0]) else { return nil }
    self.line = line
    kind = String(fields[1])
    switch fields[2] {
    case "passed": outcome = .passed
    case "failed": outcome = .failed(String(fields[3]))
    case "skipped": outcome = .skipped(String(fields[3]))
    default: return nil
    }
  }
}
