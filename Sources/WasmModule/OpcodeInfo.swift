// A row of the opcode table, and the flat copy of the table that decoding reads.
//
// The validator types plain operations by their signature, and special operations by separate rules. Lowering switches
// over the operation.

/// The form of the immediates after the opcode. Spec: Binary Format, Instructions.
public enum Immediates: Sendable, Hashable {
  case none, block, label, function, type, callIndirect, table, tableTable
  case elementTable, element, data, local, global, memory, memoryMemory, dataMemory
  case memoryArgument, memoryArgumentLane, lane, lanes
  case i32, i64, f32, f64, v128, tag
  case rare(RareImmediates)
}

/// Forms that the reader reads out of line.
public enum RareImmediates: Sendable, Hashable {
  case labelTable, heapType, selectTypes, tryTable, zeroByte
}

/// An operand type that a row can name; `address` is the index type of the memory accessed.
public enum OperandKind: UInt8, Sendable {
  case i32 = 1
  case i64, f32, f64, v128, address
}

/// Up to four operands and two results, each in four bits. The last operand is in the lowest bits, so that it is popped
/// first. The first result is in the lowest bits, so that it is pushed first.
public struct Signature: Sendable, Hashable {
  public let packedOperands: UInt16
  public let packedResults: UInt16

  init(_ operands: [OperandKind], _ results: [OperandKind]) {
    packedOperands = Signature.pack(operands.reversed())
    packedResults = Signature.pack(results)
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

/// A row of the opcode table.
public struct OpcodeInfo: Sendable {
  /// The name in the text format.
  public let name: StaticString
  public let operation: InstructionOperation
  public let immediates: Immediates
  public let feature: Feature
  /// nil if the typing depends on the module or on the operands.
  public let signature: Signature?
  /// log2 of the accessed bytes: the natural alignment of a memory access.
  public let accessLog2: UInt8
  /// Lane indices must be less than this; 0 if there are none.
  public let laneCount: UInt8
}

// Functions that build rows. They run once, when the flat table is made.
extension OpcodeInfo {
  static func special(
    _ name: StaticString, _ operation: SpecialOperation, _ immediates: Immediates,
    _ feature: Feature = .mvp
  ) -> OpcodeInfo {
    OpcodeInfo(
      name: name, operation: .special(operation), immediates: immediates, feature: feature,
      signature: nil, accessLog2: 0, laneCount: 0)
  }

  static func plain(
    _ name: StaticString, _ operation: PlainOperation, _ feature: Feature = .mvp
  ) -> OpcodeInfo {
    OpcodeInfo(
      name: name, operation: .plain(operation), immediates: operation.immediates, feature: feature,
      signature: operation.signature, accessLog2: operation.accessLog2,
      laneCount: operation.laneCount)
  }

  static func saturating(
    _ name: StaticString, _ from: FloatType, _ to: IntegerType, _ sign: Signedness
  ) -> OpcodeInfo {
    plain(name, .conversion(.truncSat(from, to, sign)), .saturatingConversions)
  }

  static func vector(_ name: StaticString, _ operation: VectorOperation) -> OpcodeInfo {
    plain(name, .vector(operation), .simd)
  }

  static func relaxed(_ name: StaticString, _ operation: RelaxedVectorOperation) -> OpcodeInfo {
    plain(name, .vector(.relaxed(operation)), .relaxedSIMD)
  }

  static func atomic(_ name: StaticString, _ operation: AtomicOperation) -> OpcodeInfo {
    plain(name, .atomic(operation), .threads)
  }
}

/// The rows by encoding, in a flat array that exists as long as the process. So looking up an instruction costs one
/// load, without reference counting.
struct OpcodeTable: @unchecked Sendable {
  /// An entry has 16 bytes. So a shift finds the place of an entry, and no multiplication is needed.
  struct Entry {
    var opcode: Opcode
    /// nil for plain instructions.
    var special: SpecialOperation?
    var immediates: Immediates
    /// False for encodings that are no instruction.
    var isKnown: Bool
    var isMemoryAccess = false
    var isAtomic = false
    /// Whether there are rules for the immediates of a plain instruction.
    var hasRules = false
    /// Whether constant expressions may contain it.
    var isConstant = false
    var accessLog2: UInt8 = 0
    var laneCount: UInt8 = 0
    var packedOperands: UInt16 = 0
    var packedResults: UInt16 = 0

    /// The entry of an encoding without an instruction.
    static let unknown = Entry(
      opcode: .unreachable, special: .control(.unreachable), immediates: .none, isKnown: false)

    init(_ opcode: Opcode, _ row: OpcodeInfo) {
      self.init(opcode: opcode, special: nil, immediates: row.immediates, isKnown: true)
      accessLog2 = row.accessLog2
      laneCount = row.laneCount
      isMemoryAccess = row.immediates == .memoryArgument || row.immediates == .memoryArgumentLane
      hasRules = isMemoryAccess || laneCount != 0
      isConstant = row.operation.isConstant
      switch row.operation {
      case .special(let operation): special = operation
      case .plain(let operation):
        isAtomic = operation.isAtomic
        packedOperands = operation.signature.packedOperands
        packedResults = operation.signature.packedResults
      }
    }

    private init(
      opcode: Opcode, special: SpecialOperation?, immediates: Immediates, isKnown: Bool
    ) {
      self.opcode = opcode
      self.special = special
      self.immediates = immediates
      self.isKnown = isKnown
    }
  }

  static let shared = OpcodeTable()
  static let capacity = 0x500

  /// `capacity` entries, never freed and never written after initialisation.
  let entries: UnsafePointer<Entry>
  private let infos: [OpcodeInfo?]

  private init() {
    let memory = UnsafeMutablePointer<Entry>.allocate(capacity: OpcodeTable.capacity)
    memory.initialize(repeating: .unknown, count: OpcodeTable.capacity)
    var infos = [OpcodeInfo?](repeating: nil, count: OpcodeTable.capacity)
    for opcode in Opcode.allCases {
      let row = opcode.row
      infos[Int(opcode.rawValue)] = row
      memory[Int(opcode.rawValue)] = Entry(opcode, row)
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
  public var operation: InstructionOperation { info.operation }
  /// The operation if it has a typing rule of its own, otherwise nil. It is read from the flat table.
  public var special: SpecialOperation? { OpcodeTable.shared.entries[Int(rawValue)].special }
}
