// Runs one command to its end and measures its cost. Input: the command and files for its streams. Output: how it
// ended, its processor time (user + system), wall time and peak memory, from wait4.
//
// A process inherits the peak memory of the process that starts it, and a compiler with LLVM inside has a large one.
// So a small shell starts the command and ends. Then the command becomes our child (PR_SET_CHILD_SUBREAPER). It begins
// when it reads a line from us, so that these steps do not count as its time.

import CSystem
import Glibc
import System

/// The end and the cost of one run.
public struct MeasuredRun: Sendable, Equatable {
  public enum End: Sendable, Equatable {
    case exited(Int32)
    case signalled(Int32)
    /// It was ended because it took too long.
    case timedOut

    init(_ end: ProcessEnd) {
      switch end {
      case .exited(let status): self = .exited(status)
      case .signalled(let signal): self = .signalled(signal)
      }
    }
  }

  public let end: End
  /// User + system time of the process and the children that it waited for, in seconds.
  public let processorSeconds: Double
  public let wallSeconds: Double
  public let peakBytes: Int
}

/// The files of a run's standard streams.
struct RunStreams {
  /// nil if there is nothing to read.
  var input: HostString?
  var output: HostString
  var errors: HostString
}

/// Runs a command to its end, or kills it after a time. Throws if it could not be started or watched.
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
  EndingSignals.setGroup(held.group)
  defer { EndingSignals.setGroup(0) }
  let begin = monotonicSeconds()
  try held.go.write([UInt8(ascii: "\n")])
  let ended = try wait(for: watched, seconds: timeoutSeconds)
  if !ended { kill(-held.group, SIGKILL) }
  let (processEnd, usage) = try waitForEnd(of: held.process)
  let wallSeconds = monotonicSeconds() - begin
  // Children of the command would disturb the next run. After their parents have ended, they are our children.
  EndingSignals.endGroup(held.group)
  return MeasuredRun(
    end: ended ? MeasuredRun.End(processEnd) : .timedOut,
    processorSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime), wallSeconds: wallSeconds,
    peakBytes: usage.ru_maxrss << 10)
}

// MARK: Starting

/// A command that begins after a line on `go`.
private struct HeldCommand: ~Copyable {
  let process: pid_t
  let group: pid_t
  let go: FileDescriptor
}

/// What the shell runs. It writes the number of the command's process to descriptor 1. The command waits for a line on
/// 3, and has 4 to 6 as its standard streams.
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
  let descriptors = [
    InheritedDescriptor(tell.write.raw, as: 1), InheritedDescriptor(go.read.raw, as: 3),
    InheritedDescriptor(input.raw, as: 4), InheritedDescriptor(output.raw, as: 5),
    InheritedDescriptor(errors.raw, as: 6),
  ]
  let shell = try spawn(
    ["/bin/sh", "-c", HostString(starter), "sh"] + command, descriptors, leadsGroup: true)
  let told = tell.finishWriting()
  var line: [UInt8] = []
  while line.last != UInt8(ascii: "\n") {
    guard try told.readChunk(appendingTo: &line, 1) > 0 else { break }
  }
  try waitForEnd(of: shell)
  guard let process = pid_t(String(decoding: line.dropLast(), as: UTF8.self)) else {
    throw Errno(code: ECHILD)
  }
  return HeldCommand(process: process, group: shell, go: go.finishReading())
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
