// What is compiled, and how: the partitions of a program, and facts about the whole program that each of them needs.

import GuestOptimizer
import LLVMKit
import Lowering
import System
import WasmProgram

struct CompilePlan: Sendable {
  let partitions: [Partition]
  let shadowStack: ShadowStack

  var functionCount: Int { partitions.reduce(0) { $0 + $1.positions.count } }
}

extension CodeGenerator {
  func compilePlan(_ program: Program) throws(DriverError) -> CompilePlan {
    let shapes = try ProgramShapes(
      of: program, loweringOptions(.whole), threadCount: options.conditions.threadCount)
    var plan = partitionPlan
    plan.descriptorCost = CostModel.descriptorCost(
      items: program.instances.reduce(shapes.functions.count) { $0 + $1.module.data.count })
    // A copy of a function would define the counters of the function once more.
    plan.inlines = options.optimization != .o0 && !options.countsProfile
    let partitions = plan.partitions(shapes.functions, choice(program, shapes))
    return CompilePlan(
      partitions: partitions, shadowStack: try shadowStack(program, shapes, partitions))
  }

  private func choice(_ program: Program, _ shapes: ProgramShapes) -> FunctionChoice {
    guard options.optimization != .o0 else { return FunctionChoice(shapes) }
    let choice = FunctionChoice(shapes).withoutHuge()
    reportHuge(choice)
    if case .guided(let profile) = profiling, let main = program.main {
      let functions = program[main].module.functions
      return choice.byExecutions(
        functions.defined.indices.map { profile.executions(of: $0) })
    }
    guard let budget = partitionPlan.hotBudget ?? CostModel.hotBudget(options.optimization) else {
      return choice
    }
    return choice.byGuess(budget)
  }

  private func reportHuge(_ choice: FunctionChoice) {
    let huge = choice.positions(.plain).map { choice.shapes[$0].instructions }
    guard let most = huge.max() else { return }
    let functions = huge.count == 1 ? "1 function is" : "\(huge.count) functions are"
    writeToStandardError(
      """
      swasmc: warning: \(functions) compiled as at -O0, because of too many instructions \
      (\(most); the limit is \(CostModel.mostOptimised))

      """)
  }

  /// Finds the guest's stack pointer, which a handler of exceptions resets. That is correct only if all functions of
  /// the program obey the rules of `ShadowStack`. One partition of several does not show the others. So the whole
  /// program is lowered once for this, unless it is large. If there is only one partition, the optimiser looks there.
  private func shadowStack(
    _ program: Program, _ shapes: ProgramShapes, _ partitions: [Partition]
  ) throws(DriverError) -> ShadowStack {
    let cost = shapes.functions.reduce(0) { $0 + CostModel.cost($1) }
    guard shapes.hasExceptions, !options.preciseTraps, options.optimization != .o0,
      partitions.count > 1, cost <= CostModel.mostWhole
    else { return ShadowStack() }
    return try translatingErrors { () throws in
      let machine = try LLVMTargetMachine(processor, level: .none)
      let context = LLVMContext()
      let whole = try lowerProgram(
        program, into: context, options: loweringOptions(.whole), target: machine)
      return ShadowStack(of: whole)
    }
  }
}
