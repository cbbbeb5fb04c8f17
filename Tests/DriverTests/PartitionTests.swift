// Where a program is cut into partitions.

import Lowering
import Testing

@testable import Driver

@Suite struct PartitionTests {
  private func shapes(_ costs: [Int]) -> [FunctionShape] { costs.map { FunctionShape(cost: $0) } }

  private func plan(whole: Int, target: Int) -> PartitionPlan {
    PartitionPlan(wholeCost: whole, targetCost: target, fewestPartitions: 1)
  }

  /// The partitions of functions that all get the full treatment.
  private func partitions(_ shapes: [FunctionShape], _ plan: PartitionPlan) -> [Partition] {
    let uses = shapes.map { _ in FunctionUse(isReferenced: true) }
    return plan.partitions(shapes, FunctionChoice(shapes, uses))
  }

  @Test func smallProgramsAreOnePartition() {
    for costs in [[10, 20], [], [30]] {
      let partitions = partitions(shapes(costs), plan(whole: 30, target: 5))
      #expect(partitions.map(\.positions) == [Array(costs.indices)])
      #expect(partitions.map(\.functions?.local) == [Set(costs.indices)])
      #expect(partitions.map(\.hasDescriptor) == [true])
      #expect(partitions.map(\.cost) == [costs.reduce(0, +)])
    }
  }

  @Test func hugeFunctionsAreNotOptimised() {
    var shapes = shapes([10, 10])
    shapes[1].instructions = CostModel.mostOptimised + 1
    let uses = shapes.map { _ in FunctionUse(isReferenced: true) }
    let choice = FunctionChoice(shapes, uses).withoutHuge()
    #expect(choice.treatments == [.full, .plain])
    #expect(choice.byGuess(HotBudget(share: 1, leastCost: 0)).treatments == [.full, .plain])
    #expect(choice.byExecutions([0, 5]).treatments == [.cheap, .plain])
    #expect(choice.byExecutions([0, 0]).treatments == [.full, .plain])
  }

  @Test func aSingleFunctionIsOnePartition() {
    #expect(partitions(shapes([1000]), plan(whole: 30, target: 5)).map(\.positions) == [[0]])
  }

  @Test(arguments: [
    [Int](repeating: 10, count: 100), [1000] + [Int](repeating: 1, count: 50),
    [Int](repeating: 1, count: 50) + [1000], [500, 1, 500], [1, 500, 1, 1, 500, 1],
    [100, 100, 100], [Int](repeating: 37, count: 300), [0, 0, 300, 0, 0],
  ])
  func largeProgramsAreCutIntoStretchesThatCoverThem(costs: [Int]) {
    let partitions = partitions(shapes(costs), plan(whole: 100, target: 100))
    #expect(partitions.map(\.hasDescriptor) == partitions.indices.map { $0 == 0 })
    if partitions.count > 1 {
      #expect(partitions.flatMap(\.positions) == Array(costs.indices))
      #expect(partitions.map(\.positions.isEmpty) == partitions.map(\.hasDescriptor))
    }
    #expect(partitions.reduce(0) { $0 + $1.cost } == costs.reduce(0, +))
    let largest = partitions.map(\.cost).max() ?? 0
    // A cut is away from its place by at most an eighth of a part, or by one function.
    #expect(largest <= 100 + 2 * 13 + 2 * (costs.max() ?? 0))
  }

  @Test func equalFunctionsMakeEqualPartitions() {
    let partitions = partitions(
      shapes([Int](repeating: 10, count: 40)), plan(whole: 100, target: 100))
    #expect(partitions.map(\.cost) == [0, 100, 100, 100, 100])
  }

  /// The descriptor has a partition of its own if functions are cut.
  @Test func theDescriptorChangesNoOtherPartition() {
    let shapes = shapes([Int](repeating: 10, count: 20))
    let large = PartitionPlan(
      wholeCost: 150, targetCost: 100, descriptorCost: 50, fewestPartitions: 1)
    let partitions = partitions(shapes, large)
    #expect(partitions.map(\.positions) == [[], Array(0..<10), Array(10..<20)])
    #expect(partitions.map(\.cost) == [50, 100, 100])
    var small = large
    small.wholeCost = 250
    #expect(self.partitions(shapes, small).map(\.cost) == [250])
    small.wholeCost = 249
    #expect(self.partitions(shapes, small).map(\.cost) == [50, 100, 100])
  }

