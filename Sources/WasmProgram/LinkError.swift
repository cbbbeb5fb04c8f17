// Why a module cannot become an instance of a program.

import WasmModule

public struct LinkError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Kind: Equatable, Sendable {
    /// Nothing has the name of an import.
    case unknownImport
    /// The item with that name is of another kind or type. Spec: 4.5.3, External Typing.
    case incompatibleImport
    /// An import that only programs with several threads have.
    case unsupported
  }

  public let kind: Kind
  /// One sentence without a final stop. Safe to print, whatever names of the module it quotes.
  public let message: String
  /// Further such problems, a line each, safe to print.
  public let details: [String]

  init(_ kind: Kind, _ message: String, details: [String] = []) {
    self.kind = kind
    self.message = printable(message)
    self.details = details.map { printable($0) }
  }

  public var description: String { ([message] + details).joined(separator: "\n  ") }
}
