// A line table of .debug_line: its directories and files, and the rows that its program makes. DWARF 5, section 6.2,
// and versions 2 to 4.

import ObjectFile

package struct SourceRow: Equatable {
  package var address: UInt64
  /// The number of the file in the table.
  package var file: UInt32
  package var line: UInt32
  package var column: UInt32
  package var isStatement: Bool
  package var endsPrologue = false
  /// Whether this is not a row, but the address after the last row of a sequence.
  package var endsSequence = false
}

/// A row of a table, or the end of a sequence of rows.
protocol AddressedRow {
  var address: UInt64 { get }
  var endsSequence: Bool { get }
}

extension Array where Element: AddressedRow {
  /// Rows at one address keep their order: the last of them counts. But a sequence may begin where another one ends.
  mutating func sortByAddress() {
    func isBefore(_ a: Element, _ b: Element) -> Bool {
      a.address != b.address ? a.address < b.address : a.endsSequence && !b.endsSequence
    }
    // Tables mostly have them in this order.
    if indices.dropFirst().allSatisfy({ !isBefore(self[$0], self[$0 - 1]) }) { return }
    let order = indices.sorted {
      isBefore(self[$0], self[$1]) || (!isBefore(self[$1], self[$0]) && $0 < $1)
    }
    self = order.map { self[$0] }
  }
}

