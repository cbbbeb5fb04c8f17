// Estimates what compiling a function costs, by its shape. The weights follow the processor time of partitions of large
// programs in C, C++ and Go at -O2. `--stats=json` lists the cost and the time of each partition, so anybody can
// compare them. One unit is the cost of a plain instruction.

enum CostModel {
  /// Functions that cost at most this together are one partition, so that all of them may be inlined. These are about
  /// 400 kB of code.
  static let wholeCost = 224 << 10
  /// About the most that one of several partitions costs.
  static let targetCost = 256 << 10
  /// The fewest partitions of a program that is cut. Two or four processors then have equal work.
  static let fewestPartitions = 4

  /// A program that costs more is not lowered as a whole to find how it uses its stack.
  static let mostWhole = 512 << 10

  /// A function with more bytes of code is hardly inlined.
  static let inlinedBytes = 400
  /// A function of another partition with more instructions is not inlined.
  static let inlinedInstructions = 40

  static func cost(_ shape: FunctionShape) -> Int {
    shape.instructions + 36 * shape.loops + 5 * shape.branchTargets
      + 100 * shape.otherCalls
  }

  static func cost(_ shape: FunctionShape, _ treatment: Partition.Treatment) -> Int {
    switch treatment {
    case .full: cost(shape)
    case .cheap: shape.instructions / cheapness
    case .plain: shape.instructions / (2 * cheapness)
    }
  }

  /// How many plain instructions that are compiled cheaply cost as much as one that is not.
  private static let cheapness = 4

  /// What hot functions may cost at a level. nil: all functions get the full treatment.
  static func hotBudget(_ level: OptimizationLevel) -> HotBudget? {
    switch level {
    case .o0, .o3, .os: nil
    case .o1: HotBudget(share: 0.1, leastCost: 8 << 10)
    case .o2: HotBudget(share: 0.4, leastCost: 20 << 10)
    }
  }

  /// With a profile, hot functions have this share of all that was executed.
  static let profiledShare = 0.999

  /// In a cold function with more instructions, values are not kept in registers across blocks: finding registers
  /// would take too long.
  static let mostAllocated = 64 << 10

  /// The cost of a program's constant data, by the number of functions and data segments that its descriptor lists.
  static func descriptorCost(items: Int) -> Int { 4 * items }

  /// Memory that compiling these functions together takes, beside what all partitions share.
  static func memoryBytes(_ shapes: ArraySlice<FunctionShape>) -> Int {
    shapes.reduce(16 << 20) { $0 + 1200 * $1.instructions }
  }
}
