// Decides whether an engine's run did the same as swasmc's. Input: how both ended, and files with their output. Output:
// nil, or the difference.

import Glibc
import System

enum Comparison {
  /// The exit status of a trap in swasmc's executables. Other engines have other ones.
  static let trapStatus: Int32 = 134

  /// nil when an engine that ended with `end` ended as swasmc did. Engines end differently after a trap: if swasmc
  /// ended with one, any end but success is the same.
  static func difference(of end: MeasuredRun.End, from swasmc: MeasuredRun.End) -> String? {
    if end == swasmc || isTrap(swasmc) && end != .exited(0) { return nil }
    return "it \(text(end)); with swasmc it \(text(swasmc))"
  }

  private static func isTrap(_ end: MeasuredRun.End) -> Bool { end == .exited(trapStatus) }

  static func text(_ end: MeasuredRun.End) -> String {
    switch end {
    case .exited(let status): "ended with status \(status)"
    case .signalled(let signal): "was ended by signal \(signal)"
    case .timedOut: "took too long"
    }
  }

  /// nil when both files have the same bytes; else the first difference.
  static func difference(ofOutput path: HostString, from swasmc: HostString) throws(Errno)
    -> String?
  {
    let left = try FileDescriptor.open(path, O_RDONLY)
    let right = try FileDescriptor.open(swasmc, O_RDONLY)
    var (offset, line) = (0, 1)
    while true {
      var leftChunk: [UInt8] = []
      var rightChunk: [UInt8] = []
      // Regular files: only the last chunk is short.
      _ = try left.readChunk(appendingTo: &leftChunk, 1 << 16)
      _ = try right.readChunk(appendingTo: &rightChunk, 1 << 16)
      if leftChunk == rightChunk {
        if leftChunk.isEmpty { return nil }
        offset += leftChunk.count
        line += leftChunk.count { $0 == UInt8(ascii: "\n") }
        continue
      }
      let same = zip(leftChunk, rightChunk).prefix { $0 == $1 }.count
      line += leftChunk.prefix(same).count { $0 == UInt8(ascii: "\n") }
      return "its output differs from swasmc's at byte \(offset + same), in line \(line)"
    }
  }

  /// The first line of the file that is not blank.
  static func firstLine(of path: HostString) -> String? {
    guard let file = try? FileDescriptor.open(path, O_RDONLY),
      let bytes = try? file.readAll(expectedBytes: 0, limitBytes: 1 << 12)
    else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    guard let line = lines.first(where: { $0.contains { !$0.isWhitespace } }) else { return nil }
    // The report has no characters that a terminal would obey.
    let text = HostString(line).description
    return text.count > 160 ? text.prefix(159) + "…" : text
  }
}
