// As much of the ELF format as tests ask about: is an executable static?

public struct ElfImage {
  /// Whether a dynamic linker is needed.
  public private(set) var hasInterpreter = false
  /// Entries DT_NEEDED.
  public private(set) var neededLibraryCount = 0

  /// nil when `bytes` are no 64-bit little-endian ELF file.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count > 64, bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]) else { return nil }
    func number(_ offset: Int, _ width: Int) -> Int? {
      guard offset >= 0, offset + width <= bytes.count else { return nil }
      let value = bytes[offset..<offset + width].reversed().reduce(UInt64(0)) {
        $0 << 8 | UInt64($1)
      }
      return Int(exactly: value)
    }
    guard let table = number(32, 8), let entryBytes = number(54, 2), let count = number(56, 2)
    else {
      return nil
    }
    for index in 0..<count {
      let entry = table + index * entryBytes
      guard let type = number(entry, 4), let offset = number(entry + 8, 8),
        let size = number(entry + 32, 8)
      else { return nil }
      if type == 3 { hasInterpreter = true }
      if type != 2 { continue }
      for position in stride(from: offset, to: offset + size, by: 16) {
        guard let tag = number(position, 8) else { return nil }
        if tag == 0 { break }
        if tag == 1 { neededLibraryCount += 1 }
      }
    }
  }
}
