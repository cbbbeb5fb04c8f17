// A string as the host has it: bytes without a zero among them, whatever their encoding. Arguments, variables,
// paths and what is passed on to a program are of this type from the command line to the system call, so that
// none of them can change on the way.

import Glibc
import WasmModule

public struct HostString: Hashable, Sendable {
  public let bytes: [UInt8]

  public init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  public init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

  /// Up to the zero that ends it.
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

  /// Calls `body` with a copy that a zero ends.
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

  /// Without empty parts.
  public func split(at separator: Unicode.Scalar) -> [HostString] {
    bytes.split(separator: UInt8(ascii: separator)).map { HostString(bytes: $0) }
  }

  /// What is before and after the first place where `separator` is; nil when it is nowhere.
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
}

// MARK: The parser's view

/// The parser of the command line takes Strings, which can only be Unicode and which it takes apart by what people
/// see as characters. It is given one printable character for each byte: the byte's own where it is a printable
/// one of ASCII, and one from the end of the last plane for private use otherwise.
extension HostString {
  private static let escapes: UInt32 = 0x10_ff00

  private static func isPlain(_ byte: UInt8) -> Bool { 0x20 <= byte && byte < 0x7f }

  /// Different for different bytes.
  public var escaped: String {
    var result = ""
    for byte in bytes {
      let code = Self.isPlain(byte) ? UInt32(byte) : Self.escapes + UInt32(byte)
      result.unicodeScalars.append(Unicode.Scalar(code) ?? "?")
    }
    return result
  }

  /// The string whose `escaped` this is; other characters stand for their UTF-8.
  public init(escaped: some StringProtocol) {
    bytes = escaped.unicodeScalars.flatMap { scalar in
      Self.byte(of: scalar).map { [$0] } ?? Array(scalar.utf8)
    }
  }

  private static func byte(of scalar: Unicode.Scalar) -> UInt8? {
    guard scalar.value >= escapes, let byte = UInt8(exactly: scalar.value - escapes) else {
      return nil
    }
    return isPlain(byte) ? nil : byte
  }

  /// What this process was started with, the program's name first.
  public static let processArguments: [HostString] = {
    let arguments = UnsafeBufferPointer(
      start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
    return arguments.compactMap { $0.map { HostString(cString: $0) } }
  }()

  /// A text of the parser in which arguments are quoted, as people may see it: its own line breaks stay, those in
  /// arguments do not.
  static func printableParserText(_ text: String) -> String {
    var result = ""
    var escapedBytes: [UInt8] = []
    func endEscape() {
      result += HostString(bytes: escapedBytes).description
      escapedBytes = []
    }
    for scalar in text.unicodeScalars {
      if let byte = byte(of: scalar) {
        escapedBytes.append(byte)
      } else {
        if !escapedBytes.isEmpty { endEscape() }
        result.unicodeScalars.append(scalar)
      }
    }
    endEscape()
    return printableLines(result)
  }
}

// MARK: Literals

extension HostString: CustomStringConvertible, ExpressibleByStringInterpolation {
  /// For people: safe to print, and so not always the whole truth.
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
