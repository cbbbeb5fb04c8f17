// Loops around a br_table. If a compiler gives each case its own dispatch, they become many times as large.

import WasmEncoding

extension LargeInput {
  static let interpreters = [
    LargeInput(name: "100 interpreters with 50 registers", output: nil) {
      interpreters(100, cases: 127, registers: 50) { index in
        [0x41, UInt8(index % 64), 0x21, UInt8(index % 50)]
      }
    },
    LargeInput(name: "1,000 interpreters in one function", output: nil) {
      // local 1 becomes the result of an operator on local 1 and the seed of the instructions
      let operators: [UInt8] = [0x6a, 0x6c, 0x6b, 0x71, 0x72, 0x73, 0x77]
      return interpreters(1_000, cases: 7, registers: 50) { index in
        [0x20, 1, 0x20, 51, operators[index], 0x21, 1]
      }
    },
  ]

  /// A module whose `run` returns the sum of all registers after `count` loops, one after another. Each is around a
  /// br_table of `cases` (a power of two, minus one). The locals are the registers, then two that make pseudo-random
  /// instructions. A number without a case ends a loop.
  private static func interpreters(
    _ count: Int, cases: Int, registers: Int, _ body: (Int) -> [UInt8]
  ) -> [UInt8] {
    let (instruction, seed) = (UInt8(registers), UInt8(registers + 1))
    var code = WasmWriter()
    for _ in 0..<count {
      code.raw([0x03, 0x40])
      code.raw(Array(repeatElement([0x02, 0x40], count: cases + 1).joined()))
      code.raw([0x20, seed, 0x41])
      code.signed(1_103_515_245)
      code.raw([0x6c, 0x41])
      code.signed(12_345)
      code.raw([0x6a, 0x22, seed, 0x41, 16, 0x76, 0x41])
      code.signed(Int64(cases))
      code.raw([0x71, 0x22, instruction, 0x0e])
      code.unsigned(cases)
      for label in 0...cases { code.unsigned(label) }
      for index in 0..<cases {
        code.raw([0x0b] + body(index) + [0x0c])
        code.unsigned(cases - index)
      }
      code.raw([0x0b, 0x0b])
    }
    code.raw([0x20, 0])
    for register in 1..<registers { code.raw([0x20, UInt8(register), 0x6a]) }
    return function(locals: [(registers + 2, 0x7f)], code.bytes)
  }
}
