// Why a module cannot become an instance of a program.

import WasmModule

/// Why a module cannot become an instance of a program.
public struct LinkError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong, for callers that choose an exit status.
  public enum Kind: Equatable, Sendable {
    /// Nothing has the name of an import.
    case unknownImport
    /// The item with that name is of another kind or type. Spec: Execution, External Typing.
    case incompatibleImport
    /// An import that only programs with several threads have.
    case unsupported
  }

  public let kind: Kind
  /// One sentence without a final stop. Safe to print, even if it quotes names of the module.
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
