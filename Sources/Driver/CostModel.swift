// Estimates what compiling a function costs, by its shape. The weights follow the processor time of partitions of large
// programs in C, C++ and Go at -O2. `--stats=json` lists the cost and the time of each partition, so anybody can
// compare them. One unit is the cost of a plain instruction.

enum CostModel {
  /// A program of at most this cost is one partition, so that all of its functions may be inlined: about 860 kB of
  /// code.
  static let wholeCost = 512 << 10
  /// About the most that one of several partitions costs.
  static let targetCost = 256 << 10
  /// The fewest partitions of a program that is cut. Two or four processors then have equal work.
  static let fewestPartitions = 4

  /// A function with more bytes of code is hardly inlined.
  static let inlinedBytes = 400

  static func cost(_ shape: FunctionShape) -> Int {
    shape.instructions + 36 * shape.loops + 5 * shape.branchTargets + 100 * shape.indirectCalls
  }

  /// The cost of a program's constant data, by the number of functions and data segments that its descriptor lists.
  static func descriptorCost(items: Int) -> Int { 4 * items }

  /// Memory that compiling these functions together takes, beside what all partitions share.
  static func memoryBytes(_ shapes: ArraySlice<FunctionShape>) -> Int {
    shapes.reduce(16 << 20) { $0 + 1200 * $1.instructions }
  }
}
