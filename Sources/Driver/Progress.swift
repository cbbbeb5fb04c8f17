// The line of progress: on a terminal, a compilation that takes longer than a second tells how far it is, in one line
// that is rewritten in place. The line is gone when the compilation ends. Messages erase it first (status.h).

import CSystem
import Glibc
import System

final class Progress: Sendable {
  /// How far the work is. Costs are in units of `Partition.cost`.
  struct State: Sendable, Equatable {
    var stage = Stage.decode
    var functions = 0
    var allFunctions = 0
    var cost = 0
    /// 0 as long as it is not known.
    var allCost = 0
    var isOver = false
  }

  /// How long the work goes on before the line appears, and between two changes of it.
  private let delayMilliseconds: (first: Int, next: Int)

  private let state = Monitor(State())
  private let begin = TimeSpent.now.wall

  init(delayMilliseconds: (first: Int, next: Int) = (first: 1000, next: 200)) {
    self.delayMilliseconds = delayMilliseconds
  }

  var current: State { state.change { $0 } }

  func enter(_ stage: Stage) { state.change { $0.stage = stage } }

  /// Records how much work there is.
  func expect(functions: Int, cost: Int) {
    state.change {
      $0.allFunctions = functions
      $0.allCost = cost
    }
  }

  func add(functions: Int, cost: Int) {
    state.change {
      $0.functions += functions
      $0.cost += cost
    }
  }

  /// Whether `terminal` is one that can rewrite a line.
  /// - Parameter kind: The variable TERM.
  static func isPossible(on terminal: Int32, kind: HostString? = HostString.variable("TERM"))
    -> Bool
  {
    guard let kind, !kind.isEmpty, kind != "dumb" else { return false }
    return isatty(terminal) == 1
  }

  /// Shows the line while `body` works.
  func show<Result>(on terminal: Int32, _ body: () throws(DriverError) -> Result)
    throws(DriverError) -> Result
  {
    EndingSignals.handle()
    let thread = LargeStackThreads.start(stackBytes: 256 << 10) { self.rewrite(on: terminal) }
    defer {
      state.change { $0.isOver = true }
      if let thread { pthread_join(thread, nil) }
    }
    return try body()
  }

  /// Rewrites the line until the work is over. Then erases it.
  private func rewrite(on terminal: Int32) {
    var delay = delayMilliseconds.first
    while !state.wait(milliseconds: delay, until: \.isOver) {
      delay = delayMilliseconds.next
      let state = current
      let elapsed = (TimeSpent.now.wall - begin).inSeconds
      swasmc_status_show(terminal, Self.line(state, elapsedSeconds: elapsed).text)
    }
    swasmc_status_write(terminal, nil, 0)
  }

  /// For example "swasmc: optimising, 120 of 4000 functions done, 12 s, about 80 s left".
  static func line(_ state: State, elapsedSeconds: Double) -> Message {
    let elapsed: Message = "\(Int(elapsedSeconds)) s"
    guard state.allCost > 0 else { return "swasmc: \(state.stage.phase.description), \(elapsed)" }
    let done = Double(state.cost) / Double(state.allCost)
    let functions: Message = "\(state.functions) of \(state.allFunctions) functions done"
    // At the beginning an estimate would be too inaccurate.
    guard done > 0.03, done < 1 else {
      return "swasmc: \(state.stage.phase.description), \(functions), \(elapsed)"
    }
    let left = elapsedSeconds * (1 - done) / done
    return
      "swasmc: \(state.stage.phase.description), \(functions), \(elapsed), about \(Int(left.rounded(.up))) s left"
  }
}
