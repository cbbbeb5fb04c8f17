// The directories that become part of an executable (--embed), and their form in it: runtime-c/abi/swasm_embedded.h.
// Owners, modes, times and numbers of the host are left out, so equal trees give equal bytes.

import CSwasmABI
import System

/// A directory of the host that the program sees under a name of its own, without a grant.
public struct EmbeddedDirectory: Sendable, Equatable {
  public let host: HostString
  public let guest: HostString

  public init(host: HostString, guest: HostString) {
    self.host = host
    self.guest = guest
  }

  /// `DIR::GUEST`, or `DIR` if the program sees it under that name. nil if one of them is empty, or if GUEST is not
  /// UTF-8, which names in WASI are.
  public init?(_ text: HostString) {
    let parts = text.parted(at: "::")
    host = parts?.before ?? text
    guest = parts?.after ?? text
    if host.isEmpty || guest.isEmpty || guest.text == nil { return nil }
  }
}

struct EmbeddedTree {
  enum Content: Equatable {
    case file([UInt8])
    case directory
    /// The target as it is written in the link.
    case link([UInt8])
  }

  struct Node {
    let name: [UInt8]
    let parent: Int
    let content: Content
    /// The numbers of the entries of a directory.
    var entries = 0..<0
  }

  /// Breadth-first, so the entries of a directory are neighbours. They are sorted by the bytes of their names.
  private(set) var nodes: [Node] = []
  let rootCount: Int
  private var contentBytes = 0

  /// Offsets have 32 bits, and an executable is addressed with 31.
  static let limitBytes = 1 << 30
  static let limitNodes = 1 << 20

  /// Reads the directories. The error names the file that cannot be embedded.
  init(reading directories: [EmbeddedDirectory]) throws(DriverError) {
    rootCount = directories.count
    for (number, directory) in directories.enumerated() {
      _ = try EmbeddedSource(root: directory.host)
      nodes.append(Node(name: directory.guest.bytes, parent: number, content: .directory))
    }
    var number = 0
    while number < nodes.count {
      if case .directory = nodes[number].content { try read(number, of: directories) }
      number += 1
    }
  }

  /// Appends the entries of directory number `number`.
  private mutating func read(_ number: Int, of directories: [EmbeddedDirectory]) throws(DriverError)
  {
    var parts: [HostString] = []
    var root = number
    while root >= rootCount {
      parts.append(HostString(bytes: nodes[root].name))
      root = nodes[root].parent
    }
    parts.reverse()
    let host = directories[root].host
    let source = try EmbeddedSource(parts, below: EmbeddedSource(root: host))
    let path = parts.reduce(host) { "\($0)/\($1)" }
    let first = nodes.count
    for name in try source.entries() {
      nodes.append(try node(name, of: source, at: path, in: number, depth: parts.count))
    }
    nodes[number].entries = first..<nodes.count
  }

  private mutating func node(
    _ name: HostString, of source: borrowing EmbeddedSource, at directory: HostString,
    in parent: Int, depth: Int
  ) throws(DriverError) -> Node {
    let path: HostString = "\(directory)/\(name)"
    guard name.text != nil else {
      throw .cannot(.embed, "--embed: the name of \(path) is not UTF-8, which names in WASI are")
    }
    guard nodes.count < Self.limitNodes else {
      throw .cannot(.embed, "--embed: with \(path) there are more than \(Self.limitNodes) files")
    }
    let content = try source.content(of: name, limit: Self.limitBytes - contentBytes)
    switch content {
    case .file(let bytes): contentBytes += bytes.count
    case .directory: break
    case .link(let target):
      contentBytes += target.count
      guard Self.staysInside(target, depth: depth) else {
        throw .cannot(
          .embed,
          "--embed: the symbolic link \(path) leads out of the directory, to \(HostString(bytes: target))"
        )
      }
    }
    return Node(name: name.bytes, parent: parent, content: content)
  }

  /// Whether a link in a directory with that many directories above it leads nowhere outside, if its own parts are
  /// not links. The runtime follows no link out of the tree in any case.
  static func staysInside(_ target: [UInt8], depth: Int) -> Bool {
    guard target.first != UInt8(ascii: "/") else { return false }
    var depth = depth
    for part in target.split(separator: UInt8(ascii: "/")) where !part.elementsEqual(".".utf8) {
      depth += part.elementsEqual("..".utf8) ? -1 : 1
      if depth < 0 { return false }
    }
    return true
  }

  // MARK: The form in the executable

  func encoded() -> [UInt8] {
    let headerBytes = MemoryLayout<swasm_embedded_header>.size
    let nodeBytes = MemoryLayout<swasm_embedded_node>.size
    var head: [UInt8] = []
    var texts: [UInt8] = []
    let textsOffset = headerBytes + nodes.count * nodeBytes
    head.reserveCapacity(textsOffset)
    head.append(littleEndian: UInt32(rootCount))
    head.append(littleEndian: UInt32(nodes.count))
    func place(_ bytes: [UInt8]) -> UInt32 {
      let offset = textsOffset + texts.count
      texts += bytes
      return UInt32(offset)
    }
    for (number, node) in nodes.enumerated() {
      let name = place(node.name)
      if number < rootCount { texts.append(0) }
      let (kind, content, size): (Int, UInt32, Int) =
        switch node.content {
        case .file(let bytes): (SWASM_EMBEDDED_FILE, place(bytes), bytes.count)
        case .directory:
          (SWASM_EMBEDDED_DIRECTORY, UInt32(node.entries.lowerBound), node.entries.count)
        case .link(let target): (SWASM_EMBEDDED_LINK, place(target), target.count)
        }
      for field in [
        UInt32(kind), name, UInt32(node.name.count), UInt32(node.parent), content, UInt32(size),
      ] {
        head.append(littleEndian: field)
      }
    }
    return head + texts
  }
}
