// What a program is allowed beyond its standard streams, as it is written on a command line. Host paths are
// not looked at here: a relative one is resolved where the program is started.

/// A directory of the host that the guest sees under a name: `HOST[::GUEST][:ro]`.
public struct DirectoryGrant: Sendable, Equatable {
  public var host: HostString
  public var guest: HostString
  public var readOnly: Bool

  public init(host: HostString, guest: HostString, readOnly: Bool = false) {
    self.host = host
    self.guest = guest
    self.readOnly = readOnly
  }

  /// nil when the host's or the guest's name is empty. Without `::GUEST` the guest sees the host's name.
  /// A host directory whose name ends in ":ro" can be written with its guest name after it.
  public init?(_ text: HostString) {
    readOnly = text.hasSuffix(":ro")
    let names = readOnly ? text.dropLast(3) : text
    (host, guest) = names.parted(at: "::") ?? (names, names)
    guard !host.isEmpty, !guest.isEmpty else { return nil }
  }
}

/// A variable of the guest's environment: `NAME=VALUE`, or `NAME` to take the value it has when the program
/// is started.
public struct EnvironmentGrant: Sendable, Equatable {
  public let name: HostString
  public let value: HostString?

  /// nil when the name is empty, or one of the `SWASM_` variables, which a guest never sees.
  public init?(_ text: HostString) {
    let parts = text.parted(at: "=")
    name = parts?.before ?? text
    value = parts?.after
    guard !name.isEmpty, !name.hasPrefix("SWASM_") else { return nil }
  }

  var text: HostString { value.map { "\(name)=\($0)" } ?? name }
}
