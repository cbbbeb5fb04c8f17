// The lines of debug information that count within one partition. A partition whose functions did not change has the
// same lines, and so the same code, wherever its functions are in the file now.
import WasmModule
import WasmProgram

/// What a line of debug information means.
public enum LineNumbering: Sendable, Equatable {
  /// It is an offset in the file.
  case fileOffsets
  /// `BodyLines` says which offset in the file it means.
  case withinPartition
}

/// The lines of a partition. Each body of a function has a stretch of lines: one for each of its bytes, and one for its
/// end.
public struct BodyLines: Sendable {
  private struct Body {
    let position: Int
    let line: Int
    let range: Range<Int>
  }

  /// By line, and so by position.
  private var bodies: [Body] = []

  /// - Parameters:
  ///   - program: The program. Its modules lie in one file.
  ///   - partition: The functions of the partition; nil: all functions.
  public init(of program: Program, partition: PartitionFunctions?) {
    let chosen = partition.map { Set($0.positions).union($0.inlinable) }
    var line = 1
    var position = 0
    for instance in program.instances {
      for function in instance.module.functions.defined {
        if let range = function.body?.range, chosen?.contains(position) ?? true {
          bodies.append(Body(position: position, line: line, range: range))
          line += range.count + 1
        }
        position += 1
      }
    }
  }

  /// The line of the first byte of a function of the partition.
  func firstLine(ofFunctionAt position: Int) -> Int {
    guard let body = last(where: { $0.position <= position }), body.position == position else {
      preconditionFailure("function \(position) is not in the partition")
    }
    return body.line
  }

  /// The offset in the file that a line means; 0 for line 0, which means that the offset is unknown.
  public func fileOffset(ofLine line: UInt32) -> UInt32 {
    guard let body = last(where: { $0.line <= line }) else { return 0 }
    return UInt32(truncatingIfNeeded: body.range.lowerBound + Int(line) - body.line)
  }

  /// The function whose body has a line, as its position among those of the program, and the line's offset in the file.
  /// nil for line 0.
  public func place(ofLine line: UInt32) -> (position: Int, offset: Int)? {
    guard line > 0, let body = last(where: { $0.line <= line }) else { return nil }
    return (body.position, body.range.lowerBound + Int(line) - body.line)
  }

  private func last(where isBefore: (Body) -> Bool) -> Body? {
    let end = bodies.partitioningIndex { !isBefore($0) }
    return end > 0 ? bodies[end - 1] : nil
  }
}

extension Array {
  /// The first position where `isAfter` holds. It holds for all elements from there on.
  fileprivate func partitioningIndex(where isAfter: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isAfter(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
