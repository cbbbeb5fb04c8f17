// One unit of .debug_info: its header, and its tree of entries as a list in the order of the file. Entries keep where
// their attributes are. DWARF 5, sections 7.5.1 and 7.5.2.

import ObjectFile

package final class DebugUnit {
  /// The entries, the unit's own first. Each is followed by its descendants.
  package let entries: [DebugEntry]
  /// The offset after the unit in .debug_info.
  let end: Int
  private let sections: DebugSections
  let values: ValueReader
  let abbreviations: AbbreviationTable
  /// The address from which offsets of lists count.
  private(set) var baseAddress: UInt64 = 0

  var format: UnitFormat { values.format }
  /// The offset in .debug_info at which the unit begins.
  package var offset: Int { format.unitOffset }

  /// Reads all units. Units of types, and those whose entries are in another file, are left out.
  /// - Parameter onlyOwnEntries: Whether to read no more than the unit's own entry of each.
  package static func all(
    of sections: DebugSections, _ budget: WorkBudget, onlyOwnEntries: Bool = false
  ) throws(ObjectFormatError) -> [DebugUnit] {
    var tables: [UInt64: AbbreviationTable] = [:]
    var units: [DebugUnit] = []
    var offset = 0
    while offset < sections[.info].count {
      let unit = try DebugUnit(sections, at: offset, &tables, budget, onlyOwnEntries)
      offset = unit.end
      if !unit.entries.isEmpty { units.append(unit) }
    }
    return units
  }

  private init(
    _ sections: DebugSections, at offset: Int, _ tables: inout [UInt64: AbbreviationTable],
    _ budget: WorkBudget, _ onlyOwnEntry: Bool
  ) throws(ObjectFormatError) {
    self.sections = sections
    var format = UnitFormat()
    format.unitOffset = offset
    var reader = try sections.reader(.info, at: UInt64(offset))
    let section = sections[.info]
    let end = try Self.end(&reader, &format)
    self.end = end - section.lowerBound
    format.version = UInt16(try reader.fixed(2))
    guard (2...5).contains(format.version) else {
      throw ObjectFormatError(message: "a unit has the unknown version \(format.version)")
    }
    let abbreviationOffset: UInt64
    var type = UnitType.compile
    if format.version >= 5 {
      type = try reader.byte()
      format.addressBytes = Int(try reader.byte())
      abbreviationOffset = try reader.fixed(format.offsetBytes)
    } else {
      abbreviationOffset = try reader.fixed(format.offsetBytes)
      format.addressBytes = Int(try reader.byte())
    }
    guard reader.position <= end else {
      throw ObjectFormatError(message: "a unit is shorter than its header")
    }
    guard format.addressBytes == 4 || format.addressBytes == 8 else {
      throw ObjectFormatError(message: "addresses have \(format.addressBytes) bytes")
    }
    if let known = tables[abbreviationOffset] {
      abbreviations = known
    } else {
      abbreviations = try AbbreviationTable(sections, at: abbreviationOffset, budget)
      tables[abbreviationOffset] = abbreviations
    }
    var entryReader = EntryReader(
      abbreviations: abbreviations, values: ValueReader(sections: sections, format: format))
    if type == UnitType.compile || type == UnitType.partial {
      reader = ByteReader(sections.bytes, reader.position..<end)
      try entryReader.read(&reader, section.lowerBound, budget, onlyOwnEntry)
    }
    entries = entryReader.entries
    values = entryReader.values
    if let first = entries.first, case .address(let low) = attributes(of: first)[Attribute.lowPC] {
      baseAddress = low
    }
  }

  /// Reads the length of a unit. Returns where it ends in the bytes.
  private static func end(_ reader: inout ByteReader, _ format: inout UnitFormat)
    throws(ObjectFormatError) -> Int
  {
    var count = try reader.fixed(4)
    if count == 0xffff_ffff {
      format.offsetBytes = 8
      count = try reader.fixed(8)
    }
    guard count <= UInt64(reader.end - reader.position) else {
      throw ObjectFormatError(message: "a unit ends beyond .debug_info")
    }
    return reader.position + Int(count)
  }

  // MARK: Attributes

  package func attributes(of entry: DebugEntry) -> DebugAttributes {
    DebugAttributes(
      unit: self, forms: abbreviations[Int(entry.abbreviation)].attributes,
      start: sections[.info].lowerBound + entry.attributes)
  }

  /// Reads values from a position in the bytes on.
  func reader(at position: Int) -> ByteReader {
    ByteReader(sections.bytes, position..<sections[.info].upperBound)
  }

  /// Reads from the unit's own entry on.
  func ownEntryReader(_ sections: DebugSections) -> ByteReader {
    let start = sections[.info].lowerBound
    return ByteReader(
      sections.bytes, start + (entries.first?.offset ?? end)..<start + end)
  }

  /// The attributes of the entry at an offset in .debug_info. Only the unit's own entry needs to have been read. nil if
  /// there is none.
  func attributes(at offset: Int) -> DebugAttributes? {
    guard let first = entries.first?.offset, offset >= first, offset < end else { return nil }
    let start = sections[.info].lowerBound
    var reader = ByteReader(sections.bytes, start + offset..<start + end)
    guard let code = try? reader.uleb128(),
      let position = try? abbreviations.position(ofCode: code)
    else { return nil }
    return DebugAttributes(
      unit: self, forms: abbreviations[position].attributes, start: reader.position)
  }

  /// The size of an entry without its children, and perhaps ends of children.
  func byteCount(of position: Int) -> Int {
    (position + 1 < entries.count ? entries[position + 1].offset : end) - entries[position].offset
  }

  /// The position of the entry at an offset in .debug_info.
  package func position(ofEntryAt offset: Int) -> Int? {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].offset < offset { low = middle + 1 } else { high = middle }
    }
    return low < entries.count && entries[low].offset == offset ? low : nil
  }

  /// The positions of an entry's own children.
  package func children(of position: Int) -> Children {
    Children(entries: entries, position: position + 1, end: Int(entries[position].end))
  }

  package struct Children: Sequence, IteratorProtocol {
    fileprivate let entries: [DebugEntry]
    fileprivate var position: Int
    fileprivate let end: Int

    package mutating func next() -> Int? {
      guard position < end else { return nil }
      defer { position = Int(entries[position].end) }
      return position
    }
  }
}
