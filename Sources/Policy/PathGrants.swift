// The parts of the host that a program may use beyond its standard streams, in the notation of a command line. Nothing
// here looks at the host. A relative path is resolved when the program starts.

import CSwasmABI
import System

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

  /// nil when the host's or the guest's name is empty. Without `::GUEST` the guest sees the host's name. Write the
  /// guest's name too for a host directory whose name ends in ":ro".
  public init?(_ text: HostString) {
    let parsed = text.withCharacters { start, count -> DirectoryGrant? in
      var parts = swasm_policy_directory()
      guard swasm_policy_read_directory(start, count, &parts) else { return nil }
      return DirectoryGrant(
        host: HostString(start: parts.host, count: parts.host_length),
        guest: HostString(start: parts.guest, count: parts.guest_length),
        readOnly: parts.flags & UInt32(SWASM_DIR_READ_ONLY) != 0)
    }
    guard let parsed else { return nil }
    self = parsed
  }
}

/// A variable of the guest's environment: `NAME=VALUE`, or `NAME` for the value at the time when the program is
/// started.
public struct EnvironmentGrant: Sendable, Equatable {
  public let name: HostString
  public let value: HostString?

  /// nil when the name is empty or begins with `SWASM_`: a guest never sees such variables.
  public init?(_ text: HostString) {
    var length = 0
    let isVariable = text.withCharacters { swasm_policy_read_variable($0, $1, &length) }
    guard isVariable else { return nil }
    name = HostString(bytes: text.bytes[..<length])
    value = length < text.bytes.count ? HostString(bytes: text.bytes[(length + 1)...]) : nil
  }

  var text: HostString { value.map { "\(name)=\($0)" } ?? name }
}

/// An address to listen on: `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`, over TCP or, with `/udp` after it, over
/// UDP. `fds` means the sockets that the process gets from the process that starts it (LISTEN_FDS). With `:nonblock`
/// after it, the socket is in non-blocking mode from the start, which Go's library needs.
public struct ListenGrant: Sendable, Equatable {
  let text: HostString

  /// nil if `text` has none of these forms. Other names would need a resolver when the program starts.
  public init?(_ text: String) {
    self.text = HostString(text)
    let isAddress = self.text.withCharacters { start, count in
      var address = swasm_policy_address()
      return swasm_policy_read_address(start, count, &address)
    }
    guard isAddress else { return nil }
  }
}

/// Whom the program may connect or send to: `HOST:PORT`, over TCP or, with `/udp` after it, over UDP. HOST is an
/// address, a range (`10.0.0.0/8`, `[fd00::/8]`), a name, `*.NAME` or `*`. PORT is a number, `FIRST-LAST` or `*`.
public struct ConnectGrant: Sendable, Equatable {
  let text: HostString

  /// nil if `text` has none of these forms.
  public init?(_ text: String) {
    self.text = HostString(text)
    let isDestination = self.text.withCharacters { start, count in
      var destination = swasm_policy_destination()
      return swasm_policy_read_destination(start, count, &destination)
    }
    guard isDestination else { return nil }
  }
}

/// A name that the program may look up: a host name, `*.NAME` for all names below it, or `*` for all names.
public struct ResolveGrant: Sendable, Equatable {
  let text: HostString

  /// nil if `text` has none of these forms.
  public init?(_ text: String) {
    self.text = HostString(text)
    guard self.text.withCharacters(swasm_policy_read_name) else { return nil }
  }
}

extension HostString {
  fileprivate init(start: UnsafePointer<CChar>, count: Int) {
    self.init(bytes: UnsafeRawBufferPointer(start: start, count: count))
  }
}
