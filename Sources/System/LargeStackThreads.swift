// Runs work on a bounded number of threads with large stacks. LLVM recurses over the code that it compiles, and the
// user's shell decides the size of the main thread's stack. Results are returned in the order of the work.

import Glibc

package enum LargeStackThreads {
  /// Address space of a stack. Only pages that are used cost memory.
  package static let stackBytes = 512 << 20

  /// Calls `body` for every index of the plan, at most `threadCount` at a time. After an error no further index is
  /// begun. Of several errors, that of the index that was begun first is thrown.
  /// - Parameter cannotStart: The error when the system starts no thread at all.
  package static func map<Result: Sendable, Failure: Error>(
    _ plan: WorkPlan, threadCount: Int, cannotStart: () -> Failure,
    _ body: @escaping @Sendable (Int) throws(Failure) -> Result
  ) throws(Failure) -> [Result] {
    let queue = WorkQueue(plan, body: body)
    var threads: [pthread_t] = []
    // Each thread keeps the memory that it freed. So do not start threads that could only wait for the limit.
    let useful = plan.limit / max(1, plan.weights.min() ?? 1)
    for _ in 0..<max(1, min(threadCount, plan.order.count, useful)) {
      guard let thread = start(stackBytes: stackBytes, { queue.work() }) else { break }
      threads.append(thread)
    }
    guard !threads.isEmpty else { throw cannotStart() }
    for thread in threads { pthread_join(thread, nil) }
    return try queue.finish()
  }

  private final class Body {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
  }

  /// Starts a thread, which somebody must join. nil when the system starts none.
  package static func start(stackBytes: Int, _ body: @escaping @Sendable () -> Void) -> pthread_t? {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stackBytes)
    var thread = pthread_t()
    let context = Unmanaged.passRetained(Body(body))
    let code = pthread_create(
      &thread, &attributes,
      { context in
        useAlternateStack()
        Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
        return nil
      }, context.toOpaque())
    if code != 0 { context.release() }
    return code == 0 ? thread : nil
  }
}
