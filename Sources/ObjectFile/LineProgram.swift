// Runs the line number programs of an object's .debug_line. Lowering gives each call and each instruction that may
// trap a "line", which is the file offset of its wasm instruction. So a row says which wasm instruction a machine
// address comes from.
//
// DWARF 5 section 6.2, and version 4, as LLVM emits them for relocatable objects. Files, columns and most flags are
// skipped. Opcodes have the specification's names in camel case: `lnsCopy` is DW_LNS_copy.

package struct LineRow: Equatable {
  /// The address, from the beginning of the section.
  package var address: UInt64
  /// The file offset of the wasm instruction; 0 means unknown.
  package var line: UInt32
  /// 0: none.
  package var discriminator: UInt32

  package init(address: UInt64, line: UInt32, discriminator: UInt32 = 0) {
    self.address = address
    self.line = line
    self.discriminator = discriminator
  }
}

/// Rows of consecutive code, by ascending address. The code of the last row ends at `end`.
package struct LineSequence: Equatable {
  package let section: Int
  package let rows: [LineRow]
  package let end: UInt64

  package init(section: Int, rows: [LineRow], end: UInt64) {
    self.section = section
    self.rows = rows
    self.end = end
  }
}

extension LineSequence {
  /// One sequence of several sequences of a section. There must be one at least.
  package init(joining sequences: [LineSequence], end: UInt64) {
    let sorted = sequences.sorted { $0.rows[0].address < $1.rows[0].address }
    self.init(section: sorted[0].section, rows: sorted.flatMap(\.rows), end: end)
  }
}

