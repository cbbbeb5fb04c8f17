// The list of known failures with their reasons. A listed failure counts as skipped. A listed command that passes
// counts as a failure, so that the list stays true.
//
// Each line: `GROUP/FILE.wast:LINE REASON` for one command, or `GROUP/FILE.wast REASON` for a file in which
// at least one command fails. `#` starts a comment.

/// Which commands and files of a suite fail, and why.
public struct WastExpectations: Sendable {
  private var reasons: [String: String] = [:]

  /// A line of the list that has another form.
  public struct SyntaxError: Error, CustomStringConvertible {
    public let description: String
  }

  public init() {}

  public init(parsing text: String) throws(SyntaxError) {
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let entry = line.prefix { $0 != "#" }.split(separator: " ", maxSplits: 1)
      if entry.isEmpty { continue }
      guard entry.count == 2, entry[0].contains(".wast") else {
        throw SyntaxError(description: "line \(index + 1): expected FILE.wast[:LINE] REASON")
      }
      reasons[String(entry[0])] = String(entry[1])
    }
  }

  /// The results of `file` (`core/br.wast`) with expected failures turned into skips, and unexpected passes
  /// into failures.
  public func apply(to results: [WastResult], file: String) -> [WastResult] {
    var results = results
    for index in results.indices {
      guard let reason = reasons["\(file):\(results[index].line)"] else { continue }
      switch results[index].outcome {
      case .failed: results[index].outcome = .skipped("expected failure: " + reason)
      case .passed:
        results[index].outcome = .failed("passed, but is listed as a failure: " + reason)
      case .skipped: break
      }
    }
    guard let reason = reasons[file] else { return results }
    var failures = 0
    for index in results.indices {
      guard case .failed = results[index].outcome else { continue }
      failures += 1
      results[index].outcome = .skipped("expected failure: " + reason)
    }
    if failures == 0 {
      results.append(
        WastResult(
          line: 0, kind: "file",
          outcome: .failed("nothing failed, but the file is listed with failures: " + reason)))
    }
    return results
  }
}