  @Test func thePlaceWithTheFewestCallsIsTaken() {
    // The middle is between 9 and 10. Every function but 10 calls the next one.
    var functions = shapes([Int](repeating: 10, count: 20))
    for caller in 0..<19 where caller != 10 {
      functions[caller].calls = [FunctionShape.Call(callee: caller + 1, loopDepth: 0)]
    }
    let cuts = partitions(functions, plan(whole: 100, target: 100))
      .dropFirst().map(\.positions)
    #expect(cuts == [Array(0..<11), Array(11..<20)])
  }

  @Test func callsInLoopsWeighMore() {
    var functions = shapes([Int](repeating: 10, count: 20))
    // Two calls cross the middle. One call in a loop crosses the place after it, one in an inner loop the place before.
    functions[9].calls = [
      FunctionShape.Call(callee: 10, loopDepth: 0), FunctionShape.Call(callee: 10, loopDepth: 0),
    ]
    functions[10].calls = [FunctionShape.Call(callee: 11, loopDepth: 1)]
    functions[8].calls = [FunctionShape.Call(callee: 9, loopDepth: 2)]
    let cuts = partitions(functions, plan(whole: 100, target: 100))
      .dropFirst().map(\.positions)
    #expect(cuts == [Array(0..<10), Array(10..<20)])
  }

  @Test func aLargeCalleeIsNotInlinedSoItDoesNotMatter() {
    var functions = shapes([Int](repeating: 10, count: 20))
    functions[10].bytes = CostModel.inlinedBytes + 1
    functions[9].calls = [FunctionShape.Call(callee: 10, loopDepth: 3)]
    let cuts = partitions(functions, plan(whole: 100, target: 100))
      .dropFirst().map(\.positions)
    #expect(cuts == [Array(0..<10), Array(10..<20)])
  }

  @Test(arguments: [(101, 4), (400, 4), (401, 8), (1500, 16), (1601, 17)])
  func fewPartitionsAreAMultipleOfFour(cost: Int, count: Int) {
    let plan = PartitionPlan(wholeCost: 100, targetCost: 100, fewestPartitions: 4)
    let partitions = partitions(shapes([Int](repeating: 1, count: cost)), plan)
    // The first has only the descriptor.
    #expect(partitions.count == 1 + count)
  }

  @Test func thereAreNeverTooManyPartitions() {
    let partitions = partitions(
      shapes([Int](repeating: 10, count: 5000)), plan(whole: 1, target: 1))
    #expect(partitions.count <= 1 + PartitionPlan.mostPartitions)
    #expect(partitions.count > PartitionPlan.mostPartitions / 2)
  }

  /// Each partition is a file in memory until all are linked, and many machines give a process 1024 descriptors.
  @Test func theTreatmentsTogetherLeaveDescriptorsFree() {
    let few = 2000
    let huge = CostModel.mostOptimised + 1
    let functions = shapes(
      [Int](repeating: 10, count: 2 * few) + [Int](repeating: huge, count: few))
    let uses = functions.map { _ in FunctionUse(isReferenced: true) }
    let executions = functions.indices.map { $0 < few ? 1.0 : 0 }
    let choice = FunctionChoice(functions, uses).withoutHuge().byExecutions(executions)
    let partitions = plan(whole: 1, target: 1).partitions(functions, choice)
    #expect(Set(partitions.map(\.treatment)) == [.full, .cheap, .plain])
    #expect(partitions.count <= 1024 - 64)
  }
}

// MARK: Treatments

@Suite struct TreatmentTests {
  /// Function 0 is an entry. It calls 1, which has loops, and 2. Nothing reaches 3. A table has 4, which calls 5.
  private static let shapes: [FunctionShape] = {
    var shapes = [10, 100, 100, 100, 100, 20].map { FunctionShape(cost: $0) }
    shapes[0].calls = [.init(callee: 1, loopDepth: 1), .init(callee: 2, loopDepth: 0)]
    shapes[1].executed = 5000
    shapes[3].calls = [.init(callee: 2, loopDepth: 0)]
    shapes[4].calls = [.init(callee: 5, loopDepth: 0)]
    return shapes
  }()

