// A row of runtime-c/abi/policy.def as Swift sees it. The grammar of values is the runtime's, in C
// (runtime-c/src/policy_values.c), so that an option is written the same way on a command line and in a variable.

import CSwasmABI
import System

/// An option of the policy, with the grammar of its values.
public struct PolicyOption: Sendable {
  let tag: swasm_policy_tag

  public static let maxMemory = PolicyOption(tag: SWASM_POLICY_MAX_MEMORY)
  public static let stack = PolicyOption(tag: SWASM_POLICY_STACK)
  public static let hardening = PolicyOption(tag: SWASM_POLICY_HARDEN)
  public static let maxDescriptors = PolicyOption(tag: SWASM_POLICY_MAX_FDS)
  public static let timeout = PolicyOption(tag: SWASM_POLICY_TIMEOUT)
  public static let deterministic = PolicyOption(tag: SWASM_POLICY_DETERMINISTIC)
  public static let directory = PolicyOption(tag: SWASM_POLICY_DIR)
  public static let environment = PolicyOption(tag: SWASM_POLICY_ENV)
  public static let listener = PolicyOption(tag: SWASM_POLICY_LISTEN)
  public static let connection = PolicyOption(tag: SWASM_POLICY_CONNECT)
  public static let name = PolicyOption(tag: SWASM_POLICY_RESOLVE)
  public static let backtrace = PolicyOption(tag: SWASM_POLICY_BACKTRACE)
  static let trace = PolicyOption(tag: SWASM_POLICY_TRACE)
  static let stream = PolicyOption(tag: SWASM_POLICY_STDIN)

  private var row: UnsafePointer<swasm_policy_option> {
    guard let row = swasm_policy_option_of(tag.rawValue) else {
      preconditionFailure("policy.def has no row \(tag.rawValue)")
    }
    return row
  }

  /// What a value must be: completes "--timeout must be …".
  public var says: String { String(cString: swasm_policy_says(row)) }

  /// The number that `text` means; nil if it is no value of this option, or out of its range. Only for options that are
  /// numbers.
  public func number(_ text: String) -> UInt64? {
    var number: UInt64 = 0
    let isValue = HostString(text).withCharacters {
      swasm_policy_read_number(row, $0, $1, &number)
    }
    return isValue ? number : nil
  }

  /// The word for a number of this option, which has words.
  func word(_ number: UInt64) -> String {
    guard let word = swasm_policy_word(swasm_policy_kind(UInt32(row.pointee.kind)), number) else {
      preconditionFailure("policy.def has no word for \(number)")
    }
    return String(cString: word)
  }
}

extension HostString {
  /// Calls `body` with the bytes and their count. A zero follows them.
  func withCharacters<Result>(_ body: (UnsafePointer<CChar>, Int) -> Result) -> Result {
    withCString { body($0, bytes.count) }
  }
}
