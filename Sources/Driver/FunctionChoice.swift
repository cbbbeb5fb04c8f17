// Decides how each function of a program is compiled: with the full treatment, cheaply, as at -O0, or not at all if no
// code can reach it.

import WasmModule

/// What all hot functions may cost together: this share of the program's cost, but at least `leastCost`. Costs are in
/// the units of `CostModel`.
struct HotBudget: Sendable {
  let share: Double
  let leastCost: Int
}

struct FunctionChoice: Sendable {
  let shapes: [FunctionShape]
  let uses: [FunctionUse]
  /// How each function is compiled. nil: no code can reach it.
  private(set) var treatments: [Partition.Treatment?]

  /// Gives the full treatment to all functions that can be reached.
  init(_ shapes: ProgramShapes) { self.init(shapes.functions, shapes.uses) }

  init(_ shapes: [FunctionShape], _ uses: [FunctionUse]) {
    self.shapes = shapes
    self.uses = uses
    treatments = Self.reached(shapes, uses).map { $0 ? .full : nil }
  }

  /// Gives functions that are too large for the optimiser the treatment of -O0.
  func withoutHuge() -> FunctionChoice {
    var result = self
    for function in shapes.indices
    where treatments[function] != nil
      && shapes[function].instructions > CostModel.mostOptimised
    {
      result.treatments[function] = .plain
    }
    return result
  }

  /// Keeps the full treatment for the functions that seem to be hot, as far as the budget goes.
  func byGuess(_ budget: HotBudget) -> FunctionChoice {
    let costs = shapes.indices.map { treatments[$0] == .full ? CostModel.cost(shapes[$0]) : 0 }
    let scores = HotFunctions(shapes, uses).scores(costs)
    let most = max(Int(budget.share * Double(costs.reduce(0, +))), budget.leastCost)
    var spent = 0
    return keepingFull(inOrderOf: scores) { function in
      defer { spent += costs[function] }
      return spent < most
    }
  }

  /// Keeps the full treatment for the functions that were hot in a profile.
  /// - Parameter executions: For each function, how often its blocks were executed in sum. If no block was executed,
  ///   the profile says nothing, and all functions keep the full treatment.
  func byExecutions(_ executions: [Double]) -> FunctionChoice {
    let enough = CostModel.profiledShare * executions.reduce(0, +)
    guard enough > 0 else { return self }
    let density = shapes.indices.map { executions[$0] / Double(1 + CostModel.cost(shapes[$0])) }
    var seen = 0.0
    return keepingFull(inOrderOf: density) { function in
      defer { seen += executions[function] }
      return seen < enough
    }
  }

  /// Keeps the full treatment for functions that are wanted. Compiles the others cheaply, and the largest of them as at
  /// -O0.
  /// - Parameter isWanted: Is called once for each function that can be reached, the highest score first.
  private func keepingFull(inOrderOf scores: [Double], _ isWanted: (Int) -> Bool) -> FunctionChoice
  {
    var result = self
    for function in shapes.indices.sorted(by: { (scores[$1], $0) < (scores[$0], $1) }) {
      guard let treatment = treatments[function], !isWanted(function), treatment == .full else {
        continue
      }
      let isHuge = shapes[function].instructions > CostModel.mostAllocated
      result.treatments[function] = isHuge ? .plain : .cheap
    }
    return result
  }

  /// The functions with a treatment, in order.
  func positions(_ treatment: Partition.Treatment) -> [Int] {
    treatments.indices.filter { treatments[$0] == treatment }
  }

  /// For each function, whether calls lead to it from an entry of the program or from a function that is referenced.
  private static func reached(_ shapes: [FunctionShape], _ uses: [FunctionUse]) -> [Bool] {
    var isReached = uses.map { $0 != FunctionUse() }
    var open = isReached.indices.filter { isReached[$0] }
    while let function = open.popLast() {
      for call in shapes[function].calls where !isReached[call.callee] {
        isReached[call.callee] = true
        open.append(call.callee)
      }
    }
    return isReached
  }
}
