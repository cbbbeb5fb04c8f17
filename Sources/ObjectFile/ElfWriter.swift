/// Builds a relocatable object with one section of constants, one section of constants with addresses in them, hidden
/// symbols, and sections under names of their own.
package struct ElfWriter {
  package enum Section: UInt16 {
    case readOnly = 1
    case relocated = 2
  }

  private let machine: ElfMachine
  private var readOnly: [UInt8] = []
  private var relocated: [UInt8] = []
  private var relocations: [UInt8] = []
  private var symbols: [UInt8] = []
  private var strings: [UInt8] = [0]
  /// Sections under names of their own. They follow the sections that every object has.
  private var named: [(name: String, flags: UInt64, bytes: [UInt8])] = []
  /// Relocations of these sections, by their position.
  private var namedRelocations: [Int: [UInt8]] = [:]
  private static let firstNamed: UInt16 = 7

  package init(machine: ElfMachine) {
    self.machine = machine
    ElfSymbol().append(to: &symbols)  // symbol 0 is none
  }

  /// Defines a symbol for bytes that begin at a multiple of 8 in their section.
  @discardableResult
  package mutating func defineSymbol(_ name: String, in section: Section, bytes: [UInt8])
    -> (symbol: Int, offset: Int)
  {
    let offset: Int
    switch section {
    case .readOnly:
      readOnly.pad(toMultipleOf: 8)
      offset = readOnly.count
      readOnly += bytes
    case .relocated:
      relocated.pad(toMultipleOf: 8)
      offset = relocated.count
      relocated += bytes
    }
    let symbol = addSymbol(
      name, section: section.rawValue, type: Elf.sttObject, value: UInt64(offset),
      size: UInt64(bytes.count))
    return (symbol, offset)
  }

  package mutating func defineSymbol(_ name: String, in section: Section, word: UInt64) {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: word)
    defineSymbol(name, in: section, bytes: bytes)
  }

  /// Adds a section that the linker keeps under its name: one that the process sees, with a symbol at its beginning.
  package mutating func defineSection(_ section: String, symbol: String, bytes: [UInt8]) {
    let index = Self.firstNamed + UInt16(named.count)
    named.append((section, Elf.shfAlloc, bytes))
    addSymbol(symbol, section: index, type: Elf.sttObject, value: 0, size: UInt64(bytes.count))
  }

  /// Adds a section that is only in the file.
  package mutating func defineFileSection(_ section: String, bytes: [UInt8]) {
    named.append((section, 0, bytes))
  }

  /// Adds a section that is only in the file and has addresses in it.
  /// - Parameter addresses: Where they are, and the symbol and the addend of each.
  package mutating func defineFileSection(
    _ section: String, bytes: [UInt8], addresses: [(offset: Int, symbol: Int, addend: Int64)]
  ) {
    var records: [UInt8] = []
    records.reserveCapacity(addresses.count * ElfRelocation.byteCount)
    for address in addresses {
      append(
        UInt64(address.offset), addressOf: address.symbol, addend: address.addend, to: &records)
    }
    if !records.isEmpty { namedRelocations[named.count] = records }
    defineFileSection(section, bytes: bytes)
  }

  /// A symbol that another object defines.
  package mutating func reference(_ name: String) -> Int {
    addSymbol(name, section: Elf.shnUndef, type: Elf.sttNotype, value: 0, size: 0)
  }

  /// Appends a number to the section with addresses.
  package mutating func append(word: UInt64) { relocated.append(littleEndian: word) }

  /// Appends an address to the section with addresses.
  package mutating func append(addressOf symbol: Int, addend: Int64) {
    append(UInt64(relocated.count), addressOf: symbol, addend: addend, to: &relocations)
    append(word: 0)
  }

  private func append(
    _ offset: UInt64, addressOf symbol: Int, addend: Int64, to records: inout [UInt8]
  ) {
    var relocation = ElfRelocation()
    relocation.rOffset = offset
    relocation.rInfo = UInt64(symbol) << 32 | UInt64(machine.absoluteRelocation)
    relocation.rAddend = addend
    relocation.append(to: &records)
  }

  @discardableResult
  private mutating func addSymbol(
    _ name: String, section: UInt16, type: UInt8, value: UInt64, size: UInt64
  ) -> Int {
    var symbol = ElfSymbol()
    symbol.stName = UInt32(strings.count)
    symbol.stInfo = Elf.stbGlobal << 4 | type
    symbol.stOther = Elf.stvHidden
    symbol.stShndx = section
    symbol.stValue = value
    symbol.stSize = size
    symbol.append(to: &symbols)
    strings += Array(name.utf8) + [0]
    return symbols.count / ElfSymbol.byteCount - 1
  }

  // MARK: The file

  private struct Content {
    let name: String
    var header: ElfSectionHeader
    var bytes: [UInt8]

    init(
      _ name: String, _ type: UInt32, flags: UInt64 = 0, _ bytes: [UInt8] = [], link: UInt32 = 0,
      info: UInt32 = 0, alignment: UInt64 = 8, entryBytes: Int = 0
    ) {
      self.name = name
      self.bytes = bytes
      header = ElfSectionHeader()
      header.shType = type
      header.shFlags = flags
      header.shLink = link
      header.shInfo = info
      header.shAddralign = alignment
      header.shEntsize = UInt64(entryBytes)
    }
  }

  /// The whole file.
  package consuming func finish() -> [UInt8] {
    let machine = machine
    var contents = [
      Content("", Elf.shtNull, alignment: 0),
      Content(".rodata.swasm", Elf.shtProgbits, flags: Elf.shfAlloc, readOnly),
      Content(
        ".data.rel.ro.swasm", Elf.shtProgbits, flags: Elf.shfAlloc | Elf.shfWrite, relocated),
      Content(
        ".rela.data.rel.ro.swasm", Elf.shtRela, flags: Elf.shfInfoLink, relocations, link: 4,
        info: 2, entryBytes: ElfRelocation.byteCount),
      Content(
        ".symtab", Elf.shtSymtab, symbols, link: 5, info: 1, entryBytes: ElfSymbol.byteCount),
      Content(".strtab", Elf.shtStrtab, strings, alignment: 1),
      // This section says that the object needs no executable stack.
      Content(".note.GNU-stack", Elf.shtProgbits, alignment: 1),
    ]
    precondition(contents.count == Self.firstNamed, "symbols name these sections by number")
    for section in named {
      contents.append(
        Content(
          section.name, Elf.shtProgbits, flags: section.flags, section.bytes,
          alignment: section.flags & Elf.shfAlloc != 0 ? 8 : 1))
    }
    for (position, records) in namedRelocations.sorted(by: { $0.key < $1.key }) {
      contents.append(
        Content(
          ".rela" + named[position].name, Elf.shtRela, flags: Elf.shfInfoLink, records, link: 4,
          info: UInt32(Int(Self.firstNamed) + position), entryBytes: ElfRelocation.byteCount))
    }
    contents.append(Content(".shstrtab", Elf.shtStrtab, alignment: 1))
    var names: [UInt8] = []
    for index in contents.indices {
      contents[index].header.shName = UInt32(names.count)
      names += Array(contents[index].name.utf8) + [0]
    }
    contents[contents.count - 1].bytes = names
    return Self.layOut(contents, machine)
  }

  /// The file header, the sections, the section headers.
  private static func layOut(_ contents: [Content], _ machine: ElfMachine) -> [UInt8] {
    let fileHeaderBytes = Elf.identificationBytes + ElfHeader.byteCount
    var body: [UInt8] = []
    var table: [UInt8] = []
    for content in contents {
      body.pad(toMultipleOf: 8)
      var header = content.header
      header.shOffset =
        header.shType == Elf.shtNull ? 0 : UInt64(fileHeaderBytes + body.count)
      header.shSize = UInt64(content.bytes.count)
      header.append(to: &table)
      body += content.bytes
    }
    body.pad(toMultipleOf: 8)
    var header = ElfHeader()
    header.eType = Elf.etRel
    header.eMachine = machine.number
    header.eFlags = machine.flags
    header.eShoff = UInt64(fileHeaderBytes + body.count)
    header.eShentsize = UInt16(ElfSectionHeader.byteCount)
    header.eShnum = UInt16(contents.count)
    header.eShstrndx = UInt16(contents.count - 1)
    var file = Elf.identification + [Elf.versionCurrent]
    file.pad(toMultipleOf: Elf.identificationBytes)
    header.append(to: &file)
    return file + body + table
  }
}
