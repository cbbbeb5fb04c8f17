// Where the sections with DWARF are in the bytes of a module or of an object, and how much work reading them may be.

import ObjectFile

/// The sections with DWARF.
package final class DebugSections: Sendable {
  package enum Section: Int, CaseIterable, Sendable {
    case info, abbrev, line, str, lineStr, strOffsets, addr, ranges, rnglists, loc, loclists

    /// The section's name in modules and objects.
    package var name: String {
      switch self {
      case .lineStr: ".debug_line_str"
      case .strOffsets: ".debug_str_offsets"
      default: ".debug_\(self)"
      }
    }
  }

  /// The names of the sections that are read.
  package static let names = Set(Section.allCases.map(\.name))

  package let bytes: [UInt8]
  private let ranges: [Range<Int>]

  /// - Parameter ranges: Where sections are in `bytes`, by name. Other names are ignored. If a name comes twice, the
  ///   first counts.
  package init(_ bytes: [UInt8], _ ranges: [(name: String, range: Range<Int>)]) {
    self.bytes = bytes
    self.ranges = Section.allCases.map { section in
      ranges.first { $0.name == section.name }?.range ?? 0..<0
    }
  }

  package subscript(_ section: Section) -> Range<Int> { ranges[section.rawValue] }

  package var isEmpty: Bool { self[.info].isEmpty && self[.line].isEmpty }

  /// The bytes of all sections.
  package var byteCount: Int { ranges.reduce(0) { $0 + $1.count } }

  /// Reads a section from `offset` on. Throws if there is nothing.
  func reader(_ section: Section, at offset: UInt64) throws(ObjectFormatError) -> ByteReader {
    let range = self[section]
    guard offset < UInt64(range.count) else {
      throw ObjectFormatError(message: "offset \(offset) is not in \(section.name)")
    }
    return ByteReader(bytes, range.lowerBound + Int(offset)..<range.upperBound)
  }

  /// Element `index` of an array of numbers of `size` bytes that begins at `base`.
  func element(_ index: UInt64, ofBytes size: Int, _ section: Section, base: UInt64)
    throws(ObjectFormatError) -> UInt64
  {
    let (bytes, overflows) = index.multipliedReportingOverflow(by: UInt64(size))
    let (offset, overflowsToo) = base.addingReportingOverflow(bytes)
    guard !overflows, !overflowsToo else {
      throw ObjectFormatError(message: "an index is too large")
    }
    var reader = try reader(section, at: offset)
    return try reader.fixed(size)
  }
}

/// The work that may still be done. Sections may refer to one place many times, so their size alone does not bound it.
package final class WorkBudget {
  private var left: Int

  package init(_ steps: Int) { left = steps }

  package func spend(_ steps: Int = 1) throws(ObjectFormatError) {
    left -= steps
    if left < 0 { throw ObjectFormatError(message: "it takes too much work") }
  }
}
