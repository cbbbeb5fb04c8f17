// Estimates what it costs to compile a function, by its shape. One unit is the cost of a plain instruction. The weights
// were fitted to the processor time of partitions of large programs in C, C++ and Go at -O2. `--stats=json` lists the
// cost and the time of each partition, so that anybody can compare them.

enum CostModel {
  /// Functions with the full treatment that cost at most this together are one partition, so that all of them may be
  /// inlined. This is about 400 kB of WebAssembly code.
  static let wholeCost = 224 << 10
  /// About what one of several partitions costs at most. Smaller partitions take less processor time together, but
  /// fewer calls are inlined.
  static let targetCost = 48 << 10
  /// Into how many partitions functions are cut at least, so that two or four processors have equal work.
  static let fewestPartitions = 4

  /// A program that costs more is not lowered as a whole to find how it uses its stack.
  static let mostWhole = 512 << 10

  /// A function with more bytes of code is hardly ever inlined.
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

  /// How many plain instructions can be compiled cheaply for the cost of one with the full treatment.
  private static let cheapness = 4

  /// What all hot functions may cost at a level. nil: the level has no hot and cold functions, and gives all functions
  /// the same treatment.
  static func hotBudget(_ level: OptimizationLevel) -> HotBudget? {
    switch level {
    case .o0, .o3, .os: nil
    case .o1: HotBudget(share: 0.1, leastCost: 8 << 10)
    case .o2: HotBudget(share: 0.4, leastCost: 20 << 10)
    }
  }

  /// With a profile, the hot functions are those that make up this share of all executions.
  static let profiledShare = 0.999

  /// A cold function with more instructions is compiled as at -O0, because choosing registers for it would take too
  /// long.
  static let mostAllocated = 64 << 10

  /// A function with more instructions is never optimised. The time that LLVM takes for one grows faster than its
  /// length.
  static let mostOptimised = 256 << 10

  /// The cost of the program's descriptor, by how many functions and data segments it lists.
  static func descriptorCost(items: Int) -> Int { 4 * items }

  /// The memory that it takes to compile these functions together, beside what all partitions share.
  static func memoryBytes(_ shapes: ArraySlice<FunctionShape>) -> Int {
    shapes.reduce(16 << 20) { $0 + 1200 * $1.instructions }
  }
}
