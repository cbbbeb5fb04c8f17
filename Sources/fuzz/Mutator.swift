// Damages a module in a few places: bits, bytes, ranges, whole sections. A seed decides how.

import TestSupport

struct Mutator {
  private var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed ^ 0x6d75_7461_7465) }

  /// - Parameter donor: Another module, from which sections and ranges of bytes are taken.
  mutating func mutate(_ module: [UInt8], donor: [UInt8]) -> [UInt8] {
    var bytes = module
    for _ in 0...random.below(3) {
      guard bytes.count > 8 else { return bytes }
      change(&bytes, donor)
    }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8], _ donor: [UInt8]) {
    // Most damage is after the magic number and the version.
    let at = random.below(50) == 0 ? random.below(8) : 8 + random.below(bytes.count - 8)
    let length = min(1 + random.below(random.below(4) == 0 ? 200 : 6), bytes.count - at)
    switch random.below(12) {
    case 0, 1, 2: bytes[at] ^= 1 << UInt8(random.below(8))
    case 3, 4:
      bytes[at] = random.pick([0, 1, 0x3f, 0x40, 0x7f, 0x80, 0xff, 0xfc, 0xfd, 0xfe, 0x0b])
    case 5: bytes[at] = UInt8(random.below(256))
    case 6: bytes[at] = bytes[at] &+ (random.below(2) == 0 ? 1 : 255)
    case 7: bytes.removeSubrange(at..<bytes.count)
    case 8: bytes.removeSubrange(at..<at + length)
    case 9: bytes.insert(contentsOf: bytes[at..<at + length], at: at)
    case 10: overwrite(&bytes, at: at, length: length, from: donor)
    default: spliceSection(&bytes, donor)
    }
  }

  private mutating func overwrite(_ bytes: inout [UInt8], at: Int, length: Int, from donor: [UInt8])
  {
    guard donor.count > 8 else { return }
    let start = 8 + random.below(donor.count - 8)
    let end = min(start + length, donor.count)
    bytes.replaceSubrange(at..<min(at + (end - start), bytes.count), with: donor[start..<end])
  }

  /// Removes, doubles or replaces a whole section.
  private mutating func spliceSection(_ bytes: inout [UInt8], _ donor: [UInt8]) {
    let own = Self.sections(bytes)
    let foreign = Self.sections(donor)
    guard !own.isEmpty, !foreign.isEmpty else { return }
    let target = random.pick(own)
    switch random.below(3) {
    case 0: bytes.removeSubrange(target)
    case 1: bytes.insert(contentsOf: bytes[target], at: random.pick(own).lowerBound)
    default: bytes.replaceSubrange(target, with: donor[random.pick(foreign)])
    }
  }

  /// The sections, as far as they can be recognised.
  private static func sections(_ bytes: [UInt8]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var position = 8
    while position < bytes.count {
      let start = position
      position += 1
      var length = 0
      var shift = 0
      while position < bytes.count, shift < 35 {
        length |= Int(bytes[position] & 0x7f) << shift
        shift += 7
        position += 1
        if bytes[position - 1] & 0x80 == 0 { break }
      }
      guard length <= bytes.count - position else { return result }
      position += length
      result.append(start..<position)
    }
    return result
  }
}
