// How bytes pass through the parser of the command line. The parser takes Strings, which must be Unicode, and it
// splits them at characters as people see them. So each byte becomes one printable character: its own when it is
// printable ASCII, else one from the end of the last private use plane.

import WasmModule  // printable text

extension HostString {
  private static let escapes: UInt32 = 0x10_ff00

  private static func isPlain(_ byte: UInt8) -> Bool { 0x20 <= byte && byte < 0x7f }

  /// The bytes as characters that pass through the parser. Different bytes give different texts.
  public var escaped: String {
    var result = ""
    for byte in bytes {
      let code = Self.isPlain(byte) ? UInt32(byte) : Self.escapes + UInt32(byte)
      result.unicodeScalars.append(Unicode.Scalar(code) ?? "?")
    }
    return result
  }

  /// The string whose `escaped` is this text. Other characters stand for their UTF-8 bytes.
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

  /// The arguments of this process, the program's name first.
  public static let processArguments: [HostString] = {
    let arguments = UnsafeBufferPointer(
      start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
    return arguments.compactMap { $0.map { HostString(cString: $0) } }
  }()

  /// A text of the parser that may quote arguments, made safe to print. The parser's own line breaks stay; those in
  /// arguments are replaced.
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
