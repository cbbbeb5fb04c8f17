// A relocatable ELF file of LLVM's, read just as far as the code map needs: sections by name, symbols,
// relocations with addends, and one change: a name for the beginning of a section.
//
// 64-bit, little-endian, RELA only: what LLVM emits for x86-64 and AArch64. Every offset is checked; an
// object that is not as expected is a bug, and the error says which part.

struct ObjectFormatError: Error, Equatable {
  let message: String
}

struct ElfObject {
  struct Section {
    let name: String
    let type: UInt32
    let flags: UInt64
    let range: Range<Int>
    let bytes: UInt64
    let link: UInt32
    let info: UInt32
  }

  struct Symbol {
    let section: Int
    let value: UInt64
  }

  struct Relocation {
    let symbol: Int
    let addend: Int64
  }

  static let allocated: UInt64 = 2
  static let executable: UInt64 = 4
  private static let headerBytes = 64
  private static let sectionHeaderBytes = 64
  private static let symbolBytes = 24
  private static let relocationBytes = 24

  private(set) var bytes: [UInt8]
  private(set) var sections: [Section] = []
  let machine: UInt16
  private let sectionHeadersOffset: Int

  init(_ bytes: [UInt8]) throws(ObjectFormatError) {
    self.bytes = bytes
    guard bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]), bytes.count >= Self.headerBytes else {
      throw ObjectFormatError(message: "not a 64-bit little-endian ELF file")
    }
    let reader = ByteReader(bytes)
    machine = try reader.uint16(at: 18)
    sectionHeadersOffset = try reader.offset(at: 40)
    guard try reader.uint16(at: 58) == Self.sectionHeaderBytes else {
      throw ObjectFormatError(message: "section headers of an unknown size")
    }
    try readSections(reader)
  }

  private mutating func readSections(_ reader: ByteReader) throws(ObjectFormatError) {
    var count = Int(try reader.uint16(at: 60))
    var namesIndex = Int(try reader.uint16(at: 62))
    // More sections than 16 bits can say: the first header has the numbers.
    if count == 0, sectionHeadersOffset != 0 {
      count = try reader.offset(at: sectionHeadersOffset + 32)
    }
    if namesIndex == 0xffff { namesIndex = Int(try reader.uint32(at: sectionHeadersOffset + 40)) }
    guard namesIndex < count, count <= bytes.count / Self.sectionHeaderBytes else {
      throw ObjectFormatError(message: "no section names")
    }
    let namesOffset = try reader.offset(at: header(namesIndex) + 24)
    sections.reserveCapacity(count)
    for index in 0..<count {
      let at = header(index)
      let type = try reader.uint32(at: at + 4)
      let size = try reader.uint64(at: at + 32)
      let offset = try reader.offset(at: at + 24)
      let hasContents = type != 8 && type != 0
      guard !hasContents || size <= UInt64(bytes.count - min(offset, bytes.count)) else {
        throw ObjectFormatError(message: "section \(index) ends beyond the file")
      }
      sections.append(
        Section(
          name: try reader.string(at: namesOffset + Int(try reader.uint32(at: at))), type: type,
          flags: try reader.uint64(at: at + 8),
          range: hasContents ? offset..<offset + Int(size) : 0..<0, bytes: size,
          link: try reader.uint32(at: at + 40), info: try reader.uint32(at: at + 44)))
    }
  }

  private func header(_ index: Int) -> Int {
    sectionHeadersOffset + index * Self.sectionHeaderBytes
  }

  func section(named name: String) -> Int? { sections.firstIndex { $0.name == name } }

  /// Relocations of a section by the offset that they apply to.
  func relocations(of section: Int) throws(ObjectFormatError) -> [Int: Relocation] {
    let reader = ByteReader(bytes)
    var result: [Int: Relocation] = [:]
    for table in sections where table.type == 4 && table.info == UInt32(section) {
      result.reserveCapacity(table.range.count / Self.relocationBytes)
      for at in stride(
        from: table.range.lowerBound, to: table.range.upperBound, by: Self.relocationBytes)
      {
        let place = try reader.offset(at: at)
        let symbol = Int(try reader.uint64(at: at + 8) >> 32)
        let addend = Int64(bitPattern: try reader.uint64(at: at + 16))
        result[place] = Relocation(symbol: symbol, addend: addend)
      }
    }
    return result
  }

  func symbol(_ index: Int) throws(ObjectFormatError) -> Symbol {
    let table = try symbolTable()
    let at = sections[table].range.lowerBound + index * Self.symbolBytes
    guard index >= 0, sections[table].range.contains(at) else {
      throw ObjectFormatError(message: "symbol \(index) does not exist")
    }
    let reader = ByteReader(bytes)
    return Symbol(section: Int(try reader.uint16(at: at + 6)), value: try reader.uint64(at: at + 8))
  }

  private func symbolTable() throws(ObjectFormatError) -> Int {
    guard let index = sections.firstIndex(where: { $0.type == 2 }) else {
      throw ObjectFormatError(message: "no symbol table")
    }
    return index
  }

  /// Defines `name` as the beginning of `section`: global for the linker, hidden in what it makes. The symbol
  /// and string tables move to the end of the file, each one entry longer.
  mutating func defineHiddenSymbol(_ name: String, atBeginningOf section: Int)
    throws(ObjectFormatError)
  {
    let symbols = try symbolTable()
    let strings = Int(sections[symbols].link)
    guard strings < sections.count else { throw ObjectFormatError(message: "no symbol names") }
    let nameOffset = sections[strings].range.count
    appendToSection(strings, Array(name.utf8) + [0])
    var entry: [UInt8] = []
    entry.append(littleEndian: UInt32(nameOffset))
    entry += [1 << 4, 2]  // STB_GLOBAL, STT_NOTYPE; STV_HIDDEN
    entry.append(littleEndian: UInt16(section))
    entry.append(littleEndian: UInt64(0))
    entry.append(littleEndian: UInt64(0))
    appendToSection(symbols, entry)
  }

  private mutating func appendToSection(_ index: Int, _ extra: [UInt8]) {
    let old = sections[index]
    bytes.pad(toMultipleOf: 8)
    let offset = bytes.count
    bytes.append(contentsOf: Array(bytes[old.range]))
    bytes += extra
    let size = old.range.count + extra.count
    sections[index] = Section(
      name: old.name, type: old.type, flags: old.flags, range: offset..<offset + size,
      bytes: UInt64(size), link: old.link, info: old.info)
    bytes.replace(littleEndian: UInt64(offset), at: header(index) + 24)
    bytes.replace(littleEndian: UInt64(size), at: header(index) + 32)
  }
}

extension [UInt8] {
  fileprivate mutating func replace(littleEndian value: UInt64, at offset: Int) {
    for byte in 0..<8 {
      self[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(byte)))
    }
  }
}
