// A program that was changed in one place takes the objects of the other partitions from the compile cache. What comes
// out is what a compilation without the cache makes.

import Glibc
import Policy
import System
import Targets
import TestSupport
import Testing

@testable import Driver

@Suite struct ObjectCacheTests {
  private let scratch = Result { try Scratch() }

  /// Forty functions. f39 calls the others, and then traps. f5 stores a number of its own (signed LEB128).
  private static func module(f5Stores number: [UInt8]) -> [UInt8] {
    var module = TinyModule(exports: (0..<40).map { "f\($0)" }, locals: 2)
    module.hasMemory = true
    for position in 0..<39 {
      // local 0 = local 0 * 7 + position; store local 0 at local 1. Long enough not to be inlined elsewhere.
      let step: [UInt8] = [
        0x20, 0, 0x41, 7, 0x6c, 0x41, UInt8(position), 0x6a, 0x21, 0, 0x20, 1, 0x20, 0, 0x36, 2, 0,
      ]
      module.bodies["f\(position)"] = Array(repeatElement(step, count: 12).joined())
    }
    module.bodies["f5"]? += [0x20, 1, 0x41] + number + [0x36, 2, 8]
    module.bodies["f39"] = (0..<39).flatMap { [0x10, UInt8($0)] } + [0x00]
    return module.bytes
  }

  private static let all = module(f5Stores: [3])
  /// The change is small enough to leave the partitions as they are, and everything after f5 moves by a byte.
  private static let changed = module(f5Stores: [0xc8, 1])

  private struct Compiled {
    let bytes: [UInt8]
    let partitions: [WorkLog.PartitionRecord]
    var cachedCount: Int { partitions.count { $0.isCached } }
  }

  private func compile(
    _ module: [UInt8], cached: Bool = true, _ change: (inout CompileOptions) -> Void = { _ in }
  ) throws -> Compiled {
    var choice = CompileOptions()
    choice.optimization = .o1
    choice.policy.invoke = "f39"
    if cached { choice.conditions.objectCache = .directory("\(try scratch.get().path)/cache") }
    change(&choice)
    let options = choice
    let log = WorkLog()
    let plan = PartitionPlan(
      wholeCost: 1, targetCost: 600, hotBudget: HotBudget(share: 1, leastCost: 0))
    let input = InputFile(name: "/a/module.wasm", bytes: module)
    let bytes = try LargeStackThreads.run { () throws(DriverError) in
      try Pipeline(
        input: input, options: options, installation: .current(), processor: Target.host.baseline,
        log: log, partitionPlan: plan
      ).run()
    }
    return Compiled(bytes: bytes, partitions: log.totals.partitions)
  }

  @Test func aChangedFunctionCompilesItsPartitionAgain() throws {
    let first = try compile(Self.all)
    #expect(first.partitions.count > 5)
    #expect(first.cachedCount == 0)
    let second = try compile(Self.changed)
    #expect(second.cachedCount == second.partitions.count - 1)
    let isSame = try compile(Self.changed, cached: false).bytes == second.bytes
    #expect(isSame)
    let third = try compile(Self.all)
    #expect(third.cachedCount == third.partitions.count)
    let isFirst = third.bytes == first.bytes
    #expect(isFirst)
  }

  /// f39 and its object are the same, but f39 is at another place in the file.
  @Test func aTrapIsAtItsNewPlace() throws {
    func message(_ bytes: [UInt8]) throws -> String {
      let run = try runTool(try scratch.get().write("app", bytes, mode: 0o755), [])
      #expect(run.status != 0)
      return run.diagnostics
    }
    let before = try message(try compile(Self.all).bytes)
    let after = try message(try compile(Self.changed).bytes)
    let uncached = try message(try compile(Self.changed, cached: false).bytes)
    #expect(after == uncached)
    #expect(before != after)
    #expect(before.contains("unreachable"))
  }

  @Test(
    arguments: [
      { $0.optimization = .o2 }, { $0.boundsChecks = .explicit }, { $0.preciseTraps = true },
      { $0.policy.deterministicSeed = 1 },
    ] as [@Sendable (inout CompileOptions) -> Void])
  func whatDecidesTheCodeIsInTheKey(change: @Sendable (inout CompileOptions) -> Void) throws {
    _ = try compile(Self.all)
    let other = try compile(Self.all, change)
    let uncached = try compile(Self.all, cached: false, change)
    let isSame = other.bytes == uncached.bytes
    #expect(isSame)
  }

  /// The guest's grants are not in the objects.
  @Test func otherGrantsNeedNoOtherObjects() throws {
    _ = try compile(Self.all)
    let other = try compile(Self.all) { $0.policy.maxMemory = ByteSize("1M") }
    #expect(other.cachedCount == other.partitions.count)
  }

  @Test func aDamagedObjectIsCompiledAgain() throws {
    let first = try compile(Self.all)
    let cache = "\(try scratch.get().path)/cache"
    let damage = "for f in \(cache)/o-*; do printf x | dd of=$f bs=1 seek=700 conv=notrunc; done"
    #expect(try runTool("/bin/sh", ["-c", HostString(damage)]).status == 0)
    let second = try compile(Self.all)
    #expect(second.cachedCount == 0)
    let isSame = second.bytes == first.bytes
    #expect(isSame)
    #expect(try compile(Self.all).cachedCount == first.partitions.count)
  }
}
