// What surrounds a run, as it is written on a command line: hardening, sockets, the time limit, the standard
// streams. As in Grants.swift, nothing of the host is looked at here.

import Glibc

/// What the process gives up, with the kernel's help, before the program's code runs.
public enum Hardening: String, CaseIterable, Sendable {
  /// All that the kernel lets it give up.
  case standard = "on"
  /// All of it, or the program does not start.
  case require
  case off

  /// SWASM_HARDEN_* of runtime-c/src/policy.h.
  var code: UInt32 {
    switch self {
    case .standard: 0
    case .require: 1
    case .off: 2
    }
  }
}

/// An address to listen on: `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`; or `fds` for the sockets that
/// whoever starts the program passes on (LISTEN_FDS). With `:nonblock` behind it the program finds the socket in
/// that mode, which Go's library needs.
public struct ListenGrant: Sendable, Equatable {
  let text: String

  /// nil when `grant` is none of these. Names other than localhost would need a resolver when the program
  /// starts, where there is none.
  public init?(_ grant: String) {
    self.text = grant
    let text = grant.hasSuffix(":nonblock") ? String(grant.dropLast(":nonblock".count)) : grant
    if text == "fds" { return }
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let host = text[..<colon]
    let port = text[text.index(after: colon)...]
    guard port.allSatisfy({ $0.isASCII && $0.isNumber }), UInt16(port) != nil else { return nil }
    if host == "localhost" { return }
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    var address = in6_addr()
    let parsed =
      isBracketed
      ? inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &address)
      : inet_pton(AF_INET, String(host), &address)
    // The runtime does not read the mixed form with an IPv4 address inside.
    guard parsed == 1, !(isBracketed && host.contains(".")) else { return nil }
  }
}

/// A wall time above 0: `500ms`, `2s`, `5m`, `1h`; without a unit, seconds.
public struct TimeLimit: Sendable, Equatable {
  public let nanoseconds: UInt64

  public init?(_ text: String) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = UInt64(digits) else { return nil }
    let unit: UInt64
    switch text.dropFirst(digits.count) {
    case "ms": unit = 1_000_000
    case "", "s": unit = 1_000_000_000
    case "m": unit = 60_000_000_000
    case "h": unit = 3_600_000_000_000
    default: return nil
    }
    let (product, overflow) = number.multipliedReportingOverflow(by: unit)
    guard !overflow, product > 0 else { return nil }
    nanoseconds = product
  }
}

/// What the program's standard streams are.
public struct StandardStreams: Sendable, Equatable {
  public enum Stream: String, CaseIterable, Sendable {
    /// That of the process.
    case inherit
    /// /dev/null: nothing to read, and what is written is lost.
    case null
  }

  public var input = Stream.inherit
  public var output = Stream.inherit
  public var error = Stream.inherit

  public init() {}

  var nullMask: UInt32 {
    var mask: UInt32 = 0
    for (bit, stream) in [input, output, error].enumerated() where stream == .null {
      mask |= 1 << UInt32(bit)
    }
    return mask
  }
}
