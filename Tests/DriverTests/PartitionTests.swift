// Where a program is cut into partitions.

import Testing

@testable import Driver

@Suite struct PartitionTests {
  private func shapes(_ costs: [Int]) -> [FunctionShape] { costs.map { FunctionShape(cost: $0) } }

  private func plan(whole: Int, target: Int) -> PartitionPlan {
    PartitionPlan(wholeCost: whole, targetCost: target, fewestPartitions: 1)
  }

  @Test func smallProgramsAreOnePartition() {
    for costs in [[10, 20], [], [30]] {
      let partitions = plan(whole: 30, target: 5).partitions(shapes(costs))
      #expect(partitions.map(\.functions) == [nil])
      #expect(partitions.map(\.hasDescriptor) == [true])
      #expect(partitions.map(\.cost) == [costs.reduce(0, +)])
    }
  }

  @Test func aSingleFunctionIsOnePartition() {
    #expect(plan(whole: 30, target: 5).partitions(shapes([1000])).map(\.functions) == [nil])
  }

  @Test(arguments: [
    [Int](repeating: 10, count: 100), [1000] + [Int](repeating: 1, count: 50),
    [Int](repeating: 1, count: 50) + [1000], [500, 1, 500], [1, 500, 1, 1, 500, 1],
    [100, 100, 100], [Int](repeating: 37, count: 300), [0, 0, 300, 0, 0],
  ])
  func largeProgramsAreCutIntoStretchesThatCoverThem(costs: [Int]) {
    let partitions = plan(whole: 100, target: 100).partitions(shapes(costs))
    #expect(partitions.map(\.hasDescriptor) == partitions.indices.map { $0 == 0 })
    if partitions.count > 1 {
      #expect(partitions.flatMap { Array($0.functions ?? 0..<0) } == Array(costs.indices))
      #expect(partitions.allSatisfy { $0.functions?.isEmpty == false })
    }
    #expect(partitions.reduce(0) { $0 + $1.cost } == costs.reduce(0, +))
    let largest = partitions.map(\.cost).max() ?? 0
    // A cut is an eighth of a part from its place at most, or a function.
    #expect(largest <= 100 + 2 * 13 + 2 * (costs.max() ?? 0))
  }

  @Test func equalFunctionsMakeEqualPartitions() {
    let partitions = plan(whole: 100, target: 100).partitions(
      shapes([Int](repeating: 10, count: 40)))
    #expect(partitions.map(\.cost) == [100, 100, 100, 100])
  }

  @Test func theFirstPartitionHasFewerFunctionsBecauseOfTheDescriptor() {
    let plan = PartitionPlan(
      wholeCost: 100, targetCost: 100, descriptorCost: 50, fewestPartitions: 1)
    let partitions = plan.partitions(shapes([Int](repeating: 10, count: 15)))
    #expect(partitions.map(\.functions) == [0..<5, 5..<15])
    #expect(partitions.map(\.cost) == [100, 100])
  }

  @Test func thePlaceWithTheFewestCallsIsTaken() {
    // The middle is between 9 and 10. Each function up to 10 calls the next one, and the last ones do too.
    var functions = shapes([Int](repeating: 10, count: 20))
    for caller in 0..<19 where caller != 10 {
      functions[caller].calls = [FunctionShape.Call(callee: caller + 1, loopDepth: 0)]
    }
    let cuts = plan(whole: 100, target: 100).partitions(functions).map(\.functions)
    #expect(cuts == [0..<11, 11..<20])
  }

  @Test func callsInLoopsWeighMore() {
    var functions = shapes([Int](repeating: 10, count: 20))
    // Two calls cross the middle, one call in a loop crosses the place after it.
    functions[9].calls = [
      FunctionShape.Call(callee: 10, loopDepth: 0), FunctionShape.Call(callee: 10, loopDepth: 0),
    ]
    functions[10].calls = [FunctionShape.Call(callee: 11, loopDepth: 1)]
    functions[8].calls = [FunctionShape.Call(callee: 9, loopDepth: 2)]
    let cuts = plan(whole: 100, target: 100).partitions(functions).map(\.functions)
    #expect(cuts == [0..<10, 10..<20])
  }

  @Test func aLargeCalleeIsNotInlinedSoItDoesNotMatter() {
    var functions = shapes([Int](repeating: 10, count: 20))
    functions[10].bytes = CostModel.inlinedBytes + 1
    functions[9].calls = [FunctionShape.Call(callee: 10, loopDepth: 3)]
    let cuts = plan(whole: 100, target: 100).partitions(functions).map(\.functions)
    #expect(cuts == [0..<10, 10..<20])
  }

  @Test(arguments: [(101, 4), (400, 4), (401, 8), (1500, 16), (1601, 17)])
  func fewPartitionsAreAMultipleOfFour(cost: Int, count: Int) {
    let plan = PartitionPlan(wholeCost: 100, targetCost: 100, fewestPartitions: 4)
    let partitions = plan.partitions(shapes([Int](repeating: 1, count: cost)))
    #expect(partitions.count == count)
  }

  @Test func thereAreNeverTooManyPartitions() {
    let partitions = plan(whole: 1, target: 1).partitions(
      shapes([Int](repeating: 10, count: 5000)))
    #expect(partitions.count <= PartitionPlan.mostPartitions)
    #expect(partitions.count > PartitionPlan.mostPartitions / 2)
  }
}

extension FunctionShape {
  /// A function that the model says to cost this.
  fileprivate init(cost: Int) {
    self.init()
    instructions = cost
  }
}
