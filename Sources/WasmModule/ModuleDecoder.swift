// Decodes a file into a Module. This file has the header and the order of sections; Sections/ has a file for each
// section.
//
// Input: the bytes of a file. Output: a Module whose function bodies are located but not decoded; the validator reads
// them. Some rules that need one section only are checked here. Spec: Binary Format, Modules.

/// Decodes modules of the binary format.
public struct ModuleDecoder: ~Copyable {
  let bytes: ModuleBytes
  /// Where the module is in the file.
  let range: Range<Int>
  var module: Module
  /// Reads all constant expressions of the module.
  var reader: InstructionReader
  var hasCodeSection = false
  var hasDataSection = false
  /// For each distinct recursion group, the index of the first type of its first occurrence.
  var recursionGroups: [TypeGroupKey: Int] = [:]
  var branchHints: [FunctionBranchHint] = []

  private init(_ bytes: ModuleBytes, _ range: Range<Int>) {
    self.bytes = bytes
    self.range = range
    module = Module(bytes: bytes)
    reader = InstructionReader(bytes, range: 0..<0)
  }

  /// Decodes a file that is one module. Throws if the file is malformed, exceeds a limit, uses a feature that swasmc
  /// lacks, or breaks one of the rules that decoding checks. The module is not yet valid: see `ModuleValidator`.
  public static func decode(_ bytes: ModuleBytes) throws(WasmError) -> Module {
    try decode(bytes, in: 0..<bytes.count)
  }

  /// Decodes a module that is a part of a file. All offsets are of the file.
  package static func decode(
    _ bytes: ModuleBytes, in range: Range<Int>
  ) throws(WasmError) -> Module {
    guard range.count <= ImplementationLimits.moduleBytes else {
      throw .limit("bytes in a module", ImplementationLimits.moduleBytes, at: range.lowerBound)
    }
    try FileHeader.check(bytes, in: range)
    var decoder = ModuleDecoder(bytes, range)
    try decoder.decodeSections()
    try decoder.finish()
    return decoder.module
  }

  /// What can be read of a file that has the header of a module, and the error that ends the reading. Types that the
  /// module's items refer to may be missing.
  package static func decodePartly(_ bytes: ModuleBytes) -> (module: Module, error: WasmError?) {
    var decoder = ModuleDecoder(bytes, 0..<bytes.count)
    do throws(WasmError) {
      try FileHeader.check(bytes, in: 0..<bytes.count)
      try decoder.decodeSections()
      try decoder.finish()
      return (decoder.module, nil)
    } catch {
      return (decoder.module, error)
    }
  }

  private mutating func decodeSections() throws(WasmError) {
    var cursor = bytes.cursor(range.lowerBound + FileHeader.bytes..<range.upperBound)
    var last = 0
    while !cursor.isAtEnd {
      let offset = cursor.position
      let identifier = try cursor.byte()
      let sizeOffset = cursor.position
      let size = Int(try cursor.u32())
      guard size <= cursor.remaining else {
        throw .malformed(
          "unexpected end: section \(identifier) claims \(size) bytes, \(cursor.remaining) remain",
          at: sizeOffset)
      }
      var content = try cursor.slice(size)
      if identifier == 0 {
        try decodeCustomSection(&content)
        continue
      }
      guard let section = Section(rawValue: identifier) else {
        throw .malformed("malformed section id \(identifier)", at: offset)
      }
      guard section.rank > last else {
        let how = section.rank == last ? "duplicate" : "out of order"
        throw .malformed(
          "unexpected content after last section: \(section.name) section is \(how)", at: offset)
      }
      last = section.rank
      try decode(section, &content)
      guard content.isAtEnd else {
        throw .malformed(
          "section size mismatch: \(content.remaining) bytes left in the \(section.name) section",
          at: content.position)
      }
    }
  }

  private mutating func decode(
    _ section: Section, _ content: inout ByteCursor
  ) throws(WasmError) {
    switch section {
    case .type: try decodeTypeSection(&content)
    case .import: try decodeImportSection(&content)
    case .function: try decodeFunctionSection(&content)
    case .table: try decodeTableSection(&content)
    case .memory: try decodeMemorySection(&content)
    case .tag: try decodeTagSection(&content)
    case .global: try decodeGlobalSection(&content)
    case .export: try decodeExportSection(&content)
    case .start: try decodeStartSection(&content)
    case .element: try decodeElementSection(&content)
    case .dataCount: module.declaredDataCount = try content.u32()
    case .code: try decodeCodeSection(&content)
    case .data: try decodeDataSection(&content)
    }
  }

  /// Checks the rules of the format that concern several sections. Spec: Binary Format, Modules.
  private mutating func finish() throws(WasmError) {
    let end = range.upperBound
    if !hasCodeSection && !module.functions.defined.isEmpty {
      throw .malformed("function and code section have inconsistent lengths", at: end)
    }
    if !hasDataSection, let count = module.declaredDataCount, count > 0 {
      throw .malformed("data count and data section have inconsistent lengths", at: end)
    }
    resolveBranchHints()
  }
}

/// The sections by their identifiers, ranked in the order in which they must come. Spec: Binary Format, Sections.
private enum Section: UInt8 {
  case type = 1
  case `import`, function, table, memory, global, export, start, element, code, data, dataCount, tag

  var rank: Int {
    switch self {
    case .type: 1
    case .import: 2
    case .function: 3
    case .table: 4
    case .memory: 5
    case .tag: 6
    case .global: 7
    case .export: 8
    case .start: 9
    case .element: 10
    case .dataCount: 11
    case .code: 12
    case .data: 13
    }
  }

  var name: String {
    self == .dataCount ? "data count" : "\(self)"
  }
}
