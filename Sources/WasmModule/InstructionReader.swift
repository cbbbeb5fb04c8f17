// Reads a body or constant expression instruction by instruction. Spec: Binary Format, Instructions.
//
// It only decodes: it does not check indices or track nesting. It allocates nothing for an instruction. The side arrays
// are reused and have the list of the last instruction.

/// Reads the instructions of one range of the file after another.
public struct InstructionReader: ~Copyable {
  private let bytes: ModuleBytes
  private let table = OpcodeTable.shared.entries
  var cursor: ByteCursor

  /// Targets of the last br_table, without the default.
  public private(set) var labels: [UInt32] = []
  /// Clauses of the last try_table.
  public private(set) var catches: [CatchClause] = []
  /// Types of the last typed select.
  public private(set) var selectTypes: [ValueType] = []

  /// Reads the instructions in a range of the file.
  public init(_ bytes: ModuleBytes, range: Range<Int>) {
    self.bytes = bytes
    cursor = bytes.cursor(range)
  }

  public var isAtEnd: Bool { cursor.isAtEnd }
  /// The offset of the next instruction from the start of the file.
  public var offset: Int { cursor.position }

  /// Continues in another range of the same file.
  mutating func restart(_ range: Range<Int>) {
    cursor = bytes.cursor(range)
  }

  /// Reads the next instruction. Throws if it is malformed, unknown or not supported, or if the range ends within it.
  public mutating func next() throws(WasmError) -> Instruction {
    var instruction = Instruction(opcode: .unreachable, offset: cursor.position)
    try read(&instruction)
    return instruction
  }

  /// Reads the next instruction into `instruction`. Replaces only the fields that the new opcode uses. Returns the
  /// opcode's entry in the flat table.
  @inline(__always)
  @discardableResult
  mutating func read(
    _ instruction: inout Instruction
  ) throws(WasmError) -> UnsafePointer<OpcodeTable.Entry> {
    let offset = cursor.position
    instruction.offset = offset
    var code = Int(try cursor.byte())
    if code >= 0xfb && code != 0xff { code = try prefixed(code, at: offset) }
    let entry = table + code
    guard entry.pointee.isKnown else { throw unknownOpcode(code, at: offset) }
    instruction.opcode = entry.pointee.opcode
    try immediates(entry.pointee.immediates, &instruction)
    return entry
  }

  @inline(never)
  private mutating func prefixed(_ prefix: Int, at offset: Int) throws(WasmError) -> Int {
    let code = Int(try cursor.u32())
    switch prefix {
    case 0xfc where code < 0x100: return 0x100 + code
    case 0xfd where code < 0x200: return 0x200 + code
    case 0xfe where code < 0x100: return 0x400 + code
    case 0xfb: throw .unsupported(.garbageCollection, UnsupportedOpcodes.gcName(code), at: offset)
    default:
      let name = "0x\(String(prefix, radix: 16)) 0x\(String(code, radix: 16))"
      throw .malformed("illegal opcode \(name)", at: offset)
    }
  }

  @inline(never)
  private func unknownOpcode(_ code: Int, at offset: Int) -> WasmError {
    if let (feature, name) = UnsupportedOpcodes.find(code) {
      return .unsupported(feature, name, at: offset)
    }
    let prefixes = ["", "0xfc ", "0xfd ", "0xfd ", "0xfe "]
    let number = (code >> 8 == 2 || code >> 8 == 3) ? code - 0x200 : code & 0xff
    return .malformed(
      "illegal opcode \(prefixes[code >> 8])0x\(String(number, radix: 16))", at: offset)
  }

  @inline(__always)
  private mutating func immediates(
    _ shape: Immediates, _ instruction: inout Instruction
  ) throws(WasmError) {
    switch shape {
    case .none: break
    case .label, .function, .type, .table, .element, .data, .local, .global, .memory, .tag:
      instruction.index = try cursor.u32()
    case .i32:
      instruction.value = UInt64(bitPattern: Int64(try cursor.s32()))
    case .i64:
      instruction.value = UInt64(bitPattern: try cursor.s64())
    case .memoryArgument:
      try memoryArgument(&instruction)
    case .block:
      instruction.blockType = try cursor.blockType()
    case .f32:
      instruction.value = UInt64(try cursor.littleEndian32())
    case .f64:
      instruction.value = try cursor.littleEndian64()
    case .callIndirect, .tableTable, .elementTable, .memoryMemory, .dataMemory:
      instruction.index = try cursor.u32()
      instruction.index2 = try cursor.u32()
    case .memoryArgumentLane:
      try memoryArgument(&instruction)
      instruction.lane = try cursor.byte()
    case .lane:
      instruction.lane = try cursor.byte()
    case .v128, .lanes:
      instruction.value = try cursor.littleEndian64()
      instruction.value2 = try cursor.littleEndian64()
    case .rare(let shape):
      try rareImmediates(shape, &instruction)
    }
  }

  /// Bit 6 of the flags says that a memory index follows. Spec: Binary Format, Memory Instructions.
  @inline(__always)
  private mutating func memoryArgument(_ instruction: inout Instruction) throws(WasmError) {
    let offset = cursor.position
    let flags = try cursor.u32()
    instruction.index = 0
    if flags >= 0x40 {
      guard flags < 0x80 else { throw .malformed("malformed memop flags", at: offset) }
      instruction.index = try cursor.u32()
    }
    instruction.alignLog2 = UInt8(truncatingIfNeeded: flags & 0x3f)
    instruction.value = try cursor.u64()
  }

  @inline(never)
  private mutating func rareImmediates(
    _ shape: RareImmediates, _ instruction: inout Instruction
  ) throws(WasmError) {
    switch shape {
    case .heapType: instruction.heapType = try cursor.heapType()
    case .labelTable: instruction.index = try labelTable()
    case .selectTypes: try readSelectTypes()
    case .tryTable:
      instruction.blockType = try cursor.blockType()
      try catchClauses()
    case .zeroByte:
      let offset = cursor.position
      guard try cursor.byte() == 0 else { throw .malformed("zero byte expected", at: offset) }
    }
  }

  private mutating func labelTable() throws(WasmError) -> UInt32 {
    let limit = ImplementationLimits.branchTableTargets
    let count = try cursor.count(of: "br_table targets", limit: limit)
    labels.removeAll(keepingCapacity: true)
    labels.reserveCapacity(count)
    for _ in 0..<count { labels.append(try cursor.u32()) }
    return try cursor.u32()
  }

  private mutating func readSelectTypes() throws(WasmError) {
    let count = try cursor.count(of: "select types", limit: ImplementationLimits.results)
    selectTypes.removeAll(keepingCapacity: true)
    for _ in 0..<count { selectTypes.append(try cursor.valueType()) }
  }

  private mutating func catchClauses() throws(WasmError) {
    let limit = ImplementationLimits.catchClauses
    let count = try cursor.count(of: "catch clauses", limit: limit, entryBytes: 2)
    catches.removeAll(keepingCapacity: true)
    for _ in 0..<count {
      let offset = cursor.position
      guard let kind = CatchClause.Kind(rawValue: try cursor.byte()) else {
        throw .malformed("malformed catch clause", at: offset)
      }
      let hasTag = kind == .catch || kind == .catchRef
      let tag = TagIndex(hasTag ? try cursor.u32() : 0)
      catches.append(CatchClause(kind: kind, tag: tag, labelDepth: try cursor.u32()))
    }
  }
}
