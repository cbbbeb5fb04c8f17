// Reads the tree of entries of a unit, as a list. Of attributes, only the sizes matter here.

import ObjectFile

package struct DebugEntry {
  private let offset32: UInt32
  package let abbreviation: Int32
  /// The position of the entry to which it belongs; -1 for the unit's own entry.
  package let parent: Int32
  /// The position after its last descendant.
  package fileprivate(set) var end: Int32
  package let tag: UInt16
  /// The bytes before its attributes.
  private let codeBytes: UInt8

  /// Its offset in .debug_info.
  package var offset: Int { Int(offset32) }
  /// Where its attributes are in .debug_info.
  var attributes: Int { offset + Int(codeBytes) }

  fileprivate init(
    offset: UInt32, abbreviation: Int32, parent: Int32, end: Int32, tag: UInt16, codeBytes: UInt8
  ) {
    offset32 = offset
    self.abbreviation = abbreviation
    self.parent = parent
    self.end = end
    self.tag = tag
    self.codeBytes = codeBytes
  }
}

struct EntryReader {
  /// More levels than compilers make. Who walks the tree may recurse.
  static let mostLevels = 400

  private(set) var entries: [DebugEntry] = []
  let abbreviations: AbbreviationTable
  /// With the bases that the unit's own entry gives.
  private(set) var values: ValueReader

  /// - Parameters:
  ///   - reader: What is left of the unit after its header.
  ///   - start: Where .debug_info begins in the bytes.
  ///   - onlyOwnEntry: Whether to stop after the unit's own entry.
  mutating func read(
    _ reader: inout ByteReader, _ start: Int, _ budget: WorkBudget, _ onlyOwnEntry: Bool
  ) throws(ObjectFormatError) {
    guard reader.end - start <= Int(UInt32.max) else {
      throw ObjectFormatError(message: ".debug_info is too large")
    }
    var open: [Int32] = []
    repeat {
      let offset = reader.position
      let code = reader.position < reader.end ? try reader.uleb128() : 0
      if code == 0 {
        // Some compilers leave out the last ends.
        guard let last = open.popLast() else { return }
        entries[Int(last)].end = Int32(entries.count)
        continue
      }
      let codeBytes = reader.position - offset
      let position = try abbreviations.position(ofCode: code)
      let abbreviation = abbreviations[position]
      guard codeBytes <= UInt8.max else {
        throw ObjectFormatError(message: "the code of an abbreviation is too long")
      }
      entries.append(
        DebugEntry(
          offset: UInt32(offset - start), abbreviation: Int32(position), parent: open.last ?? -1,
          end: Int32(entries.count + 1), tag: abbreviation.tag, codeBytes: UInt8(codeBytes)))
      try budget.spend(1 + abbreviation.attributes.count)
      if entries.count == 1 { try readBases(reader) }
      try skip(abbreviation, &reader)
      if onlyOwnEntry { return }
      if abbreviation.hasChildren { open.append(Int32(entries.count - 1)) }
      guard open.count <= Self.mostLevels else {
        throw ObjectFormatError(message: "entries are nested too deeply")
      }
    } while !open.isEmpty
  }

  private func skip(_ abbreviation: Abbreviation, _ reader: inout ByteReader)
    throws(ObjectFormatError)
  {
    if let size = abbreviation.size {
      try reader.skip(UInt64(size.bytes(in: values.format)))
      return
    }
    for position in abbreviation.attributes {
      try values.skip(abbreviations.attributes[position].form, &reader)
    }
  }

  /// The bases of indices are attributes of the unit's own entry. Other attributes may come before them.
  private mutating func readBases(_ start: ByteReader) throws(ObjectFormatError) {
    var reader = start
    for attribute in abbreviations.attributes[
      abbreviations[Int(entries[0].abbreviation)].attributes]
    {
      guard attribute.form == Form.secOffset else {
        try values.skip(attribute.form, &reader)
        continue
      }
      guard case .sectionOffset(let offset) = try values.read(attribute, &reader) else { continue }
      switch attribute.name {
      case Attribute.strOffsetsBase: values.format.strOffsetsBase = offset
      case Attribute.addrBase: values.format.addrBase = offset
      case Attribute.rnglistsBase: values.format.rnglistsBase = offset
      case Attribute.loclistsBase: values.format.loclistsBase = offset
      default: break
      }
    }
  }
}