package struct LineTable {
  package struct File {
    package let name: DebugValue
    package let directory: UInt64
  }

  package private(set) var version: UInt64 = 0
  /// The directories that the table has. Before version 5, number 1 is the first.
  package private(set) var directories: [DebugValue] = []
  /// The files that the table has. Before version 5, number 1 is the first.
  package private(set) var files: [File] = []
  /// Sequence by sequence, in the order of the program. Addresses ascend within a sequence.
  private var rows: [SourceRow] = []

  private var reader: ByteReader
  private var header = Header()
  private let budget: WorkBudget

  /// - Parameter addressBytes: The size of addresses in tables that do not give it.
  package init(
    _ sections: DebugSections, at offset: UInt64, addressBytes: Int, _ budget: WorkBudget
  ) throws(ObjectFormatError) {
    self.budget = budget
    reader = try sections.reader(.line, at: offset)
    header.addressBytes = addressBytes
    try readHeader(sections)
    try run()
  }

  /// The rows, which the table does not keep.
  mutating func takeRows() -> [SourceRow] {
    defer { rows = [] }
    return rows
  }

  private struct Header {
    var offsetBytes = 4
    var addressBytes = 4
    var instructionBytes: UInt64 = 1
    var isStatement = true
    var lineBase: Int8 = 0
    var lineRange: UInt8 = 1
    var opcodeBase: UInt8 = 1
    var operandCounts: [UInt8] = [0]
  }

  private mutating func readHeader(_ sections: DebugSections) throws(ObjectFormatError) {
    var count = try reader.fixed(4)
    if count == 0xffff_ffff {
      header.offsetBytes = 8
      count = try reader.fixed(8)
    }
    guard count <= UInt64(reader.end - reader.position) else {
      throw ObjectFormatError(message: "a line table ends beyond its section")
    }
    reader = ByteReader(sections.bytes, reader.position..<reader.position + Int(count))
    version = try reader.fixed(2)
    guard (2...5).contains(version) else {
      throw ObjectFormatError(message: "a line table has the unknown version \(version)")
    }
    if version >= 5 {
      header.addressBytes = Int(try reader.byte())
      _ = try reader.byte()
    }
    let headerBytes = try reader.fixed(header.offsetBytes)
    guard headerBytes <= UInt64(reader.end - reader.position) else {
      throw ObjectFormatError(message: "the header of a line table ends beyond it")
    }
    let program = reader.position + Int(headerBytes)
    header.instructionBytes = try reader.fixed(1)
    if version >= 4 { _ = try reader.byte() }  // operations per instruction
    header.isStatement = try reader.byte() != 0
    header.lineBase = Int8(bitPattern: try reader.byte())
    header.lineRange = try reader.byte()
    header.opcodeBase = try reader.byte()
    guard header.lineRange > 0, header.opcodeBase > 0 else {
      throw ObjectFormatError(message: "a line table has no opcodes")
    }
    for _ in 1..<header.opcodeBase { header.operandCounts.append(try reader.byte()) }
    if version >= 5 {
      directories = try entries(sections).map(\.name)
      files = try entries(sections)
    } else {
      try readOldEntries()
    }
    reader.position = program
  }

  /// The directories and files before version 5.
  private mutating func readOldEntries() throws(ObjectFormatError) {
    while true {
      let name = try reader.string()
      if name.isEmpty { break }
      directories.append(.string(name))
      try budget.spend()
    }
    while true {
      let name = try reader.string()
      if name.isEmpty { return }
      files.append(File(name: .string(name), directory: try reader.uleb128()))
      _ = try reader.uleb128()  // time
      _ = try reader.uleb128()  // size
      try budget.spend()
    }
  }

  /// The directories or files of version 5.
  private mutating func entries(_ sections: DebugSections) throws(ObjectFormatError) -> [File] {
    var format = UnitFormat()
    format.offsetBytes = header.offsetBytes
    let values = ValueReader(sections: sections, format: format)
    var fields: [AttributeForm] = []
    for _ in 0..<(try reader.byte()) {
      let content = UInt16(clamping: try reader.uleb128())
      let form = UInt16(clamping: try reader.uleb128())
      fields.append(AttributeForm(name: content, form: form, implicit: 0))
    }
    let count = try reader.uleb128()
    // Fields may take no bytes, but compilers give each file a name.
    guard count <= UInt64(reader.end - reader.position) else {
      throw ObjectFormatError(message: "a line table has more files than bytes")
    }
    var result: [File] = []
    for _ in 0..<count {
      try budget.spend(1 + fields.count)
      var name = DebugValue.elsewhere
      var directory: UInt64 = 0
      for field in fields {
        let value = try values.read(field, &reader)
        if field.name == 1 { name = value }
        switch value {
        case .unsigned(let number), .fixed(let number, _): if field.name == 2 { directory = number }
        default: break
        }
      }
      result.append(File(name: name, directory: directory))
    }
    return result
  }

  // MARK: The program

  private enum Opcode {
    static let extended: UInt8 = 0
    static let copy: UInt8 = 1
    static let advancePC: UInt8 = 2
    static let advanceLine: UInt8 = 3
    static let setFile: UInt8 = 4
    static let setColumn: UInt8 = 5
    static let negateStatement: UInt8 = 6
    static let constAddPC: UInt8 = 8
    static let fixedAdvancePC: UInt8 = 9
    static let setPrologueEnd: UInt8 = 10
    static let endSequence: UInt8 = 1
    static let setAddress: UInt8 = 2
  }

  private mutating func run() throws(ObjectFormatError) {
    let start = SourceRow(
      address: 0, file: 1, line: 1, column: 0, isStatement: header.isStatement)
    var state = start
    while reader.position < reader.end {
      try budget.spend()
      let opcode = try reader.byte()
      if opcode >= header.opcodeBase {
        let adjusted = opcode - header.opcodeBase
        advance(&state, UInt64(adjusted / header.lineRange))
        let lines = Int(header.lineBase) + Int(adjusted % header.lineRange)
        state.line = state.line &+ UInt32(truncatingIfNeeded: lines)
        append(&state)
      } else if opcode == Opcode.extended {
        if try runExtended(&state) { state = start }
      } else {
        try runStandard(opcode, &state)
      }
    }
  }

  private func advance(_ state: inout SourceRow, _ operations: UInt64) {
    state.address &+= operations &* header.instructionBytes
  }

  private mutating func append(_ state: inout SourceRow) {
    rows.append(state)
    state.endsPrologue = false
  }

  private mutating func runStandard(_ opcode: UInt8, _ state: inout SourceRow)
    throws(ObjectFormatError)
  {
    switch opcode {
    case Opcode.copy: append(&state)
    case Opcode.advancePC: advance(&state, try reader.uleb128())
    case Opcode.advanceLine:
      state.line = state.line &+ UInt32(truncatingIfNeeded: try reader.sleb128())
    case Opcode.setFile: state.file = UInt32(truncatingIfNeeded: try reader.uleb128())
    case Opcode.setColumn: state.column = UInt32(truncatingIfNeeded: try reader.uleb128())
    case Opcode.negateStatement: state.isStatement.toggle()
    case Opcode.constAddPC:
      advance(&state, UInt64((255 - header.opcodeBase) / header.lineRange))
    case Opcode.fixedAdvancePC: state.address &+= try reader.fixed(2)
    case Opcode.setPrologueEnd: state.endsPrologue = true
    default:
      for _ in 0..<header.operandCounts[Int(opcode)] { _ = try reader.uleb128() }
    }
  }

  /// Returns whether the sequence ends.
  private mutating func runExtended(_ state: inout SourceRow) throws(ObjectFormatError) -> Bool {
    let count = try reader.uleb128()
    guard count > 0, count <= UInt64(reader.end - reader.position) else {
      throw ObjectFormatError(message: "an extended opcode of a line table is too long")
    }
    let next = reader.position + Int(count)
    defer { reader.position = next }
    switch try reader.byte() {
    case Opcode.endSequence:
      state.endsSequence = true
      rows.append(state)
      return true
    case Opcode.setAddress:
      state.address = try reader.fixed(min(8, Int(count) - 1))
      return false
    default: return false
    }
  }
}
