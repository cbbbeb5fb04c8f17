// Runs a tool to its end: no shell, no standard input, output and diagnostics collected. Files without a
// name are handed to it as /proc/self/fd/N.

import Glibc

struct ToolResult: Sendable {
  /// The exit status, or 128 + the signal that ended it.
  let status: Int32
  let output: [UInt8]
  let diagnostics: String
}

/// Throws when the tool could not be started or its output could not be read.
func runTool(
  _ path: HostString, _ arguments: [HostString], inheriting descriptors: [Int32] = []
) throws(Errno) -> ToolResult {
  let output = try Pipe()
  let diagnostics = try Pipe()
  let process = try spawn(
    path, arguments, output: output.write.raw, diagnostics: diagnostics.write.raw, descriptors)
  let collected = try collect(output.finishWriting(), diagnostics.finishWriting())
  var status: Int32 = 0
  while waitpid(process, &status, 0) < 0 {
    guard errno == EINTR else { throw .last }
  }
  let signal = status & 0x7f
  return ToolResult(
    status: signal == 0 ? (status >> 8) & 0xff : 128 + signal, output: collected.output,
    diagnostics: String(decoding: collected.diagnostics, as: UTF8.self))
}

private struct Pipe: ~Copyable {
  let read: FileDescriptor
  let write: FileDescriptor

  init() throws(Errno) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw .last }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    read = FileDescriptor(owning: ends[0])
    write = FileDescriptor(owning: ends[1])
  }

  /// Closes the end that the child has now, so that reading comes to an end.
  consuming func finishWriting() -> FileDescriptor { read }
}

private func spawn(
  _ path: HostString, _ arguments: [HostString], output: Int32, diagnostics: Int32,
  _ descriptors: [Int32]
) throws(Errno) -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_adddup2(&actions, output, 1)
  posix_spawn_file_actions_adddup2(&actions, diagnostics, 2)
  // Onto itself: clears close-on-exec in the child.
  for descriptor in descriptors {
    posix_spawn_file_actions_adddup2(&actions, descriptor, descriptor)
  }
  // A thread's signal mask is inherited, and the threads of a test block everything.
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var noSignals = sigset_t()
  sigemptyset(&noSignals)
  posix_spawnattr_setsigmask(&attributes, &noSignals)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
  var process = pid_t()
  let code = withCStrings([path] + arguments) { words in
    path.withCString { posix_spawn(&process, $0, &actions, &attributes, words, environ) }
  }
  guard code == 0 else { throw Errno(code: code) }
  return process
}

private func collect(_ output: consuming FileDescriptor, _ diagnostics: consuming FileDescriptor)
  throws(Errno) -> (output: [UInt8], diagnostics: [UInt8])
{
  var outputBytes: [UInt8] = []
  var diagnosticBytes: [UInt8] = []
  var waits = [
    pollfd(fd: output.raw, events: Int16(POLLIN), revents: 0),
    pollfd(fd: diagnostics.raw, events: Int16(POLLIN), revents: 0),
  ]
  while waits.contains(where: { $0.fd >= 0 }) {
    guard poll(&waits, 2, -1) >= 0 else {
      if errno == EINTR { continue }
      throw .last
    }
    if waits[0].revents != 0, try output.readChunk(appendingTo: &outputBytes, 1 << 20) == 0 {
      waits[0].fd = -1
    }
    if waits[1].revents != 0, try diagnostics.readChunk(appendingTo: &diagnosticBytes, 1 << 12) == 0
    {
      waits[1].fd = -1
    }
  }
  return (outputBytes, diagnosticBytes)
}

/// Calls `body` with a NULL-terminated array of C strings.
package func withCStrings<Result>(
  _ strings: [HostString], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var pointers = strings.map { $0.withCString { strdup($0) } } + [nil]
  defer { for pointer in pointers { free(pointer) } }
  return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
}
