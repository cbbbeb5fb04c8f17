// Value, reference and heap types as the binary format writes them. Spec: Binary Format, Types.
//
// Heap types of proposals that are not implemented are refused by name.

extension ByteCursor {
  package mutating func valueType() throws(WasmError) -> ValueType {
    let offset = position
    let byte = try byte()
    switch byte {
    case 0x7f: return .i32
    case 0x7e: return .i64
    case 0x7d: return .f32
    case 0x7c: return .f64
    case 0x7b: return .v128
    default: return .reference(try referenceType(leading: byte, at: offset))
    }
  }

  mutating func referenceType() throws(WasmError) -> ReferenceType {
    let offset = position
    let byte = try byte()
    return try referenceType(leading: byte, at: offset)
  }

  private mutating func referenceType(
    leading byte: UInt8, at offset: Int
  ) throws(WasmError) -> ReferenceType {
    switch byte {
    case 0x63: return ReferenceType(isNullable: true, heap: try heapType())
    case 0x64: return ReferenceType(isNullable: false, heap: try heapType())
    default: return ReferenceType(isNullable: true, heap: try abstractHeapType(byte, at: offset))
    }
  }

  mutating func heapType() throws(WasmError) -> HeapType {
    let offset = position
    if let byte = peek(), byte & 0xc0 == 0x40 {
      try skip(1)
      return try abstractHeapType(byte, at: offset)
    }
    let value = try s33()
    guard value >= 0 else { throw .malformed("malformed heap type", at: offset) }
    return .concrete(TypeIndex(UInt32(truncatingIfNeeded: value)))
  }

  private func abstractHeapType(_ byte: UInt8, at offset: Int) throws(WasmError) -> HeapType {
    switch byte {
    case 0x70: return .function
    case 0x6f: return .extern
    case 0x69: return .exception
    case 0x73: return .noFunction
    case 0x72: return .noExtern
    case 0x74: return .noException
    case 0x6e: throw .unsupported(.garbageCollection, "type any", at: offset)
    case 0x6d: throw .unsupported(.garbageCollection, "type eq", at: offset)
    case 0x6c: throw .unsupported(.garbageCollection, "type i31", at: offset)
    case 0x6b: throw .unsupported(.garbageCollection, "type struct", at: offset)
    case 0x6a: throw .unsupported(.garbageCollection, "type array", at: offset)
    case 0x71: throw .unsupported(.garbageCollection, "type none", at: offset)
    case 0x68: throw .unsupported(.stackSwitching, "type cont", at: offset)
    case 0x75: throw .unsupported(.stackSwitching, "type nocont", at: offset)
    case 0x62: throw .unsupported(.customDescriptors, "exact type", at: offset)
    case 0x65: throw .unsupported(.threads, "shared type", at: offset)
    default:
      throw .malformed("malformed value type 0x\(String(byte, radix: 16))", at: offset)
    }
  }

  mutating func blockType() throws(WasmError) -> BlockType {
    let offset = position
    guard let byte = peek() else { throw .unexpectedEnd(at: offset) }
    if byte == 0x40 {
      try skip(1)
      return .empty
    }
    // Negative one-byte integers are value types; 0x63 and 0x64 start reference types.
    if byte & 0xc0 == 0x40 { return .value(try valueType()) }
    let value = try s33()
    guard value >= 0 else { throw .malformed("malformed block type", at: offset) }
    return .type(TypeIndex(UInt32(truncatingIfNeeded: value)))
  }
}
