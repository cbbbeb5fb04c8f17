// What swasmc says to people. Only a Message can be written to the terminal, and only what is spelled out in the
// sources goes into one as it is: whatever is interpolated, a name from a module, a path, a tool's words, loses
// what a terminal would obey.

import Glibc
import WasmModule

public struct Message: Sendable, Hashable, CustomStringConvertible {
  /// Safe to print.
  public let text: String

  private init(safe text: String) { self.text = text }

  /// What the parser of the command line says, which may quote escaped arguments.
  public init(parserText: String) { text = HostString.printableParserText(parserText) }

  /// A text by somebody who wrote it for people, in lines.
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
  func joined(separator: Message) -> Message {
    var result: Message = ""
    for (position, part) in enumerated() {
      result = position == 0 ? part : "\(result)\(separator)\(part)"
    }
    return result
  }
}

/// Says something to the person at the terminal. An error is of no use to anybody then.
public func writeToStandardError(_ message: Message) {
  try? FileDescriptor(owning: dup(2)).write(Array(message.text.utf8))
}
