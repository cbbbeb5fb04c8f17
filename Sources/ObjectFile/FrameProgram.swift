// Runs the call frame programs of an object's .debug_frame: how to get from a machine address to the caller of its
// function. DWARF 5 section 6.4, and versions 1 and 3, as LLVM emits them for relocatable objects. Opcodes have the
// specification's names in camel case: `cfaDefCFA` is DW_CFA_def_cfa.
//
// Of the rules of a frame, only those that a backtrace needs are kept: the canonical frame address, and where the return
// address and one other register of the caller are.

/// The rules of a frame at some address. Registers have DWARF's numbers.
package struct FrameState: Hashable {
  /// The canonical frame address is this register's value plus `cfaOffset`.
  package var cfaRegister: UInt64
  package var cfaOffset: Int64
  /// How far below the canonical frame address the return address is; nil: it is still in its register.
  package var returnAddress: Int64?
  /// The same for the caller's frame pointer.
  package var framePointer: Int64?
}

package struct FrameRow: Equatable {
  /// The address, from the beginning of the section.
  package let address: UInt64
  /// nil: not known.
  package let state: FrameState?
  /// Whether a function begins here.
  package let isFirst: Bool
  /// Whether it begins here, and was split from another one.
  package var isPart = false
}

package struct FrameProgram {
  private let relocations: [UInt64: ElfRelocation]
  private let object: ElfFile
  private let section: ElfFile.Section
  private let framePointer: UInt64
  private var commons: [UInt64: Common] = [:]
  private var functions: [Int: [Function]] = [:]

  /// The rows of each section of code, by ascending address. Empty if the object has no call frame information.
  /// - Parameter framePointer: The register that may be the base of the canonical frame address, beside the stack
  ///   pointer.
  package static func rows(of object: ElfFile, framePointer: UInt64) throws(ObjectFormatError)
    -> [Int: [FrameRow]]
  {
    guard let index = object.section(named: ".debug_frame") else { return [:] }
    var program = FrameProgram(
      relocations: try object.relocations(of: index), object: object,
      section: object.sections[index], framePointer: framePointer)
    try program.run()
    let parts = try Self.parts(of: object)
    var result = program.functions.mapValues { functions in
      functions.sorted { $0.begin < $1.begin }.flatMap(\.rows)
    }
    for (section, addresses) in parts {
      guard let rows = result[section] else { continue }
      for index in rows.indices where rows[index].isFirst && addresses.contains(rows[index].address)
      {
        result[section]?[index].isPart = true
      }
    }
    return result
  }

  /// The addresses of functions that were split from others, by section. CCodeGeneration/LineTable.h says where they come
  /// from.
  private static func parts(of object: ElfFile) throws(ObjectFormatError) -> [Int: Set<UInt64>] {
    guard let index = object.section(named: ".debug_swasm_parts") else { return [:] }
    var parts: [Int: Set<UInt64>] = [:]
    for relocation in try object.relocations(of: index).values {
      let symbol = try object.symbol(relocation.symbol)
      let address = symbol.stValue &+ UInt64(bitPattern: relocation.rAddend)
      parts[Int(symbol.stShndx), default: []].insert(address)
    }
    return parts
  }

  private init(
    relocations: [UInt64: ElfRelocation], object: ElfFile, section: ElfFile.Section,
    framePointer: UInt64
  ) {
    self.relocations = relocations
    self.object = object
    self.section = section
    self.framePointer = framePointer
  }

  /// A common information entry.
  private struct Common {
    var codeFactor: UInt64 = 1
    var dataFactor: Int64 = 1
    var returnRegister: UInt64 = 0
    var instructions = 0..<0
  }

  private struct Function {
    let begin: UInt64
    let rows: [FrameRow]
  }

  private mutating func run() throws(ObjectFormatError) {
    var reader = ByteReader(object.bytes, section.range)
    while reader.position < reader.end {
      let start = reader.position
      let length = Int(try reader.fixed(4))
      guard length < 0xffff_fff0, length <= reader.end - reader.position else {
        throw ObjectFormatError(message: "an entry of .debug_frame ends beyond it")
      }
      var entry = ByteReader(object.bytes, reader.position..<reader.position + length)
      let common = try number(&entry, 4)
      if common.value == 0xffff_ffff {
        commons[UInt64(start - section.range.lowerBound)] = try Self.common(&entry)
      } else {
        try addFunction(&entry, common.value)
      }
      reader.position += length
    }
  }

  /// A number that may be relocated: its value, and the section that it is in.
  private func number(_ reader: inout ByteReader, _ bytes: Int) throws(ObjectFormatError)
    -> (value: UInt64, section: Int?)
  {
    let offset = UInt64(reader.position - section.range.lowerBound)
    let value = try reader.fixed(bytes)
    guard let relocation = relocations[offset] else { return (value, nil) }
    let symbol = try object.symbol(relocation.symbol)
    return (symbol.stValue &+ UInt64(bitPattern: relocation.rAddend), Int(symbol.stShndx))
  }

  private static func common(_ reader: inout ByteReader) throws(ObjectFormatError) -> Common {
    var common = Common()
    let version = try reader.byte()
    guard try reader.byte() == 0 else {
      throw ObjectFormatError(message: ".debug_frame has an augmentation")
    }
    if version >= 4 { _ = try reader.fixed(2) }  // the sizes of addresses and of segments
    common.codeFactor = try reader.uleb128()
    common.dataFactor = try reader.sleb128()
    common.returnRegister = version == 1 ? UInt64(try reader.byte()) : try reader.uleb128()
    common.instructions = reader.position..<reader.end
    return common
  }

  private mutating func addFunction(_ reader: inout ByteReader, _ commonOffset: UInt64)
    throws(ObjectFormatError)
  {
    guard let common = commons[commonOffset] else {
      throw ObjectFormatError(message: "an entry of .debug_frame without its common entry")
    }
    let begin = try number(&reader, 8)
    _ = try reader.fixed(8)  // the number of bytes
    guard let section = begin.section else {
      throw ObjectFormatError(message: ".debug_frame describes code without a section")
    }
    var run = FrameRun(common.returnRegister, framePointer, begin.value)
    run.codeFactor = common.codeFactor
    run.dataFactor = common.dataFactor
    var initial = ByteReader(object.bytes, common.instructions)
    try run.execute(&initial)
    run.initial = run.now
    try run.execute(&reader)
    run.addRow()
    functions[section, default: []].append(Function(begin: begin.value, rows: run.rows))
  }
}

