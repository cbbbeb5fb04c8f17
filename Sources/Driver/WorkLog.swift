// Records what a compilation is doing. The message of a crash, the line of progress and the statistics show it.

import ObjectFile
import System

/// The log of one compilation. All threads of the compilation share it.
final class WorkLog: Sendable {
  struct Counts: Sendable {
    /// The time spent in each stage. Threads that are in one stage at the same time each add their time.
    var stages: [Stage: TimeSpent] = [:]
    var partitions: [PartitionRecord] = []
  }

  /// One partition's work.
  struct PartitionRecord: Sendable {
    let partition: Partition
    let functions: Int
    let spent: TimeSpent
    /// Whether the object came from the compile cache.
    let isCached: Bool
  }

  let isolation = IsolationStatistics()
  let progress: Progress?
  private let isVerbose: Bool
  private let counts = Locked(Counts())
  private let hasWarned = Locked(false)

  init(progress: Progress? = nil, isVerbose: Bool = false) {
    self.progress = progress
    self.isVerbose = isVerbose
  }

  var totals: Counts { counts.withValue { $0 } }

  /// Runs a stage on this thread. The processor time of the linker counts as the stage's own.
  func run<Result>(_ stage: Stage, _ body: () throws(DriverError) -> Result) throws(DriverError)
    -> Result
  {
    enter(stage, of: "")
    let start = TimeSpent.now
    let childrenBefore = stage == .link ? TimeSpent.processorOfChildren : .zero
    defer {
      var spent = TimeSpent.now - start
      if stage == .link { spent.processor += TimeSpent.processorOfChildren - childrenBefore }
      add(spent, to: stage)
    }
    return try body()
  }

  /// - Parameter part: What is worked on, if it is not the whole program; begins with a comma.
  fileprivate func enter(_ stage: Stage, of part: Message) {
    CrashReporter.enter(stage.phase)
    progress?.enter(stage)
    if isVerbose { writeToStandardError("swasmc: \(stage.phase.description)\(part)\n") }
  }

  /// Says why debug information was left out. It is read twice for -g, and one warning is enough.
  func warnOfDebugInformation(_ error: ObjectFormatError) {
    let isFirst = hasWarned.withValue { hasWarned in
      defer { hasWarned = true }
      return !hasWarned
    }
    if isFirst { warn("the debug information was left out: \(error.message)") }
  }

  fileprivate func add(_ spent: TimeSpent, to stage: Stage) {
    counts.withValue { $0.stages[stage, default: TimeSpent()] += spent }
  }

  fileprivate func add(_ record: PartitionRecord) {
    counts.withValue { $0.partitions.append(record) }
  }
}

/// The stages of one partition, which one thread goes through.
final class PartitionLog {
  private let log: WorkLog
  private let partition: Partition
  private let functions: Int
  private let begin = TimeSpent.now
  private var stage: (stage: Stage, begin: TimeSpent)?
  /// Whether the object came from the compile cache.
  var isCached = false
  /// How much of this partition's cost was reported to the line of progress as done.
  private var doneCost = 0

  init(_ log: WorkLog, _ partition: Partition) {
    self.log = log
    self.partition = partition
    functions = partition.functions?.positions.count ?? 0
  }

  func enter(_ next: Stage) {
    endStage()
    stage = (next, .now)
    log.enter(next, of: partition.functions == nil ? "" : ", a part of \(functions) functions")
    tellProgress(share: next.share, functions: 0)
  }

  /// The partition is done.
  func finish() {
    endStage()
    tellProgress(share: 1, functions: functions)
    log.add(
      WorkLog.PartitionRecord(
        partition: partition, functions: functions, spent: .now - begin, isCached: isCached))
  }

  private func endStage() {
    guard let (stage, begin) = stage else { return }
    log.add(.now - begin, to: stage)
    self.stage = nil
  }

  private func tellProgress(share: Double, functions: Int) {
    guard let progress = log.progress else { return }
    // A partition may be made again with an earlier stage. The line of progress does not go back then.
    let done = max(doneCost, Int(share * Double(partition.cost)))
    progress.add(functions: functions, cost: done - doneCost)
    doneCost = done
  }
}
