// Writes entries of .debug_info and their abbreviations. References to other entries are filled in at the end, because
// an entry may refer to a later one.

import ObjectFile

/// An entry that is being put together. `EntryWriter.begin` makes it, and `EntryWriter.add` uses its storage again.
struct EntryBuilder: ~Copyable {
  private(set) var tag: UInt16 = 0
  fileprivate var forms: [UInt16] = []
  fileprivate var content = DebugSectionContents()
  /// Where references are in the content, and to what.
  fileprivate var references: [(offset: Int, target: Int)] = []

  fileprivate mutating func reset(_ tag: UInt16) {
    self.tag = tag
    forms.removeAll(keepingCapacity: true)
    content.removeAll()
    references.removeAll(keepingCapacity: true)
  }

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
    content.bytes += string.visible
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

struct EntryWriter: ~Copyable {
  private(set) var info = DebugSectionContents()
  private var abbreviations = AbbreviationWriter()
  private var references: [(offset: Int, target: Int)] = []
  /// Where the entries are that others may refer to.
  private var places: [Int: Int] = [:]
  private var unitStart = 0
  private var unused: EntryBuilder?

  private static let unitTypeCompile: UInt8 = 1

  var abbrev: DebugSectionContents { abbreviations.contents }

  /// Makes place for so many entries more.
  mutating func reserve(_ count: Int) { places.reserveCapacity(places.count + count) }

  mutating func beginUnit() {
    unitStart = DebugOutput.beginLength(&info)
    info.bytes.append(littleEndian: 5 as UInt16)
    info.bytes.append(Self.unitTypeCompile)
    info.bytes.append(8)  // bytes of addresses
    info.bytes.append(littleEndian: 0 as UInt32)  // one table of abbreviations serves all units
  }

  mutating func endUnit() { DebugOutput.endLength(&info, from: unitStart) }

  /// Begins an entry, which is written by `add`.
  mutating func begin(_ tag: UInt16) -> EntryBuilder {
    var entry = unused.take() ?? EntryBuilder()
    entry.reset(tag)
    return entry
  }

  /// Writes an entry. If it has children, they follow, and then `endChildren`.
  /// - Parameter target: By what references mean this entry; nil if there are none.
  mutating func add(_ entry: consuming EntryBuilder, hasChildren: Bool, as target: Int? = nil) {
    if let target { places[target] = info.bytes.count }
    info.bytes.append(uleb128: abbreviations.code(entry.tag, hasChildren, entry.forms))
    for reference in entry.references {
      references.append((info.bytes.count + reference.offset, reference.target))
    }
    info.append(entry.content)
    unused = .some(entry)
  }

  mutating func endChildren() { info.bytes.append(0) }

  /// Fills in all references. One to an entry that was not written means `missing`.
  mutating func finish(missing: Int) {
    for reference in references {
      info.replace(at: reference.offset, places[reference.target] ?? places[missing] ?? 0)
    }
    abbreviations.finish()
  }
}

/// Writes .debug_abbrev: each abbreviation once.
private struct AbbreviationWriter {
  private(set) var contents = DebugSectionContents()
  /// The codes of abbreviations by their hash.
  private var codes: [UInt64: Int] = [:]
  /// What abbreviation `code` consists of is at `code - 1`.
  private var known: [(tag: UInt16, hasChildren: Bool, forms: [UInt16])] = []

  mutating func code(_ tag: UInt16, _ hasChildren: Bool, _ forms: [UInt16]) -> UInt64 {
    var hash = UInt64(tag) << 1 | (hasChildren ? 1 : 0)
    for form in forms { hash = (hash ^ UInt64(form)) &* 0x100_0000_01b3 }
    while let code = codes[hash] {
      let abbreviation = known[code - 1]
      if abbreviation.tag == tag, abbreviation.hasChildren == hasChildren,
        abbreviation.forms == forms
      {
        return UInt64(code)
      }
      hash &+= 1
    }
    known.append((tag, hasChildren, forms))
    codes[hash] = known.count
    let code = UInt64(known.count)
    contents.bytes.append(uleb128: code)
    contents.bytes.append(uleb128: UInt64(tag))
    contents.bytes.append(hasChildren ? 1 : 0)
    for number in forms { contents.bytes.append(uleb128: UInt64(number)) }
    contents.bytes += [0, 0]
    return code
  }

  mutating func finish() { contents.bytes.append(0) }
}
