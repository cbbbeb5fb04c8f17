// The order of work on many threads, its limit, and its errors.

import Glibc
import System
import Testing

@testable import Driver

@Suite struct WorkQueueTests {
  private struct Failed: Error, Equatable {
    let index: Int
  }

  private func map(
    _ plan: WorkPlan, threads: Int, _ body: @escaping @Sendable (Int) throws(Failed) -> Int
  ) throws -> [Int] {
    try LargeStackThreads.map(plan, threadCount: threads, cannotStart: { Failed(index: -1) }, body)
  }

  @Test(arguments: [1, 4])
  func resultsComeInTheOrderOfTheIndices(threads: Int) throws {
    let plan = WorkPlan(order: [3, 1, 0, 2], weights: [0, 0, 0, 0], limit: 0)
    #expect(
      try map(plan, threads: threads) { (index) throws(Failed) in index * 10 } == [0, 10, 20, 30])
  }

  @Test func workBeginsInTheOrderOfThePlan() throws {
    let begun = Locked([Int]())
    let plan = WorkPlan(order: [3, 1, 0, 2], weights: [0, 0, 0, 0], limit: 0)
    _ = try map(plan, threads: 1) { (index) throws(Failed) in
      begun.withValue { $0.append(index) }
      return index
    }
    #expect(begun.withValue { $0 } == [3, 1, 0, 2])
  }

  /// Each piece lets other threads run for a while, so that a piece too many would begin.
  @Test func theLimitBoundsTheWorkAtOnce() throws {
    let weights = [9, 3, 3, 2, 2, 2, 1, 1]
    let inWork = Locked((weight: 0, pieces: 0))
    let seen = Locked([(weight: Int, pieces: Int)]())
    let plan = WorkPlan(order: Array(weights.indices), weights: weights, limit: 6)
    _ = try map(plan, threads: 8) { (index) throws(Failed) in
      inWork.withValue { $0 = ($0.weight + weights[index], $0.pieces + 1) }
      for _ in 0..<2000 {
        sched_yield()
        let now = inWork.withValue { $0 }
        seen.withValue { $0.append(now) }
      }
      inWork.withValue { $0 = ($0.weight - weights[index], $0.pieces - 1) }
      return index
    }
    // The first is too heavy for the limit, so it is alone.
    #expect(seen.withValue { $0 }.allSatisfy { $0.weight <= 6 || $0.pieces == 1 })
  }

  @Test(arguments: [1, 2, 8])
  func theFirstErrorOfTheOrderIsThrown(threads: Int) {
    let plan = WorkPlan(
      order: [5, 4, 3, 2, 1, 0], weights: [Int](repeating: 0, count: 6), limit: 0)
    let error = #expect(throws: Failed.self) {
      try map(plan, threads: threads) { (index) throws(Failed) in
        if index < 4 { throw Failed(index: index) }
        return index
      }
    }
    #expect(error == Failed(index: 3))
  }
}
