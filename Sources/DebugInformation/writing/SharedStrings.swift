// Writes .debug_str: the strings of the modules' sections that are used, each once.

struct SharedStrings {
  private(set) var contents = DebugSectionContents()
  /// By the instance and the offset in its section.
  private var offsets: [UInt64: Int] = [:]

  /// The offset of a string of an instance's .debug_str.
  mutating func offset(of offset: UInt64, _ instance: Int, _ sections: DebugSections) -> UInt64 {
    let key = UInt64(instance) << 40 | offset & (1 << 40 - 1)
    if let known = offsets[key] { return UInt64(known) }
    let new = contents.bytes.count
    contents.bytes += (sections.string(.sharedString(offset)) ?? []).visible
    contents.bytes.append(0)
    offsets[key] = new
    return UInt64(new)
  }
}
