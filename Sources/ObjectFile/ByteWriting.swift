// Numbers as bytes: little-endian, LEB128, padding. ByteReader reads them.

extension [UInt8] {
  package mutating func append(littleEndian value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }

  package mutating func pad(toMultipleOf alignment: Int) {
    while count % alignment != 0 { append(0) }
  }

  package mutating func append(uleb128 value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }

  package mutating func append(sleb128 value: Int64) {
    var rest = value
    while rest < -0x40 || rest > 0x3f {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest) & 0x7f)
  }
}
