// Runs work on a bounded number of threads with large stacks. LLVM recurses over what it compiles, and the size of
// the main thread's stack is up to the user's shell. Results come back in the order of the work.

import Glibc

package enum LargeStackThreads {
  /// Virtual: only what is touched costs memory.
  package static let stackBytes = 512 << 20

  /// Processors that this process may use.
  package static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// Calls `body` for every index, at most `threadCount` at a time. After an error no further index is begun. The
  /// error of the lowest index is thrown.
  /// - Parameter cannotStart: The error when the system starts no thread at all.
  package static func map<Result: Sendable, Failure: Error>(
    count: Int, threadCount: Int, cannotStart: () -> Failure,
    _ body: @escaping @Sendable (Int) throws(Failure) -> Result
  ) throws(Failure) -> [Result] {
    let queue = WorkQueue(count: count, body: body)
    var threads: [pthread_t] = []
    for _ in 0..<max(1, min(threadCount, count)) {
      guard let thread = start({ queue.work() }) else { break }
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

  private static func start(_ body: @escaping @Sendable () -> Void) -> pthread_t? {
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

/// The indices that are left, and what became of the others.
private final class WorkQueue<Result: Sendable, Failure: Error>: Sendable {
  private struct State {
    var next = 0
    var results: [Result?]
    var firstFailure: (index: Int, error: Failure)?
  }

  private let body: @Sendable (Int) throws(Failure) -> Result
  private let state: Locked<State>

  init(count: Int, body: @escaping @Sendable (Int) throws(Failure) -> Result) {
    self.body = body
    state = Locked(State(results: Array(repeating: nil, count: count)))
  }

  func work() {
    while let index = takeNext() {
      do throws(Failure) {
        let result = try body(index)
        state.withValue { $0.results[index] = result }
      } catch {
        state.withValue {
          if $0.firstFailure.map({ index < $0.index }) ?? true { $0.firstFailure = (index, error) }
        }
      }
    }
  }

  /// After every thread has ended.
  func finish() throws(Failure) -> [Result] {
    let end = state.withValue { $0 }
    if let firstFailure = end.firstFailure { throw firstFailure.error }
    return end.results.compactMap { $0 }
  }

  private func takeNext() -> Int? {
    state.withValue { state in
      guard state.firstFailure == nil, state.next < state.results.count else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }
}
