// Writes entries of .debug_info and their abbreviations. References to other entries are filled in at the end, because
// an entry may refer to a later one.

import ObjectFile

/// An entry that is being put together.
struct EntryBuilder {
  let tag: UInt16
  fileprivate var forms: [UInt16] = []
  fileprivate var content = DebugSectionContents()
  /// Where references are in the content, and to what.
  fileprivate var references: [(offset: Int, target: Int)] = []

  init(_ tag: UInt16) { self.tag = tag }

  private mutating func begin(_ name: UInt16, _ form: UInt16) {
    forms.append(name)
    forms.append(form)
  }

  mutating func add(_ name: UInt16, unsigned value: UInt64) {
    begin(name, Form.udata)
    content.bytes.append(uleb128: value)
  }

  mutating func add(_ name: UInt16, signed value: Int64) {
    begin(name, Form.sdata)
    content.bytes.append(sleb128: value)
  }

  mutating func add(_ name: UInt16, fixed value: UInt64, bytes: Int) {
    begin(
      name, bytes == 1 ? Form.data1 : bytes == 2 ? Form.data2 : bytes == 4 ? Form.data4 : Form.data8
    )
    for byte in 0..<bytes {
      content.bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * byte)))
    }
  }

  mutating func addFlag(_ name: UInt16) { begin(name, Form.flagPresent) }

  mutating func add(_ name: UInt16, string: some Collection<UInt8>) {
    begin(name, Form.string)
    content.bytes.append(contentsOf: string)
    content.bytes.append(0)
  }

  /// A string of .debug_str.
  mutating func add(_ name: UInt16, sharedString offset: UInt64) {
    begin(name, Form.strp)
    content.bytes.append(littleEndian: UInt32(truncatingIfNeeded: offset))
  }

  mutating func add(_ name: UInt16, sectionOffset offset: Int) {
    begin(name, Form.secOffset)
    content.bytes.append(littleEndian: UInt32(truncatingIfNeeded: offset))
  }

  mutating func add(_ name: UInt16, address: UInt64) {
    begin(name, Form.addr)
    content.append(address: address)
  }

  mutating func add(_ name: UInt16, block: ArraySlice<UInt8>) {
    begin(name, Form.block)
    content.bytes.append(uleb128: UInt64(block.count))
    content.bytes += block
  }

  mutating func add(_ name: UInt16, expression: DebugSectionContents) {
    begin(name, Form.exprloc)
    content.bytes.append(uleb128: UInt64(expression.bytes.count))
    content.append(expression)
  }

  /// - Parameter target: What `EntryWriter.define` gets for the entry that is meant.
  mutating func add(_ name: UInt16, reference target: Int) {
    begin(name, Form.refAddr)
    references.append((content.bytes.count, target))
    content.bytes.append(littleEndian: 0 as UInt32)
  }
}

struct EntryWriter {
  private(set) var info = DebugSectionContents()
  private(set) var abbrev = DebugSectionContents()
  private var abbreviations: [[UInt16]: UInt64] = [:]
  private var references: [(offset: Int, target: Int)] = []
  /// Where the entries are that others may refer to.
  private var places: [Int: Int] = [:]
  private var unitStart = 0

  private static let unitTypeCompile: UInt8 = 1

  mutating func beginUnit() {
    unitStart = DebugOutput.beginLength(&info)
    info.bytes.append(littleEndian: 5 as UInt16)
    info.bytes.append(Self.unitTypeCompile)
    info.bytes.append(8)  // bytes of addresses
    info.bytes.append(littleEndian: 0 as UInt32)  // one table of abbreviations serves all units
  }

  mutating func endUnit() { DebugOutput.endLength(&info, from: unitStart) }

  /// Writes an entry. If it has children, they follow, and then `endChildren`.
  /// - Parameter target: By what references mean this entry; nil if there are none.
  mutating func add(_ entry: EntryBuilder, hasChildren: Bool, as target: Int? = nil) {
    if let target { places[target] = info.bytes.count }
    let key = [entry.tag, hasChildren ? 1 : 0] + entry.forms
    let code: UInt64
    if let known = abbreviations[key] {
      code = known
    } else {
      code = UInt64(abbreviations.count + 1)
      abbreviations[key] = code
      abbrev.bytes.append(uleb128: code)
      abbrev.bytes.append(uleb128: UInt64(entry.tag))
      abbrev.bytes.append(hasChildren ? 1 : 0)
      for number in entry.forms { abbrev.bytes.append(uleb128: UInt64(number)) }
      abbrev.bytes += [0, 0]
    }
    info.bytes.append(uleb128: code)
    for reference in entry.references {
      references.append((info.bytes.count + reference.offset, reference.target))
    }
    info.append(entry.content)
  }

  mutating func endChildren() { info.bytes.append(0) }

  /// Fills in all references. One to an entry that was not written means `missing`.
  mutating func finish(missing: Int) {
    for reference in references {
      info.replace(at: reference.offset, places[reference.target] ?? places[missing] ?? 0)
    }
    abbrev.bytes.append(0)
  }
}
