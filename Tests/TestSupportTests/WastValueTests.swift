// How expected values of scripts are compared with values that a host read.

import Foundation
import Testing

@testable import TestSupport

private func value(_ json: String) throws -> WastValue {
  try JSONDecoder().decode(WastValue.self, from: Data(json.utf8))
}

private let externs = ExternTable(base: 0x1000, stride: 16)

@Suite struct WastValueTests {
  @Test(arguments: [
    (#"{"type":"i32","value":"-1"}"#, UInt64(0xffff_ffff), true),
    (#"{"type":"i32","value":"4294967295"}"#, 0xffff_ffff, true),
    // Bits above an i32 in its slot do not count.
    (#"{"type":"i32","value":"7"}"#, 0xdead_0000_0007, true),
    (#"{"type":"i32","value":"7"}"#, 8, false),
    (#"{"type":"i64","value":"-2"}"#, 0xffff_ffff_ffff_fffe, true),
    (#"{"type":"i64","value":"7"}"#, 0x1_0000_0007, false),
    (#"{"type":"f32","value":"2147483648"}"#, 0x8000_0000, true),
    (#"{"type":"f32","value":"2147483648"}"#, 0, false),
    (#"{"type":"f32","value":"nan:canonical"}"#, 0xffc0_0000, true),
    (#"{"type":"f32","value":"nan:canonical"}"#, 0x7fc0_0001, false),
    (#"{"type":"f32","value":"nan:arithmetic"}"#, 0x7fc0_0001, true),
    (#"{"type":"f32","value":"nan:arithmetic"}"#, 0x7fa0_0000, false),
    (#"{"type":"f64","value":"nan:canonical"}"#, 0x7ff8_0000_0000_0000, true),
    (#"{"type":"f64","value":"nan:arithmetic"}"#, 0x7ff0_0000_0000_0001, false),
    (#"{"type":"externref","value":"3"}"#, 0x1030, true),
    (#"{"type":"externref","value":"3"}"#, 0x1020, false),
    (#"{"type":"externref","value":"null"}"#, 0, true),
    (#"{"type":"funcref"}"#, 0, false),
    (#"{"type":"funcref"}"#, 0x4000, true),
    (#"{"type":"refnull"}"#, 0, true),
    (#"{"type":"refnull"}"#, 1, false),
    (
      #"{"type":"either","values":[{"type":"i32","value":"1"},{"type":"i32","value":"2"}]}"#, 2,
      true
    ),
    (
      #"{"type":"either","values":[{"type":"i32","value":"1"},{"type":"i32","value":"2"}]}"#, 3,
      false
    ),
  ])
  func valuesMatchByTheirBits(json: String, bits: UInt64, matches: Bool) throws {
    #expect(try value(json).matches(HostValue(low: bits), externs: externs) == matches)
  }

  @Test func vectorsAreComparedByLane() throws {
    let expected = try value(
      #"{"type":"v128","lane_type":"f32","value":["1","nan:canonical","3","nan:arithmetic"]}"#)
    let good = HostValue(low: 0x7fc0_0000_0000_0001, high: 0x7fc0_0f00_0000_0003)
    let bad = HostValue(low: 0x7fc0_0001_0000_0001, high: 0x7fc0_0f00_0000_0003)
    #expect(expected.matches(good, externs: externs))
    #expect(!expected.matches(bad, externs: externs))
  }

  @Test(arguments: [
    (#"{"type":"i32","value":"-1"}"#, "ffffffff:0"),
    (#"{"type":"i64","value":"-9223372036854775808"}"#, "8000000000000000:0"),
    (#"{"type":"f64","value":"9221120237041090560"}"#, "7ff8000000000000:0"),
    (#"{"type":"externref","value":"2"}"#, "extern:2"),
    (#"{"type":"funcref","value":"null"}"#, "0:0"),
    (
      #"{"type":"v128","lane_type":"i16","value":["1","2","3","4","5","6","7","-1"]}"#,
      "4000300020001:ffff000700060005"
    ),
  ])
  func argumentsAreWordsForTheHost(json: String, word: String) throws {
    #expect(try value(json).argument == word)
  }
}
