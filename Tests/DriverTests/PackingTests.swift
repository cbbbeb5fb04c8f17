// Tables come back as they were, and take less space. The unpacker here is another one than the runtime's.

import CSwasmABI
import ObjectFile
import TestSupport
import Testing

@testable import Driver

/// The bytes of a packed table, by the description of LZ4's block format.
func unpacked(_ table: [UInt8]) throws -> [UInt8] {
  var reader = ByteReader(table)
  var result: [UInt8] = []
  while reader.position < reader.end {
    let end = try Int(reader.uleb128()) + reader.position
    var block: [UInt8] = []
    func length(_ bits: UInt8) throws -> Int {
      var (sum, more) = (Int(bits), bits == 15)
      while more {
        let byte = try reader.byte()
        sum += Int(byte)
        more = byte == 255
      }
      return sum
    }
    while reader.position < end {
      let token = try reader.byte()
      for _ in 0..<(try length(token >> 4)) { block.append(try reader.byte()) }
      guard reader.position < end else { break }
      let distance = try Int(reader.byte()) | Int(reader.byte()) << 8
      try #require(1...max(block.count, 1) ~= distance)
      for _ in 0..<(try length(token & 15) + 4) { block.append(block[block.count - distance]) }
    }
    try #require(reader.position == end && block.count <= Int(SWASM_PACKED_BLOCK_BYTES))
    result += block
  }
  return result
}

@Suite struct PackingTests {
  @Test func shortTablesComeBack() throws {
    for count in 0..<300 {
      let different = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 167) }
      #expect(try unpacked(packed(different)) == different)
      let equal = [UInt8](repeating: 7, count: count)
      #expect(try unpacked(packed(equal)) == equal)
    }
    #expect(packed([]) == [])
  }

  /// Random bytes, in which stretches of random lengths are repeated.
  @Test(arguments: [0, 50, 95]) func longTablesComeBack(percentRepeated: Int) throws {
    var random = SeededRandom(seed: UInt64(percentRepeated))
    for count in [65534, 65535, 65536, 200_000] {
      var bytes: [UInt8] = []
      while bytes.count < count {
        let length = random.below(600)
        if bytes.count > length, random.below(100) < percentRepeated {
          let begin = random.below(bytes.count - length)
          bytes += bytes[begin..<begin + length]
        } else {
          bytes += random.bytes(length)
        }
      }
      bytes.removeLast(bytes.count - count)
      let result = packed(bytes)
      #expect(try unpacked(result) == bytes)
      #expect(result.count <= count + count / 128)
    }
  }

  @Test func namesBecomeMuchShorter() {
    let names = (0..<2000).flatMap { Array("_ZN4core3fmt9Formatter\($0 % 40)write17h\($0)E".utf8) }
    #expect(packed(names).count < names.count / 4)
  }
}
