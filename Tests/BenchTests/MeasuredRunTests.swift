// Runs of real commands: their streams, their ends, their cost.

import Driver
import Foundation
import System
import Testing

@testable import Bench

@Suite struct MeasuredRunTests {
  private let directory: FakeEngines

  init() throws { directory = try FakeEngines() }

  private func run(_ script: String, input: String? = nil, timeoutSeconds: Double = 60) throws
    -> MeasuredRun
  {
    try measureRun(
      ["/bin/sh", "-c", HostString(script)],
      RunStreams(
        input: input.map { HostString($0) }, output: "\(directory.path)/out",
        errors: "\(directory.path)/err"),
      timeoutSeconds: timeoutSeconds)
  }

  @Test func streamsAreFiles() throws {
    let input = try directory.add("in", "from a file\n")
    let run = try run("cat; echo oops >&2; exit 7", input: input)
    #expect(run.end == .exited(7))
    #expect(try directory.text("out") == "from a file\n")
    #expect(try directory.text("err") == "oops\n")
  }

  @Test func aCommandWithoutInputReadsNothingAndHasNoOtherDescriptor() throws {
    let descriptors = "for n in 3 4 5 6; do [ ! -e /proc/$$/fd/$n ] || echo $n; done"
    #expect(try run("cat; " + descriptors).end == .exited(0))
    #expect(try directory.text("out") == "")
  }

  @Test func aSignalThatEndsTheCommandIsReported() throws {
    #expect(try run("kill -SEGV $$").end == .signalled(SIGSEGV))
  }

  @Test func aCommandThatTakesTooLongIsEndedWithItsChildren() throws {
    let run = try run("sleep 1000 & echo $!; wait", timeoutSeconds: 0.3)
    #expect(run.end == .timedOut)
    #expect(run.wallSeconds >= 0.3)
    let child = try #require(
      pid_t(try directory.text("out").trimmingCharacters(in: .newlines)))
    #expect(kill(child, 0) != 0)
  }

  @Test func sleepingCountsAsWallTimeAlone() throws {
    let busy = try run("i=0; while [ $i -lt 30000 ]; do i=$((i + 1)); done")
    let idle = try run("sleep 0.2")
    #expect(busy.processorSeconds > idle.processorSeconds)
    #expect(idle.wallSeconds >= 0.2)
  }

  /// This process uses many times the memory of a shell.
  @Test func peakMemoryIsThatOfTheCommand() throws {
    let ballast = [UInt8](repeating: 1, count: 64 << 20)
    let run = try run(":")
    #expect(run.peakBytes > 0 && run.peakBytes < ballast.count / 2)
  }
}
