// Modules full of loads, some of them at the end of memory, where the loads of `wasm-tools smith` rarely lie. Few of
// the loaded values are used: some in one iteration of a loop, some in one branch, some nowhere. Each function is
// (p, n) -> i32.

import TestSupport
import WasmEncoding

struct LoadModules {
  private static let functionCount = 8
  /// The locals are p, n, four values, then a counter for each level of loops.
  private static let firstValue = 2
  private static let valueCount = 4
  private static let firstCounter = firstValue + valueCount
  private static let maximumDepth = 2

  /// Whether the module has stores. Without stores, a fault leaves no doubt about the state after it.
  static func stores(seed: UInt64) -> Bool { seed % 2 == 1 }

  private let stores: Bool
  private var random: SeededRandom
  private var code = WasmWriter()
  /// The number of loops around the code that is being written.
  private var depth = 0
  private var room = 0

  init(seed: UInt64) {
    stores = Self.stores(seed: seed)
    random = SeededRandom(seed: seed ^ 0x10ad)
  }

  mutating func bytes() -> [UInt8] {
    var bodies: [WasmWriter] = []
    for _ in 0..<Self.functionCount { bodies.append(function()) }
    return WasmWriter.module([
      (1, .of([1, 0x60, 2, 0x7f, 0x7f, 1, 0x7f])),
      (3, .vector(bodies.count) { writer, _ in writer.raw([0]) }),
      (5, .of([1, 1, 1, 1])),
      (
        7,
        .vector(bodies.count + 1) { writer, index in
          writer.name(String(index))
          writer.raw(index == 0 ? [2, 0] : [0, UInt8(index - 1)])
        }
      ),
      (10, .vector(bodies.count) { writer, index in writer.sized(bodies[index]) }),
    ])
  }

  private mutating func function() -> WasmWriter {
    code = .of([1, UInt8(Self.valueCount + Self.maximumDepth), 0x7f])
    room = 6 + random.below(20)
    while room > 0 { statement() }
    // The result depends on some of the values that were read.
    code.raw([0x20, value()])
    if random.below(2) == 0 { code.raw([0x20, value(), 0x6a]) }
    code.raw([0x0b])
    return code
  }

  private mutating func value() -> UInt8 { UInt8(Self.firstValue + random.below(Self.valueCount)) }

  // MARK: Statements

  private mutating func statement() {
    room -= 1
    switch random.below(10) {
    case 0, 1, 2, 3: assignLoad()
    case 4, 5, 6: assignOperation()
    case 7: stores ? store() : assignLoad()
    case 8: branch()
    default: loop()
    }
  }

  private mutating func assignLoad() {
    load()
    if random.below(3) == 0 { combine() }
    code.raw([0x21, value()])
  }

  private mutating func assignOperation() {
    code.raw([0x20, value()])
    combine()
    code.raw([0x21, value()])
  }

  private mutating func store() {
    // Most stores are below the loaded places, and often at the same place.
    if random.below(3) == 0 { address() } else { code.raw([0x41, UInt8(random.below(4) * 8)]) }
    random.below(3) == 0 ? load() : code.raw([0x20, value()])
    code.raw([0x36, 0, 0])
  }

  private mutating func branch() {
    condition()
    code.raw([0x04, 0x40])
    let start = code.bytes.count
    for _ in 0...random.below(2) { statement() }
    switch random.below(4) {
    case 0: break
    // Both branches are the same.
    case 1: code.raw([0x05] + code.bytes[start...])
    default:
      code.raw([0x05])
      for _ in 0...random.below(2) { statement() }
    }
    code.raw([0x0b])
  }

  /// do ... while (++counter < end)
  private mutating func loop() {
    guard depth < Self.maximumDepth else { return assignLoad() }
    let counter = UInt8(Self.firstCounter + depth)
    code.raw([0x41, 0, 0x21, counter, 0x03, 0x40])
    depth += 1
    for _ in 0...random.below(5) { statement() }
    depth -= 1
    code.raw([0x20, counter, 0x41, 1, 0x6a, 0x22, counter])
    if random.below(3) == 0 {
      code.raw([0x20, 1, 0x41, 31, 0x71])
    } else {
      code.raw([0x41])
      code.signed(Int64(random.pick([1, 2, 3, 4, 5, 7, 8, 9, 10, 16, 17, 31, 33, 40, 65])))
    }
    code.raw([0x48, 0x0d, 0, 0x0b])
  }

  // MARK: Operands

  /// Loads an i32, with some access width, sometimes from near the end of memory.
  private mutating func load() {
    address()
    let (opcode, suffix): (UInt8, [UInt8]) = random.pick([
      (0x28, []), (0x28, []), (0x28, []), (0x2d, []), (0x2e, []), (0x29, [0xa7]), (0x2a, [0xbc]),
    ])
    code.raw([opcode, 0])
    code.unsigned(random.below(3) == 0 ? random.below(64) : 0)
    code.raw(suffix)
  }

  /// (p & 255) + a constant, perhaps plus or minus a multiple of a counter. Few addresses lie at the end: otherwise an
  /// early trap would hide most other accesses.
  private mutating func address() {
    code.raw([0x20, 0, 0x41, 0xff, 1, 0x71, 0x41])
    let isAtEnd = random.below(4) == 0
    code.signed(Int64(isAtEnd ? 65_000 + random.below(500) : 8_192 + random.below(1_000)))
    code.raw([0x6a])
    guard depth > 0, random.below(4) != 0 else { return }
    let counter = UInt8(Self.firstCounter + random.below(depth))
    code.raw([0x20, counter, 0x41])
    code.signed(Int64(random.pick([2, 2, 2, 0, 1, 3, 6])))
    code.raw([0x74, random.below(3) == 0 ? 0x6b : 0x6a])
  }

  /// An operation on the value on the stack and another value, which may make the first one irrelevant.
  private mutating func combine() {
    switch random.below(5) {
    case 0:
      // Select the value on the stack or another one, by a condition or a third value.
      let swap = random.below(2) == 0
      code.raw([0x20, value()])
      swap ? condition() : code.raw([0x20, value()])
      code.raw([0x1b])
    case 1, 2:
      factor()
      code.raw([random.pick([0x6c, 0x71, 0x72, 0x74, 0x76, 0x49, 0x4f])])
    default:
      code.raw([0x20, value(), random.pick([0x6a, 0x6b, 0x73, 0x71, 0x6c, 0x46])])
    }
  }

  /// counter - constant, counter >> constant, counter == constant, or a constant.
  private mutating func factor() {
    guard depth > 0 else { return code.raw([0x41, random.pick([0, 1, 2, 0x7f])]) }
    code.raw([0x20, UInt8(Self.firstCounter + random.below(depth)), 0x41])
    code.signed(Int64(random.pick([0, 1, 2, 3, 4, 8, 9, 16, 32, 64])))
    code.raw([random.pick([0x6b, 0x76, 0x46, 0x6b])])
  }

  private mutating func condition() {
    switch random.below(3) {
    case 0: factor()
    case 1: code.raw([0x20, value(), 0x41, 3, 0x71])
    default: code.raw([0x20, 1, 0x41, 1, 0x71])
    }
  }
}