/// The execution of one function's instructions.
private struct FrameRun {
  var codeFactor: UInt64 = 1
  var dataFactor: Int64 = 1
  var now = FrameState(cfaRegister: 0, cfaOffset: 0)
  var initial = FrameState(cfaRegister: 0, cfaOffset: 0)
  var rows: [FrameRow] = []
  private let returnRegister, framePointer: UInt64
  private var address: UInt64
  private var remembered: [FrameState] = []
  /// False after an instruction that is not known.
  private var isKnown = true

  private enum Opcode {
    static let advanceLoc: UInt8 = 0x40
    static let offset: UInt8 = 0x80
    static let restore: UInt8 = 0xc0
    static let nop: UInt8 = 0
    static let advanceLoc1: UInt8 = 2
    static let advanceLoc2: UInt8 = 3
    static let advanceLoc4: UInt8 = 4
    static let offsetExtended: UInt8 = 5
    static let restoreExtended: UInt8 = 6
    static let sameValue: UInt8 = 8
    static let rememberState: UInt8 = 0x0a
    static let restoreState: UInt8 = 0x0b
    static let defCFA: UInt8 = 0x0c
    static let defCFARegister: UInt8 = 0x0d
    static let defCFAOffset: UInt8 = 0x0e
    static let offsetExtendedSf: UInt8 = 0x11
    static let gnuArgsSize: UInt8 = 0x2e
  }

  init(_ returnRegister: UInt64, _ framePointer: UInt64, _ address: UInt64) {
    self.returnRegister = returnRegister
    self.framePointer = framePointer
    self.address = address
  }

  mutating func addRow() {
    let state = isKnown ? now : nil
    if rows.last?.address == address { rows.removeLast() }
    if rows.last?.state != state || rows.isEmpty {
      rows.append(FrameRow(address: address, state: state, isFirst: rows.isEmpty))
    }
  }

  mutating func execute(_ reader: inout ByteReader) throws(ObjectFormatError) {
    while reader.position < reader.end, isKnown { try step(&reader) }
  }

  private mutating func step(_ reader: inout ByteReader) throws(ObjectFormatError) {
    let opcode = try reader.byte()
    let low = UInt64(opcode & 0x3f)
    switch opcode & 0xc0 {
    case Opcode.advanceLoc: advance(low)
    case Opcode.offset: set(low, try Int64(clamping: reader.uleb128()) &* dataFactor)
    case Opcode.restore: restore(low)
    default: try stepExtended(opcode, &reader)
    }
  }

  private mutating func stepExtended(_ opcode: UInt8, _ reader: inout ByteReader)
    throws(ObjectFormatError)
  {
    switch opcode {
    case Opcode.nop: break
    case Opcode.advanceLoc1: advance(try reader.fixed(1))
    case Opcode.advanceLoc2: advance(try reader.fixed(2))
    case Opcode.advanceLoc4: advance(try reader.fixed(4))
    case Opcode.offsetExtended:
      let register = try reader.uleb128()
      set(register, try Int64(clamping: reader.uleb128()) &* dataFactor)
    case Opcode.offsetExtendedSf:
      let register = try reader.uleb128()
      set(register, try reader.sleb128() &* dataFactor)
    case Opcode.restoreExtended: restore(try reader.uleb128())
    case Opcode.sameValue: set(try reader.uleb128(), nil)
    case Opcode.rememberState: remembered.append(now)
    case Opcode.restoreState: if let state = remembered.popLast() { now = state }
    case Opcode.defCFA:
      now.cfaRegister = try reader.uleb128()
      now.cfaOffset = Int64(clamping: try reader.uleb128())
    case Opcode.defCFARegister: now.cfaRegister = try reader.uleb128()
    case Opcode.defCFAOffset: now.cfaOffset = Int64(clamping: try reader.uleb128())
    case Opcode.gnuArgsSize: _ = try reader.uleb128()
    default: isKnown = false
    }
  }

  private mutating func advance(_ count: UInt64) {
    addRow()
    address &+= count &* codeFactor
  }

  /// - Parameter offset: From the canonical frame address; nil: the register has the caller's value.
  private mutating func set(_ register: UInt64, _ offset: Int64?) {
    if register == returnRegister { now.returnAddress = offset.map { -$0 } }
    if register == framePointer { now.framePointer = offset.map { -$0 } }
  }

  private mutating func restore(_ register: UInt64) {
    if register == returnRegister { now.returnAddress = initial.returnAddress }
    if register == framePointer { now.framePointer = initial.framePointer }
  }
}
