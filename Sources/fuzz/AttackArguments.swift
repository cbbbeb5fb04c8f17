// Makes arguments of attacks. Some keep all accesses in range, some cross an end of memory by a byte or an element,
// some run far out, and some begin out of range.

import TestSupport

struct AttackArguments: Equatable, Sendable {
  var p: UInt32
  var q: UInt32
  var n: UInt32
  var m: UInt64

  var hostWords: String {
    [UInt64(p), UInt64(q), UInt64(n), m].map { String($0, radix: 16) }.joined(separator: " ")
  }

  var text: String {
    "p \(p), q \(q), n \(n), m \(m)"
  }

  static func some(
    _ count: Int, for function: AttackFunction, in profile: AttackProfile, seed: UInt64
  )
    -> [AttackArguments]
  {
    var maker = Maker(
      random: SeededRandom(seed: seed ^ 0xa46), step: function.step, reach: function.reach,
      bytes: Int64(profile.memories[0].bytes))
    return (0..<count).map { maker.arguments(category: $0) }
  }

  private struct Maker {
    var random: SeededRandom
    let step: Int64
    let reach: Int64
    let bytes: Int64

    mutating func arguments(category: Int) -> AttackArguments {
      let count = self.count()
      let travelled = step &* count
      var p: Int64
      switch category % 8 {
      case 0, 1: p = inRange(travelled)
      case 2, 3: p = acrossTheEnd(count)
      case 4: p = inRange(travelled) &- Int64(random.below(3))
      case 5:
        p = random.pick([-4, -1, -16, -64, -step, 1 << 31, (1 << 31) - 4, -travelled, -65536])
      case 6: p = bytes - random.pick([0, 1, 4, reach, reach - 1, 8, -4])
      case 7 where random.below(2) == 0: p = bytes - Int64(random.below(24))
      default: p = Int64(random.below(256))
      }
      if random.below(3) != 0 { p &= random.pick([-4, -8, -16]) }
      let n =
        category % 8 == 7 ? random.pick([20_000, 70_000, 163_891, 1 << 31, -1, 3_000]) : count
      return AttackArguments(
        p: UInt32(truncatingIfNeeded: p), q: UInt32(truncatingIfNeeded: other(p, travelled, n)),
        n: UInt32(truncatingIfNeeded: n), m: wide(n))
    }

    private mutating func count() -> Int64 {
      random.below(4) == 0
        ? random.pick([0, 1, 2, 3, 255, 256, 257, 1000])
        : Int64(random.pick([5, 7, 8, 15, 16, 17, 31, 32, 33, 40, 63, 64, 65, 100, 129]))
    }

    /// A start from which all accesses stay inside while the pointer moves by `travelled` bytes, if there is one.
    private mutating func inRange(_ travelled: Int64) -> Int64 {
      let room = bytes - travelled.magnitude.clamped - reach
      let start = room > 0 ? Int64(random.below(Int(min(room, 1 << 40)))) : 0
      let low = random.below(2) == 0 ? min(start, 4096) : start
      return travelled < 0 ? low - travelled : low
    }

    /// A start with which the last iteration, or one before it, touches the end of memory, or its beginning if the
    /// pointer moves down.
    private mutating func acrossTheEnd(_ count: Int64) -> Int64 {
      let before: Int64 = random.pick([0, 0, 1, 1, 2, 8])
      let slack: Int64 = random.pick([0, 1, 2, -1, 4, -4, reach, 8, step])
      let travelled = step &* (count - before)
      return travelled < 0 ? -travelled &- slack : bytes &- travelled &- reach &+ slack
    }

    private mutating func other(_ p: Int64, _ travelled: Int64, _ n: Int64) -> Int64 {
      switch random.below(9) {
      // A branch that compares the counter with q is then taken in one of the last iterations.
      case 8: return n &- random.pick([1, 2, 10, 100])
      case 0: return p &+ random.pick([1, 2, 4, 8, 12, 16, 32, -4, -1, -16, 64, 3])
      case 1, 2: return p &+ travelled
      case 3: return p &+ travelled &+ random.pick([1, 4, -4, step])
      case 4: return Int64(random.below(64))
      case 5: return Int64(random.below(Int(min(bytes, 1 << 32))))
      case 6: return inRange(travelled)
      default: return random.pick([0, 4, -4, bytes - 64, bytes - 4, 1 << 31, 16, 32_768])
      }
    }

    private mutating func wide(_ n: Int64) -> UInt64 {
      switch random.below(12) {
      case 0: return UInt64(bitPattern: n &+ (1 << 32))
      case 1: return UInt64(bitPattern: random.pick([1 << 33, -1, 1 << 62, 163_891, 1 << 31]))
      default: return UInt64(bitPattern: n)
      }
    }
  }
}

extension UInt64 {
  fileprivate var clamped: Int64 { Int64(Swift.min(self, 1 << 60)) }
}
