// Messages of swasmc to people. Only a Message can be written to the terminal. Text in our sources goes into it
// unchanged. All other text (a name from a module, a path, a tool's output) loses the characters that a terminal would
// obey.

import CSystem
import WasmModule  // printable text

/// A text that is safe to print on a terminal.
public struct Message: Sendable, Hashable, CustomStringConvertible {
  /// Safe to print.
  public let text: String

  private init(safe text: String) { self.text = text }

  /// A text of the command line's parser, which may quote escaped arguments.
  public init(parserText: String) { text = HostString.printableParserText(parserText) }

  /// A text of several lines that somebody else wrote.
  public init(lines: String) { text = printableLines(lines) }

  public var description: String { text }
}

extension Message: ExpressibleByStringInterpolation {
  public init(stringLiteral value: String) { self.init(safe: value) }

  public init(stringInterpolation parts: StringInterpolation) { self.init(safe: parts.text) }

  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    public init(literalCapacity: Int, interpolationCount: Int) {}

    public mutating func appendLiteral(_ text: String) { self.text += text }
    public mutating func appendInterpolation(_ message: Message) { text += message.text }
    public mutating func appendInterpolation(_ string: HostString) { text += string.description }
    public mutating func appendInterpolation(_ name: some StringProtocol) {
      text += printable(name)
    }
    public mutating func appendInterpolation(_ number: some BinaryInteger) {
      text += String(number)
    }
  }
}

extension Sequence<Message> {
  package func joined(separator: Message) -> Message {
    var result: Message = ""
    for (position, part) in enumerated() {
      result = position == 0 ? part : "\(result)\(separator)\(part)"
    }
    return result
  }
}

/// Erases the line of progress first. Errors are ignored: there is nowhere left to report them.
public func writeToStandardError(_ message: Message) {
  var text = message.text
  text.withUTF8 { bytes in
    bytes.withMemoryRebound(to: CChar.self) { swasmc_status_write(2, $0.baseAddress, $0.count) }
  }
}
