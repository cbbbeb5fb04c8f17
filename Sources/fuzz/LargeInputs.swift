// Modules that are at least as large as any that a compiler should meet, or that cost it much. A few lines make each of
// them.

import WasmEncoding

struct LargeInput: Sendable {
  let name: String
  /// What a call of the export `run` prints. nil if the module is only compiled, or exceeds a limit.
  let output: String?
  let bytes: @Sendable () -> [UInt8]

  static let all: [LargeInput] =
    functionSizes + counts + nestings + signatures + segments + storage + interpreters + costs

  // MARK: Modules of one function

  /// A module with `run: [] -> [i32]`, which has these locals and this code before its end.
  static func function(locals: [(count: Int, type: UInt8)] = [], _ code: [UInt8]) -> [UInt8] {
    var body = WasmWriter.vector(locals.count) { writer, index in
      writer.unsigned(locals[index].count)
      writer.raw([locals[index].type])
    }
    body.raw(code + [0x0b])
    return WasmWriter.module([
      (1, .of([1, 0x60, 0, 1, 0x7f])), (3, .of([1, 0])),
      (7, .of([1, 3, 0x72, 0x75, 0x6e, 0, 0])),
      (10, .vector(1) { writer, _ in writer.sized(body) }),
    ])
  }

  private static func repeated(_ code: [UInt8], _ count: Int) -> [UInt8] {
    Array(repeatElement(code, count: count).joined())
  }

  private static let functionSizes = [
    LargeInput(name: "a function of 7 MB of additions", output: "1400000") {
      // i32.const 0, then a chain of i32.const 1, i32.add, nop, nop
      function([0x41, 0] + repeated([0x41, 1, 0x6a, 0x01, 0x01], 1_400_000))
    },
    LargeInput(name: "a function of 6 MB of stores", output: nil) { stores(700_000) },
    LargeInput(name: "a function of 7 MB of branches", output: "0") {
      function(
        locals: [(1, 0x7f)],
        [0x02, 0x40] + repeated([0x20, 0, 0x0d, 0, 0x20, 0, 0x21, 0], 875_000) + [0x0b, 0x20, 0])
    },
    LargeInput(name: "50,000 locals", output: "3") {
      var code = WasmWriter()
      for index in stride(from: 0, to: 50_000, by: 1) {
        code.raw([0x41, 3, 0x21])
        code.unsigned(index)
      }
      code.raw([0x20])
      code.unsigned(49_999)
      return function(locals: [(50_000, 0x7f)], code.bytes)
    },
    LargeInput(name: "50,000 locals in a loop", output: "7") { localsInLoop() },
    LargeInput(name: "one local more than there may be", output: nil) {
      function(locals: [(50_001, 0x7f)], [0x41, 0])
    },
    LargeInput(name: "more than 2^32 locals", output: nil) {
      function(locals: [(0xffff_ffff, 0x7f), (0xffff_ffff, 0x7f)], [0x41, 0])
    },
    LargeInput(name: "a br_table of 100,000 targets", output: "5") {
      branchTable(blocks: 10, targets: 100_000)
    },
    LargeInput(name: "a br_table to 1,000 blocks", output: nil) {
      branchTable(blocks: 1_000, targets: 100_000)
    },
    LargeInput(name: "an operand stack of 100,000", output: "100000") {
      function(repeated([0x41, 1], 100_000) + repeated([0x6a], 99_999))
    },
  ]

  private static func stores(_ count: Int) -> [UInt8] {
    var body = WasmWriter.of([0])
    for index in 0..<count {
      body.raw([0x41, 0, 0x41, 1, 0x36, 2])
      body.unsigned(index % 16_384 * 4)
    }
    body.raw([0x41, 0, 0x0b])
    return WasmWriter.module([
      (1, .of([1, 0x60, 0, 1, 0x7f])), (3, .of([1, 0])), (5, .of([1, 0, 1])),
      (7, .of([1, 3, 0x72, 0x75, 0x6e, 0, 0])),
      (10, .vector(1) { writer, _ in writer.sized(body) }),
    ])
  }

