// The records of an ELF file, 64-bit and little-endian, as the specification "System V ABI, chapters 4 and 5" has
// them. A field has the specification's name in camel case: `shOffset` is sh_offset. Reading and writing a record
// follow the same list of fields, in the order of the file.

protocol ElfRecord {
  static var byteCount: Int { get }
  init(_ reader: inout ByteReader) throws(ObjectFormatError)
  func append(to bytes: inout [UInt8])
}

extension ElfRecord {
  /// The record at `offset` of `bytes`.
  init(_ bytes: [UInt8], at offset: UInt64) throws(ObjectFormatError) {
    guard offset <= UInt64(bytes.count) else {
      throw ObjectFormatError(message: "the data ends too early")
    }
    var reader = ByteReader(bytes, Int(offset)..<bytes.count)
    try self.init(&reader)
  }
}

/// The file header after `e_ident`, which is checked and written separately.
package struct ElfHeader: ElfRecord, Equatable {
  static let byteCount = 48

  /// ET_*
  package var eType: UInt16 = 0
  /// EM_*
  package var eMachine: UInt16 = 0
  package var eVersion: UInt32 = 1
  package var eEntry: UInt64 = 0
  /// Where the program headers begin.
  package var ePhoff: UInt64 = 0
  /// Where the section headers begin.
  package var eShoff: UInt64 = 0
  package var eFlags: UInt32 = 0
  package var eEhsize: UInt16 = 64
  package var ePhentsize: UInt16 = 0
  package var ePhnum: UInt16 = 0
  package var eShentsize: UInt16 = 0
  /// The number of sections; 0 if it needs more than 16 bits. Then the first section header has it in `shSize`.
  package var eShnum: UInt16 = 0
  /// The section of names; SHN_XINDEX if its index needs more than 16 bits. Then the first section header has it in
  /// `shLink`.
  package var eShstrndx: UInt16 = 0

  package init() {}

  init(_ reader: inout ByteReader) throws(ObjectFormatError) {
    eType = try reader.number()
    eMachine = try reader.number()
    eVersion = try reader.number()
    eEntry = try reader.number()
    ePhoff = try reader.number()
    eShoff = try reader.number()
    eFlags = try reader.number()
    eEhsize = try reader.number()
    ePhentsize = try reader.number()
    ePhnum = try reader.number()
    eShentsize = try reader.number()
    eShnum = try reader.number()
    eShstrndx = try reader.number()
  }

  func append(to bytes: inout [UInt8]) {
    bytes.append(littleEndian: eType)
    bytes.append(littleEndian: eMachine)
    bytes.append(littleEndian: eVersion)
    bytes.append(littleEndian: eEntry)
    bytes.append(littleEndian: ePhoff)
    bytes.append(littleEndian: eShoff)
    bytes.append(littleEndian: eFlags)
    bytes.append(littleEndian: eEhsize)
    bytes.append(littleEndian: ePhentsize)
    bytes.append(littleEndian: ePhnum)
    bytes.append(littleEndian: eShentsize)
    bytes.append(littleEndian: eShnum)
    bytes.append(littleEndian: eShstrndx)
  }
}

/// A section header.
package struct ElfSectionHeader: ElfRecord, Equatable {
  static let byteCount = 64

  /// Where the name begins in the section of names.
  package var shName: UInt32 = 0
  /// SHT_*
  package var shType: UInt32 = 0
  /// SHF_*
  package var shFlags: UInt64 = 0
  package var shAddr: UInt64 = 0
  package var shOffset: UInt64 = 0
  /// The size in bytes, also for a section that has no bytes in the file.
  package var shSize: UInt64 = 0
  package var shLink: UInt32 = 0
  package var shInfo: UInt32 = 0
  package var shAddralign: UInt64 = 0
  package var shEntsize: UInt64 = 0

  package init() {}

  init(_ reader: inout ByteReader) throws(ObjectFormatError) {
    shName = try reader.number()
    shType = try reader.number()
    shFlags = try reader.number()
    shAddr = try reader.number()
    shOffset = try reader.number()
    shSize = try reader.number()
    shLink = try reader.number()
    shInfo = try reader.number()
    shAddralign = try reader.number()
    shEntsize = try reader.number()
  }

  func append(to bytes: inout [UInt8]) {
    bytes.append(littleEndian: shName)
    bytes.append(littleEndian: shType)
    bytes.append(littleEndian: shFlags)
    bytes.append(littleEndian: shAddr)
    bytes.append(littleEndian: shOffset)
    bytes.append(littleEndian: shSize)
    bytes.append(littleEndian: shLink)
    bytes.append(littleEndian: shInfo)
    bytes.append(littleEndian: shAddralign)
    bytes.append(littleEndian: shEntsize)
  }
}

