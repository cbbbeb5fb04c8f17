// Types of tables, memories, globals and tags, as imports and their own sections write them.
// Spec: Binary Format, Types.

extension ByteCursor {
  mutating func tableType() throws(WasmError) -> TableType {
    let element = try referenceType()
    let offset = position
    let flags = try limitFlags(allowed: LimitFlags.maximum | LimitFlags.index64, at: offset)
    let limits = try limits(flags)
    return TableType(element: element, limits: limits, is64: flags & LimitFlags.index64 != 0)
  }

  mutating func memoryType() throws(WasmError) -> MemoryType {
    let offset = position
    let flags = try limitFlags(allowed: LimitFlags.all, at: offset)
    let limits = try limits(flags)
    var pageLog2: UInt8 = 16
    if flags & LimitFlags.pageSize != 0 {
      let offset = position
      let log2 = try u32()
      guard log2 < 64 else { throw .malformed("malformed custom page size", at: offset) }
      guard log2 == 0 || log2 == 16 else { throw .invalid("invalid custom page size", at: offset) }
      pageLog2 = UInt8(truncatingIfNeeded: log2)
    }
    return MemoryType(
      limits: limits, is64: flags & LimitFlags.index64 != 0,
      isShared: flags & LimitFlags.shared != 0, pageLog2: pageLog2)
  }

  mutating func globalType() throws(WasmError) -> GlobalType {
    let value = try valueType()
    let offset = position
    let mutability = try byte()
    guard mutability <= 1 else { throw .malformed("malformed mutability", at: offset) }
    return GlobalType(value: value, isMutable: mutability == 1)
  }

  mutating func tagType() throws(WasmError) -> TypeIndex {
    let offset = position
    guard try byte() == 0 else { throw .malformed("malformed tag attribute", at: offset) }
    return TypeIndex(try u32())
  }

  private mutating func limitFlags(allowed: UInt8, at offset: Int) throws(WasmError) -> UInt8 {
    let flags = try byte()
    guard flags & ~allowed == 0 else {
      throw .malformed("malformed limits flags 0x\(String(flags, radix: 16))", at: offset)
    }
    return flags
  }

  /// Reads limits as 64-bit numbers, whatever the index type is. Validation checks their range.
  private mutating func limits(_ flags: UInt8) throws(WasmError) -> Limits {
    let minimum = try u64()
    let maximum = flags & LimitFlags.maximum != 0 ? try u64() : nil
    return Limits(minimum: minimum, maximum: maximum)
  }
}

private enum LimitFlags {
  static let maximum: UInt8 = 1
  static let shared: UInt8 = 2
  static let index64: UInt8 = 4
  static let pageSize: UInt8 = 8
  static let all: UInt8 = 15
}
