// A string of the host: bytes in any encoding, without a zero. Arguments, variables and paths have this type from
// the command line to the system call, so none of them can change on the way.

import Glibc
import WasmModule  // printable text

/// A path, an argument or a variable, as the host's bytes.
public struct HostString: Hashable, Sendable {
  public let bytes: [UInt8]

  public init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  public init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

  /// Copies the bytes before the zero.
  public init(cString: UnsafePointer<CChar>) {
    bytes = Array(UnsafeRawBufferPointer(start: cString, count: strlen(cString)))
  }

  /// The variable of this process; nil when it is not set.
  public static func variable(_ name: HostString) -> HostString? {
    name.withCString { getenv($0) }.map { HostString(cString: $0) }
  }

  public var isEmpty: Bool { bytes.isEmpty }

  /// nil when the bytes are not UTF-8.
  public var text: String? { String(validating: bytes, as: UTF8.self) }

  /// Calls `body` with a copy that ends with a zero.
  public func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    (bytes + [0]).withUnsafeBytes { body($0.baseAddress!.assumingMemoryBound(to: CChar.self)) }
  }

  // MARK: Parts

  public func hasPrefix(_ prefix: HostString) -> Bool { bytes.starts(with: prefix.bytes) }

  public func hasSuffix(_ suffix: HostString) -> Bool {
    bytes.reversed().starts(with: suffix.bytes.reversed())
  }

  public func contains(_ byte: Unicode.Scalar) -> Bool { bytes.contains(UInt8(ascii: byte)) }

  public func dropLast(_ count: Int) -> HostString { HostString(bytes: bytes.dropLast(count)) }

  /// The parts between separators, without empty ones.
  public func split(at separator: Unicode.Scalar) -> [HostString] {
    bytes.split(separator: UInt8(ascii: separator)).map { HostString(bytes: $0) }
  }

  /// The parts before and after the first `separator`; nil if there is no separator.
  public func parted(at separator: HostString) -> (before: HostString, after: HostString)? {
    var rest = bytes[...]
    while !rest.isEmpty {
      if rest.starts(with: separator.bytes) {
        return (
          HostString(bytes: bytes[..<rest.startIndex]),
          HostString(bytes: rest.dropFirst(separator.bytes.count))
        )
      }
      rest = rest.dropFirst()
    }
    return nil
  }

  /// The word as a shell reads it back.
  package var quotedForShell: HostString {
    let plain = Set("_./:=,@%+-".utf8)
    let isPlain =
      !isEmpty
      && bytes.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
          || (0x61...0x7a).contains(byte) || plain.contains(byte)
      }
    if isPlain { return self }
    let quote = UInt8(ascii: "'")
    let inner = bytes.flatMap { $0 == quote ? Array("'\\''".utf8) : [$0] }
    return HostString(bytes: [quote] + inner + [quote])
  }
}

// MARK: Literals

extension HostString: CustomStringConvertible, ExpressibleByStringInterpolation {
  /// For people. It is safe to print, so some bytes are replaced.
  public var description: String { printable(String(decoding: bytes, as: UTF8.self)) }

  public init(stringLiteral value: String) { self.init(value) }

  public init(stringInterpolation parts: StringInterpolation) { bytes = parts.bytes }

  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var bytes: [UInt8] = []

    public init(literalCapacity: Int, interpolationCount: Int) {}

    public mutating func appendLiteral(_ text: String) { bytes += text.utf8 }
    public mutating func appendInterpolation(_ string: HostString) { bytes += string.bytes }
    public mutating func appendInterpolation(_ text: String) { bytes += text.utf8 }
    public mutating func appendInterpolation(_ number: some BinaryInteger) {
      bytes += String(number).utf8
    }
  }
}
