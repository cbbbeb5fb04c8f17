// Checks the eight bytes with which a module begins. If they are wrong, says what kind of file it is.

package enum FileHeader {
  package static let bytes = 8

  /// Throws unless a part of `file` begins as a module of version 1. Spec: Binary Format, Modules.
  static func check(_ file: ModuleBytes, in range: Range<Int>) throws(WasmError) {
    let version = try Self.version(of: file, in: range)
    let offset = range.lowerBound + 4
    if version == 1 { return }
    if version >> 16 == 1 {
      throw .malformed(
        "unknown binary version: this is a WebAssembly component (version \(version & 0xffff)), "
          + "not a core module", at: offset)
    }
    throw .malformed("unknown binary version \(version)", at: offset)
  }

  /// The four bytes after the magic number. A module has 1 there. A component has its version in the lower half and its
  /// layer in the upper half. Throws if the file does not begin as WebAssembly.
  package static func version(
    of file: ModuleBytes, in range: Range<Int>
  ) throws(WasmError) -> UInt32 {
    let start = range.lowerBound
    let prefix = file.withBytes(start..<start + min(range.count, 512)) { [UInt8]($0) }
    guard isWebAssembly(prefix) else {
      if !prefix.isEmpty, let what = describe(prefix) {
        throw .malformed("magic header not detected: \(what)", at: start)
      }
      if prefix.count < 4 {
        throw .malformed(
          "unexpected end: the file has \(prefix.count) bytes", at: start + prefix.count)
      }
      throw .malformed("magic header not detected: this is not a WebAssembly file", at: start)
    }
    var cursor = file.cursor(start + 4..<range.upperBound)
    guard cursor.remaining >= 4 else {
      throw .malformed("unexpected end: the version is missing", at: range.upperBound)
    }
    return try cursor.littleEndian32()
  }

  /// Whether a file that begins so may be a module or a component.
  package static func isWebAssembly(_ start: some Sequence<UInt8>) -> Bool {
    start.starts(with: magic)
  }

  private static let magic: [UInt8] = [0x00, 0x61, 0x73, 0x6d]

  private static let signatures: [(prefix: [UInt8], what: String)] = [
    ([0x7f, 0x45, 0x4c, 0x46], "this is an ELF file"),
    ([0x42, 0x43, 0xc0, 0xde], "this is LLVM bitcode"),
    ([0x21, 0x3c, 0x61, 0x72], "this is an archive of object files"),
    ([0xcf, 0xfa, 0xed, 0xfe], "this is a Mach-O file"),
    ([0xca, 0xfe, 0xba, 0xbe], "this is a Mach-O or Java class file"),
    ([0x1f, 0x8b], "this is a gzip file; unpack it first"),
    ([0x28, 0xb5, 0x2f, 0xfd], "this is a zstd file; unpack it first"),
    ([0x50, 0x4b, 0x03, 0x04], "this is a zip file; unpack it first"),
    ([0x4d, 0x5a], "this is a Windows executable"),
    ([0x23, 0x21], "this is a script"),
  ]

  private static func describe(_ prefix: [UInt8]) -> String? {
    for signature in signatures where prefix.starts(with: signature.prefix) {
      return signature.what
    }
    return startsAsText(prefix)
      ? "this is WebAssembly text; convert it with wat2wasm or wasm-tools first" : nil
  }

  /// Whether a parenthesis and a keyword, or a comment of the text format, come first after blanks.
  private static func startsAsText(_ prefix: [UInt8]) -> Bool {
    let blanks: [UInt8] = [0x20, 0x09, 0x0a, 0x0d]
    let content = prefix.drop { blanks.contains($0) }
    let openings = ["(module", "(component", ";;", "(;", "( module", "(func", "(memory", "(import"]
    return openings.contains { content.starts(with: Array($0.utf8)) }
  }
}
