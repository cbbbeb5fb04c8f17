// The text that `--stats` prints on standard error when a compilation ends or fails. docs/statistics.md tells what the
// members of the JSON object mean. Later versions must not rename them.

import System

struct StatisticsReport: Sendable {
  let log: WorkLog
  let options: CompileOptions
  /// nil unless an executable was linked.
  var sizes: OutputSizes?
  private let begin = TimeSpent.now.wall
  private let processorBefore = TimeSpent.processorOfProcess + TimeSpent.processorOfChildren

  init(log: WorkLog, options: CompileOptions) {
    self.log = log
    self.options = options
  }

  func print() {
    switch options.conditions.statistics {
    case nil: break
    case .text: writeToStandardError("\(lines.joined(separator: "\n"))\n")
    case .json: writeToStandardError(Message(lines: json))
    }
  }

  private var total: TimeSpent {
    TimeSpent(
      wall: TimeSpent.now.wall - begin,
      processor: TimeSpent.processorOfProcess + TimeSpent.processorOfChildren - processorBefore)
  }

  // MARK: For people

  private var lines: [Message] {
    let totals = log.totals
    let total = total
    var lines = log.isolation.lines
    for stage in Stage.allCases {
      guard let spent = totals.stages[stage] else { continue }
      lines.append("stage: \(stage.rawValue): \(Self.text(spent))")
    }
    lines.append(
      "total: \(Self.text(total)), \(sizeText(TimeSpent.peakMemoryBytes)) of memory")
    lines.append(
      """
      work: \(totals.partitions.count) partitions, at most \(options.conditions.threadCount) at the same time, in \
      \(sizeText(options.conditions.memoryLimitBytes)) of memory
      """)
    if options.conditions.objectCache != nil {
      let cached = totals.partitions.count { $0.isCached }
      lines.append("cache: \(cached) of \(totals.partitions.count) objects")
    }
    lines += Self.treatmentLines(totals.partitions)
    if let sizes {
      lines.append("output: \(sizes.file) bytes")
      lines += sizes.parts.map { "output: \($0.name): \($0.bytes) bytes" }
    }
    return lines
  }

  private static func treatmentLines(_ partitions: [WorkLog.PartitionRecord]) -> [Message] {
    [Partition.Treatment.full, .cheap, .plain].compactMap { treatment in
      let own = partitions.filter { $0.partition.treatment == treatment }
      guard !own.isEmpty else { return nil }
      let functions = own.reduce(0) { $0 + $1.functions }
      let spent = own.reduce(TimeSpent()) { sum, record in
        var sum = sum
        sum += record.spent
        return sum
      }
      return "treatment: \(treatment.rawValue): \(functions) functions, \(text(spent))"
    }
  }

  private static func text(_ spent: TimeSpent) -> Message {
    "\(milliseconds(spent.processor)) ms of processor time, \(milliseconds(spent.wall)) ms on the clock"
  }

  private static func milliseconds(_ duration: Duration) -> Int {
    Int((duration / .milliseconds(1)).rounded())
  }

  // MARK: For programs

  private var json: String {
    let totals = log.totals
    let total = total
    var writer = JSONWriter()
    writer.object { writer in
      writer.add("cpu_seconds", total.processor.inSeconds)
      writer.add("wall_seconds", total.wall.inSeconds)
      writer.add("peak_memory_bytes", TimeSpent.peakMemoryBytes)
      writer.add("jobs", options.conditions.threadCount)
      writer.add("compile_memory_bytes", options.conditions.memoryLimitBytes)
      writer.object("stages") { writer in
        for stage in Stage.allCases {
          guard let spent = totals.stages[stage] else { continue }
          writer.object(stage.rawValue) { Self.add(spent, to: &$0) }
        }
      }
      addFunctions(to: &writer)
      writer.objects("partitions", totals.partitions) { writer, record in
        writer.add("functions", record.functions)
        writer.add("treatment", record.partition.treatment.rawValue)
        writer.add("cached", record.isCached)
        writer.add("cost", record.partition.cost)
        writer.add("estimated_memory_bytes", record.partition.memoryBytes)
        Self.add(record.spent, to: &writer)
      }
      guard let sizes else { return }
      writer.object("output_bytes") { writer in
        writer.add("total", sizes.file)
        for part in sizes.parts { writer.add(part.name, part.bytes) }
      }
    }
    return writer.text + "\n"
  }

  private static func add(_ spent: TimeSpent, to writer: inout JSONWriter) {
    writer.add("cpu_seconds", spent.processor.inSeconds)
    writer.add("wall_seconds", spent.wall.inSeconds)
  }

  /// Adds how many functions were checked, proven and recompiled.
  private func addFunctions(to writer: inout JSONWriter) {
    let isolation = log.isolation.totals
    writer.object("functions") { writer in
      writer.add("checked", isolation.checked)
      writer.add("proven", isolation.checked - isolation.failures.count)
      writer.add("recompiled", isolation.recompiled.count)
      writer.add("partitions_recompiled", isolation.partitionsRecompiled)
      writer.add("recompiled_reasons", isolation.recompiled.map(\.message))
    }
  }
}
