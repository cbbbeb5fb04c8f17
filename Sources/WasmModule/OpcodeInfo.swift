// What one row of the opcode table says, and the flat copy of the table that decoding reads.
//
// A row's `signature` is complete for instructions whose typing does not depend on the module; the
// validator types the others by their own rules ("special"). Lowering routes by `family`.

/// The groups of instructions that are lowered together.
public enum InstructionFamily: UInt8, Sendable {
  case control, exception, legacyException, call, parametric, variable, table, reference
  case load, store, memoryManagement, constant, comparison, unary, binary, conversion
  case wideArithmetic
  case vectorMemory, vectorLane, vectorComparison, vectorUnary, vectorBinary, vectorTernary
  case vectorShift, vectorTest, vectorConversion, relaxedVector
  case atomic
}

/// The shape of what follows the opcode. Spec: 5.4 Instructions.
public enum Immediates: UInt8, Sendable {
  case none, block, label, labelTable, function, type, callIndirect, table, tableTable
  case elementTable, element, data, local, global, memory, memoryMemory, dataMemory
  case memoryArgument, memoryArgumentLane, lane, lanes
  case i32, i64, f32, f64, v128
  case heapType, selectTypes, tag, tryTable, zeroByte
}

/// An operand type that a row can name; `address` is the index type of the memory accessed.
public enum OperandKind: UInt8, Sendable {
  case i32 = 1
  case i64, f32, f64, v128, address
}

/// Up to four operands and two results, each a nibble, the last in the lowest bits, so that popping
/// takes operands from the low end. Results are stored first-lowest, in pushing order.
public struct Signature: Sendable, Hashable {
  public let packedOperands: UInt16
  public let packedResults: UInt16
  public let operandCount: UInt8
  public let resultCount: UInt8

  init(_ operands: [OperandKind], _ results: [OperandKind]) {
    packedOperands = Signature.pack(operands.reversed())
    packedResults = Signature.pack(results)
    operandCount = UInt8(truncatingIfNeeded: operands.count)
    resultCount = UInt8(truncatingIfNeeded: results.count)
  }

  private static func pack(_ kinds: [OperandKind]) -> UInt16 {
    precondition(kinds.count <= 4, "a signature holds at most four types")
    return kinds.reversed().reduce(0) { $0 << 4 | UInt16($1.rawValue) }
  }

  /// The operands, deepest first.
  public var operands: [OperandKind] { Signature.unpack(packedOperands).reversed() }
  /// The results, deepest first.
  public var results: [OperandKind] { Signature.unpack(packedResults) }

  private static func unpack(_ packed: UInt16) -> [OperandKind] {
    (0..<4).compactMap { OperandKind(rawValue: UInt8(truncatingIfNeeded: packed >> ($0 * 4) & 15)) }
  }
}

public struct OpcodeInfo: Sendable {
  /// The name in the text format.
  public let name: StaticString
  public let family: InstructionFamily
  public let immediates: Immediates
  public let feature: Feature
  /// nil where typing depends on the module or on the operands.
  public let signature: Signature?
  /// log2 of the bytes accessed; the natural alignment of a memory access.
  public let accessLog2: UInt8
  /// Lane indices must be below this; 0 where there are none.
  public let laneCount: UInt8

  private init(
    _ name: StaticString, _ family: InstructionFamily, _ immediates: Immediates, _ feature: Feature,
    _ signature: Signature?, accessLog2: UInt8 = 0, laneCount: UInt8 = 0
  ) {
    self.name = name
    self.family = family
    self.immediates = immediates
    self.feature = feature
    self.signature = signature
    self.accessLog2 = accessLog2
    self.laneCount = laneCount
  }
}

// What rows are built from. They run once, when the flat table is made.
extension OpcodeInfo {
  static func special(
    _ name: StaticString, _ family: InstructionFamily, _ immediates: Immediates,
    _ feature: Feature = .mvp
  ) -> OpcodeInfo {
    OpcodeInfo(name, family, immediates, feature, nil)
  }

  static func plain(
    _ name: StaticString, _ family: InstructionFamily, _ operands: [OperandKind],
    _ results: [OperandKind], _ feature: Feature = .mvp
  ) -> OpcodeInfo {
    OpcodeInfo(name, family, .none, feature, Signature(operands, results))
  }

  static func constant(
    _ name: StaticString, _ kind: OperandKind, _ feature: Feature = .mvp
  ) -> OpcodeInfo {
    let immediates: Immediates =
      switch kind {
      case .i32, .address: .i32
      case .i64: .i64
      case .f32: .f32
      case .f64: .f64
      case .v128: .v128
      }
    return OpcodeInfo(name, .constant, immediates, feature, Signature([], [kind]))
  }

  static func memory(
    _ name: StaticString, _ family: InstructionFamily, _ operands: [OperandKind],
    _ results: [OperandKind], log2: UInt8, _ feature: Feature = .mvp
  ) -> OpcodeInfo {
    OpcodeInfo(
      name, family, .memoryArgument, feature, Signature(operands, results), accessLog2: log2)
  }

