// Sections with DWARF as they are written: bytes, and the places that the linker fills in.

import ObjectFile

/// What addresses are relative to until linking.
package enum DebugSymbol: Hashable, Sendable {
  /// The beginning of a section of code.
  case code(object: Int, section: Int)
  /// The state of the program.
  case state
}

package struct DebugSectionContents: Sendable {
  package struct Relocation: Sendable {
    /// Where the address is in the section.
    package let offset: Int
    package let symbol: DebugSymbol
    package let addend: Int64
  }

  package internal(set) var bytes: [UInt8] = []
  package internal(set) var relocations: [Relocation] = []

  mutating func append(address: UInt64) {
    let native = NativeAddress(address)
    append(
      .code(object: native.object, section: native.section), addend: Int64(native.offset))
  }

  mutating func append(_ symbol: DebugSymbol, addend: Int64) {
    relocations.append(Relocation(offset: bytes.count, symbol: symbol, addend: addend))
    bytes.append(littleEndian: 0 as UInt64)
  }

  mutating func append(_ other: DebugSectionContents) {
    for relocation in other.relocations {
      relocations.append(
        Relocation(
          offset: bytes.count + relocation.offset, symbol: relocation.symbol,
          addend: relocation.addend))
    }
    bytes += other.bytes
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    relocations.removeAll(keepingCapacity: true)
  }

  /// Puts a number of 32 bits in place of the one at `offset`.
  mutating func replace(at offset: Int, _ value: Int) {
    let value = UInt32(truncatingIfNeeded: value)
    for byte in 0..<4 {
      bytes[offset + byte] = UInt8(truncatingIfNeeded: value >> UInt32(8 * byte))
    }
  }
}

/// Native debug information, version 5 of DWARF in its 32-bit format.
package struct DebugOutput: Sendable {
  package var info = DebugSectionContents()
  package var abbrev = DebugSectionContents()
  package var line = DebugSectionContents()
  package var lineStr = DebugSectionContents()
  package var str = DebugSectionContents()
  package var rnglists = DebugSectionContents()
  package var loclists = DebugSectionContents()

  /// The sections by name.
  package var sections: [(name: String, contents: DebugSectionContents)] {
    [
      (".debug_info", info), (".debug_abbrev", abbrev), (".debug_line", line),
      (".debug_line_str", lineStr), (".debug_str", str), (".debug_rnglists", rnglists),
      (".debug_loclists", loclists),
    ].filter { !$0.1.bytes.isEmpty }
  }

  /// Begins a unit or a table of `section`. Returns what `endLength` needs.
  static func beginLength(_ section: inout DebugSectionContents) -> Int {
    section.bytes.append(littleEndian: 0 as UInt32)
    return section.bytes.count
  }

  /// Begins the only table of .debug_rnglists or .debug_loclists. DWARF 5, sections 7.28 and 7.29.
  static func beginLists(_ section: inout DebugSectionContents) -> Int {
    let start = beginLength(&section)
    section.bytes.append(littleEndian: 5 as UInt16)
    section.bytes += [8, 0]  // bytes of addresses and of segments
    section.bytes.append(littleEndian: 0 as UInt32)  // no table of offsets
    return start
  }

  static func endLength(_ section: inout DebugSectionContents, from start: Int) {
    section.replace(at: start - 4, section.bytes.count - start)
  }
}
