// A partition is a part of a program's functions that becomes one LLVM module and one object. Hot, cold and huge
// functions are in different partitions, because they are compiled in different ways. A large program is cut into
// stretches of about equal cost, so that time and memory stay bounded and all processors have work. The cuts depend on
// the program and the level, never on the machine, because the output must not.

import Lowering
import WasmModule

struct Partition: Sendable, Equatable {
  /// How functions are compiled.
  enum Treatment: String, Sendable {
    /// The pipeline and the code generation of the level that the user chose.
    case full
    /// Straight to code as at -O0, but with values in registers.
    case cheap
    /// As at -O0.
    case plain
  }

  /// nil: all functions of the program.
  var functions: PartitionFunctions?
  var treatment = Treatment.full
  /// Whether it has the descriptor of the program, as exactly one partition does.
  var hasDescriptor = true
  /// What it costs to compile it, in the units of `CostModel`.
  var cost = 0
  /// An estimate of the memory that it takes to compile it.
  var memoryBytes = 0

  static let whole = Partition()

  var positions: [Int] { functions?.positions ?? [] }
}

/// Where the functions of a program are cut.
struct PartitionPlan: Sendable {
  /// Functions with the full treatment are not cut if they cost at most this together.
  var wholeCost = CostModel.wholeCost
  /// About what each partition costs at most, where functions are cut.
  var targetCost = CostModel.targetCost
  /// The cost of the descriptor.
  var descriptorCost = 0
  /// If functions are cut into few partitions, the number of these is a multiple of this.
  var fewestPartitions = CostModel.fewestPartitions
  /// Whether calls are inlined.
  var inlines = true
  /// For tests: replaces the level's budget.
  var hotBudget: HotBudget?

  /// The most partitions with the same treatment; there are three treatments. Each partition is a file in memory until
  /// all are linked, and a process has 1024 descriptors on many machines.
  static let mostPartitions = 316

  /// How far a cut may be from the place that makes equal parts, as a fraction of a part.
  private static let slack = 0.125

  /// The partitions: those of hot functions first, then those of cold ones, then those compiled as at -O0. Functions
  /// keep their order in each of these groups. The first partition has the descriptor. If hot functions are cut, it has
  /// nothing else: almost every change of a module changes the descriptor, and no other partition has to be compiled
  /// again for that.
  func partitions(_ shapes: [FunctionShape], _ choice: FunctionChoice) -> [Partition] {
    var all = stretches(choice.positions(.full), .full, shapes)
    for treatment in [Partition.Treatment.cheap, .plain] {
      let positions = choice.positions(treatment)
      if !positions.isEmpty { all += stretches(positions, treatment, shapes) }
    }
    return connected(all, shapes, choice.uses)
  }

  /// Adds to each partition the functions of others that may be inlined there. Finds the functions that only their own
  /// partition refers to.
  private func connected(
    _ partitions: [Partition], _ shapes: [FunctionShape], _ uses: [FunctionUse]
  )
    -> [Partition]
  {
    var partitions = partitions
    var home = [Int](repeating: -1, count: shapes.count)
    for (number, partition) in partitions.enumerated() {
      for function in partition.positions { home[function] = number }
    }
    var isLocal = uses.map { partitions.count == 1 || $0 == FunctionUse() }
    for number in partitions.indices {
      let positions = partitions[number].positions
      let inlinable =
        partitions[number].treatment == .full && inlines
        ? inlinable(into: positions, shapes) { home[$0] == number } : []
      for caller in [positions, inlinable].joined() {
        for call in shapes[caller].calls where home[call.callee] != number {
          isLocal[call.callee] = false
        }
      }
      partitions[number].functions = PartitionFunctions(positions, inlinable: inlinable)
    }
    for number in partitions.indices {
      let local = partitions[number].positions.filter { isLocal[$0] }
      partitions[number].functions?.local = Set(local)
    }
    return partitions
  }

  /// The small functions of other partitions that these functions call.
  private func inlinable(
    into positions: [Int], _ shapes: [FunctionShape], isOwn: (Int) -> Bool
  ) -> [Int] {
    var found: Set<Int> = []
    for caller in positions {
      for call in shapes[caller].calls
      where !isOwn(call.callee)
        && shapes[call.callee].instructions <= CostModel.inlinedInstructions
      {
        found.insert(call.callee)
      }
    }
    return found.sorted()
  }

  /// Cuts functions with the same treatment into partitions. Cheaply compiled ones gain nothing from being together.
  private func stretches(
    _ functions: [Int], _ treatment: Partition.Treatment, _ shapes: [FunctionShape]
  ) -> [Partition] {
    let own = restricted(shapes, to: functions)
    let costs = own.map { CostModel.cost($0, treatment) }
    let total = costs.reduce(0, +)
    let hasDescriptor = treatment == .full
    let wholeCost = hasDescriptor ? self.wholeCost - descriptorCost : targetCost
    let isCut = total > wholeCost && functions.count > 1
    let starts = [0] + (isCut ? cuts(costs, total: total, own) : []) + [functions.count]
    var partitions = starts.indices.dropLast().map { part in
      let stretch = starts[part]..<starts[part + 1]
      return Partition(
        functions: PartitionFunctions(Array(functions[stretch])), treatment: treatment,
        hasDescriptor: false, cost: costs[stretch].reduce(0, +),
        memoryBytes: CostModel.memoryBytes(own[stretch]))
    }
    guard hasDescriptor else { return partitions }
    if partitions.count > 1 {
      partitions.insert(Partition(functions: PartitionFunctions([]), treatment: treatment), at: 0)
      partitions[0].memoryBytes = CostModel.memoryBytes([])
    }
    partitions[0].hasDescriptor = true
    partitions[0].cost += descriptorCost
    return partitions
  }

  /// The shapes of some functions. Callees are positions in the list; calls of other functions are left out.
  private func restricted(_ shapes: [FunctionShape], to functions: [Int]) -> [FunctionShape] {
    if functions.count == shapes.count { return shapes }
    var places = [Int](repeating: -1, count: shapes.count)
    for (place, function) in functions.enumerated() { places[function] = place }
    return functions.map { function in
      var shape = shapes[function]
      shape.calls = shape.calls.compactMap { call in
        let place = places[call.callee]
        return place < 0 ? nil : FunctionShape.Call(callee: place, loopDepth: call.loopDepth)
      }
      return shape
    }
  }

  /// Into how many partitions functions of this cost are cut. A small number is rounded up to a multiple of
  /// `fewestPartitions`. Otherwise one partition could be left over, and all processors but one would wait for it.
  private func count(_ total: Int) -> Int {
    let wanted = (total + targetCost - 1) / targetCost
    let rounded = (wanted + fewestPartitions - 1) / fewestPartitions * fewestPartitions
    return min(wanted < 4 * fewestPartitions ? rounded : wanted, Self.mostPartitions)
  }

  /// Where to cut: the positions of the first functions of all partitions but the first. Each cut is near the place
  /// that makes equal parts. Of the places there, it is the one with the least weight in `callsAcross`.
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
        // If one function costs more than the slack, no place is near enough, and the cut goes after that function.
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

  /// For each position, the weight of all calls that a cut there would separate from their callees. A call in loops
  /// weighs more. A call of a large function weighs nothing, because it is not inlined anyway.
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
