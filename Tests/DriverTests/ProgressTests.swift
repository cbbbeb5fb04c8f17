// The line of progress: what it says, and what it leaves on a terminal.

import CSystem
import Glibc
import Lowering
import System
import Testing

@testable import Driver

@Suite(.serialized) struct ProgressTests {
  @Test(
    arguments: [
      (Progress.State(stage: .decode), "swasmc: decoding the module, 5 s"),
      (
        Progress.State(stage: .optimise, functions: 3, allFunctions: 70, cost: 1, allCost: 100),
        "swasmc: optimising, 3 of 70 functions done, 5 s"
      ),
      (
        Progress.State(stage: .emit, functions: 30, allFunctions: 70, cost: 25, allCost: 100),
        "swasmc: emitting code, 30 of 70 functions done, 5 s, about 16 s left"
      ),
      (
        Progress.State(stage: .link, functions: 70, allFunctions: 70, cost: 100, allCost: 100),
        "swasmc: linking, 70 of 70 functions done, 5 s"
      ),
    ])
  func theLineTellsHowFarTheWorkIs(state: Progress.State, line: String) {
    #expect(Progress.line(state, elapsedSeconds: 5.2).text == line)
  }

  @Test func workThatIsDoneAgainCountsOnce() {
    let progress = Progress()
    let partition = Partition(functions: PartitionFunctions(Array(0..<7)), cost: 100)
    let log = PartitionLog(WorkLog(progress: progress), partition)
    for stage in [Stage.lower, .optimise, .check] { log.enter(stage) }
    let first = progress.current
    #expect(first.functions == 0)
    #expect(first.cost > 0)
    for stage in [Stage.lower, .optimise, .check] {
      log.enter(stage)
      #expect(progress.current.cost == first.cost)
    }
    log.enter(.emit)
    #expect(progress.current.cost > first.cost)
    log.finish()
    #expect(progress.current.cost == 100)
    #expect(progress.current.functions == 7)
  }

  /// Both ends of a new terminal.
  private final class Terminal {
    let master: FileDescriptor
    let end: FileDescriptor

    init() throws {
      master = try FileDescriptor.open("/dev/ptmx", O_RDWR | O_NOCTTY)
      end = try Self.end(of: master.raw)
    }

    private static func end(of master: Int32) throws -> FileDescriptor {
      var number: Int32 = 0
      // TIOCSPTLCK, which unlocks the other end, and TIOCGPTN, which tells its number.
      try #require(ioctl(master, 0x4004_5431, &number) == 0)
      try #require(ioctl(master, 0x8004_5430, &number) == 0)
      return try FileDescriptor.open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    }
  }

  /// Whether the terminal shows this next. It may come in pieces.
  private func shows(_ text: String, _ pair: Terminal) throws -> Bool {
    var seen = ""
    while seen.utf8.count < text.utf8.count { seen += try read(pair.master) }
    return seen == text
  }

  private func read(_ master: borrowing FileDescriptor) throws -> String {
    var bytes: [UInt8] = []
    _ = try master.readChunk(appendingTo: &bytes, 4096)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func aMessageErasesTheLineAndTheLineComesBack() throws {
    let pair = try Terminal()
    swasmc_status_show(pair.end.raw, "one")
    #expect(try shows("\r\u{1b}[Kone", pair))
    swasmc_status_write(pair.end.raw, "message\n", 8)
    #expect(try shows("\r\u{1b}[Kmessage\r\n", pair))
    swasmc_status_show(pair.end.raw, "two")
    #expect(try shows("\r\u{1b}[Ktwo", pair))
    swasmc_status_write(pair.end.raw, nil, 0)
    #expect(try shows("\r\u{1b}[K", pair))
    // There is nothing to erase any more.
    swasmc_status_write(pair.end.raw, "end\n", 4)
    #expect(try shows("end\r\n", pair))
  }

  @Test func theLineIsCutWhereTheTerminalEnds() throws {
    let pair = try Terminal()
    var size = winsize(ws_row: 10, ws_col: 8, ws_xpixel: 0, ws_ypixel: 0)
    try #require(ioctl(pair.master.raw, UInt(TIOCSWINSZ), &size) == 0)
    swasmc_status_show(pair.end.raw, "0123456789")
    #expect(try shows("\r\u{1b}[K0123456", pair))
    swasmc_status_write(pair.end.raw, nil, 0)
  }

  @Test func theWorkIsShownWhileItLasts() throws {
    let pair = try Terminal()
    let terminalNumber = pair.end.raw
    let masterNumber = dup(pair.master.raw)
    let progress = Progress(delayMilliseconds: (0, 1))
    progress.expect(functions: 7, cost: 100)
    let seen = try progress.show(on: terminalNumber) { () throws(DriverError) -> String? in
      try? read(FileDescriptor(owning: masterNumber))
    }
    #expect(seen?.hasPrefix("\r\u{1b}[Kswasmc: decoding the module, 0 of 7 functions done") == true)
    var rest = try read(pair.master)
    while !rest.hasSuffix("\r\u{1b}[K") { rest += try read(pair.master) }
  }

  @Test func onlyATerminalThatCanRewriteLinesShowsIt() throws {
    let pair = try Terminal()
    let pipe = try Pipe()
    for (kind, isPossible) in [("xterm", true), ("dumb", false), ("", false)] {
      #expect(Progress.isPossible(on: pair.end.raw, kind: HostString(kind)) == isPossible)
      #expect(!Progress.isPossible(on: pipe.write.raw, kind: HostString(kind)))
    }
    #expect(!Progress.isPossible(on: pair.end.raw, kind: nil))
  }
}
