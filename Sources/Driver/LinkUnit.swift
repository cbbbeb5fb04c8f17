// The small object that carries what only the driver knows: the policy and the code maps, under the names
// of swasm_abi.h (swasm_policy, swasm_policy_bytes, swasm_code_maps, swasm_code_map_count).
//
// Written as ELF directly: read-only bytes, and one table with the addresses of code sections that other
// objects define. The size of a swasm_code_map entry is taken from the header.

import CSwasmABI

/// What an executable that counts has to know of the profile that it writes.
struct ProfileTarget: Sendable {
  let moduleHash: UInt64
  let path: HostString
}

struct LinkUnit {
  let policy: Policy
  /// nil: the executable has no code maps, and the weak symbols stay undefined.
  let codeMaps: [CodeMap]?
  /// nil: nothing is counted, and nothing of profile.c is linked.
  var profile: ProfileTarget?
  /// What is said instead of running a module that has nothing to run.
  var missingCommand: Message?
  let target: TargetArchitecture

  func encoded() -> [UInt8] {
    var writer = ElfWriter(target: target)
    let policyBytes = policy.encoded()
    writer.defineSymbol("swasm_policy", in: .readOnly, bytes: policyBytes)
    writer.defineSymbol("swasm_policy_bytes", in: .readOnly, word: UInt64(policyBytes.count))
    // The runtime refers to this weakly; naming it here takes its member out of the archive.
    if policy.invoke != nil { _ = writer.reference("swasm_invoke_export") }
    if let profile {
      writer.defineSymbol("swasm_profile_module", in: .readOnly, word: profile.moduleHash)
      writer.defineSymbol(
        "swasm_profile_path", in: .readOnly, bytes: profile.path.bytes + [0])
      _ = writer.reference("swasm_profile_begin")
    }
    if let missingCommand {
      writer.defineSymbol(
        "swasm_missing_command", in: .readOnly, bytes: Array(missingCommand.text.utf8) + [0])
    }
    guard let codeMaps else { return writer.finish() }
    writer.defineSymbol("swasm_code_map_count", in: .readOnly, word: UInt64(codeMaps.count))
    let rows = writer.defineSymbol(
      "swasm_code_map_rows", in: .readOnly, bytes: codeMaps.flatMap(\.rows))
    writer.defineSymbol("swasm_code_maps", in: .relocated, bytes: [])
    var rowsOffset = rows.offset
    for map in codeMaps {
      let code = writer.reference(map.symbol)
      writer.append(addressOf: code, addend: 0)
      writer.append(word: map.codeBytes)
      writer.append(addressOf: rows.symbol, addend: Int64(rowsOffset - rows.offset))
      writer.append(word: UInt64(map.rows.count))
      rowsOffset += map.rows.count
    }
    precondition(MemoryLayout<swasm_code_map>.size == 32, "swasm_code_map has changed")
    return writer.finish()
  }
}

/// Builds a relocatable object with one section of constants, one of constants with addresses in them, and
/// hidden symbols.
struct ElfWriter {
  enum Section: UInt16 {
    case readOnly = 1
    case relocated = 2
  }

  private let target: TargetArchitecture
  private var readOnly: [UInt8] = []
  private var relocated: [UInt8] = []
  private var relocations: [UInt8] = []
  private var symbols = [UInt8](repeating: 0, count: 24)
  private var strings: [UInt8] = [0]

  init(target: TargetArchitecture) { self.target = target }

  /// Defines a symbol for bytes that begin at a multiple of 8 in their section.
  @discardableResult
  mutating func defineSymbol(_ name: String, in section: Section, bytes: [UInt8])
    -> (symbol: Int, offset: Int)
  {
    let offset: Int
    switch section {
    case .readOnly:
      readOnly.pad(toMultipleOf: 8)
      offset = readOnly.count
      readOnly += bytes
    case .relocated:
      relocated.pad(toMultipleOf: 8)
      offset = relocated.count
      relocated += bytes
    }
    let symbol = addSymbol(
      name, section: section.rawValue, value: UInt64(offset), bytes: UInt64(bytes.count))
    return (symbol, offset)
  }

