// Reads an ELF file, which is an object that LLVM made, or an executable: sections by name, symbols, relocations with
// addends, program headers, dynamic entries. It can make three changes: define a symbol at the beginning of a
// section, forget the sections that only debuggers read (ElfDebugSections.swift), and replace all symbols
// (ElfSymbolTable.swift).
//
// It reads only 64-bit little-endian files with RELA, which LLVM emits for all our targets. Every offset is checked. A
// file that is not as expected is a bug, and the error says which part.

package struct ElfFile {
  package struct Section {
    package let name: String
    /// The section's bytes in the file; empty if it has none there.
    package let range: Range<Int>
    package let header: ElfSectionHeader
  }

  package private(set) var bytes: [UInt8]
  package let header: ElfHeader
  package private(set) var sections: [Section] = []

  /// - Parameters:
  ///   - mostSections: A file with more sections is refused. The work grows with their number.
  ///   - mostNameBytes: A file whose section names have more bytes together is refused.
  package init(_ bytes: [UInt8], mostSections: Int = .max, mostNameBytes: Int = .max)
    throws(ObjectFormatError)
  {
    self.bytes = bytes
    guard bytes.starts(with: Elf.identification) else {
      throw ObjectFormatError(message: "not a 64-bit little-endian ELF file")
    }
    header = try ElfHeader(bytes, at: UInt64(Elf.identificationBytes))
    guard header.eShnum == 0 || Int(header.eShentsize) == ElfSectionHeader.byteCount else {
      throw ObjectFormatError(message: "section headers of an unknown size")
    }
    if header.eShoff != 0 { try readSections(mostSections, mostNameBytes) }
  }

  private mutating func readSections(_ mostSections: Int, _ mostNameBytes: Int)
    throws(ObjectFormatError)
  {
    let first = try ElfSectionHeader(bytes, at: header.eShoff)
    let count = header.eShnum == 0 ? first.shSize : UInt64(header.eShnum)
    let namesIndex =
      header.eShstrndx == Elf.shnXindex ? UInt64(first.shLink) : UInt64(header.eShstrndx)
    guard namesIndex < count, count <= UInt64(bytes.count / ElfSectionHeader.byteCount) else {
      throw ObjectFormatError(message: "no section names")
    }
    guard count <= UInt64(mostSections) else {
      throw ObjectFormatError(message: "it has \(count) sections")
    }
    let headers = try table(at: header.eShoff, count: Int(count)) as [ElfSectionHeader]
    let names = try range(headers[Int(namesIndex)], Int(namesIndex))
    guard names.count <= mostNameBytes else {
      throw ObjectFormatError(message: "its section names have \(names.count) bytes")
    }
    let reader = ByteReader(bytes)
    sections.reserveCapacity(headers.count)
    for (index, header) in headers.enumerated() {
      let name = try reader.string(at: names.lowerBound + Int(header.shName))
      sections.append(Section(name: name, range: try range(header, index), header: header))
    }
  }

  /// The range of a section's bytes in the file.
  private func range(_ header: ElfSectionHeader, _ index: Int) throws(ObjectFormatError)
    -> Range<Int>
  {
    if header.shType == Elf.shtNobits || header.shType == Elf.shtNull { return 0..<0 }
    return try checked(header.shOffset, header.shSize, "section \(index)")
  }

  private func checked(_ offset: UInt64, _ size: UInt64, _ what: String)
    throws(ObjectFormatError) -> Range<Int>
  {
    let fileBytes = UInt64(bytes.count)
    guard offset <= fileBytes, size <= fileBytes - offset else {
      throw ObjectFormatError(message: "\(what) ends beyond the file")
    }
    return Int(offset)..<Int(offset + size)
  }

  /// Reads `count` records, one after another. Throws if they exceed the file.
  private func table<Record: ElfRecord>(at offset: UInt64, count: Int) throws(ObjectFormatError)
    -> [Record]
  {
    let range = try checked(offset, UInt64(count * Record.byteCount), "a table")
    var reader = ByteReader(bytes, range)
    var records: [Record] = []
    records.reserveCapacity(count)
    while reader.position < reader.end { records.append(try Record(&reader)) }
    return records
  }

  // MARK: Parts

  package func section(named name: String) -> Int? { sections.firstIndex { $0.name == name } }

  /// The bytes of the section of that name; nil when there is none.
  package func contents(ofSection name: String) -> ArraySlice<UInt8>? {
    section(named: name).map { bytes[sections[$0].range] }
  }

  package func programHeaders() throws(ObjectFormatError) -> [ElfProgramHeader] {
    try table(at: header.ePhoff, count: Int(header.ePhnum))
  }

  /// The entries of the dynamic section before DT_NULL; none when the file has no dynamic section.
  package func dynamicEntries() throws(ObjectFormatError) -> [ElfDynamic] {
    guard let segment = try programHeaders().first(where: { $0.pType == Elf.ptDynamic }) else {
      return []
    }
    let bytes = try checked(segment.pOffset, segment.pFilesz, "the dynamic section").count
    let entries: [ElfDynamic] = try table(
      at: segment.pOffset, count: bytes / ElfDynamic.byteCount)
    return Array(entries.prefix { $0.dTag != Elf.dtNull })
  }

  /// The relocations of a section, by the offset that they change.
  package func relocations(of section: Int) throws(ObjectFormatError) -> [UInt64: ElfRelocation] {
    var result: [UInt64: ElfRelocation] = [:]
    for table in sections
    where table.header.shType == Elf.shtRela && table.header.shInfo == UInt32(section) {
      let relocations: [ElfRelocation] = try self.table(
        at: UInt64(table.range.lowerBound), count: table.range.count / ElfRelocation.byteCount)
      result.reserveCapacity(relocations.count)
      for relocation in relocations { result[relocation.rOffset] = relocation }
    }
    return result
  }

  package func symbol(_ index: Int) throws(ObjectFormatError) -> ElfSymbol {
    let range = sections[try symbolTable()].range
    guard index >= 0, index < range.count / ElfSymbol.byteCount else {
      throw ObjectFormatError(message: "symbol \(index) does not exist")
    }
    return try ElfSymbol(bytes, at: UInt64(range.lowerBound + index * ElfSymbol.byteCount))
  }

  func symbolTable() throws(ObjectFormatError) -> Int {
    guard let index = sections.firstIndex(where: { $0.header.shType == Elf.shtSymtab }) else {
      throw ObjectFormatError(message: "no symbol table")
    }
    return index
  }

  // MARK: Changes

  /// Defines `name` as the beginning of `section`. The symbol is global for the linker, and hidden in the linker's
  /// output. The symbol and string tables move to the end of the file, and each gets one more entry.
  package mutating func defineHiddenSymbol(_ name: String, atBeginningOf section: Int)
    throws(ObjectFormatError)
  {
    let symbols = try symbolTable()
    let strings = Int(sections[symbols].header.shLink)
    guard strings < sections.count else { throw ObjectFormatError(message: "no symbol names") }
    var symbol = ElfSymbol()
    symbol.stName = UInt32(sections[strings].range.count)
    symbol.stInfo = Elf.stbGlobal << 4 | Elf.sttNotype
    symbol.stOther = Elf.stvHidden
    symbol.stShndx = UInt16(section)
    appendToSection(strings, Array(name.utf8) + [0])
    var entry: [UInt8] = []
    symbol.append(to: &entry)
    appendToSection(symbols, entry)
  }

  private mutating func appendToSection(_ index: Int, _ extra: [UInt8]) {
    let old = sections[index]
    bytes.pad(toMultipleOf: 8)
    let offset = bytes.count
    bytes.append(contentsOf: Array(bytes[old.range]))
    bytes += extra
    var header = old.header
    header.shOffset = UInt64(offset)
    header.shSize = UInt64(bytes.count - offset)
    setHeader(of: index, to: header, range: offset..<bytes.count)
  }

  /// `range` is where the section's bytes are from now on.
  mutating func setHeader(of index: Int, to header: ElfSectionHeader, range: Range<Int>) {
    sections[index] = Section(name: sections[index].name, range: range, header: header)
    var record: [UInt8] = []
    header.append(to: &record)
    let place = Int(self.header.eShoff) + index * ElfSectionHeader.byteCount
    bytes.replaceSubrange(place..<place + record.count, with: record)
  }
}
