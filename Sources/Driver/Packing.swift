// Packs tables that an executable reads only when it reports a trap. A table is cut into blocks; each is the number of
// its packed bytes (uleb128), and then these bytes, in the format of a block of LZ4. src/packed.c of the runtime unpacks
// them.
//
// A block is a sequence of literal bytes and copies of what came before. Where to copy from is found by a hash of four
// bytes: it leads to the last place with that hash, and each place leads to the one before.

import CSwasmABI

/// The bytes, packed. The same bytes always give the same result.
func packed(_ bytes: [UInt8]) -> [UInt8] {
  var result: [UInt8] = []
  var packer = BlockPacker()
  for start in stride(from: 0, to: bytes.count, by: BlockPacker.mostBytes) {
    let end = min(start + BlockPacker.mostBytes, bytes.count)
    let block = bytes[start..<end].withUnsafeBufferPointer { packer.pack($0) }
    result.append(uleb128: UInt64(block.count))
    result += block
  }
  return result
}

private struct BlockPacker {
  static let mostBytes = Int(SWASM_PACKED_BLOCK_BYTES)
  /// A copy has at least this many bytes.
  private static let leastMatch = 4
  /// The most places that are tried for one copy.
  private static let mostTries = 16
  private static let hashBits = 14

  /// The last place with each hash; -1: none.
  private var last = [Int32](repeating: -1, count: 1 << hashBits)
  /// For each place, the one before it with the same hash.
  private var before = [Int32](repeating: -1, count: mostBytes)
  private var output: [UInt8] = []

  private struct Match {
    var place = 0
    var count = 0
  }

  mutating func pack(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    for index in last.indices { last[index] = -1 }
    output.removeAll(keepingCapacity: true)
    var (at, literals) = (0, 0)
    while at + Self.leastMatch <= bytes.count {
      var match = longest(at, bytes)
      remember(at, bytes)
      guard match.count >= Self.leastMatch else {
        at += 1
        continue
      }
      // A copy that begins one byte later may be longer.
      if at + 1 + Self.leastMatch <= bytes.count {
        let next = longest(at + 1, bytes)
        if next.count > match.count + 1 {
          at += 1
          remember(at, bytes)
          match = next
        }
      }
      write(bytes[literals..<at], distance: at - match.place, count: match.count)
      let end = at + match.count
      at += 1
      while at < end {
        if at + Self.leastMatch <= bytes.count { remember(at, bytes) }
        at += 1
      }
      literals = end
    }
    write(bytes[literals...])
    return output
  }

  private func hash(_ at: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    let word = UnsafeRawPointer(bytes.baseAddress!).loadUnaligned(
      fromByteOffset: at, as: UInt32.self)
    return Int((UInt32(littleEndian: word) &* 0x9e37_79b1) >> UInt32(32 - Self.hashBits))
  }

  private mutating func remember(_ at: Int, _ bytes: UnsafeBufferPointer<UInt8>) {
    let hash = hash(at, bytes)
    before[at] = last[hash]
    last[hash] = Int32(truncatingIfNeeded: at)
  }

  /// The longest of the earlier stretches that are equal to what begins at `at`.
  private func longest(_ at: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Match {
    var best = Match()
    var place = Int(last[hash(at, bytes)])
    var tries = Self.mostTries
    while place >= 0, tries > 0 {
      let limit = bytes.count - at
      // Only a longer one counts, so the byte that would make it longer is compared first.
      if best.count < limit, bytes[place + best.count] == bytes[at + best.count] {
        var count = 0
        while count < limit, bytes[place + count] == bytes[at + count] { count += 1 }
        if count > best.count { best = Match(place: place, count: count) }
      }
      place = Int(before[place])
      tries -= 1
    }
    return best
  }

  /// Writes literal bytes, and then a copy of `count` bytes from `distance` bytes before, unless this is the end.
  private mutating func write(
    _ literals: Slice<UnsafeBufferPointer<UInt8>>, distance: Int? = nil, count: Int = leastMatch
  ) {
    let more = count - Self.leastMatch
    output.append(UInt8(min(literals.count, 15) << 4 | min(more, 15)))
    writeRest(literals.count)
    output += literals
    guard let distance else { return }
    output.append(littleEndian: UInt16(truncatingIfNeeded: distance))
    writeRest(more)
  }

  /// Writes what four bits cannot say of a length.
  private mutating func writeRest(_ length: Int) {
    guard length >= 15 else { return }
    var rest = length - 15
    while rest >= 255 {
      output.append(255)
      rest -= 255
    }
    output.append(UInt8(truncatingIfNeeded: rest))
  }
}
