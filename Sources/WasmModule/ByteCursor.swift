// A position in a range of the file: bytes, LEB128 integers, names. Spec: Binary Format, Values.
//
// Every read is checked against `end`. Positions count from the start of the file, so that errors need no translation.
// The pointer belongs to a ModuleBytes. The holder of a cursor keeps it alive.

package struct ByteCursor {
  private let base: UnsafePointer<UInt8>
  package private(set) var position: Int
  package let end: Int

  init(base: UnsafePointer<UInt8>, position: Int, end: Int) {
    self.base = base
    self.position = position
    self.end = end
  }

  package var isAtEnd: Bool { position >= end }
  package var remaining: Int { end - position }

  /// The next byte without consuming it; nil at the end.
  package func peek() -> UInt8? {
    position < end ? base[position] : nil
  }

  @inline(__always)
  package mutating func byte() throws(WasmError) -> UInt8 {
    guard position < end else { throw .unexpectedEnd(at: position) }
    let byte = base[position]
    position &+= 1
    return byte
  }

  package mutating func skip(_ count: Int) throws(WasmError) {
    guard count >= 0, count <= remaining else { throw .unexpectedEnd(at: position) }
    position += count
  }

  /// Consumes `count` bytes, and returns a cursor over them.
  package mutating func slice(_ count: Int) throws(WasmError) -> ByteCursor {
    let start = position
    try skip(count)
    return ByteCursor(base: base, position: start, end: position)
  }

  package mutating func littleEndian32() throws(WasmError) -> UInt32 {
    guard remaining >= 4 else { throw .unexpectedEnd(at: position) }
    let raw = UnsafeRawPointer(base + position).loadUnaligned(as: UInt32.self)
    position &+= 4
    return UInt32(littleEndian: raw)
  }

  package mutating func littleEndian64() throws(WasmError) -> UInt64 {
    guard remaining >= 8 else { throw .unexpectedEnd(at: position) }
    let raw = UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self)
    position &+= 8
    return UInt64(littleEndian: raw)
  }
}

// LEB128. One byte is by far the most common length and is read inline. Spec: Binary Format, Integers.
extension ByteCursor {
  @inline(__always)
  package mutating func u32() throws(WasmError) -> UInt32 {
    if position < end {
      let first = base[position]
      if first < 0x80 {
        position &+= 1
        return UInt32(first)
      }
    }
    return UInt32(truncatingIfNeeded: try unsigned(bits: 32))
  }

  @inline(__always)
  package mutating func u64() throws(WasmError) -> UInt64 {
    if position < end {
      let first = base[position]
      if first < 0x80 {
        position &+= 1
        return UInt64(first)
      }
    }
    return try unsigned(bits: 64)
  }

  @inline(__always)
  package mutating func s32() throws(WasmError) -> Int32 {
    Int32(truncatingIfNeeded: try shortSigned(bits: 32))
  }

  /// The 33-bit integer of a block type or heap type. Values that are not negative are type indices.
  @inline(__always)
  package mutating func s33() throws(WasmError) -> Int64 { try shortSigned(bits: 33) }

  @inline(__always)
  package mutating func s64() throws(WasmError) -> Int64 { try shortSigned(bits: 64) }

  @inline(__always)
  private mutating func shortSigned(bits: Int) throws(WasmError) -> Int64 {
    if position < end {
      let first = base[position]
      if first < 0x80 {
        position &+= 1
        return Int64(Int8(bitPattern: first << 1) >> 1)
      }
    }
    return try signed(bits: bits)
  }

  @inline(never)
  private mutating func unsigned(bits: Int) throws(WasmError) -> UInt64 {
    let start = position
    var result: UInt64 = 0
    var shift = 0
    while true {
      let byte = try byte()
      let left = bits - shift
      if left < 7 && (byte & 0x7f) >> UInt8(left) != 0 {
        let isTooLong = byte & 0x80 != 0
        throw .malformed(
          isTooLong ? "integer representation too long" : "integer too large", at: start)
      }
      result |= UInt64(byte & 0x7f) << UInt64(shift)
      if byte & 0x80 == 0 { return result }
      shift += 7
      if shift >= bits { throw .malformed("integer representation too long", at: start) }
    }
  }

  @inline(never)
  private mutating func signed(bits: Int) throws(WasmError) -> Int64 {
    let start = position
    var result: Int64 = 0
    var shift = 0
    while true {
      let byte = try byte()
      let left = bits - shift
      if left < 7 {
        if byte & 0x80 != 0 {
          throw .malformed("integer representation too long", at: start)
        }
        // The unused bits must repeat the sign bit.
        let extended = Int8(bitPattern: byte << 1) >> 1
        let sign = extended >> Int8(left - 1)
        if sign != 0 && sign != -1 { throw .malformed("integer too large", at: start) }
      }
      result |= Int64(byte & 0x7f) << Int64(shift)
      shift += 7
      if byte & 0x80 == 0 {
        if shift < 64 && byte & 0x40 != 0 { result |= -1 << Int64(shift) }
        return result
      }
      if shift >= bits { throw .malformed("integer representation too long", at: start) }
    }
  }
}

extension ByteCursor {
  /// A vector's length, checked so that reserving room for it is safe: each entry takes at least
  /// `entryBytes` bytes, and no more than `limit` are allowed.
  package mutating func count(
    of what: String, limit: Int, entryBytes: Int = 1
  ) throws(WasmError) -> Int {
    let offset = position
    let count = Int(try u32())
    guard count <= remaining / entryBytes else {
      throw .malformed("unexpected end: \(count) \(what) do not fit", at: offset)
    }
    guard count <= limit else { throw .limit(what, limit, at: offset) }
    return count
  }

  /// A name: a length and that many bytes of UTF-8. Spec: Binary Format, Names.
  package mutating func name() throws(WasmError) -> Name {
    let offset = position
    let count = Int(try u32())
    guard count <= remaining else {
      throw .malformed("unexpected end: a name of \(count) bytes does not fit", at: offset)
    }
    let bytes = UnsafeBufferPointer(start: base + position, count: count)
    guard let name = String(validating: bytes, as: UTF8.self) else {
      throw .malformed("malformed UTF-8 encoding", at: position)
    }
    position += count
    guard count <= ImplementationLimits.nameBytes else {
      throw .limit("bytes in a name", ImplementationLimits.nameBytes, at: offset)
    }
    return Name(name)
  }
}
