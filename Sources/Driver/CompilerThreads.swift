// Runs work on threads with large stacks. The errors are those of the driver.

import System

extension LargeStackThreads {
  /// Like `map` in System, but a failure to start a thread is a DriverError.
  static func map<Result: Sendable>(
    _ plan: WorkPlan, threadCount: Int,
    _ body: @escaping @Sendable (Int) throws(DriverError) -> Result
  ) throws(DriverError) -> [Result] {
    try map(
      plan, threadCount: threadCount,
      cannotStart: {
        .outOfMemory(
          """
          cannot start a thread with a stack of \(stackBytes >> 20) MiB: the number of processes (ulimit -u, a container) \
          or the memory is limited
          """)
      }, body)
  }

  /// Does one piece of work on a large stack.
  package static func run<Result: Sendable>(
    _ body: @escaping @Sendable () throws(DriverError) -> Result
  ) throws(DriverError) -> Result {
    try map(WorkPlan(count: 1), threadCount: 1) { (_) throws(DriverError) in try body() }[0]
  }
}
