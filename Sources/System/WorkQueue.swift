// The order in which threads take pieces of work, and how much of it they do at the same time.

/// How pieces of work are taken.
package struct WorkPlan: Sendable {
  /// Every index once, the first to begin first.
  package var order: [Int]
  /// For each index, how much of `limit` the piece takes.
  package var weights: [Int]
  /// The most that the pieces in work take together. A piece that takes more is worked on alone.
  package var limit: Int

  package init(order: [Int], weights: [Int], limit: Int) {
    precondition(order.count == weights.count, "each piece of work has a weight")
    self.order = order
    self.weights = weights
    self.limit = limit
  }

  /// In the order of the indices, without a limit.
  package init(count: Int) {
    self.init(
      order: Array(0..<count), weights: Array(repeating: 0, count: count), limit: .max)
  }
}

/// The pieces of work that are left, and what became of the others.
///
/// Pieces begin in the order of the plan, without exception: then the first piece of the order that fails is the same
/// for every number of threads.
final class WorkQueue<Result: Sendable, Failure: Error>: Sendable {
  private struct State {
    /// The position in the order of the piece that begins next.
    var next = 0
    var inWork = 0
    var weightInWork = 0
    var results: [Result?]
    var firstFailure: (position: Int, error: Failure)?
  }

  private let plan: WorkPlan
  private let body: @Sendable (Int) throws(Failure) -> Result
  private let state: Monitor<State>

  init(_ plan: WorkPlan, body: @escaping @Sendable (Int) throws(Failure) -> Result) {
    self.plan = plan
    self.body = body
    state = Monitor(State(results: Array(repeating: nil, count: plan.order.count)))
  }

  /// Works until nothing is left to begin.
  func work() {
    while let position = takeNext() {
      let index = plan.order[position]
      do throws(Failure) {
        let result = try body(index)
        state.change {
          $0.results[index] = result
          end(index, &$0)
        }
      } catch {
        state.change {
          if $0.firstFailure.map({ position < $0.position }) ?? true {
            $0.firstFailure = (position, error)
          }
          end(index, &$0)
        }
      }
    }
  }

  /// The results, or the first failure. Call it after every thread has ended.
  func finish() throws(Failure) -> [Result] {
    let end = state.change { $0 }
    if let firstFailure = end.firstFailure { throw firstFailure.error }
    return end.results.compactMap { $0 }
  }

  /// Waits until the next piece may begin. nil when none is left.
  private func takeNext() -> Int? {
    state.wait { state -> Int?? in
      guard state.firstFailure == nil, state.next < plan.order.count else { return .some(nil) }
      let weight = plan.weights[plan.order[state.next]]
      let rest = plan.limit - state.weightInWork
      guard state.inWork == 0 || weight <= rest else { return nil }
      state.inWork += 1
      state.weightInWork += weight
      defer { state.next += 1 }
      return .some(state.next)
    }
  }

  private func end(_ index: Int, _ state: inout State) {
    state.inWork -= 1
    state.weightInWork -= plan.weights[index]
  }
}
