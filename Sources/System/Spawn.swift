// Starts programs, without a shell in between, and waits for their end. A child inherits the environment and the
// descriptors that it is given, and no others: all of ours are closed on exec.

import CSystem
import Glibc

/// A descriptor of ours that a child gets.
package struct InheritedDescriptor {
  let ours: Int32
  let childs: Int32

  package init(_ ours: Int32, as childs: Int32) {
    self.ours = ours
    self.childs = childs
  }
}

/// Starts `words`, of which the first is the program's path. Standard input is /dev/null unless `descriptors` has
/// another. No signal is blocked in the child. Throws EMFILE if the process may have too few descriptors.
/// - Parameter leadsGroup: Whether the child leads a new process group, away from the terminal's signals.
package func spawn(
  _ words: [HostString], _ descriptors: [InheritedDescriptor], leadsGroup: Bool = false
) throws(Errno) -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  if !descriptors.contains(where: { $0.childs == 0 }) {
    try added(posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0))
  }
  try addActions(for: descriptors, to: &actions)
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  // A child inherits the thread's signal mask, and the threads of a test block all signals.
  var noSignals = sigset_t()
  sigemptyset(&noSignals)
  posix_spawnattr_setsigmask(&attributes, &noSignals)
  posix_spawnattr_setpgroup(&attributes, 0)
  let group = leadsGroup ? POSIX_SPAWN_SETPGROUP : 0
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(group))
  var process = pid_t()
  let code = withCStrings(words) {
    posix_spawn(&process, $0[0]!, &actions, &attributes, $0, environ)
  }
  guard code == 0 else { throw Errno(code: code) }
  return process
}

/// A descriptor that changes its number first moves out of the way of the others. One that keeps its number is
/// copied onto itself, which clears close-on-exec in the child.
private func addActions(
  for descriptors: [InheritedDescriptor], to actions: inout posix_spawn_file_actions_t
) throws(Errno) {
  let free = (descriptors.flatMap { [$0.ours, $0.childs] }).reduce(2, max) + 1
  for (index, descriptor) in descriptors.enumerated() where descriptor.ours != descriptor.childs {
    try added(posix_spawn_file_actions_adddup2(&actions, descriptor.ours, free + Int32(index)))
  }
  for (index, descriptor) in descriptors.enumerated() {
    guard descriptor.ours != descriptor.childs else {
      try added(
        posix_spawn_file_actions_adddup2(&actions, descriptor.ours, descriptor.ours))
      continue
    }
    try added(
      posix_spawn_file_actions_adddup2(&actions, free + Int32(index), descriptor.childs))
    try added(posix_spawn_file_actions_addclose(&actions, free + Int32(index)))
  }
}

/// Checks the result of adding an action. EBADF: the number is above the limit of descriptors.
private func added(_ code: Int32) throws(Errno) {
  guard code == 0 else { throw Errno(code: code == EBADF ? EMFILE : code) }
}

/// How a process ended.
package enum ProcessEnd: Equatable, Sendable {
  case exited(Int32)
  case signalled(Int32)

  init(waitStatus: Int32) {
    let signal = waitStatus & 0x7f
    self = signal == 0 ? .exited((waitStatus >> 8) & 0xff) : .signalled(signal)
  }
}

/// Waits for a child. `usage` is what it and the children that it waited for have used.
@discardableResult
package func waitForEnd(of process: pid_t) throws(Errno) -> (end: ProcessEnd, usage: rusage) {
  var status: Int32 = 0
  var usage = rusage()
  _ = try uninterrupted { wait4(process, &status, 0, &usage) }
  return (ProcessEnd(waitStatus: status), usage)
}

/// Two descriptors: what is written to one can be read from the other.
package struct Pipe: ~Copyable {
  package let read: FileDescriptor
  package let write: FileDescriptor

  package init() throws(Errno) {
    var ends: [Int32] = [0, 0]
    guard swasmc_pipe(&ends) == 0 else { throw .last }
    read = FileDescriptor(owning: ends[0])
    write = FileDescriptor(owning: ends[1])
  }

  /// Closes the end for writing, which a child has now, so that reading comes to an end.
  package consuming func finishWriting() -> FileDescriptor { read }

  /// Closes the end for reading, which a child has now.
  package consuming func finishReading() -> FileDescriptor { write }
}

/// Calls `body` with a NULL-terminated array of C strings.
package func withCStrings<Result>(
  _ strings: [HostString], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var pointers = strings.map { $0.withCString { strdup($0) } } + [nil]
  defer { for pointer in pointers { free(pointer) } }
  return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
}
