// The statistics of `--stats` about the isolation check: how many functions it checked and proved, which functions were
// compiled again and why, and the check's share of the time.

import GuestOptimizer
import System

/// Counts over all partitions of a compilation, which run at the same time.
final class IsolationStatistics: Sendable {
  struct Counts: Sendable {
    var checked = 0
    var failures: [IsolationFailure] = []
    var recompiled: [IsolationFailure] = []
    var partitionsRecompiled = 0
    var making = Duration.zero
    var checking = Duration.zero
  }

  private let counts = Locked(Counts())

  func add(_ attempt: GuestOptimizer.Attempt) {
    counts.withValue {
      $0.making += attempt.making
      $0.checking += attempt.checking
      if attempt.isRepeated {
        $0.partitionsRecompiled += 1
        $0.recompiled += attempt.report.failures
      } else {
        $0.checked += attempt.report.checked
        $0.failures += attempt.report.failures
      }
    }
  }

  var totals: Counts { counts.withValue { $0 } }

  /// The lines of the text form.
  var lines: [Message] {
    let counts = counts.withValue { $0 }
    let total = counts.making + counts.checking
    let share = total > .zero ? Int((1000 * (counts.checking / total)).rounded()) : 0
    var lines: [Message] = [
      """
      isolation: \(counts.checked) functions checked, \(counts.checked - counts.failures.count) proven, \
      \(counts.recompiled.count) recompiled in \(counts.partitionsRecompiled) partitions
      """
    ]
    lines += counts.recompiled.map { "isolation: recompiled: \($0.message)" }
    lines += counts.failures.map { "isolation: not proven: \($0.message)" }
    lines.append(
      """
      isolation: \(milliseconds(counts.checking)) ms of \(milliseconds(total)) ms before code generation \
      (\(share / 10).\(share % 10) %)
      """)
    return lines
  }

  private func milliseconds(_ duration: Duration) -> Int {
    Int((duration / .milliseconds(1)).rounded())
  }
}
