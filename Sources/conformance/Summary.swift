// Prints the summary of a run: failures, the reasons for skipped assertions, sums for each group, and the last line.

import TestSupport

struct Tally {
  var passed = 0
  var failed = 0
  var skipped = 0

  mutating func count(_ outcome: WastOutcome) {
    switch outcome {
    case .passed: passed += 1
    case .failed: failed += 1
    case .skipped: skipped += 1
    }
  }

  var text: String { "\(passed) passed, \(failed) failed, \(skipped) skipped" }
}

struct Summary {
  let reports: [FileReport]
  let verbose: Bool
  private(set) var total = Tally()
  private var groups: [String: Tally] = [:]
  private var skips: [String: Int] = [:]

  init(reports: [FileReport], verbose: Bool) {
    self.reports = reports
    self.verbose = verbose
    for report in reports {
      for result in report.results {
        total.count(result.outcome)
        groups[report.file.group, default: Tally()].count(result.outcome)
        if case .skipped(let reason) = result.outcome { skips[reason, default: 0] += 1 }
      }
    }
  }

  func printAll() {
    for report in reports { printFailures(report) }
    for (reason, count) in skips.sorted(by: { $0.key < $1.key }) {
      print("skipped \(count): \(reason)")
    }
    for (group, tally) in groups.sorted(by: { $0.key < $1.key }) {
      print("\(group): \(tally.text)")
    }
    print(total.text)
  }

  private func printFailures(_ report: FileReport) {
    var tally = Tally()
    var shown = 0
    for result in report.results {
      tally.count(result.outcome)
      guard case .failed(let reason) = result.outcome else { continue }
      shown += 1
      if shown > 10 && !verbose { continue }
      print("\(report.file.name):\(result.line): \(result.kind): \(reason.prefix(300))")
    }
    if shown > 10 && !verbose { print("\(report.file.name): ... and \(shown - 10) more") }
    if tally.failed > 0 { print("\(report.file.name): \(tally.text)") }
  }
}
