// Many partitions on any number of threads, in little memory and in much: always the same bytes.

import Glibc
import Lowering
import System
import Targets
import TestSupport
import Testing

@testable import Driver

@Suite struct JobsTests {
  /// Forty functions, with loops that branch by a local, and calls of each other.
  private static let module: [UInt8] = {
    var module = TinyModule(exports: (0..<40).map { "f\($0)" }, locals: 3)
    for position in 0..<40 {
      // local 0 counts down. Before each step, this function calls the one before it.
      let count: [UInt8] = [0x41, UInt8(3 + position % 5), 0x21, 0]
      let call: [UInt8] = position > 0 ? [0x10, UInt8(position - 1)] : []
      let step: [UInt8] = [0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0]
      module.bodies["f\(position)"] = count + [0x03, 0x40] + call + step + [0x0b]
    }
    return module.bytes
  }()

  private func executable(
    from name: HostString = "/a/module.wasm", jobs: Int?, memoryBytes: Int? = nil,
    hotBudget: HotBudget? = nil, invoke: String = "f39", countsProfile: Bool = false
  ) throws -> (bytes: [UInt8], log: WorkLog) {
    var choice = CompileOptions()
    choice.countsProfile = countsProfile
    choice.conditions.jobs = jobs
    choice.conditions.memoryBytes = memoryBytes
    choice.optimization = .o1
    choice.policy.invoke = HostString(invoke)
    let options = choice
    let log = WorkLog()
    let input = InputFile(name: name, bytes: Self.module)
    let plan = PartitionPlan(
      wholeCost: 1, targetCost: try Self.cost / 6, hotBudget: hotBudget)
    let bytes = try LargeStackThreads.run { () throws(DriverError) in
      try Pipeline(
        input: input, options: options, installation: .current(), processor: Target.host.baseline,
        log: log, partitionPlan: plan
      ).run()
    }
    return (bytes, log)
  }

  /// The cost of the whole module.
  private static var cost: Int {
    get throws {
      let options = CompileOptions()
      let program = try FrontEnd(
        input: InputFile(name: "m", bytes: module), options: options, log: WorkLog()
      ).program()
      return try ProgramShapes(of: program, LoweringOptions(), threadCount: 1).functions
        .reduce(0) { $0 + CostModel.cost($1) }
    }
  }

  @Test func theNumberOfThreadsChangesNothing() throws {
    let (one, log) = try executable(jobs: 1)
    #expect(log.totals.partitions.count > 3)
    for jobs in [2, 4, nil] {
      let isSame = try executable(jobs: jobs).bytes == one
      #expect(isSame, "\(String(describing: jobs)) threads")
    }
  }

  /// Hot and cold functions call each other, so they agree on conventions and symbols.
  @Test(arguments: [1, 4])
  func hotAndColdFunctionsMakeOneProgram(jobs: Int) throws {
    let budget = HotBudget(share: 0.3, leastCost: 1)
    // f7 calls f6, and so on. A call of f39 would take ages.
    let (bytes, log) = try executable(jobs: jobs, hotBudget: budget, invoke: "f7")
    let partitions = log.totals.partitions.map(\.partition)
    #expect(Set(partitions.map(\.treatment)) == [.full, .cheap])
    #expect(partitions.reduce(0) { $0 + $1.positions.count } == 8)
    let isSame =
      try executable(jobs: 5 - jobs, hotBudget: budget, invoke: "f7").bytes == bytes
    #expect(isSame)
    let scratch = try Scratch()
    let run = try runTool(try scratch.write("app", bytes, mode: 0o755), [])
    #expect(run.status == 0)
  }

  /// Small functions of other partitions are inlined, but each function has one set of counters.
  @Test func manyPartitionsAreCounted() throws {
    let (bytes, log) = try executable(jobs: 2, countsProfile: true)
    #expect(log.totals.partitions.count > 3)
    #expect(bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]))
  }

  @Test func neitherDirectoryNorRepetitionChangesAnything() throws {
    let one = try executable(jobs: 4).bytes
    for name: HostString in ["/a/module.wasm", "/b/c/module.wasm", "module.wasm"] {
      let isSame = try executable(from: name, jobs: 4).bytes == one
      #expect(isSame, "\(name)")
    }
  }

  @Test func littleMemoryChangesNothing() throws {
    let isSame = try executable(jobs: 4, memoryBytes: 1 << 20).bytes == executable(jobs: 4).bytes
    #expect(isSame)
  }

  /// Several partitions have the same table of code. In the executable all but the first share one.
  @Test(.enabled(if: Workspace.current.tool("WAT2WASM") != nil, "`make setup` installs wat2wasm"))
  func tablesThatPartitionsShareAreFolded() throws {
    let scratch = try Scratch()
    let text = """
      (module (table 2000 funcref) (elem (i32.const 0) $a $b $a)
        (elem (i32.const 1900) $b)
        \((0..<30).map { "(func (export \"f\($0)\") (param i32) (call_indirect (local.get 0)))" }.joined())
        (func $a (nop)) (func $b (nop)))
      """
    let input = try scratch.write("m.wat", Array(text.utf8))
    let tool = HostString(try Workspace.current.requiredTool("WAT2WASM"))
    try #require(try runTool(tool, [input, "-o", scratch.file("m.wasm")]).status == 0)
    let dataBytes = try [1, 15].map { parts in
      var options = CompileOptions()
      options.policy.invoke = "f0"
      let input = try InputFile.read(path: scratch.file("m.wasm"))
      let plan = PartitionPlan(
        wholeCost: parts == 1 ? .max : 1, targetCost: 200, fewestPartitions: 1)
      let bytes = try Pipeline(
        input: input, options: options, installation: .current(), processor: Target.host.baseline,
        partitionPlan: plan
      ).run()
      return OutputSizes(bytes, of: [], functionNames: 0).data
    }
    // The table has 32000 bytes. The first partition, which has all other data too, keeps a table of its own.
    #expect(dataBytes[1] < dataBytes[0] + 48_000)
    #expect(dataBytes[0] > 32_000)
  }

  @Test func partitionsBeginWithTheMostExpensive() throws {
    let costs = try executable(jobs: 1).log.totals.partitions.map(\.partition.cost)
    #expect(costs == costs.sorted(by: >))
    #expect(costs.count > 3)
  }

  @Test func everyStageIsCounted() throws {
    let log = try executable(jobs: 2).log
    #expect(Set(log.totals.stages.keys) == Set(Stage.allCases))
    #expect(log.totals.partitions.reduce(0) { $0 + $1.functions } == 40)
    // Many functions are inlined into their only caller.
    #expect(log.isolation.totals.checked >= 10)
  }

  @Test func thePartsOfTheOutputAddUp() throws {
    let scratch = try Scratch()
    let input = try scratch.write("m.wasm", Self.module)
    let compiler: HostString = "\(Installation.current().executableDirectory)/swasmc"
    let result = try runTool(
      compiler, ["--invoke", "f5", "-O0", "--stats", input, "-o", scratch.file("m")])
    #expect(result.status == 0)
    let lines = result.diagnostics.split(separator: "\n").filter { $0.hasPrefix("output: ") }
    let numbers = lines.compactMap { $0.split(separator: " ").compactMap { Int($0) }.first }
    #expect(numbers.count == 9)
    #expect(numbers.first == (try scratch.read("m")).count)
    #expect(numbers.dropFirst().reduce(0, +) == numbers.first)
    #expect(numbers.allSatisfy { $0 > 0 })
  }
}
