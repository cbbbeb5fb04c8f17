// What `--stats` prints of the isolation checker: functions checked, proven, made again and why, and its share of time.
import Foundation
import GuestOptimizer

/// Counts over all partitions of a compilation, which run at the same time.
final class IsolationStatistics: @unchecked Sendable {
  private let lock = NSLock()
  private var checked = 0
  private var failures: [IsolationFailure] = []
  private var recompiled: [IsolationFailure] = []
  private var partitionsRecompiled = 0
  private var making = Duration.zero
  private var checking = Duration.zero

  func add(_ attempt: GuestOptimizer.Attempt) {
    lock.withLock {
      making += attempt.making
      checking += attempt.checking
      if attempt.isRepeated {
        partitionsRecompiled += 1
        recompiled += attempt.report.failures
      } else {
        checked += attempt.report.checked
        failures += attempt.report.failures
      }
    }
  }

  /// On standard error.
  func print() {
    lock.withLock {
      var lines = [
        "isolation: \(checked) functions checked, \(checked - failures.count) proven, "
          + "\(recompiled.count) recompiled in \(partitionsRecompiled) partitions"
      ]
      lines += recompiled.map { "isolation: recompiled: \($0.message)" }
      lines += failures.map { "isolation: not proven: \($0.message)" }
      let share = 100 * (checking / (making + checking))
      lines.append(
        "isolation: \(milliseconds(checking)) ms of \(milliseconds(making + checking)) ms "
          + "before code generation (\(String(format: "%.1f", share)) %)")
      FileHandle.standardError.write(Data((lines.joined(separator: "\n") + "\n").utf8))
    }
  }

  private func milliseconds(_ duration: Duration) -> Int {
    Int((duration / .milliseconds(1)).rounded())
  }
}
