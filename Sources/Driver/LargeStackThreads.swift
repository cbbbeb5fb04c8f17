// Runs work on a bounded number of threads whose stacks are large: LLVM recurses over what it compiles, and
// the main thread's stack is what the user's shell says it is. Results come back in the order of the work,
// whatever the order in which it was done.

import Glibc

enum LargeStackThreads {
  /// Virtual; only what is touched costs memory.
  static let stackBytes = 512 << 20

  /// Processors that this process may use.
  static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// `body` of every index, at most `threadCount` at a time. After an error no further index is begun; the
  /// error of the lowest index is thrown.
  static func map<Result: Sendable>(
    count: Int, threadCount: Int, _ body: @escaping @Sendable (Int) throws(DriverError) -> Result
  ) throws(DriverError) -> [Result] {
    let queue = WorkQueue(count: count, body: body)
    var threads: [pthread_t] = []
    for _ in 0..<max(1, min(threadCount, count)) {
      guard let thread = start({ queue.work() }) else { break }
      threads.append(thread)
    }
    guard !threads.isEmpty else {
      throw .outOfMemory("cannot start a thread with a stack of \(stackBytes >> 20) MiB")
    }
    for thread in threads { pthread_join(thread, nil) }
    return try queue.finish()
  }

  /// One piece of work on a large stack.
  static func run<Result: Sendable>(_ body: @escaping @Sendable () throws(DriverError) -> Result)
    throws(DriverError) -> Result
  {
    try map(count: 1, threadCount: 1) { (_) throws(DriverError) in try body() }[0]
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
        CrashReporter.useAlternateStack()
        Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
        return nil
      }, context.toOpaque())
    if code != 0 { context.release() }
    return code == 0 ? thread : nil
  }
}

private final class WorkQueue<Result: Sendable>: @unchecked Sendable {
  private let body: @Sendable (Int) throws(DriverError) -> Result
  private var next = 0
  private var results: [Result?]
  private var firstFailure: (index: Int, error: DriverError)?
  private var mutex = pthread_mutex_t()

  init(count: Int, body: @escaping @Sendable (Int) throws(DriverError) -> Result) {
    self.body = body
    results = Array(repeating: nil, count: count)
    pthread_mutex_init(&mutex, nil)
  }

  deinit { pthread_mutex_destroy(&mutex) }

  func work() {
    while let index = takeNext() {
      do throws(DriverError) {
        let result = try body(index)
        locked { results[index] = result }
      } catch {
        locked {
          if firstFailure.map({ index < $0.index }) ?? true { firstFailure = (index, error) }
        }
      }
    }
  }

  /// After every thread has ended.
  func finish() throws(DriverError) -> [Result] {
    if let firstFailure { throw firstFailure.error }
    return results.compactMap { $0 }
  }

  private func takeNext() -> Int? {
    locked {
      guard firstFailure == nil, next < results.count else { return nil }
      defer { next += 1 }
      return next
    }
  }

  private func locked<Value>(_ body: () -> Value) -> Value {
    pthread_mutex_lock(&mutex)
    defer { pthread_mutex_unlock(&mutex) }
    return body()
  }
}
