// SIGINT, SIGTERM and SIGHUP leave nothing behind. Before such a signal ends the process, its handler kills the process
// group that is being measured, removes the temporary files, and erases the line on the terminal. A crash does the
// same. There is at most one group, one directory and one file at a time, because signal handlers find them in globals.

import CSystem
import Glibc

package enum EndingSignals {
  /// From now on these signals clean up. Changes nothing for a signal that is ignored or that has a handler already.
  package static func handle() {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
      var action = sigaction()
      sigaction(signal, nil, &action)
      // Compare the raw value: SIG_DFL is 0, and SIG_IGN is no function, so it must not become an optional's payload.
      guard unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 0 else {
        continue
      }
      action.__sigaction_handler.sa_handler = { signal in
        EndingSignals.cleanUp()
        Glibc.signal(signal, SIG_DFL)
        raise(signal)
      }
      sigaction(signal, &action, nil)
    }
  }

  /// A signal handler may call this.
  package static func cleanUp() {
    swasmc_status_end()
    if groupToEnd > 0 { endGroup(groupToEnd) }
    if let path = directoryToRemove { swasmc_remove_flat_directory(path) }
    if let path = fileToRemove { unlink(path) }
  }

  /// The process group that an ending signal ends; 0 for none.
  package static func setGroup(_ group: pid_t) { groupToEnd = group }

  /// Kills every process of the group and waits for those that are our children. A signal handler may call this.
  package static func endGroup(_ group: pid_t) {
    kill(-group, SIGKILL)
    while waitpid(-group, nil, 0) > 0 || errno == EINTR {}
  }
}

// One thread writes each of these. Signal handlers of the same process read them.
private nonisolated(unsafe) var groupToEnd: pid_t = 0
nonisolated(unsafe) var directoryToRemove: UnsafeMutablePointer<CChar>?
nonisolated(unsafe) var fileToRemove: UnsafeMutablePointer<CChar>?

/// Gives the calling thread another stack for signal handlers, because its own stack may be exhausted.
package func useAlternateStack() {
  var stack = stack_t()
  stack.ss_size = 64 << 10
  stack.ss_sp = malloc(stack.ss_size)
  sigaltstack(&stack, nil)
}
