// Checked little-endian reads from bytes that a tool produced: fixed-size numbers, LEB128, strings. A read
// beyond the end is an error, never a crash.

struct ByteReader {
  private let bytes: [UInt8]
  /// Where reads may not go beyond.
  let end: Int
  /// Where the next sequential read is.
  var position: Int

  init(_ bytes: [UInt8]) { self.init(bytes, 0..<bytes.count) }

  /// `range` lies within `bytes`.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  func uint16(at offset: Int) throws(ObjectFormatError) -> UInt16 {
    UInt16(truncatingIfNeeded: try fixed(at: offset, 2))
  }

  func uint32(at offset: Int) throws(ObjectFormatError) -> UInt32 {
    UInt32(truncatingIfNeeded: try fixed(at: offset, 4))
  }

  func uint64(at offset: Int) throws(ObjectFormatError) -> UInt64 { try fixed(at: offset, 8) }

  /// A 64-bit number that is used as an offset; what cannot be one is beyond the end of any file.
  func offset(at offset: Int) throws(ObjectFormatError) -> Int {
    let value = try fixed(at: offset, 8)
    guard value < 1 << 48 else { throw ObjectFormatError(message: "an offset beyond the file") }
    return Int(value)
  }

  func string(at offset: Int) throws(ObjectFormatError) -> String {
    guard offset >= 0, offset < end, let terminator = bytes[offset..<end].firstIndex(of: 0) else {
      throw ObjectFormatError(message: "a string that does not end")
    }
    return String(decoding: bytes[offset..<terminator], as: UTF8.self)
  }

  mutating func fixed(_ count: Int) throws(ObjectFormatError) -> UInt64 {
    let value = try fixed(at: position, count)
    position += count
    return value
  }

  mutating func byte() throws(ObjectFormatError) -> UInt8 {
    guard position < end else { throw ObjectFormatError(message: "it ends too early") }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func uleb128() throws(ObjectFormatError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let next = try byte()
      value |= shift < 64 ? UInt64(next & 0x7f) << shift : 0
      shift += 7
      if next & 0x80 == 0 { return value }
    }
  }

  mutating func sleb128() throws(ObjectFormatError) -> Int64 {
    var value: Int64 = 0
    var shift: Int64 = 0
    while true {
      let next = try byte()
      value |= shift < 64 ? Int64(next & 0x7f) << shift : 0
      shift += 7
      if next & 0x80 == 0 {
        return next & 0x40 != 0 && shift < 64 ? value | (-1 << shift) : value
      }
    }
  }

  private func fixed(at offset: Int, _ count: Int) throws(ObjectFormatError) -> UInt64 {
    guard offset >= 0, count <= end - offset else {
      throw ObjectFormatError(message: "it ends too early")
    }
    var value: UInt64 = 0
    for index in (0..<count).reversed() { value = value << 8 | UInt64(bytes[offset + index]) }
    return value
  }
}