  private static let uses: [FunctionUse] = {
    var uses = [FunctionUse](repeating: FunctionUse(), count: 6)
    uses[0].isEntry = true
    uses[4].isReferenced = true
    return uses
  }()

  private let choice = FunctionChoice(Self.shapes, Self.uses)

  @Test func functionsThatNothingReachesAreLeftOut() {
    #expect(choice.positions(.full) == [0, 1, 2, 4, 5])
  }

  @Test func functionsWithLoopsAreHot() {
    let guess = choice.byGuess(HotBudget(share: 0.2, leastCost: 0))
    #expect(guess.positions(.full).contains(1))
    #expect(guess.positions(.full).count < 5)
    #expect(guess.positions(.full) + guess.positions(.cheap) != [])
    #expect(Set(guess.positions(.full) + guess.positions(.cheap)) == [0, 1, 2, 4, 5])
  }

  @Test func smallProgramsAreHot() {
    let guess = choice.byGuess(HotBudget(share: 0.2, leastCost: 1000))
    #expect(guess.positions(.full) == [0, 1, 2, 4, 5])
  }

  @Test func aProfileDecidesByCounts() {
    let hot = choice.byExecutions([1, 0, 1_000_000, 0, 5, 0])
    #expect(hot.positions(.full) == [2])
    #expect(hot.positions(.cheap) == [0, 1, 4, 5])
  }

  @Test func anInterpreterIsHot() {
    var shapes = Self.shapes
    shapes[1].executed = 100
    shapes[2].dispatchTargets = 200
    let guess = FunctionChoice(shapes, Self.uses).byGuess(HotBudget(share: 0.01, leastCost: 0))
    #expect(guess.positions(.full) == [2])
  }

  @Test func hugeColdFunctionsArePlain() {
    var shapes = Self.shapes
    shapes[2].instructions = CostModel.mostAllocated + 1
    let guess = FunctionChoice(shapes, Self.uses).byExecutions([0, 1, 0, 0, 0, 0])
    #expect(guess.positions(.plain) == [2])
  }

  @Test func whatAnotherPartitionRefersToIsNotLocal() {
    let hot = choice.byExecutions([0, 1, 0, 0, 0, 0])
    let partitions = PartitionPlan().partitions(Self.shapes, hot)
    #expect(partitions.map(\.treatment) == [.full, .cheap])
    #expect(partitions.map(\.hasDescriptor) == [true, false])
    #expect(partitions.map(\.positions) == [[1], [0, 2, 4, 5]])
    #expect(partitions.map(\.functions?.local) == [[], [2, 5]])
  }

  @Test func smallCalleesMayBeInlinedIntoHotFunctions() {
    var shapes = Self.shapes
    shapes[1].calls = [.init(callee: 2, loopDepth: 0), .init(callee: 5, loopDepth: 0)]
    shapes[5].calls = [.init(callee: 2, loopDepth: 0)]
    let hot = FunctionChoice(shapes, Self.uses).byExecutions([0, 1, 0, 0, 0, 0])
    let partitions = PartitionPlan().partitions(shapes, hot)
    #expect(partitions.map(\.functions?.inlinable) == [[5], []])
    #expect(partitions.map(\.functions?.local) == [[], []])
  }
}

@Suite struct StronglyConnectedTests {
  @Test func callersComeFirst() {
    let graph = StronglyConnected([[1], [2, 3], [1], [], [0, 3]])
    #expect(graph.callersFirst.map { $0.sorted() } == [[4], [0], [1, 2], [3]])
    #expect(graph.areTogether(1, 2) && !graph.areTogether(0, 1))
  }

  @Test func aLongChainNeedsNoDeepStack() {
    let count = 200_000
    let graph = StronglyConnected((0..<count).map { $0 + 1 < count ? [$0 + 1] : [0] })
    #expect(graph.callersFirst.count == 1)
  }
}

extension FunctionShape {
  /// A function to which the model gives this cost.
  fileprivate init(cost: Int) {
    self.init()
    instructions = cost
  }
}
