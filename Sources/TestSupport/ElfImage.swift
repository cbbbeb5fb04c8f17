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

extension ElfImage {
  /// The bytes of the section of that name; nil when there is none.
  public static func section(_ name: String, of bytes: [UInt8]) -> ArraySlice<UInt8>? {
    guard ElfImage(bytes) != nil else { return nil }
    func number(_ offset: Int, _ width: Int) -> Int {
      guard offset >= 0, offset + width <= bytes.count else { return 0 }
      return bytes[offset..<offset + width].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    let table = number(40, 8)
    let names = number(table + 64 * number(62, 2) + 24, 8)
    for index in 0..<number(60, 2) {
      let header = table + 64 * index
      let start = names + number(header, 4)
      guard start < bytes.count, bytes[start...].prefix(while: { $0 != 0 }).elementsEqual(name.utf8)
      else { continue }
      let offset = number(header + 24, 8)
      let size = number(header + 32, 8)
      return offset + size <= bytes.count ? bytes[offset..<offset + size] : nil
    }
    return nil
  }
}
