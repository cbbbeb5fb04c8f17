// How long work takes: on the clock, and in processor time of the thread that does it.

import Glibc

package struct TimeSpent: Sendable, Equatable {
  package var wall: Duration
  package var processor: Duration

  package init(wall: Duration = .zero, processor: Duration = .zero) {
    self.wall = wall
    self.processor = processor
  }

  /// The readings of both clocks now. Only their difference with a later reading on the same thread means something.
  package static var now: TimeSpent {
    TimeSpent(wall: reading(CLOCK_MONOTONIC), processor: reading(CLOCK_THREAD_CPUTIME_ID))
  }

  /// Processor time of all threads of this process so far.
  package static var processorOfProcess: Duration { reading(CLOCK_PROCESS_CPUTIME_ID) }

  /// Processor time of the children that were waited for so far.
  package static var processorOfChildren: Duration {
    let used = usage(of: RUSAGE_CHILDREN)
    return Duration(used.ru_utime) + Duration(used.ru_stime)
  }

  /// The most memory that this process had at once, in bytes. Files in memory do not count.
  package static var peakMemoryBytes: Int { Int(usage(of: RUSAGE_SELF).ru_maxrss) << 10 }

  package static func + (_ a: TimeSpent, _ b: TimeSpent) -> TimeSpent {
    TimeSpent(wall: a.wall + b.wall, processor: a.processor + b.processor)
  }

  package static func += (_ a: inout TimeSpent, _ b: TimeSpent) { a = a + b }

  package static func - (_ a: TimeSpent, _ b: TimeSpent) -> TimeSpent {
    TimeSpent(wall: a.wall - b.wall, processor: a.processor - b.processor)
  }

  private static func reading(_ clock: clockid_t) -> Duration {
    var time = timespec()
    clock_gettime(clock, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  private static func usage(of whom: __rusage_who) -> rusage {
    var result = rusage()
    getrusage(whom.rawValue, &result)
    return result
  }
}

extension Duration {
  init(_ time: timeval) { self = .seconds(time.tv_sec) + .microseconds(time.tv_usec) }

  package var inSeconds: Double { self / .seconds(1) }
}
