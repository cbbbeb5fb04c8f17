// One decoded instruction: a trivial value with its immediates.
//
// Different instructions use the same fields; the accessors below say which field has which immediate. Lists of
// unbounded length (br_table, try_table, select types) are in the reader's side arrays.

/// One instruction. Its opcode says which of the other fields have a meaning.
public struct Instruction: Sendable {
  public internal(set) var opcode: Opcode
  /// log2 of the alignment that a memory access states.
  public internal(set) var alignLog2: UInt8 = 0
  /// Lane of a vector instruction.
  public internal(set) var lane: UInt8 = 0
  public internal(set) var blockType: BlockType = .empty
  /// The offset of the opcode from the start of the file.
  public internal(set) var offset: Int
  /// The index that the instruction names: a local, function, memory, label ...; for br_table, the default label.
  public internal(set) var index: UInt32 = 0
  /// The second index: the table of call_indirect and table.init, the source of memory.copy and table.copy, the memory
  /// of memory.init.
  public internal(set) var index2: UInt32 = 0
  /// A constant's bits (v128: lanes 0 to 7 of 16, in little-endian order), or a memory access' offset.
  public internal(set) var value: UInt64 = 0
  /// The upper half of a v128 constant or of a shuffle's lanes.
  public internal(set) var value2: UInt64 = 0
  /// The heap type that `ref.null` names.
  public internal(set) var heapType: HeapType = .function

  init(opcode: Opcode, offset: Int) {
    self.opcode = opcode
    self.offset = offset
  }

  public var i32: Int32 { Int32(truncatingIfNeeded: Int64(bitPattern: value)) }
  public var i64: Int64 { Int64(bitPattern: value) }
  public var f32Bits: UInt32 { UInt32(truncatingIfNeeded: value) }
  public var f64Bits: UInt64 { value }

  /// The label of br, br_if, br_on_*, rethrow and delegate; the default label of br_table.
  public var labelDepth: UInt32 { index }
  public var functionIndex: FunctionIndex { FunctionIndex(index) }
  /// The type of call_indirect, call_ref and their tail calls.
  public var typeIndex: TypeIndex { TypeIndex(index) }
  public var localIndex: LocalIndex { LocalIndex(index) }
  public var globalIndex: GlobalIndex { GlobalIndex(index) }
  public var tagIndex: TagIndex { TagIndex(index) }

  /// The table of table.get, set, size, grow and fill, and the destination of table.copy.
  public var tableIndex: TableIndex { TableIndex(index) }
  /// The table of call_indirect and table.init, and the source of table.copy.
  public var tableIndex2: TableIndex { TableIndex(index2) }
  /// The memory of accesses, memory.size, grow and fill, and the destination of memory.copy.
  public var memoryIndex: MemoryIndex { MemoryIndex(index) }
  /// The memory of memory.init and the source of memory.copy.
  public var memoryIndex2: MemoryIndex { MemoryIndex(index2) }
  public var dataIndex: DataIndex { DataIndex(index) }
  public var elementIndex: ElementIndex { ElementIndex(index) }
  /// The constant offset of a memory access, in bytes.
  public var memoryOffset: UInt64 { value }

  /// The 16 bytes of a v128 constant or the lanes of a shuffle: byte `position`, lowest first.
  public func vectorByte(_ position: Int) -> UInt8 {
    let half = position < 8 ? value : value2
    return UInt8(truncatingIfNeeded: half >> UInt64((position & 7) * 8))
  }
}

/// One clause of `try_table`. Spec: Structure, Control Instructions.
public struct CatchClause: Sendable, Hashable {
  /// The forms of a clause, numbered as in the binary format.
  public enum Kind: UInt8, Sendable {
    case `catch` = 0
    case catchRef, catchAll, catchAllRef
  }

  public let kind: Kind
  /// The tag. It means nothing for the catch_all kinds.
  public let tag: TagIndex
  public let labelDepth: UInt32
}
