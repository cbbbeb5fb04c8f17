// Checked little-endian reads from the bytes of an object file: fixed-size numbers, LEB128, strings. A read beyond
// the end is an error, never a crash.

/// Why a file cannot be read.
package struct ObjectFormatError: Error, Equatable {
  package let message: String

  package init(message: String) { self.message = message }
}

package struct ByteReader {
  private let bytes: [UInt8]
  /// No read goes beyond this.
  package let end: Int
  /// Where the next sequential read begins.
  package var position: Int

  package init(_ bytes: [UInt8]) { self.init(bytes, 0..<bytes.count) }

  /// - Parameter range: The bytes to read. It must lie within `bytes`.
  package init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// The next number of type `Number`.
  mutating func number<Number: FixedWidthInteger>() throws(ObjectFormatError) -> Number {
    Number(truncatingIfNeeded: try fixed(Number.bitWidth / 8))
  }

  /// The text from `offset` up to the next zero.
  func string(at offset: Int) throws(ObjectFormatError) -> String {
    guard offset >= 0, offset < end, let terminator = bytes[offset..<end].firstIndex(of: 0) else {
      throw ObjectFormatError(message: "a string that does not end")
    }
    return String(decoding: bytes[offset..<terminator], as: UTF8.self)
  }

  /// The next bytes up to a zero, and the zero. The result is without it.
  package mutating func string() throws(ObjectFormatError) -> Range<Int> {
    let start = position
    while try byte() != 0 {}
    return start..<position - 1
  }

  /// The next number of `count` bytes, at most 8.
  package mutating func fixed(_ count: Int) throws(ObjectFormatError) -> UInt64 {
    let value = try fixed(at: position, count)
    position += count
    return value
  }

  package mutating func byte() throws(ObjectFormatError) -> UInt8 {
    guard position < end else { throw ObjectFormatError(message: "the data ends too early") }
    defer { position += 1 }
    return bytes[position]
  }

  /// Passes over `count` bytes.
  package mutating func skip(_ count: UInt64) throws(ObjectFormatError) {
    guard count <= UInt64(end - position) else {
      throw ObjectFormatError(message: "the data ends too early")
    }
    position += Int(count)
  }

  package mutating func skipLEB128() throws(ObjectFormatError) {
    while try byte() & 0x80 != 0 {}
  }

  package mutating func uleb128() throws(ObjectFormatError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let next = try byte()
      value |= shift < 64 ? UInt64(next & 0x7f) << shift : 0
      shift += 7
      if next & 0x80 == 0 { return value }
    }
  }

  package mutating func sleb128() throws(ObjectFormatError) -> Int64 {
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
      throw ObjectFormatError(message: "the data ends too early")
    }
    var value: UInt64 = 0
    for index in (0..<count).reversed() { value = value << 8 | UInt64(bytes[offset + index]) }
    return value
  }
}
