// Small modules that can cost a compiler much. Its time and memory must grow no faster than the size of the module.

import WasmEncoding

extension LargeInput {
  static let costs = [
    LargeInput(name: "30 functions that call each other in a circle", output: nil) {
      calls(30, each: 2) { index, call in index + 1 + call }
    },
    LargeInput(name: "50,000 functions that call each other in a circle", output: nil) {
      calls(50_000, each: 2) { index, call in index + 1 + call }
    },
    LargeInput(name: "10,000 functions that call any others", output: nil) {
      calls(10_000, each: 3) { index, call in (index + 1) * 7_919 + call * 104_729 }
    },
    LargeInput(name: "300 functions that call the next 20", output: nil) {
      calls(300, each: 20) { index, call in index + 1 + call }
    },
    LargeInput(name: "1,000 nested loops over 4,500 locals", output: nil) {
      var code = WasmWriter.of(repeated([0x03, 0x40], 1_000))
      for index in 0..<4_500 {
        code.raw([0x20])
        code.unsigned((index + 1) % 4_500)
        code.raw([0x21])
        code.unsigned(index)
      }
      code.raw(repeated([0x20, 0, 0x0d, 0, 0x0b], 1_000) + [0x20, 0])
      return function(locals: [(4_500, 0x7f)], code.bytes)
    },
    LargeInput(name: "a block of 100,000 operations on one value", output: nil) {
      // local 0 becomes (local 0 times local 1) xor 3
      function(
        locals: [(2, 0x7f)],
        repeated([0x20, 0, 0x20, 1, 0x6c, 0x41, 3, 0x73, 0x21, 0], 100_000) + [0x20, 0])
    },
    LargeInput(name: "a block that is left from 1,000 places with as many locals", output: nil) {
      var code = WasmWriter.of([0x02, 0x40])
      for index in 0..<1_000 {
        code.raw([0x41, 1, 0x21])
        code.unsigned(index)
        code.raw([0x20, 0, 0x0d, 0])
      }
      code.raw([0x0b, 0x41, 0])
      for index in 0..<1_000 {
        code.raw([0x20])
        code.unsigned(index)
        code.raw([0x6a])
      }
      return function(locals: [(1_000, 0x7f)], code.bytes)
    },
  ]

  private static func repeated(_ code: [UInt8], _ count: Int) -> [UInt8] {
    Array(repeatElement(code, count: count).joined())
  }

  /// Functions without parameters that only call. The last, exported as `run`, calls the first.
  private static func calls(_ count: Int, each: Int, _ callee: (Int, Int) -> Int) -> [UInt8] {
    let bodies = WasmWriter.vector(count + 1) { writer, index in
      var body = WasmWriter.of([0])
      for call in 0..<(index == count ? 1 : each) {
        body.raw([0x10])
        body.unsigned(index == count ? 0 : callee(index, call) % count)
      }
      body.raw(index == count ? [0x41, 0, 0x0b] : [0x0b])
      writer.sized(body)
    }
    let types = WasmWriter.vector(count + 1) { writer, index in
      writer.raw([index == count ? 1 : 0])
    }
    var exports = WasmWriter.of([1, 3, 0x72, 0x75, 0x6e, 0])
    exports.unsigned(count)
    return WasmWriter.module([
      (1, .of([2, 0x60, 0, 0, 0x60, 0, 1, 0x7f])), (3, types), (7, exports), (10, bodies),
    ])
  }
}
