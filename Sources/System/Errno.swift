// A failed system call, as a value of errno.

import Glibc

package struct Errno: Error, Equatable {
  package let code: Int32

  package init(code: Int32) { self.code = code }

  /// The last error of the calling thread.
  package static var last: Errno { Errno(code: errno) }

  /// The C library's text for this error.
  package var text: String { String(cString: strerror(code)) }
}

/// Calls `body` again while a signal interrupts it. Returns what `body` does; -1 is an error.
func uninterrupted(_ body: () -> Int32) throws(Errno) -> Int32 {
  while true {
    let result = body()
    if result >= 0 { return result }
    guard errno == EINTR else { throw .last }
  }
}
