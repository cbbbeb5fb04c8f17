// Writes line tables: .debug_line and the strings of .debug_line_str. DWARF 5, section 6.2.

import ObjectFile

/// The bytes of .debug_line_str, each string once.
struct LineStrings {
  private(set) var contents = DebugSectionContents()
  private var offsets: [ArraySlice<UInt8>: Int] = [:]

  mutating func offset(of string: ArraySlice<UInt8>) -> Int {
    if let known = offsets[string] { return known }
    let offset = contents.bytes.count
    contents.bytes += string.visible
    contents.bytes.append(0)
    offsets[string] = offset
    return offset
  }
}

/// One table.
struct LineWriter {
  struct File: Hashable {
    let name: ArraySlice<UInt8>
    let directory: Int
  }

  private(set) var directories: [ArraySlice<UInt8>]
  private(set) var files: [File]
  private var program = DebugSectionContents()
  private var state = SourceRow(address: 0, file: 1, line: 1, column: 0, isStatement: true)

  private static let lineBase = -5
  private static let lineRange = 14
  private static let opcodeBase = 13

  /// - Parameters:
  ///   - directories: The unit's own first.
  ///   - files: The unit's own first.
  init(directories: [ArraySlice<UInt8>], files: [File]) {
    self.directories = directories
    self.files = files
  }

  /// Adds a file that the table does not have. Returns its number.
  mutating func add(file name: ArraySlice<UInt8>, directory: ArraySlice<UInt8>) -> UInt32 {
    let position = directories.firstIndex(of: directory) ?? directories.count
    if position == directories.count { directories.append(directory) }
    files.append(File(name: name, directory: position))
    return UInt32(files.count - 1)
  }

  /// Begins the rows of consecutive code.
  mutating func beginSequence(at address: UInt64) {
    program.bytes += [0, 9, 2]  // DW_LNE_set_address
    program.append(address: address)
    state = SourceRow(address: address, file: 1, line: 1, column: 0, isStatement: true)
  }

  mutating func add(_ row: SourceRow) {
    if row.file != state.file {
      program.bytes.append(4)  // DW_LNS_set_file
      program.bytes.append(uleb128: UInt64(row.file))
    }
    if row.column != state.column {
      program.bytes.append(5)  // DW_LNS_set_column
      program.bytes.append(uleb128: UInt64(row.column))
    }
    if row.isStatement != state.isStatement { program.bytes.append(6) }  // DW_LNS_negate_stmt
    if row.endsPrologue { program.bytes.append(10) }  // DW_LNS_set_prologue_end
    var lines = Int(row.line) - Int(state.line)
    var bytes = row.address - state.address
    if lines < Self.lineBase || lines >= Self.lineBase + Self.lineRange {
      program.bytes.append(3)  // DW_LNS_advance_line
      program.bytes.append(sleb128: Int64(lines))
      lines = 0
    }
    let line = UInt64(lines - Self.lineBase)
    if line + UInt64(Self.lineRange) * bytes + UInt64(Self.opcodeBase) > 255 {
      program.bytes.append(2)  // DW_LNS_advance_pc
      program.bytes.append(uleb128: bytes)
      bytes = 0
    }
    program.bytes.append(
      UInt8(line + UInt64(Self.lineRange) * bytes + UInt64(Self.opcodeBase)))
    state = row
  }

  mutating func endSequence(at address: UInt64) {
    program.bytes.append(2)  // DW_LNS_advance_pc
    program.bytes.append(uleb128: address - state.address)
    program.bytes += [0, 1, 1]  // DW_LNE_end_sequence
  }

  /// Appends the table to `section`.
  func write(to section: inout DebugSectionContents, _ strings: inout LineStrings) {
    let start = DebugOutput.beginLength(&section)
    section.bytes.append(littleEndian: 5 as UInt16)
    section.bytes += [8, 0]  // bytes of addresses and of segments
    let header = DebugOutput.beginLength(&section)
    section.bytes += [1, 1, 1, UInt8(bitPattern: Int8(Self.lineBase)), UInt8(Self.lineRange)]
    section.bytes.append(UInt8(Self.opcodeBase))
    section.bytes += [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1]  // operands of the standard opcodes
    section.bytes += [1, 1, UInt8(Form.lineStrp)]  // directories have a path
    section.bytes.append(uleb128: UInt64(directories.count))
    for directory in directories { append(directory, to: &section, &strings) }
    // Files have a directory too.
    section.bytes += [2, 1, UInt8(Form.lineStrp), 2, UInt8(Form.udata)]
    section.bytes.append(uleb128: UInt64(files.count))
    for file in files {
      append(file.name, to: &section, &strings)
      section.bytes.append(uleb128: UInt64(file.directory))
    }
    DebugOutput.endLength(&section, from: header)
    section.append(program)
    DebugOutput.endLength(&section, from: start)
  }

  private func append(
    _ string: ArraySlice<UInt8>, to section: inout DebugSectionContents,
    _ strings: inout LineStrings
  ) {
    section.bytes.append(littleEndian: UInt32(truncatingIfNeeded: strings.offset(of: string)))
  }
}
