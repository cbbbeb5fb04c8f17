// Tells kinds of sections apart, and leaves out of an object what only debuggers read.

extension ElfFile.Section {
  package var isCode: Bool { header.shFlags & Elf.shfExecinstr != 0 }

  /// Part of the program's memory with bytes in the file, and neither code nor written. Tables for the loader, such as
  /// relocations and symbols, do not count.
  package var isConstant: Bool {
    header.shFlags & Elf.shfAlloc != 0 && header.shFlags & (Elf.shfWrite | Elf.shfExecinstr) == 0
      && header.shType == Elf.shtProgbits
  }

  /// Part of the program's memory that is written, perhaps only when the program starts. A section that has no bytes in
  /// the file counts too.
  package var isWritable: Bool {
    header.shFlags & Elf.shfAlloc != 0 && header.shFlags & Elf.shfWrite != 0
  }

  fileprivate var isForDebuggers: Bool {
    name.hasPrefix(".debug_") || name.hasPrefix(".rela.debug_")
  }
}

extension ElfFile {
  /// Turns the sections that only debuggers read into sections of no type (SHT_NULL), which a linker passes over. Their
  /// bytes stay in place, but nothing refers to them any more, and `neededRanges` leaves them out. Read what you need
  /// of these sections before.
  /// - Parameter keepsFrames: Whether to keep the section from which debuggers learn how to leave a function.
  package mutating func forgetDebugSections(keepsFrames: Bool = false) {
    for index in sections.indices where sections[index].isForDebuggers {
      if keepsFrames && sections[index].name.hasSuffix(".debug_frame") { continue }
      setHeader(of: index, to: ElfSectionHeader(), range: sections[index].range)
    }
  }

  /// The parts of the file that a reader of its sections may look at, in order.
  package var neededRanges: [Range<Int>] {
    let forgotten = sections.indices.filter { sections[$0].header.shType == Elf.shtNull }
      .map { sections[$0].range }.filter { !$0.isEmpty }
      .sorted { $0.lowerBound < $1.lowerBound }
    var needed: [Range<Int>] = []
    var begin = 0
    for range in forgotten {
      if range.lowerBound > begin { needed.append(begin..<range.lowerBound) }
      begin = max(begin, range.upperBound)
    }
    if begin < bytes.count { needed.append(begin..<bytes.count) }
    return needed
  }
}
