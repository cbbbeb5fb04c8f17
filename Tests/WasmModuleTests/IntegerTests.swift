// LEB128 is read exactly: numbers with unused bits set, or with too many bytes, are refused. Tested with i32.const,
// i64.const and the index of local.get.

import Testing
import WasmModule

@Suite struct IntegerTests {
  func constant(_ code: Byte, _ bytes: [Byte]) throws(WasmError) -> Instruction {
    let file = ModuleBytes([code] + bytes)
    var reader = InstructionReader(file, range: 0..<file.count)
    return try reader.next()
  }

  @Test(
    arguments: [
      ([0x00], 0), ([0x7f], -1), ([0x3f], 63), ([0x40], -64), ([0x80, 0x7f], -128),
      ([0xff, 0xff, 0xff, 0xff, 0x07], Int32.max), ([0x80, 0x80, 0x80, 0x80, 0x78], Int32.min),
      ([0x80, 0x80, 0x80, 0x80, 0x00], 0), ([0xff, 0xff, 0xff, 0xff, 0x7f], -1),
    ] as [([Byte], Int32)])
  func signedNumbersOf32BitsAreDecoded(_ bytes: [Byte], _ value: Int32) throws {
    #expect(try constant(0x41, bytes).i32 == value)
  }

  @Test(
    arguments: [
      ([0x7f], -1), ([0x80, 0x80, 0x80, 0x80, 0x78], -2_147_483_648),
      ([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00], Int64.max),
      ([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f], Int64.min),
    ] as [([Byte], Int64)])
  func signedNumbersOf64BitsAreDecoded(_ bytes: [Byte], _ value: Int64) throws {
    #expect(try constant(0x42, bytes).i64 == value)
  }

  @Test(
    arguments: [
      ([0x80, 0x80, 0x80, 0x80, 0x08], "integer too large"),
      ([0xff, 0xff, 0xff, 0xff, 0x4f], "integer too large"),
      ([0x80, 0x80, 0x80, 0x80, 0x80, 0x00], "integer representation too long"),
      ([0x80], "unexpected end of section or function"),
    ] as [([Byte], String)])
  func wrongSignedNumbersOf32BitsAreRefused(_ bytes: [Byte], _ message: String) {
    #expect { try constant(0x41, bytes) } throws: { ($0 as? WasmError)?.message == message }
  }

  @Test(
    arguments: [
      ([0xff, 0xff, 0xff, 0xff, 0x1f], "integer too large"),
      ([0x80, 0x80, 0x80, 0x80, 0x10], "integer too large"),
      ([0x80, 0x80, 0x80, 0x80, 0x80, 0x00], "integer representation too long"),
    ] as [([Byte], String)])
  func wrongUnsignedNumbersOf32BitsAreRefused(_ bytes: [Byte], _ message: String) {
    #expect { try constant(0x20, bytes) } throws: { ($0 as? WasmError)?.message == message }
  }

  @Test func theLargestUnsigned32IsDecoded() throws {
    #expect(try constant(0x20, [0xff, 0xff, 0xff, 0xff, 0x0f]).index == UInt32.max)
  }
}
