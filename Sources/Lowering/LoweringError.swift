// Why a valid module cannot be lowered.

public struct LoweringError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Kind: Equatable, Sendable {
    /// An instruction, type or feature that has no lowering yet.
    case unsupported
    /// An import that nothing provides, or that is provided with another type.
    case unknownImport
    /// The export that was asked for does not exist or is no function.
    case unknownExport
    /// More than an implementation has to take.
    case limit
    /// The profile cannot be one of this module.
    case unfitProfile
  }

  public let kind: Kind
  /// One sentence without a final stop, without the offset.
  public let message: String
  /// In the file, where one byte is to blame.
  public let offset: Int?

  public init(_ kind: Kind, _ message: String, offset: Int? = nil) {
    self.kind = kind
    self.message = message
    self.offset = offset
  }

  public var description: String {
    guard let offset else { return message }
    return "0x" + String(offset, radix: 16) + ": " + message
  }
}