  mutating func defineSymbol(_ name: String, in section: Section, word: UInt64) {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: word)
    defineSymbol(name, in: section, bytes: bytes)
  }

  /// A symbol that another object defines.
  mutating func reference(_ name: String) -> Int { addSymbol(name, section: 0, value: 0, bytes: 0) }

  /// Appends a number to the section with addresses.
  mutating func append(word: UInt64) { relocated.append(littleEndian: word) }

  /// Appends an address to the section with addresses.
  mutating func append(addressOf symbol: Int, addend: Int64) {
    relocations.append(littleEndian: UInt64(relocated.count))
    relocations.append(littleEndian: UInt64(symbol) << 32 | absoluteRelocation)
    relocations.append(littleEndian: addend)
    append(word: 0)
  }

  private mutating func addSymbol(_ name: String, section: UInt16, value: UInt64, bytes: UInt64)
    -> Int
  {
    symbols.append(littleEndian: UInt32(strings.count))
    // STB_GLOBAL, STT_NOTYPE or STT_OBJECT; STV_HIDDEN
    symbols += [1 << 4 | (section == 0 ? 0 : 1), 2]
    symbols.append(littleEndian: section)
    symbols.append(littleEndian: value)
    symbols.append(littleEndian: bytes)
    strings += Array(name.utf8) + [0]
    return symbols.count / 24 - 1
  }

  private var absoluteRelocation: UInt64 {
    switch target {
    case .x64: 1  // R_X86_64_64
    case .arm64: 257  // R_AARCH64_ABS64
    }
  }

  private var machine: UInt16 {
    switch target {
    case .x64: 62
    case .arm64: 183
    }
  }

  private struct Header {
    var name: String
    var type: UInt32
    var flags: UInt64 = 0
    var contents: [UInt8] = []
    var link: UInt32 = 0
    var info: UInt32 = 0
    var alignment: UInt64 = 8
    var entryBytes: UInt64 = 0
  }

  consuming func finish() -> [UInt8] {
    let headers = [
      Header(name: "", type: 0, alignment: 0),
      Header(name: ".rodata.swasm", type: 1, flags: 2, contents: readOnly),
      Header(name: ".data.rel.ro.swasm", type: 1, flags: 3, contents: relocated),
      Header(
        name: ".rela.data.rel.ro.swasm", type: 4, flags: 0x40, contents: relocations, link: 4,
        info: 2,
        entryBytes: 24),
      Header(name: ".symtab", type: 2, contents: symbols, link: 5, info: 1, entryBytes: 24),
      Header(name: ".strtab", type: 3, contents: strings, alignment: 1),
      // Says that nothing here wants an executable stack.
      Header(name: ".note.GNU-stack", type: 1, alignment: 1),
      Header(name: ".shstrtab", type: 3, alignment: 1),
    ]
    return Self.layOut(headers, machine: machine)
  }

  private static func layOut(_ headers: [Header], machine: UInt16) -> [UInt8] {
    var headers = headers
    var names: [UInt8] = []
    let nameOffsets = headers.map { header in
      defer { names += Array(header.name.utf8) + [0] }
      return UInt32(names.count)
    }
    headers[headers.count - 1].contents = names
    var file = [UInt8](repeating: 0, count: 64)
    var offsets: [UInt64] = []
    for header in headers {
      file.pad(toMultipleOf: 8)
      offsets.append(UInt64(file.count))
      file += header.contents
    }
    file.pad(toMultipleOf: 8)
    let tableOffset = file.count
    for (index, header) in headers.enumerated() {
      file.append(littleEndian: nameOffsets[index])
      file.append(littleEndian: header.type)
      file.append(littleEndian: header.flags)
      file.append(littleEndian: UInt64(0))
      file.append(littleEndian: index == 0 ? 0 : offsets[index])
      file.append(littleEndian: UInt64(header.contents.count))
      file.append(littleEndian: header.link)
      file.append(littleEndian: header.info)
      file.append(littleEndian: header.alignment)
      file.append(littleEndian: header.entryBytes)
    }
    file.replaceSubrange(
      0..<64,
      with: fileHeader(machine, tableOffset: UInt64(tableOffset), sections: UInt16(headers.count)))
    return file
  }

  private static func fileHeader(_ machine: UInt16, tableOffset: UInt64, sections: UInt16)
    -> [UInt8]
  {
    var header: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    header.append(littleEndian: UInt16(1))  // ET_REL
    header.append(littleEndian: machine)
    header.append(littleEndian: UInt32(1))
    header.append(littleEndian: UInt64(0))  // no entry
    header.append(littleEndian: UInt64(0))  // no program headers
    header.append(littleEndian: tableOffset)
    header.append(littleEndian: UInt32(0))
    header.append(littleEndian: UInt16(64))
    for number in [UInt16(0), 0, 64, sections, sections - 1] { header.append(littleEndian: number) }
    return header
  }
}
