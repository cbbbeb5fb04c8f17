/// A name in a module. Spec: Structure, Names.
///
/// Two names are equal if they have the same bytes. Strings of Swift are equal if readers see the same, and to find that
/// out can take a time that grows with the square of their length.
public struct Name: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  public let text: String

  public init(_ text: String) { self.text = text }

  public init(stringLiteral text: String) { self.text = text }

  public var description: String { text }

  public var isEmpty: Bool { text.isEmpty }

  public var utf8: String.UTF8View { text.utf8 }

  public static func == (a: Name, b: Name) -> Bool { a.utf8.elementsEqual(b.utf8) }

  public func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(UInt8(0xff))
  }
}
