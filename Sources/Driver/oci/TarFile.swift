// A tar archive whose bytes are in memory, as the files of an OCI layout. Only regular files are read, each by one
// name. Everything in a header is hostile: its checksum must be right, and its size must fit into what remains.
//
// Spec: POSIX.1-2017, pax, ustar Interchange Format, pax Header Block.

import System

struct TarFile: LayoutFiles, ~Copyable {
  private enum Entry {
    case file(Range<Int>)
    case link
  }

  private let bytes: [UInt8]
  /// By the name without `./` at the beginning; or why the archive is refused.
  private let entries: Result<[[UInt8]: Entry], LayoutError>

  private static let blockBytes = 512
  private static let mostEntries = 100_000
  private static let magic = 257..<262

  /// Whether bytes begin with the header of an archive.
  static func isArchive(_ bytes: [UInt8]) -> Bool {
    bytes.count >= blockBytes && bytes[magic].elementsEqual("ustar".utf8)
  }

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    entries = Result { () throws(LayoutError) in try Self.entries(of: bytes) }
  }

  private static func entries(of bytes: [UInt8]) throws(LayoutError) -> [[UInt8]: Entry] {
    var reader = TarReader(bytes)
    var entries: [[UInt8]: Entry] = [:]
    var count = 0
    while let header = try reader.next() {
      count += 1
      guard count <= mostEntries else {
        throw LayoutError("the archive has more than \(mostEntries) entries")
      }
      guard let name = header.name else { continue }
      let entry: Entry
      switch header.kind {
      case .file: entry = .file(header.contents)
      case .link: entry = .link
      case .other: continue
      }
      guard entries.updateValue(entry, forKey: name) == nil else {
        throw LayoutError("the archive has \(HostString(bytes: name)) twice")
      }
    }
    return entries
  }

  func read(_ path: [String], size: Int?, limitBytes: Int) throws(LayoutError) -> [UInt8] {
    let name = path.joined(separator: "/")
    switch try entries.get()[Array(name.utf8)] {
    case .file(let range):
      try checkSize(of: name, range.count, size: size, limitBytes: limitBytes)
      return Array(bytes[range])
    case .link: throw LayoutError("\(name) is a link; it is not followed")
    case nil where name == "oci-layout":
      throw LayoutError(
        "the archive has no file oci-layout at its root; tar -C DIRECTORY -cf FILE . makes one that has"
      )
    case nil: throw LayoutError("the archive has no file \(name)")
    }
  }
}

/// Reads one header after the other.
private struct TarReader {
  struct Header {
    enum Kind {
      case file, link, other
    }

    let kind: Kind
    /// nil if `kind` is `other`, or if another header gives the name, the size or the holes. No layout needs such
    /// files.
    let name: [UInt8]?
    let contents: Range<Int>
  }

  private let bytes: [UInt8]
  private var position = 0

  private static let blockBytes = 512

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// nil at the end: a block of zeros, or no more bytes.
  mutating func next() throws(LayoutError) -> Header? {
    var isRenamed = false
    while position < bytes.count {
      guard bytes.count - position >= Self.blockBytes else {
        throw problem("ends within a header")
      }
      let start = position
      let block = bytes[start..<start + Self.blockBytes]
      if block.allSatisfy({ $0 == 0 }) { return nil }
      guard number(148..<156) == checksum(block) else {
        throw problem("has a header whose checksum is wrong")
      }
      guard let size = number(124..<136), size <= bytes.count - start - Self.blockBytes else {
        throw problem("has a file that is longer than the archive")
      }
      let contents = start + Self.blockBytes..<start + Self.blockBytes + size
      position = min(bytes.count, contents.upperBound + (-size & (Self.blockBytes - 1)))
      switch block[start + 156] {
      case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
        return Header(kind: .file, name: isRenamed ? nil : name(start), contents: contents)
      case UInt8(ascii: "1"), UInt8(ascii: "2"):
        return Header(kind: .link, name: isRenamed ? nil : name(start), contents: contents)
      case UInt8(ascii: "x"): isRenamed = isRenamed || renames(contents)
      // A long name, or the long name of a link.
      case UInt8(ascii: "L"), UInt8(ascii: "K"): isRenamed = true
      // For all files that follow.
      case UInt8(ascii: "g"):
        guard !renames(contents) else { throw problem("gives all its files one name or size") }
      default: return Header(kind: .other, name: nil, contents: contents)
      }
    }
    return nil
  }

  private func problem(_ text: Message) -> LayoutError {
    LayoutError("the archive \(text) (offset 0x\(String(position, radix: 16)))")
  }

  // MARK: Fields of the header at `position`

  /// Digits in base 8: spaces may come before them, and a space or a zero byte ends them. Or else the byte 0x80, and a
  /// binary number in the rest of the field. nil for anything else.
  private func number(_ range: Range<Int>) -> Int? {
    let field = bytes[position + range.lowerBound..<position + range.upperBound]
    if field.first == 0x80 {
      var value = 0
      for byte in field.dropFirst() {
        guard value < 1 << 48 else { return nil }
        value = value << 8 | Int(byte)
      }
      return value
    }
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
    var value = 0
    for digit in digits {
      guard (0x30...0x37).contains(digit) else { return nil }
      value = value << 3 | Int(digit - 0x30)
    }
    return digits.isEmpty && range.count > 8 ? nil : value
  }

  /// The sum of all bytes, in which the checksum itself counts as spaces.
  private func checksum(_ block: ArraySlice<UInt8>) -> Int {
    var sum = 0
    for (offset, byte) in block.enumerated() {
      sum += (148..<156).contains(offset) ? 0x20 : Int(byte)
    }
    return sum
  }

  private func name(_ start: Int) -> [UInt8] {
    func text(_ range: Range<Int>) -> ArraySlice<UInt8> {
      bytes[start + range.lowerBound..<start + range.upperBound].prefix { $0 != 0 }
    }
    // GNU's archives have other fields where the prefix is.
    let hasPrefix = bytes[start + 262] == 0
    let prefix = hasPrefix ? text(345..<500) : []
    var name = Array(text(0..<100))
    if !prefix.isEmpty { name = prefix + [UInt8(ascii: "/")] + name }
    return name.starts(with: "./".utf8) ? Array(name.dropFirst(2)) : name
  }

  /// Whether an extended header has a record about the name, the size or the holes of a file, or is malformed. Records
  /// are `length key=value` and a newline.
  private func renames(_ contents: Range<Int>) -> Bool {
    var rest = bytes[contents]
    while let space = rest.firstIndex(of: 0x20) {
      guard let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
        length > space - rest.startIndex, length <= rest.count
      else { return true }
      let record = rest[(space + 1)..<(rest.startIndex + length)]
      let key = record.prefix { $0 != UInt8(ascii: "=") }
      if key.elementsEqual("path".utf8) || key.elementsEqual("size".utf8)
        || key.starts(with: "GNU.sparse".utf8)
      {
        return true
      }
      rest = rest.dropFirst(length)
    }
    return !rest.isEmpty
  }
}
