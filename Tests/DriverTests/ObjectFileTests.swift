// Object files. The reader reads what the writer wrote, and a file that is no object is an error.

import Testing

@testable import ObjectFile

@Suite struct ObjectFileTests {
  private let machine = ElfMachine(number: 183, absoluteRelocation: 257, framePointer: 29)

  private func object() -> [UInt8] {
    var writer = ElfWriter(machine: machine)
    writer.defineSymbol("text", in: .readOnly, bytes: [1, 2, 3])
    writer.defineSymbol("word", in: .readOnly, word: 0x0807_0605_0403_0201)
    writer.defineSymbol("table", in: .relocated, bytes: [])
    let elsewhere = writer.reference("elsewhere")
    writer.append(word: 7)
    writer.append(addressOf: elsewhere, addend: -2)
    return writer.finish()
  }

  @Test func theReaderFindsWhatTheWriterWrote() throws {
    let file = try ElfFile(object())
    #expect(file.header.eType == Elf.etRel)
    #expect(file.header.eMachine == 183)
    #expect(
      file.contents(ofSection: ".rodata.swasm") == [1, 2, 3, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8])
    let table = try #require(file.section(named: ".data.rel.ro.swasm"))
    #expect(file.sections[table].header.shFlags == Elf.shfAlloc | Elf.shfWrite)
    let relocations = try file.relocations(of: table)
    #expect(relocations.keys.sorted() == [8])
    #expect(relocations[8]?.rAddend == -2)
    #expect(relocations[8]?.rInfo == UInt64(4) << 32 | 257)
    let word = try file.symbol(2)
    #expect(word.stShndx == ElfWriter.Section.readOnly.rawValue)
    #expect(word.stValue == 8)
    #expect(word.stSize == 8)
    #expect(try file.symbol(4).stShndx == Elf.shnUndef)
    #expect(throws: ObjectFormatError.self) { try file.symbol(5) }
    #expect(throws: ObjectFormatError.self) { try file.symbol(-1) }
  }

  @Test func anObjectHasNoSegments() throws {
    let file = try ElfFile(object())
    #expect(try file.programHeaders() == [])
    #expect(try file.dynamicEntries() == [])
  }

  @Test func aSymbolCanBeAdded() throws {
    var file = try ElfFile(object())
    try file.defineHiddenSymbol("added", atBeginningOf: 1)
    let again = try ElfFile(file.bytes)
    let symbol = try again.symbol(5)
    #expect(symbol.stShndx == 1)
    #expect(symbol.stOther == Elf.stvHidden)
    let strings = try #require(again.contents(ofSection: ".strtab"))
    #expect(strings.dropFirst(Int(symbol.stName)).elementsEqual(Array("added".utf8) + [0]))
    #expect(try again.symbol(2) == file.symbol(2))
  }

  @Test func allSymbolsCanBeReplaced() throws {
    let file = try ElfFile(object())
    var symbols = try file.symbols()
    #expect(symbols.map(\.name) == ["text", "word", "table", "elsewhere"].map { Array($0.utf8) })
    symbols = [symbols[2], symbols[1]]
    symbols[1].name = Array("local".utf8)
    symbols[1].makeLocal()
    let again = try ElfFile(try file.withSymbols(symbols))
    #expect(try again.symbols().map(\.name) == ["local", "table"].map { Array($0.utf8) })
    #expect(try again.symbol(1).stValue == file.symbol(2).stValue)
    let table = try #require(again.section(named: ".symtab"))
    #expect(again.sections[table].header.shInfo == 2)
    for section in file.sections where ![".symtab", ".strtab"].contains(section.name) {
      let bytes = try #require(again.contents(ofSection: section.name))
      #expect(bytes.elementsEqual(file.bytes[section.range]))
    }
  }

  /// Tries every prefix, and every byte with four other values.
  @Test func damageCausesNoCrash() throws {
    let bytes = object()
    for count in bytes.indices { read(Array(bytes[..<count])) }
    for index in bytes.indices {
      for value in [0, 0x7f, 0x80, 0xff] as [UInt8] {
        var damaged = bytes
        damaged[index] = value
        read(damaged)
      }
    }
  }

  private func read(_ bytes: [UInt8]) {
    guard var file = try? ElfFile(bytes) else { return }
    for index in file.sections.indices { _ = try? file.relocations(of: index) }
    for index in 0..<6 { _ = try? file.symbol(index) }
    _ = try? file.programHeaders()
    _ = try? file.dynamicEntries()
    if let symbols = try? file.symbols() { _ = try? file.withSymbols(symbols) }
    try? file.defineHiddenSymbol("x", atBeginningOf: 1)
  }

  @Test(arguments: [0, 1, 0x7f, 0x80, 0x3fff, 0x4000, 0xffff_ffff] as [UInt32])
  func lebNumbersComeBack(value: UInt32) throws {
    var bytes: [UInt8] = []
    bytes.append(uleb128: UInt64(value))
    for sign in [1, -1] as [Int64] { bytes.append(sleb128: sign * Int64(value)) }
    var reader = ByteReader(bytes)
    #expect(try reader.uleb128() == UInt64(value))
    #expect(try reader.sleb128() == Int64(value))
    #expect(try reader.sleb128() == -Int64(value))
    #expect(reader.position == bytes.count)
  }
}