package struct LineProgram {
  private let relocations: [UInt64: ElfRelocation]
  private let object: ElfFile
  private let sectionStart: Int
  private let ofBlocksOnly: Bool
  private var reader: ByteReader
  private var sequences: [LineSequence] = []

  /// All sequences of all units, in the order of the object. Empty if the object has no line table.
  /// - Parameter ofBlocksOnly: Whether only rows with the flag basic_block count.
  package static func sequences(of object: ElfFile, ofBlocksOnly: Bool = false)
    throws(ObjectFormatError) -> [LineSequence]
  {
    guard let index = object.section(named: ".debug_line") else { return [] }
    let section = object.sections[index]
    var program = LineProgram(
      relocations: try object.relocations(of: index), object: object,
      sectionStart: section.range.lowerBound, ofBlocksOnly: ofBlocksOnly,
      reader: ByteReader(object.bytes, section.range))
    while program.reader.position < section.range.upperBound { try program.runUnit() }
    return program.sequences
  }

  private enum Opcode {
    static let extended: UInt8 = 0
    static let lnsCopy: UInt8 = 1
    static let lnsAdvancePC: UInt8 = 2
    static let lnsAdvanceLine: UInt8 = 3
    static let lnsSetBasicBlock: UInt8 = 7
    static let lnsConstAddPC: UInt8 = 8
    static let lnsFixedAdvancePC: UInt8 = 9
    static let lneEndSequence: UInt8 = 1
    static let lneSetAddress: UInt8 = 2
    static let lneSetDiscriminator: UInt8 = 4
  }

  /// The fields of a unit's header (6.2.4) that are needed here.
  private struct Header {
    let end: Int
    let minimumInstructionBytes: UInt64
    let lineBase: Int8
    let lineRange: UInt8
    let opcodeBase: UInt8
    let operandCounts: [UInt8]
  }

  private mutating func readHeader() throws(ObjectFormatError) -> Header {
    var unitBytes = try reader.fixed(4)
    let offsetBytes = unitBytes == 0xffff_ffff ? 8 : 4
    if offsetBytes == 8 { unitBytes = try reader.fixed(8) }
    guard unitBytes <= reader.end - reader.position else {
      throw ObjectFormatError(message: "a line table unit ends beyond its section")
    }
    let end = reader.position + Int(unitBytes)
    let version = try reader.fixed(2)
    guard version == 4 || version == 5 else {
      throw ObjectFormatError(message: "a line table of version \(version)")
    }
    if version == 5 { _ = try reader.fixed(2) }  // address and segment selector size
    let headerBytes = try reader.fixed(offsetBytes)
    guard headerBytes <= end - reader.position else {
      throw ObjectFormatError(message: "a line table header ends beyond its unit")
    }
    let programStart = reader.position + Int(headerBytes)
    let minimumInstructionBytes = UInt64(try reader.byte())
    _ = try reader.fixed(2)  // operations per instruction, default is_stmt
    let lineBase = Int8(bitPattern: try reader.byte())
    let lineRange = try reader.byte()
    let opcodeBase = try reader.byte()
    guard lineRange > 0, opcodeBase > 0 else {
      throw ObjectFormatError(message: "a line table without opcodes")
    }
    var operandCounts: [UInt8] = [0]
    for _ in 1..<max(1, opcodeBase) { operandCounts.append(try reader.byte()) }
    reader.position = programStart
    return Header(
      end: end, minimumInstructionBytes: minimumInstructionBytes, lineBase: lineBase,
      lineRange: lineRange, opcodeBase: opcodeBase, operandCounts: operandCounts)
  }

  /// The registers of the state machine that are needed here.
  private struct State {
    var section: Int?
    var address: UInt64 = 0
    var line: UInt32 = 1
    var discriminator: UInt32 = 0
    var isBlock = false
    var rows: [LineRow] = []

    mutating func emitRow(ofBlocksOnly: Bool) {
      defer {
        isBlock = false
        discriminator = 0
      }
      if ofBlocksOnly && !isBlock { return }
      if rows.last?.address == address { rows.removeLast() }
      if rows.last?.line != line || rows.last?.discriminator != discriminator {
        rows.append(LineRow(address: address, line: line, discriminator: discriminator))
      }
    }
  }

  private mutating func runUnit() throws(ObjectFormatError) {
    let header = try readHeader()
    var state = State()
    while reader.position < header.end {
      let opcode = try reader.byte()
      if opcode >= header.opcodeBase {
        let adjusted = opcode - header.opcodeBase
        state.address &+= UInt64(adjusted / header.lineRange) &* header.minimumInstructionBytes
        let advance = Int(header.lineBase) + Int(adjusted % header.lineRange)
        state.line = state.line &+ UInt32(truncatingIfNeeded: advance)
        state.emitRow(ofBlocksOnly: ofBlocksOnly)
      } else if opcode == Opcode.extended {
        try runExtended(&state)
      } else {
        try runStandard(opcode, header, &state)
      }
    }
  }

  private mutating func runStandard(_ opcode: UInt8, _ header: Header, _ state: inout State)
    throws(ObjectFormatError)
  {
    switch opcode {
    case Opcode.lnsCopy: state.emitRow(ofBlocksOnly: ofBlocksOnly)
    case Opcode.lnsAdvancePC:
      state.address &+= try reader.uleb128() &* header.minimumInstructionBytes
    case Opcode.lnsAdvanceLine:
      state.line = state.line &+ UInt32(truncatingIfNeeded: try reader.sleb128())
    case Opcode.lnsSetBasicBlock: state.isBlock = true
    case Opcode.lnsConstAddPC:
      let adjusted = 255 - header.opcodeBase
      state.address &+= UInt64(adjusted / header.lineRange) &* header.minimumInstructionBytes
    case Opcode.lnsFixedAdvancePC: state.address &+= try reader.fixed(2)
    default:
      for _ in 0..<header.operandCounts[Int(opcode)] { _ = try reader.uleb128() }
    }
  }

  private mutating func runExtended(_ state: inout State) throws(ObjectFormatError) {
    let count = try reader.uleb128()
    guard count > 0, count <= reader.end - reader.position else {
      throw ObjectFormatError(message: "an extended opcode of the line table is too long")
    }
    let next = reader.position + Int(count)
    switch try reader.byte() {
    case Opcode.lneEndSequence:
      if let section = state.section, !state.rows.isEmpty {
        sequences.append(LineSequence(section: section, rows: state.rows, end: state.address))
      }
      state = State()
    case Opcode.lneSetAddress:
      let place = UInt64(reader.position - sectionStart)
      guard let relocation = relocations[place] else {
        throw ObjectFormatError(message: "an address of the line table has no relocation")
      }
      let symbol = try object.symbol(relocation.symbol)
      let section = Int(symbol.stShndx)
      guard state.section == nil || state.section == section else {
        throw ObjectFormatError(message: "a sequence of the line table spans two sections")
      }
      state.section = section
      state.address = symbol.stValue &+ UInt64(bitPattern: relocation.rAddend)
    case Opcode.lneSetDiscriminator:
      state.discriminator = UInt32(truncatingIfNeeded: try reader.uleb128())
    default: break
    }
    reader.position = next
  }
}
