// Runs one command to its end and tells what it cost. Input: the command and files for its streams. Output: how
// it ended, its processor time (user + system), wall time and peak memory, from wait4.
//
// A process inherits the peak memory of the one that starts it, and a compiler with LLVM inside has a large
// one. So a shell, which is small, starts the command, ends, and leaves it to us: children of children
// become ours (PR_SET_CHILD_SUBREAPER). The command waits until we say go, so that no time is lost to that.

import CSystem
import Driver
import Glibc

/// What one run did and cost.
public struct MeasuredRun: Sendable, Equatable {
  public enum End: Sendable, Equatable {
    case exited(Int32)
    case signalled(Int32)
    /// It was ended because it took longer than it might.
    case timedOut
  }

  public let end: End
  /// User + system time of the process and the children that it waited for, in seconds.
  public let processorSeconds: Double
  public let wallSeconds: Double
  public let peakBytes: Int
}

/// The files of a run's standard streams.
struct RunStreams {
  /// nil: nothing to read.
  var input: HostString?
  var output: HostString
  var errors: HostString
}

/// - Parameters:
///   - command: The program's path and its arguments.
///   - timeoutSeconds: Wall time after which it and its children are killed.
func measureRun(_ command: [HostString], _ streams: RunStreams, timeoutSeconds: Double)
  throws(Errno) -> MeasuredRun
{
  guard swasmc_adopt_orphans() == 0 else { throw .last }
  let held = try startHeld(command, streams)
  let watched = FileDescriptor(owning: swasmc_open_process(held.process))
  guard watched.raw >= 0 else { throw .last }
  groupEndedBySignals = held.group
  defer { groupEndedBySignals = 0 }
  let begin = monotonicSeconds()
  try held.go.write([UInt8(ascii: "\n")])
  let ended = try wait(for: watched, seconds: timeoutSeconds)
  if !ended { kill(-held.group, SIGKILL) }
  var status: Int32 = 0
  var usage = rusage()
  while wait4(held.process, &status, 0, &usage) < 0 {
    guard errno == EINTR else { throw .last }
  }
  let wallSeconds = monotonicSeconds() - begin
  end(group: held.group)
  let signal = status & 0x7f
  return MeasuredRun(
    end: !ended ? .timedOut : signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal),
    processorSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime), wallSeconds: wallSeconds,
    peakBytes: usage.ru_maxrss << 10)
}

/// Kills what runs now and waits for its end, for a signal handler.
func endRunBySignal() {
  if groupEndedBySignals > 0 { end(group: groupEndedBySignals) }
}

/// The command and its children, which would disturb the next run. They are ours as soon as their parents ended.
private func end(group: pid_t) {
  kill(-group, SIGKILL)
  while waitpid(-group, nil, 0) > 0 || errno == EINTR {}
}

/// Written by the thread that measures, read by signal handlers of the same process.
private nonisolated(unsafe) var groupEndedBySignals: pid_t = 0

// MARK: Starting

/// A command that waits for a line on `go` before it begins.
private struct HeldCommand: ~Copyable {
  let process: pid_t
  let group: pid_t
  let go: FileDescriptor
}

/// Descriptors of the shell: 1 takes the command's process, 3 gives the word to go, 4 to 6 become its streams.
private let starter = """
  { read -r word <&3; exec "$@" <&4 >&5 2>&6 3<&- 4<&- 5>&- 6>&-; } &
  echo $!
  """

private func startHeld(_ command: [HostString], _ streams: RunStreams) throws(Errno) -> HeldCommand
{
  let go = try Pipe()
  let tell = try Pipe()
  let input = try FileDescriptor.open(streams.input ?? "/dev/null", O_RDONLY)
  let output = try FileDescriptor.open(
    streams.output, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
  let errors = try FileDescriptor.open(
    streams.errors, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
  let shell = try spawnShell(
    ["/bin/sh", "-c", HostString(starter), "sh"] + command,
    [(tell.write.raw, 1), (go.read.raw, 3), (input.raw, 4), (output.raw, 5), (errors.raw, 6)])
  let told = tell.finishWriting()
  var line: [UInt8] = []
  while line.last != UInt8(ascii: "\n") {
    guard try told.readChunk(appendingTo: &line, 1) > 0 else { break }
  }
  var status: Int32 = 0
  while waitpid(shell, &status, 0) < 0 {
    guard errno == EINTR else { throw .last }
  }
  guard let process = pid_t(String(decoding: line.dropLast(), as: UTF8.self)) else {
    throw Errno(code: ECHILD)
  }
  return HeldCommand(process: process, group: shell, go: go.finishReading())
}

/// The shell leads a new process group, without the terminal's signals, and inherits `descriptors` only.
private func spawnShell(_ words: [HostString], _ descriptors: [(from: Int32, to: Int32)])
  throws(Errno) -> pid_t
{
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  // First out of the way of the numbers that they shall have.
  let clear = (descriptors.map(\.from) + [6]).reduce(0, max) + 1
  for (index, descriptor) in descriptors.enumerated() {
    posix_spawn_file_actions_adddup2(&actions, descriptor.from, clear + Int32(index))
  }
  for (index, descriptor) in descriptors.enumerated() {
    posix_spawn_file_actions_adddup2(&actions, clear + Int32(index), descriptor.to)
    posix_spawn_file_actions_addclose(&actions, clear + Int32(index))
  }
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var noSignals = sigset_t()
  sigemptyset(&noSignals)
  posix_spawnattr_setsigmask(&attributes, &noSignals)
  posix_spawnattr_setpgroup(&attributes, 0)
  posix_spawnattr_setflags(
    &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETPGROUP))
  var process = pid_t()
  let code = withCStrings(words) {
    posix_spawn(&process, $0[0]!, &actions, &attributes, $0, environ)
  }
  guard code == 0 else { throw Errno(code: code) }
  return process
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

  /// Each closes the end that the child has now.
  consuming func finishWriting() -> FileDescriptor { read }
  consuming func finishReading() -> FileDescriptor { write }
}

// MARK: Time

/// Whether the process ended in time.
private func wait(for process: borrowing FileDescriptor, seconds: Double) throws(Errno) -> Bool {
  let deadline = monotonicSeconds() + seconds
  while true {
    let left = max(0, deadline - monotonicSeconds())
    var waits = pollfd(fd: process.raw, events: Int16(POLLIN), revents: 0)
    // At most an hour at a time: the milliseconds are an Int32.
    let count = poll(&waits, 1, Int32(min(left, 3600) * 1000) + (left > 0 ? 1 : 0))
    if count > 0 { return true }
    guard count == 0 || errno == EINTR else { throw .last }
    if count == 0, monotonicSeconds() >= deadline { return false }
  }
}

func monotonicSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func seconds(_ time: timeval) -> Double {
  Double(time.tv_sec) + Double(time.tv_usec) / 1e6
}
