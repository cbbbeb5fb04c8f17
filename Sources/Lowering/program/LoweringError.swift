// Why a valid module cannot be lowered.
import WasmModule

/// Why a valid module cannot be lowered.
public struct LoweringError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong, for callers that choose an exit status.
  public enum Kind: Equatable, Sendable {
    /// An instruction, type or feature that has no lowering yet.
    case unsupported
    /// The export that was asked for does not exist or is no function.
    case unknownExport
    /// The program exceeds a limit of this implementation.
    case limit
    /// The profile cannot be one of this module.
    case unfitProfile
  }

  public let kind: Kind
  /// One sentence without a final stop. It does not name the offset. Safe to print, even if it quotes names of the
  /// module.
  public let message: String
  /// Further such problems, a line each, safe to print.
  public let details: [String]
  /// The offset in the file in bytes, if one byte is the cause.
  public let offset: Int?

  public init(_ kind: Kind, _ message: String, details: [String] = [], offset: Int? = nil) {
    self.kind = kind
    self.message = printable(message)
    self.details = details.map { printable($0) }
    self.offset = offset
  }

  public var description: String {
    let lines = ([message] + details).joined(separator: "\n  ")
    guard let offset else { return lines }
    return "0x" + String(offset, radix: 16) + ": " + lines
  }
}
