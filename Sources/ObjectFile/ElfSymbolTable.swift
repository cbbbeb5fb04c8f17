// The symbol table of a linked file: reads all symbols with their names, and writes the file with others in their place.

package struct ElfNamedSymbol: Equatable {
  package var symbol: ElfSymbol
  /// Without the zero at its end.
  package var name: [UInt8]

  package var isFunction: Bool { symbol.stInfo & 0xf == Elf.sttFunc }
  fileprivate var isLocal: Bool { symbol.stInfo >> 4 == Elf.stbLocal }

  package mutating func makeLocal() {
    symbol.stInfo = Elf.stbLocal << 4 | symbol.stInfo & 0xf
  }
}

extension ElfFile {
  /// All symbols but the first, which every table has and which means none.
  package func symbols() throws(ObjectFormatError) -> [ElfNamedSymbol] {
    let table = sections[try symbolTable()]
    let names = try nameTable(of: table).range
    var result: [ElfNamedSymbol] = []
    result.reserveCapacity(table.range.count / ElfSymbol.byteCount)
    for index in 1..<max(1, table.range.count / ElfSymbol.byteCount) {
      let symbol = try symbol(index)
      guard Int(symbol.stName) < names.count,
        let end = bytes[(names.lowerBound + Int(symbol.stName))..<names.upperBound].firstIndex(
          of: 0)
      else { throw ObjectFormatError(message: "symbol \(index) has no name") }
      let name = bytes[(names.lowerBound + Int(symbol.stName))..<end]
      result.append(ElfNamedSymbol(symbol: symbol, name: Array(name)))
    }
    return result
  }

  private func nameTable(of table: Section) throws(ObjectFormatError) -> Section {
    let index = Int(table.header.shLink)
    guard sections.indices.contains(index) else {
      throw ObjectFormatError(message: "no symbol names")
    }
    return sections[index]
  }

  /// The file with these symbols and no others. Local symbols come first, as the specification demands.
  ///
  /// Everything from the symbol table to the end of the file is laid out again. So this is for linked files, in which
  /// nothing there is part of the program's memory.
  package func withSymbols(_ symbols: [ElfNamedSymbol]) throws(ObjectFormatError) -> [UInt8] {
    let table = try symbolTable()
    let names = Int(sections[table].header.shLink)
    let locals = symbols.filter(\.isLocal)
    var entries: [UInt8] = []
    var strings: [UInt8] = [0]
    ElfSymbol().append(to: &entries)
    for named in locals + symbols.filter({ !$0.isLocal }) {
      var symbol = named.symbol
      // An offset has 32 bits. Beyond that, symbols have no names.
      let hasName = strings.count + named.name.count < Int(UInt32.max)
      symbol.stName = hasName ? UInt32(strings.count) : 0
      symbol.append(to: &entries)
      if hasName { strings += named.name + [0] }
    }
    var header = sections[table].header
    header.shInfo = UInt32(locals.count + 1)
    return try layOutAgain(
      from: sections[table].range.lowerBound, [table: entries, names: strings], [table: header])
  }

  /// The file up to `start`, and then the sections after it, with other contents and headers for some of them.
  private func layOutAgain(
    from start: Int, _ contents: [Int: [UInt8]], _ headers: [Int: ElfSectionHeader]
  ) throws(ObjectFormatError) -> [UInt8] {
    let moved = sections.indices.filter { sections[$0].range.lowerBound >= start }
      .sorted { sections[$0].range.lowerBound < sections[$1].range.lowerBound }
    guard Int(header.eShoff) >= start, contents.keys.allSatisfy({ moved.contains($0) }),
      moved.allSatisfy({ sections[$0].header.shFlags & Elf.shfAlloc == 0 })
    else { throw ObjectFormatError(message: "the symbol table is not at the end of the file") }
    var result = Array(bytes[..<start])
    var all = sections.map(\.header)
    for index in moved {
      all[index] = headers[index] ?? all[index]
      result.pad(toMultipleOf: Int(max(1, min(all[index].shAddralign, 16))))
      all[index].shOffset = UInt64(result.count)
      result += contents[index] ?? Array(bytes[sections[index].range])
      all[index].shSize = UInt64(result.count) - all[index].shOffset
    }
    result.pad(toMultipleOf: 8)
    var newHeader = header
    newHeader.eShoff = UInt64(result.count)
    for header in all { header.append(to: &result) }
    var record: [UInt8] = []
    newHeader.append(to: &record)
    let place = Elf.identificationBytes
    result.replaceSubrange(place..<place + record.count, with: record)
    return result
  }
}
