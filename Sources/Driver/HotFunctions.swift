// Guesses which functions are hot, so that optimising them gains more than it costs.
//
// The code alone does not say how often a function runs. So each function gets a score: the weighted sum of the signs
// below. The weights were fitted to profiles of programs in C, C++ and Rust (docs/performance-log.md).
//
//   - loops in the function, above all nested ones, and a large dispatch in a loop, as interpreters have it;
//   - loops around the calls of the function, and, counted for less, loops around the calls of its callers;
//   - how many places call it;
//   - its size, which lowers the score, because the hottest code is in small functions.
//
// Scores are logarithms to the base `rounds`: one more loop around the code of a function adds 1, or 1.5 from the third
// loop on.

import Foundation
import WasmModule
import WasmProgram

/// A function as other code sees it.
struct FunctionUse: Sendable, Equatable {
  /// Whether a reference to it is taken, so that indirect calls may reach it.
  var isReferenced = false
  /// Whether it is a visible export or starts its instance.
  var isEntry = false
}

struct HotFunctions {
  private let shapes: [FunctionShape]
  private let uses: [FunctionUse]

  init(_ shapes: [FunctionShape], _ uses: [FunctionUse]) {
    self.shapes = shapes
    self.uses = uses
  }

  // MARK: Weights

  /// How often the body of a loop is assumed to run.
  private static let rounds = 8.0
  private static let deepestLoop = 4
  private static let deepLoops = (from: 2.0, weight: 0.5)
  private static let dispatch = (targets: 64, weight: 1.5)
  private static let callWeight = 0.4
  private static let callerDiscount = 0.9
  private static let referenceWarmth = 0.2
  private static let callCountWeight = 0.33
  private static let sizeWeight = 1.1

  /// How often an instruction is executed for each execution of its function.
  static func executions(loopDepth: Int) -> Double { table[min(loopDepth, deepestLoop)] }

  private static let table: [Double] = (0...deepestLoop).map { pow(rounds, Double($0)) }

  private static func log(_ value: Double) -> Double {
    Foundation.log(value) / Foundation.log(rounds)
  }

  // MARK: Scores

  /// A score for each function. The higher it is, the more optimising the function gains for its cost.
  /// - Parameter cost: What each function costs, in the units of `CostModel`.
  func scores(_ cost: [Int]) -> [Double] {
    let warmth = warmth()
    var calls = [Int](repeating: 0, count: shapes.count)
    for shape in shapes {
      for call in shape.calls { calls[call.callee] += 1 }
    }
    return shapes.indices.map { function in
      let shape = shapes[function]
      let loops = Self.log(max(1, shape.executed / Double(max(1, shape.instructions))))
      let deep = max(0, loops - Self.deepLoops.from) * Self.deepLoops.weight
      let dispatches = shape.dispatchTargets >= Self.dispatch.targets ? Self.dispatch.weight : 0
      return loops + deep + dispatches + Self.callWeight * warmth[function]
        + Self.callCountWeight * Self.log(Double(1 + calls[function]))
        - Self.sizeWeight * Self.log(Double(max(8, cost[function])))
    }
  }

  /// For each function, how many loops are around its calls. Of all chains of calls that lead to it, the one with the
  /// most loops counts. Loops around earlier calls of the chain count for less.
  private func warmth() -> [Double] {
    var warmth = uses.map { $0.isReferenced ? Self.referenceWarmth : 0 }
    func spread(from caller: Int, where isWanted: (Int) -> Bool) {
      for call in shapes[caller].calls where isWanted(call.callee) {
        let loops = Double(min(call.loopDepth, Self.deepestLoop))
        let passed = Self.callerDiscount * warmth[caller] + loops
        warmth[call.callee] = max(warmth[call.callee], passed)
      }
    }
    let components = StronglyConnected(shapes.map { $0.calls.map(\.callee) })
    for component in components.callersFirst {
      if component.count > 1 {
        let most = component.reduce(0) { max($0, warmth[$1]) }
        for member in component { warmth[member] = most }
        for member in component {
          spread(from: member) { $0 != member && components.areTogether(member, $0) }
        }
      }
      for member in component {
        spread(from: member) { !components.areTogether(member, $0) }
      }
    }
    return warmth
  }
}
