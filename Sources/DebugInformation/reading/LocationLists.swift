// Where a variable is: an expression, or a list of expressions for ranges of code in .debug_loc or .debug_loclists.
// DWARF 5, sections 2.6.2 and 7.7.3; DWARF 4, section 2.6.2.

import ObjectFile

package struct DebugLocation {
  /// The code where it holds; nil: everywhere.
  package let range: Range<UInt64>?
  /// The bytes of its expression.
  package let expression: Range<Int>
}

extension DebugUnit {
  /// The locations that an attribute gives; none if it gives none.
  package func locations(
    _ value: DebugValue?, of sections: DebugSections, _ budget: WorkBudget
  ) throws(ObjectFormatError) -> [DebugLocation] {
    switch value {
    case .expression(let range), .block(let range):
      return [DebugLocation(range: nil, expression: range)]
    case .sectionOffset(let offset):
      return format.version < 5
        ? try oldLocations(offset, sections, budget) : try locations(offset, sections, budget)
    case .listIndex(let index):
      let base = format.loclistsBase
      let offset = try sections.element(
        index, ofBytes: format.offsetBytes, .loclists, base: base)
      return try locations(base &+ offset, sections, budget)
    default: return []
    }
  }

  /// A list of .debug_loc.
  private func oldLocations(_ offset: UInt64, _ sections: DebugSections, _ budget: WorkBudget)
    throws(ObjectFormatError) -> [DebugLocation]
  {
    var reader = try sections.reader(.loc, at: offset)
    var base = baseAddress
    var result: [DebugLocation] = []
    while true {
      try budget.spend()
      let begin = try reader.fixed(format.addressBytes)
      let end = try reader.fixed(format.addressBytes)
      if begin == 0 && end == 0 { return result }
      if begin == UInt64.max >> UInt64(64 - 8 * format.addressBytes) {
        base = end
        continue
      }
      result.append(begin &+ base, end &+ base, try reader.bytes(ofCount: reader.fixed(2)))
    }
  }

  /// A list of .debug_loclists.
  private func locations(_ offset: UInt64, _ sections: DebugSections, _ budget: WorkBudget)
    throws(ObjectFormatError) -> [DebugLocation]
  {
    var reader = try sections.reader(.loclists, at: offset)
    var base = baseAddress
    var result: [DebugLocation] = []
    while true {
      try budget.spend()
      let begin: UInt64
      let end: UInt64
      switch try reader.byte() {
      case ListEntry.endOfList: return result
      case ListEntry.baseAddressx:
        base = try sections.address(reader.uleb128(), format)
        continue
      case ListEntry.startxEndx:
        begin = try sections.address(reader.uleb128(), format)
        end = try sections.address(reader.uleb128(), format)
      case ListEntry.startxLength:
        begin = try sections.address(reader.uleb128(), format)
        end = begin &+ (try reader.uleb128())
      case ListEntry.offsetPair:
        begin = base &+ (try reader.uleb128())
        end = base &+ (try reader.uleb128())
      case ListEntry.defaultLocation:
        let expression = try reader.bytes(ofCount: reader.uleb128())
        result.append(DebugLocation(range: nil, expression: expression))
        continue
      case ListEntry.baseAddress + 1:
        base = try reader.fixed(format.addressBytes)
        continue
      case ListEntry.startEnd + 1:
        begin = try reader.fixed(format.addressBytes)
        end = try reader.fixed(format.addressBytes)
      case ListEntry.startLength + 1:
        begin = try reader.fixed(format.addressBytes)
        end = begin &+ (try reader.uleb128())
      default: throw ObjectFormatError(message: "a list of locations has an unknown entry")
      }
      result.append(begin, end, try reader.bytes(ofCount: reader.uleb128()))
    }
  }
}

extension [DebugLocation] {
  /// Adds a location unless its range is empty.
  fileprivate mutating func append(_ begin: UInt64, _ end: UInt64, _ expression: Range<Int>) {
    if begin < end { append(DebugLocation(range: begin..<end, expression: expression)) }
  }
}

extension ByteReader {
  /// The next `count` bytes.
  mutating func bytes(ofCount count: UInt64) throws(ObjectFormatError) -> Range<Int> {
    let start = position
    try skip(count)
    return start..<position
  }
}