/// A program header.
package struct ElfProgramHeader: ElfRecord, Equatable {
  static let byteCount = 56

  /// PT_*
  package var pType: UInt32 = 0
  package var pFlags: UInt32 = 0
  package var pOffset: UInt64 = 0
  package var pVaddr: UInt64 = 0
  package var pPaddr: UInt64 = 0
  package var pFilesz: UInt64 = 0
  package var pMemsz: UInt64 = 0
  package var pAlign: UInt64 = 0

  package init() {}

  init(_ reader: inout ByteReader) throws(ObjectFormatError) {
    pType = try reader.number()
    pFlags = try reader.number()
    pOffset = try reader.number()
    pVaddr = try reader.number()
    pPaddr = try reader.number()
    pFilesz = try reader.number()
    pMemsz = try reader.number()
    pAlign = try reader.number()
  }

  func append(to bytes: inout [UInt8]) {
    bytes.append(littleEndian: pType)
    bytes.append(littleEndian: pFlags)
    bytes.append(littleEndian: pOffset)
    bytes.append(littleEndian: pVaddr)
    bytes.append(littleEndian: pPaddr)
    bytes.append(littleEndian: pFilesz)
    bytes.append(littleEndian: pMemsz)
    bytes.append(littleEndian: pAlign)
  }
}

/// A symbol.
package struct ElfSymbol: ElfRecord, Equatable {
  static let byteCount = 24

  package var stName: UInt32 = 0
  /// The binding times 16, plus the type.
  package var stInfo: UInt8 = 0
  /// The visibility.
  package var stOther: UInt8 = 0
  /// The section that defines it, or SHN_*.
  package var stShndx: UInt16 = 0
  package var stValue: UInt64 = 0
  package var stSize: UInt64 = 0

  package init() {}

  init(_ reader: inout ByteReader) throws(ObjectFormatError) {
    stName = try reader.number()
    stInfo = try reader.number()
    stOther = try reader.number()
    stShndx = try reader.number()
    stValue = try reader.number()
    stSize = try reader.number()
  }

  func append(to bytes: inout [UInt8]) {
    bytes.append(littleEndian: stName)
    bytes.append(littleEndian: stInfo)
    bytes.append(littleEndian: stOther)
    bytes.append(littleEndian: stShndx)
    bytes.append(littleEndian: stValue)
    bytes.append(littleEndian: stSize)
  }
}

/// A relocation with an addend.
package struct ElfRelocation: ElfRecord, Equatable {
  static let byteCount = 24

  /// The offset in its section.
  package var rOffset: UInt64 = 0
  /// The symbol times 2^32, plus the type.
  package var rInfo: UInt64 = 0
  package var rAddend: Int64 = 0

  package init() {}

  init(_ reader: inout ByteReader) throws(ObjectFormatError) {
    rOffset = try reader.number()
    rInfo = try reader.number()
    rAddend = try reader.number()
  }

  func append(to bytes: inout [UInt8]) {
    bytes.append(littleEndian: rOffset)
    bytes.append(littleEndian: rInfo)
    bytes.append(littleEndian: rAddend)
  }

  package var symbol: Int { Int(rInfo >> 32) }
}

/// An entry of the dynamic section.
package struct ElfDynamic: ElfRecord, Equatable {
  static let byteCount = 16

  /// DT_*
  package var dTag: UInt64 = 0
  package var dVal: UInt64 = 0

  package init() {}

  init(_ reader: inout ByteReader) throws(ObjectFormatError) {
    dTag = try reader.number()
    dVal = try reader.number()
  }

  func append(to bytes: inout [UInt8]) {
    bytes.append(littleEndian: dTag)
    bytes.append(littleEndian: dVal)
  }
}