  /// In every turn all locals but two take over the next one's value, which makes nearly 50,000 phis.
  private static func localsInLoop() -> [UInt8] {
    var code = WasmWriter()
    code.raw([0x41, 7, 0x21])
    code.unsigned(49_998)
    code.raw([0x03, 0x40])
    for index in 0..<49_998 {
      code.raw([0x20])
      code.unsigned(index + 1)
      code.raw([0x21])
      code.unsigned(index)
    }
    // until the counter, the last local, is 3
    code.raw([0x20])
    code.unsigned(49_999)
    code.raw([0x41, 1, 0x6a, 0x22])
    code.unsigned(49_999)
    code.raw([0x41])
    code.signed(3)
    code.raw([0x48, 0x0d, 0, 0x0b, 0x20])
    code.unsigned(49_998)
    return function(locals: [(50_000, 0x7f)], code.bytes)
  }

  /// Index 99_995 goes to block 99_995 % blocks, which gives its number: 5 if there are 10.
  private static func branchTable(blocks: Int, targets: Int) -> [UInt8] {
    var code = WasmWriter()
    code.raw(repeated([0x02, 0x40], blocks))
    code.raw([0x41])
    code.signed(99_995)
    code.raw([0x0e])
    code.unsigned(targets)
    for index in 0...targets { code.unsigned(index % blocks) }
    for index in 0..<blocks {
      code.raw([0x0b, 0x41])
      code.signed(Int64(index))
      code.raw([0x0f])
    }
    code.raw([0x41, 0])
    return function(code.bytes)
  }

  // MARK: Nesting

  private static let nestings = [
    LargeInput(name: "100,000 nested blocks", output: "1") {
      function(repeated([0x02, 0x40], 100_000) + repeated([0x0b], 100_000) + [0x41, 1])
    },
    LargeInput(name: "100,000 nested loops", output: "1") {
      function(repeated([0x03, 0x40], 100_000) + repeated([0x0b], 100_000) + [0x41, 1])
    },
    LargeInput(name: "100,000 nested ifs", output: "1") {
      function(repeated([0x41, 0, 0x04, 0x40], 100_000) + repeated([0x0b], 100_000) + [0x41, 1])
    },
    LargeInput(name: "100,000 nested ifs with values", output: "2") {
      function(
        repeated([0x41, 0, 0x04, 0x7f], 100_000) + [0x41, 1]
          + repeated([0x05, 0x41, 2, 0x0b], 100_000))
    },
    LargeInput(name: "100,000 nested try_tables", output: nil) {
      // try_table with catch_all 0
      function(
        [0x02, 0x40] + repeated([0x1f, 0x40, 1, 2, 0], 100_000) + repeated([0x0b], 100_000)
          + [0x0b, 0x41, 1])
    },
    LargeInput(name: "100,000 nested legacy trys", output: nil) {
      function(repeated([0x06, 0x40], 100_000) + repeated([0x19, 0x0b], 100_000) + [0x41, 1])
    },
    LargeInput(name: "100,000 blocks that are left from inside", output: "1") {
      var code = WasmWriter.of(repeated([0x02, 0x40], 100_000))
      for depth in stride(from: 0, to: 100_000, by: 10) {
        code.raw([0x41, 0, 0x0d])
        code.unsigned(depth)
      }
      code.raw(repeated([0x0b], 100_000) + [0x41, 1])
      return function(code.bytes)
    },
    LargeInput(name: "2,000 nested loops, each with a branch back", output: nil) {
      function(
        locals: [(1, 0x7f)],
        repeated([0x03, 0x40], 2_000) + repeated([0x20, 0, 0x0d, 0, 0x0b], 2_000) + [0x41, 1])
    },
  ]
}