  static func vectorLoad(_ name: StaticString, log2: UInt8) -> OpcodeInfo {
    memory(name, .vectorMemory, [.address], [.v128], log2: log2, .simd)
  }

  static func vectorStore(_ name: StaticString, log2: UInt8) -> OpcodeInfo {
    memory(name, .vectorMemory, [.address, .v128], [], log2: log2, .simd)
  }

  static func vectorMemoryLane(
    _ name: StaticString, _ results: [OperandKind], log2: UInt8
  ) -> OpcodeInfo {
    OpcodeInfo(
      name, .vectorMemory, .memoryArgumentLane, .simd, Signature([.address, .v128], results),
      accessLog2: log2, laneCount: 16 >> log2)
  }

  static func vectorLane(
    _ name: StaticString, _ operands: [OperandKind], _ results: [OperandKind], count: UInt8
  ) -> OpcodeInfo {
    OpcodeInfo(name, .vectorLane, .lane, .simd, Signature(operands, results), laneCount: count)
  }

  static func vector(
    _ name: StaticString, _ family: InstructionFamily, _ operands: [OperandKind],
    _ results: [OperandKind], _ immediates: Immediates = .none
  ) -> OpcodeInfo {
    let lanes: UInt8 = immediates == .lanes ? 32 : 0
    return OpcodeInfo(
      name, family, immediates, .simd, Signature(operands, results), laneCount: lanes)
  }

  static func vectorUnary(_ name: StaticString, _ family: InstructionFamily) -> OpcodeInfo {
    vector(name, family, [.v128], [.v128])
  }

  static func vectorBinary(_ name: StaticString) -> OpcodeInfo {
    vector(name, .vectorBinary, [.v128, .v128], [.v128])
  }

  static func vectorComparison(_ name: StaticString) -> OpcodeInfo {
    vector(name, .vectorComparison, [.v128, .v128], [.v128])
  }

  static func relaxed(_ name: StaticString, operands: Int) -> OpcodeInfo {
    plain(
      name, .relaxedVector, Array(repeating: .v128, count: operands), [.v128], .relaxedSIMD)
  }

  static func atomic(
    _ name: StaticString, _ operands: [OperandKind], _ results: [OperandKind], log2: UInt8
  ) -> OpcodeInfo {
    memory(name, .atomic, operands, results, log2: log2, .threads)
  }
}

/// The rows by encoding, laid out flat and kept for the life of the process: reading it costs one
/// load an instruction, without reference counts.
struct OpcodeTable: @unchecked Sendable {
  struct Entry {
    var opcode: Opcode
    var family: InstructionFamily
    var immediates: Immediates
    /// False for the validator's special cases and for encodings that mean nothing.
    var isPlain: Bool
    var isKnown: Bool
    var isMemoryAccess = false
    /// Whether a plain instruction's immediates have rules.
    var hasRules = false
    var accessLog2: UInt8
    var laneCount: UInt8
    var operandCount: UInt8
    var packedOperands: UInt16
    var packedResults: UInt16
  }

  static let shared = OpcodeTable()
  static let capacity = 0x500

  /// `capacity` entries, never freed and never written after initialisation.
  let entries: UnsafePointer<Entry>
  private let infos: [OpcodeInfo?]

  private init() {
    let unknown = Entry(
      opcode: .unreachable, family: .control, immediates: .none, isPlain: false, isKnown: false,
      accessLog2: 0,
      laneCount: 0, operandCount: 0, packedOperands: 0, packedResults: 0)
    let memory = UnsafeMutablePointer<Entry>.allocate(capacity: OpcodeTable.capacity)
    memory.initialize(repeating: unknown, count: OpcodeTable.capacity)
    var infos = [OpcodeInfo?](repeating: nil, count: OpcodeTable.capacity)
    for opcode in Opcode.allCases {
      let row = opcode.row
      infos[Int(opcode.rawValue)] = row
      memory[Int(opcode.rawValue)] = Entry(
        opcode: opcode, family: row.family, immediates: row.immediates,
        isPlain: row.signature != nil, isKnown: true,
        accessLog2: row.accessLog2, laneCount: row.laneCount,
        operandCount: row.signature?.operandCount ?? 0,
        packedOperands: row.signature?.packedOperands ?? 0,
        packedResults: row.signature?.packedResults ?? 0)
      let isAccess = row.immediates == .memoryArgument || row.immediates == .memoryArgumentLane
      memory[Int(opcode.rawValue)].isMemoryAccess = isAccess
      memory[Int(opcode.rawValue)].hasRules = isAccess || row.laneCount != 0
    }
    entries = UnsafePointer(memory)
    self.infos = infos
  }

  func info(_ opcode: Opcode) -> OpcodeInfo {
    infos[Int(opcode.rawValue)] ?? opcode.row
  }
}

extension Opcode {
  /// This instruction's row in the opcode table.
  public var info: OpcodeInfo { OpcodeTable.shared.info(self) }
  /// The name in the text format.
  public var name: String { info.name.description }
  public var family: InstructionFamily { info.family }
}
