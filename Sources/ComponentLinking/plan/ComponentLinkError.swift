// Why a component cannot become a program.

import WasmModule

public struct ComponentLinkError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Kind: Equatable, Sendable {
    /// Nothing provides an import.
    case unknownImport
    /// The component uses something that is not implemented.
    case unsupported
    /// The component exceeds a limit of this implementation (LinkingLimits.swift).
    case limit
    /// There is no such export, or it has another type.
    case export
    /// Instances do not fit together.
    case link
  }

  public let kind: Kind
  /// One sentence without a final stop. Safe to print, whatever names it quotes.
  public let message: String
  /// Further such problems, a line each, safe to print.
  public let details: [String]
  /// The file that is at fault (`ComponentPart.file`).
  public var file = 0
  /// Where in the files, in bytes from the start of the first; nil if no place is at fault.
  public var offset: Int?

  init(_ kind: Kind, _ message: String, details: [String] = [], file: Int = 0, offset: Int? = nil) {
    self.kind = kind
    self.file = file
    self.offset = offset
    self.message = printable(message)
    self.details = details.map { printable($0) }
  }

  static func limit(_ what: String, _ most: Int) -> ComponentLinkError {
    ComponentLinkError(.limit, "implementation limit: more than \(most) \(what)")
  }

  public var description: String { ([message] + details).joined(separator: "\n  ") }
}
