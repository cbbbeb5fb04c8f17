// Abbreviations: which attributes entries have, and in which forms. DWARF 5, section 7.5.3.

import ObjectFile

struct AttributeForm {
  let name: UInt16
  let form: UInt16
  /// The value of an attribute whose form is DW_FORM_implicit_const.
  let implicit: Int64
}

struct Abbreviation {
  let tag: UInt16
  let hasChildren: Bool
  /// The position of its attributes in the table.
  let attributes: Range<Int>
}

/// One table of .debug_abbrev.
struct AbbreviationTable {
  private var abbreviations: [Abbreviation] = []
  private(set) var attributes: [AttributeForm] = []
  private var positions: [UInt64: Int] = [:]

  /// More than compilers need. Attributes need no bytes in entries.
  private static let mostAttributes = 256

  init(_ sections: DebugSections, at offset: UInt64, _ budget: WorkBudget)
    throws(ObjectFormatError)
  {
    var reader = try sections.reader(.abbrev, at: offset)
    while true {
      let code = try reader.uleb128()
      if code == 0 { return }
      try budget.spend()
      let tag = UInt16(clamping: try reader.uleb128())
      let hasChildren = try reader.byte() != 0
      let first = attributes.count
      while let attribute = try Self.attribute(&reader) {
        attributes.append(attribute)
        try budget.spend()
        guard attributes.count - first <= Self.mostAttributes else {
          throw ObjectFormatError(message: "an entry has too many attributes")
        }
      }
      positions[code] = abbreviations.count
      abbreviations.append(
        Abbreviation(tag: tag, hasChildren: hasChildren, attributes: first..<attributes.count))
    }
  }

  private static func attribute(_ reader: inout ByteReader) throws(ObjectFormatError)
    -> AttributeForm?
  {
    let name = UInt16(clamping: try reader.uleb128())
    let form = UInt16(clamping: try reader.uleb128())
    let implicit = form == Form.implicitConst ? try reader.sleb128() : 0
    return name == 0 && form == 0 ? nil : AttributeForm(name: name, form: form, implicit: implicit)
  }

  /// The position of the abbreviation with this code.
  func position(ofCode code: UInt64) throws(ObjectFormatError) -> Int {
    // Compilers number them from 1 on.
    guard let position = positions[code] else {
      throw ObjectFormatError(message: "an entry has the unknown abbreviation \(code)")
    }
    return position
  }

  subscript(_ position: Int) -> Abbreviation { abbreviations[position] }
}
