// The code that belongs to an entry: DW_AT_low_pc and DW_AT_high_pc, or a list of .debug_ranges or .debug_rnglists.
// DWARF 5, sections 2.17.3 and 7.25; DWARF 4, section 2.17.3.

import ObjectFile

/// What begins an entry of a list of ranges or locations. DW_RLE_… and DW_LLE_… have the same numbers up to this one.
enum ListEntry {
  static let endOfList: UInt8 = 0
  static let baseAddressx: UInt8 = 1
  static let startxEndx: UInt8 = 2
  static let startxLength: UInt8 = 3
  static let offsetPair: UInt8 = 4
  // Ranges:
  static let baseAddress: UInt8 = 5
  static let startEnd: UInt8 = 6
  static let startLength: UInt8 = 7
  // Locations have one entry more, and so the last three have other numbers.
  static let defaultLocation: UInt8 = 5
}

extension DebugUnit {
  /// The ranges of code of an entry; none if it has none. Empty ranges are left out.
  package func ranges(
    _ attributes: DebugAttributes, of sections: DebugSections, _ budget: WorkBudget
  ) throws(ObjectFormatError) -> [Range<UInt64>] {
    switch attributes[Attribute.ranges] {
    case .sectionOffset(let offset):
      return format.version < 5
        ? try oldRanges(offset, sections, budget) : try ranges(offset, sections, budget)
    case .listIndex(let index):
      let base = format.rnglistsBase
      let offset = try sections.element(
        index, ofBytes: format.offsetBytes, .rnglists, base: base)
      return try ranges(base &+ offset, sections, budget)
    default: break
    }
    guard case .address(let low) = attributes[Attribute.lowPC] else { return [] }
    let end: UInt64
    switch attributes[Attribute.highPC] {
    case .address(let high): end = high
    case .unsigned(let count), .fixed(let count, _):
      end = low.addingReportingOverflow(count).partialValue
    case .signed(let count): end = low &+ UInt64(bitPattern: count)
    default: return []
    }
    return low < end ? [low..<end] : []
  }

  /// A list of .debug_ranges.
  private func oldRanges(_ offset: UInt64, _ sections: DebugSections, _ budget: WorkBudget)
    throws(ObjectFormatError) -> [Range<UInt64>]
  {
    var reader = try sections.reader(.ranges, at: offset)
    var base = baseAddress
    var result: [Range<UInt64>] = []
    while true {
      try budget.spend()
      let begin = try reader.fixed(format.addressBytes)
      let end = try reader.fixed(format.addressBytes)
      if begin == 0 && end == 0 { return result }
      if begin == UInt64.max >> UInt64(64 - 8 * format.addressBytes) {
        base = end
      } else if begin < end {
        result.append(begin &+ base, end &+ base)
      }
    }
  }

  /// A list of .debug_rnglists.
  private func ranges(_ offset: UInt64, _ sections: DebugSections, _ budget: WorkBudget)
    throws(ObjectFormatError) -> [Range<UInt64>]
  {
    var reader = try sections.reader(.rnglists, at: offset)
    var base = baseAddress
    var result: [Range<UInt64>] = []
    while true {
      try budget.spend()
      switch try reader.byte() {
      case ListEntry.endOfList: return result
      case ListEntry.baseAddressx: base = try sections.address(reader.uleb128(), format)
      case ListEntry.startxEndx:
        let begin = try sections.address(reader.uleb128(), format)
        result.append(begin, try sections.address(reader.uleb128(), format))
      case ListEntry.startxLength:
        let begin = try sections.address(reader.uleb128(), format)
        result.append(begin, begin &+ (try reader.uleb128()))
      case ListEntry.offsetPair:
        let begin = base &+ (try reader.uleb128())
        result.append(begin, base &+ (try reader.uleb128()))
      case ListEntry.baseAddress: base = try reader.fixed(format.addressBytes)
      case ListEntry.startEnd:
        let begin = try reader.fixed(format.addressBytes)
        result.append(begin, try reader.fixed(format.addressBytes))
      case ListEntry.startLength:
        let begin = try reader.fixed(format.addressBytes)
        result.append(begin, begin &+ (try reader.uleb128()))
      default: throw ObjectFormatError(message: "a list of ranges has an unknown entry")
      }
    }
  }
}

extension [Range<UInt64>] {
  /// Adds a range unless it is empty.
  mutating func append(_ begin: UInt64, _ end: UInt64) {
    if begin < end { append(begin..<end) }
  }
}
