// Abbreviations: which attributes entries have, and in which forms. DWARF 5, section 7.5.3.

import ObjectFile

struct AttributeForm {
  let name: UInt16
  let form: UInt16
  /// The value of an attribute whose form is DW_FORM_implicit_const.
  let implicit: Int64
}

struct Abbreviation {
  let code: UInt64
  let tag: UInt16
  let hasChildren: Bool
  /// The position of its attributes in the table.
  let attributes: Range<Int>
  /// The size of the values; nil if it differs from entry to entry.
  let size: ValuesSize?
  /// Whether there are references to other entries, besides that to the next one.
  let hasReferences: Bool
}

/// The size of values in units of any format.
struct ValuesSize {
  private var plain = 0
  private var offsets = 0
  private var addresses = 0

  func bytes(in format: UnitFormat) -> Int {
    plain + offsets * format.offsetBytes + addresses * format.addressBytes
  }

  /// Adds a value. Returns false if its size is not known.
  mutating func add(_ form: UInt16) -> Bool {
    switch form {
    case Form.flagPresent, Form.implicitConst: break
    case Form.data1, Form.flag, Form.ref1, Form.strx1, Form.addrx1: plain += 1
    case Form.data2, Form.ref2, Form.strx2, Form.addrx2: plain += 2
    case Form.strx3, Form.addrx3: plain += 3
    case Form.data4, Form.ref4, Form.strx4, Form.addrx4, Form.refSup4: plain += 4
    case Form.data8, Form.ref8, Form.refSig8, Form.refSup8: plain += 8
    case Form.data16: plain += 16
    case Form.secOffset, Form.strp, Form.lineStrp, Form.strpSup: offsets += 1
    case Form.addr: addresses += 1
    default: return false
    }
    return true
  }
}

/// One table of .debug_abbrev.
struct AbbreviationTable {
  private var abbreviations: [Abbreviation] = []
  /// In the order of the table.
  var all: [Abbreviation] { abbreviations }
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
      var size: ValuesSize? = ValuesSize()
      var hasReferences = false
      while let attribute = try Self.attribute(&reader) {
        attributes.append(attribute)
        try budget.spend()
        if size?.add(attribute.form) == false { size = nil }
        if attribute.name != Attribute.sibling, Form.isReference(attribute.form) {
          hasReferences = true
        }
        guard attributes.count - first <= Self.mostAttributes else {
          throw ObjectFormatError(message: "an entry has too many attributes")
        }
      }
      positions[code] = abbreviations.count
      abbreviations.append(
        Abbreviation(
          code: code, tag: tag, hasChildren: hasChildren, attributes: first..<attributes.count,
          size: size, hasReferences: hasReferences))
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
    let usual = Int(truncatingIfNeeded: code &- 1)
    if abbreviations.indices.contains(usual), abbreviations[usual].code == code { return usual }
    guard let position = positions[code] else {
      throw ObjectFormatError(message: "an entry has the unknown abbreviation \(code)")
    }
    return position
  }

  subscript(_ position: Int) -> Abbreviation { abbreviations[position] }
}
