// What a program is allowed beyond its standard streams, as it is written on a command line. Host paths are
// not looked at here: a relative one is resolved where the program is started.

/// A directory of the host that the guest sees under a name: `HOST[::GUEST][:ro]`.
public struct DirectoryGrant: Sendable, Equatable {
  public var host: String
  public var guest: String
  public var readOnly: Bool

  public init(host: String, guest: String, readOnly: Bool = false) {
    self.host = host
    self.guest = guest
    self.readOnly = readOnly
  }

  /// nil when the host's or the guest's name is empty. Without `::GUEST` the guest sees the host's name.
  /// A host directory whose name ends in ":ro" can be written with its guest name after it.
  public init?(_ text: String) {
    var rest = text[...]
    readOnly = rest.hasSuffix(":ro")
    if readOnly { rest = rest.dropLast(3) }
    let parts = Self.splitAtDoubleColon(rest)
    host = String(parts.host)
    guest = String(parts.guest ?? parts.host)
    guard !host.isEmpty, !guest.isEmpty else { return nil }
  }

  private static func splitAtDoubleColon(_ text: Substring) -> (host: Substring, guest: Substring?)
  {
    var index = text.startIndex
    while let colon = text[index...].firstIndex(of: ":") {
      let after = text.index(after: colon)
      if after < text.endIndex, text[after] == ":" {
        return (text[..<colon], text[text.index(after: after)...])
      }
      index = after
    }
    return (text, nil)
  }
}

/// A variable of the guest's environment: `NAME=VALUE`, or `NAME` to take the value it has when the program
/// is started.
public struct EnvironmentGrant: Sendable, Equatable {
  public let name: String
  public let value: String?

  /// nil when the name is empty, or one of the `SWASM_` variables, which a guest never sees.
  public init?(_ text: String) {
    if let equals = text.firstIndex(of: "=") {
      name = String(text[..<equals])
      value = String(text[text.index(after: equals)...])
    } else {
      name = text
      value = nil
    }
    guard !name.isEmpty, !name.hasPrefix("SWASM_") else { return nil }
  }

  var text: String { value.map { "\(name)=\($0)" } ?? name }
}
