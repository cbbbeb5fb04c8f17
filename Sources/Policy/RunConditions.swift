// What surrounds a run: hardening, the time limit, the standard streams.

import CSwasmABI

/// What the process gives up, with the kernel's help, before the program's code runs. The raw value is
/// SWASM_HARDEN_*.
public enum Hardening: UInt64, CaseIterable, Sendable, CustomStringConvertible {
  /// All that the kernel lets it give up.
  case standard
  /// All of it, or the program does not start.
  case require
  case off

  public init?(_ text: String) {
    guard let number = PolicyOption.hardening.number(text) else { return nil }
    self.init(rawValue: number)
  }

  /// As it is written.
  public var description: String { PolicyOption.hardening.word(rawValue) }
}

/// A wall time above 0: `500ms`, `2s`, `5m`, `1h`; without a unit, seconds.
public struct TimeLimit: Sendable, Equatable {
  public let nanoseconds: UInt64

  public init?(_ text: String) {
    guard let nanoseconds = PolicyOption.timeout.number(text) else { return nil }
    self.nanoseconds = nanoseconds
  }
}

/// What the program's standard streams are.
public struct StandardStreams: Sendable, Equatable {
  public enum Stream: UInt64, CaseIterable, Sendable, CustomStringConvertible {
    /// That of the process.
    case inherit
    /// /dev/null: there is nothing to read, and what is written is lost.
    case null

    public init?(_ text: String) {
      guard let number = PolicyOption.stream.number(text) else { return nil }
      self.init(rawValue: number)
    }

    /// As it is written.
    public var description: String { PolicyOption.stream.word(rawValue) }
  }

  public var input = Stream.inherit
  public var output = Stream.inherit
  public var error = Stream.inherit

  public init() {}
}
