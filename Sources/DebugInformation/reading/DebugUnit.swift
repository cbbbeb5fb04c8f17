// One unit of .debug_info: its header, and its tree of entries as a list in the order of the file. Entries keep where
// their attributes are; the values are read when somebody asks. DWARF 5, sections 7.5.1 and 7.5.2.

import ObjectFile

package struct DebugEntry {
  /// Its offset in .debug_info.
  package let offset: Int
  package let tag: UInt16
  let abbreviation: Int32
  /// The position of the entry to which it belongs; -1 for the unit's own entry.
  package let parent: Int32
  /// The position after its last descendant.
  package fileprivate(set) var end: Int32
  /// Where its attributes are in the bytes.
  let attributes: Int
}

package final class DebugUnit {
  /// More levels than compilers make. Who walks the tree may recurse.
  static let mostLevels = 400

  /// The entries, the unit's own first. Each is followed by its descendants.
  package private(set) var entries: [DebugEntry] = []
  /// The offset after the unit in .debug_info.
  private(set) var end = 0
  private let sections: DebugSections
  private var values: ValueReader
  private var abbreviations: AbbreviationTable

  var format: UnitFormat { values.format }
  /// The offset in .debug_info at which the unit begins.
  package var offset: Int { format.unitOffset }

  /// Reads all units. Units of types, and those whose entries are in another file, are left out.
  package static func all(of sections: DebugSections, _ budget: WorkBudget)
    throws(ObjectFormatError) -> [DebugUnit]
  {
    var tables: [UInt64: AbbreviationTable] = [:]
    var units: [DebugUnit] = []
    var offset = 0
    while offset < sections[.info].count {
      let unit = try DebugUnit(sections, at: offset, &tables, budget)
      offset = unit.end
      if !unit.entries.isEmpty { units.append(unit) }
    }
    return units
  }

  private init(
    _ sections: DebugSections, at offset: Int, _ tables: inout [UInt64: AbbreviationTable],
    _ budget: WorkBudget
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
    guard format.addressBytes == 4 || format.addressBytes == 8 else {
      throw ObjectFormatError(message: "addresses have \(format.addressBytes) bytes")
    }
    values = ValueReader(sections: sections, format: format)
    if let known = tables[abbreviationOffset] {
      abbreviations = known
    } else {
      abbreviations = try AbbreviationTable(sections, at: abbreviationOffset, budget)
      tables[abbreviationOffset] = abbreviations
    }
    guard type == UnitType.compile || type == UnitType.partial else { return }
    reader = ByteReader(sections.bytes, reader.position..<end)
    try readEntries(&reader, section.lowerBound, budget)
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

  private func readEntries(
    _ reader: inout ByteReader, _ start: Int, _ budget: WorkBudget
  ) throws(ObjectFormatError) {
    var open: [Int32] = []
    repeat {
      let offset = reader.position - start
      let code = reader.position < reader.end ? try reader.uleb128() : 0
      if code == 0 {
        // Some compilers leave out the last ends.
        guard let last = open.popLast() else { return }
        entries[Int(last)].end = Int32(entries.count)
        continue
      }
      let position = try abbreviations.position(ofCode: code)
      let abbreviation = abbreviations[position]
      entries.append(
        DebugEntry(
          offset: offset, tag: abbreviation.tag, abbreviation: Int32(position),
          parent: open.last ?? -1, end: Int32(entries.count + 1), attributes: reader.position))
      try budget.spend(1 + abbreviation.attributes.count)
      if entries.count == 1 { try readBases(reader) }
      for attribute in abbreviations.attributes[abbreviation.attributes] {
        _ = try values.read(attribute, &reader)
      }
      if abbreviation.hasChildren { open.append(Int32(entries.count - 1)) }
      guard open.count <= Self.mostLevels else {
        throw ObjectFormatError(message: "entries are nested too deeply")
      }
    } while !open.isEmpty
  }

  /// The bases of indices are attributes of the unit's own entry. Other attributes may come before them.
  private func readBases(_ start: ByteReader) throws(ObjectFormatError) {
    var reader = start
    for attribute in abbreviations.attributes[
      abbreviations[Int(entries[0].abbreviation)].attributes]
    {
      // An index may not be readable yet.
      let value: DebugValue
      switch attribute.form {
      case Form.strx, Form.addrx, Form.loclistx, Form.rnglistx:
        value = .unsigned(try reader.uleb128())
      case Form.strx1, Form.addrx1: value = .unsigned(try reader.fixed(1))
      case Form.strx2, Form.addrx2: value = .unsigned(try reader.fixed(2))
      case Form.strx3, Form.addrx3: value = .unsigned(try reader.fixed(3))
      case Form.strx4, Form.addrx4: value = .unsigned(try reader.fixed(4))
      default: value = try values.read(attribute, &reader)
      }
      guard case .sectionOffset(let offset) = value else { continue }
      switch attribute.name {
      case Attribute.strOffsetsBase: values.format.strOffsetsBase = offset
      case Attribute.addrBase: values.format.addrBase = offset
      case Attribute.rnglistsBase: values.format.rnglistsBase = offset
      case Attribute.loclistsBase: values.format.loclistsBase = offset
      default: break
      }
    }
  }

  // MARK: Attributes

  /// The attributes of an entry, in order.
  package func attributes(of entry: DebugEntry) -> [DebugAttribute] {
    var reader = ByteReader(sections.bytes, entry.attributes..<sections[.info].upperBound)
    let forms = abbreviations.attributes[abbreviations[Int(entry.abbreviation)].attributes]
    var result: [DebugAttribute] = []
    result.reserveCapacity(forms.count)
    for form in forms {
      // They were read before.
      guard let value = try? values.read(form, &reader) else { break }
      result.append(DebugAttribute(name: form.name, value: value))
    }
    return result
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
  package func children(of position: Int) -> [Int] {
    var result: [Int] = []
    var child = position + 1
    while child < Int(entries[position].end) {
      result.append(child)
      child = Int(entries[child].end)
    }
    return result
  }
}

extension [DebugAttribute] {
  package subscript(_ name: UInt16) -> DebugValue? { first { $0.name == name }?.value }

  package func number(_ name: UInt16) -> UInt64? {
    switch self[name] {
    case .unsigned(let value), .fixed(let value, _): value
    case .signed(let value): value >= 0 ? UInt64(value) : nil
    default: nil
    }
  }
}
