// The conditions of a run: hardening, the time limit, the standard streams, backtraces.

import CSwasmABI

/// The rights that the process gives up, with the kernel's help, before the program's code runs.
public enum Hardening: CaseIterable, Sendable, CustomStringConvertible {
  /// All that the kernel lets it give up.
  case standard
  /// All rights; if the kernel does not let it give up one of them, the program does not start.
  case require
  /// None.
  case off

  /// nil if `text` is none of the words of `--harden`.
  public init?(_ text: String) {
    guard let number = PolicyOption.hardening.number(text),
      let value = Self.allCases.first(where: { $0.number == number })
    else { return nil }
    self = value
  }

  /// The number in a policy.
  var number: UInt64 {
    switch self {
    case .standard: UInt64(SWASM_HARDEN_DEFAULT)
    case .require: UInt64(SWASM_HARDEN_REQUIRE)
    case .off: UInt64(SWASM_HARDEN_OFF)
    }
  }

  /// As it is written.
  public var description: String { PolicyOption.hardening.word(number) }
}

/// What a report of a trap shows of the guest's call stack.
public enum Backtrace: CaseIterable, Sendable, CustomStringConvertible {
  /// Its frames, without the middle of deep recursion.
  case on
  case off
  /// As `on`, with more frames of deep recursion.
  case full

  /// nil if `text` is none of the words of `--backtrace`.
  public init?(_ text: String) {
    guard let number = PolicyOption.backtrace.number(text),
      let value = Self.allCases.first(where: { $0.number == number })
    else { return nil }
    self = value
  }

  /// The number in a policy.
  var number: UInt64 {
    switch self {
    case .on: UInt64(SWASM_BACKTRACE_ON)
    case .off: UInt64(SWASM_BACKTRACE_OFF)
    case .full: UInt64(SWASM_BACKTRACE_FULL)
    }
  }

  /// As it is written.
  public var description: String { PolicyOption.backtrace.word(number) }
}

/// A wall time above 0: `500ms`, `2s`, `5m`, `1h`; without a unit, seconds.
public struct TimeLimit: Sendable, Equatable {
  public let nanoseconds: UInt64

  init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  /// nil if `text` is no such time.
  public init?(_ text: String) {
    guard let nanoseconds = PolicyOption.timeout.number(text) else { return nil }
    self.nanoseconds = nanoseconds
  }
}

/// What the program's standard streams are.
public struct StandardStreams: Sendable, Equatable {
  /// What one standard stream is.
  public enum Stream: CaseIterable, Sendable, CustomStringConvertible {
    /// The stream of the process.
    case inherit
    /// /dev/null: there is nothing to read, and all output is lost.
    case null

    /// nil if `text` is neither `inherit` nor `null`.
    public init?(_ text: String) {
      guard let number = PolicyOption.stream.number(text) else { return nil }
      self = number == Stream.null.number ? .null : .inherit
    }

    /// The number in a policy.
    var number: UInt64 { self == .null ? 1 : 0 }

    /// As it is written.
    public var description: String { PolicyOption.stream.word(number) }
  }

  public var input = Stream.inherit
  public var output = Stream.inherit
  public var error = Stream.inherit

  public init() {}
}

/// What a program prints about its own calls. The person who starts it may choose another value.
public enum Trace: CaseIterable, Sendable, CustomStringConvertible {
  /// Nothing, unless SWASM_TRACE asks for it.
  case off
  /// Each WASI call.
  case wasi

  /// nil if `text` is none of the words of `--trace`.
  public init?(_ text: String) {
    guard let number = PolicyOption.trace.number(text), let value = Self(number: number) else {
      return nil
    }
    self = value
  }

  init?(number: UInt64) {
    guard let value = Self.allCases.first(where: { $0.number == number }) else { return nil }
    self = value
  }

  /// The number in a policy.
  var number: UInt64 {
    switch self {
    case .off: UInt64(SWASM_TRACE_OFF)
    case .wasi: UInt64(SWASM_TRACE_WASI)
    }
  }

  /// As it is written.
  public var description: String { PolicyOption.trace.word(number) }
}
