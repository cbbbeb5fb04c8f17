// Writes lists of .debug_rnglists. DWARF 5, section 7.25.

import ObjectFile

struct RangeWriter {
  private(set) var contents = DebugSectionContents()
  private let start: Int

  init() {
    start = DebugOutput.beginLists(&contents)
  }

  /// Returns the offset of the list.
  mutating func add(_ ranges: [Range<UInt64>]) -> Int {
    let offset = contents.bytes.count
    var base: UInt64?
    for range in ranges {
      let start = sectionStart(range.lowerBound)
      if base != start {
        contents.bytes.append(ListEntry.baseAddress)
        contents.append(address: start)
        base = start
      }
      contents.bytes.append(ListEntry.offsetPair)
      contents.bytes.append(uleb128: range.lowerBound - start)
      contents.bytes.append(uleb128: range.upperBound - start)
    }
    contents.bytes.append(ListEntry.endOfList)
    return offset
  }

  mutating func finish() { DebugOutput.endLength(&contents, from: start) }
}

func sectionStart(_ address: UInt64) -> UInt64 {
  address & ~(1 << NativeAddress.offsetBits - 1)
}
