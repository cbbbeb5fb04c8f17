// A part of a program's functions that becomes one LLVM module and one object. A small program is one partition, so
// that the optimiser sees all of it. A large program is cut into stretches of about equal cost, so that time and memory
// stay bounded and all processors have work. The cuts depend on the program alone, because the output must not depend
// on the machine.

import WasmModule

struct Partition: Sendable, Equatable {
  /// Positions among the functions that the program defines; nil for all of them.
  let functions: Range<Int>?
  /// Exactly one partition has the descriptor and the instance.
  let hasDescriptor: Bool
  /// What compiling it costs, in the units of `CostModel`.
  let cost: Int
  /// Estimated memory that compiling it takes.
  let memoryBytes: Int

  static let whole = Partition(functions: nil, hasDescriptor: true, cost: 0, memoryBytes: 0)
}

/// Where a program is cut.
struct PartitionPlan: Sendable {
  /// A program that costs at most this is one partition.
  var wholeCost = CostModel.wholeCost
  /// About the most that one of several partitions costs.
  var targetCost = CostModel.targetCost
  /// The cost of the descriptor, which is part of the first partition.
  var descriptorCost = 0
  /// If there are few partitions, their number is a multiple of this.
  var fewestPartitions = CostModel.fewestPartitions

  /// Each partition is a file in memory until all are linked, and a process has 1024 descriptors on many machines.
  static let mostPartitions = 512

  /// How far a cut may be from the place that makes equal parts, as a share of a part.
  private static let slack = 0.125

  /// The partitions, in the order of the functions.
  func partitions(_ shapes: [FunctionShape]) -> [Partition] {
    var costs = shapes.map(CostModel.cost)
    if !costs.isEmpty { costs[0] += descriptorCost }
    let total = costs.reduce(0, +)
    guard total > wholeCost, shapes.count > 1 else {
      return [partition(nil, shapes, isFirst: true)]
    }
    let starts = [0] + cuts(costs, total: total, shapes) + [shapes.count]
    return starts.indices.dropLast().map {
      partition(starts[$0]..<starts[$0 + 1], shapes, isFirst: $0 == 0)
    }
  }

  private func partition(_ functions: Range<Int>?, _ shapes: [FunctionShape], isFirst: Bool)
    -> Partition
  {
    let shapes = functions.map { shapes[$0] } ?? shapes[...]
    return Partition(
      functions: functions, hasDescriptor: isFirst,
      cost: shapes.reduce(isFirst ? descriptorCost : 0) { $0 + CostModel.cost($1) },
      memoryBytes: CostModel.memoryBytes(shapes))
  }

  /// How many partitions there are. If they are few, their number is a multiple of `fewestPartitions`: the other
  /// processors would wait for a single partition that is left over.
  private func count(_ total: Int) -> Int {
    let wanted = (total + targetCost - 1) / targetCost
    let rounded = (wanted + fewestPartitions - 1) / fewestPartitions * fewestPartitions
    return min(wanted < 4 * fewestPartitions ? rounded : wanted, Self.mostPartitions)
  }

  /// The first functions of all partitions but the first. Each cut is near the place that makes equal parts. Of the
  /// places there, it is the one that the fewest calls cross, by their weights in `callsAcross`.
  private func cuts(_ costs: [Int], total: Int, _ shapes: [FunctionShape]) -> [Int] {
    let count = count(total)
    let share = Double(total) / Double(count)
    let crossing = callsAcross(shapes)
    var cuts: [Int] = []
    // The cost of all functions before `position`.
    var before = 0.0
    var position = 0
    for part in 1..<count {
      let ideal = share * Double(part)
      let low = ideal - share * Self.slack
      let high = ideal + share * Self.slack
      while position < costs.count, before + Double(costs[position]) < low {
        before += Double(costs[position])
        position += 1
      }
      var best: (cut: Int, weight: Int, distance: Double)?
      var end = before
      for cut in position + 1..<max(position + 2, costs.count) where cut < costs.count {
        end += Double(costs[cut - 1])
        let distance = abs(end - ideal)
        // A function that costs more than the slack leaves no choice: the cut goes after it.
        if let best, end > high || (crossing[cut], distance) >= (best.weight, best.distance) {
          if end > high { break }
          continue
        }
        best = (cut, crossing[cut], distance)
        if end > high { break }
      }
      if let best, best.cut > (cuts.last ?? 0) { cuts.append(best.cut) }
    }
    return cuts
  }

  /// For each position, the weight of the calls between the functions before it and the others. A call in loops counts
  /// more. A call of a large function does not count, because it is not inlined.
  private func callsAcross(_ shapes: [FunctionShape]) -> [Int] {
    var changes = [Int](repeating: 0, count: shapes.count + 1)
    for (caller, shape) in shapes.enumerated() {
      for call in shape.calls where shapes[call.callee].bytes <= CostModel.inlinedBytes {
        let weight = 1 << (3 * min(call.loopDepth, 3))
        changes[min(caller, call.callee) + 1] += weight
        changes[max(caller, call.callee) + 1] -= weight
      }
    }
    var sum = 0
    return changes.map { change in
      sum += change
      return sum
    }
  }
}
