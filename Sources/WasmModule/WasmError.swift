// The error of decoding and validation: its kind, its offset in the file, and a sentence for the user.

/// Why a module or component is refused.
public struct WasmError: Error, Sendable, Equatable {
  /// What is wrong with the file.
  public enum Kind: Sendable, Equatable {
    /// The bytes do not follow the binary format.
    case malformed
    /// The file is well-formed but breaks a validation rule.
    case invalid
    /// The file uses something that swasmc knows by name but does not implement.
    case unsupported
    /// The file exceeds a limit of this implementation (ImplementationLimits.swift, ComponentLimits.swift).
    case limit
  }

  public let kind: Kind
  /// The offset from the start of the file, in bytes.
  public let offset: Int
  /// One sentence without a full stop, in the words of the specification if it has any. Safe to print, even if it
  /// quotes names of the module.
  public let message: String

  public init(_ kind: Kind, at offset: Int, _ message: String) {
    self.kind = kind
    self.offset = offset
    self.message = printable(message)
  }

  /// The form shown to users: `bad.wasm:0x2e: type mismatch in i32.add: expected i32, found f64`.
  public func description(file: String) -> String {
    "\(printable(file)):0x\(String(offset, radix: 16)): \(message)"
  }
}

extension WasmError: CustomStringConvertible {
  public var description: String { "0x\(String(offset, radix: 16)): \(message)" }
}

extension WasmError {
  package static func malformed(_ message: String, at offset: Int) -> WasmError {
    WasmError(.malformed, at: offset, message)
  }

  package static func invalid(_ message: String, at offset: Int) -> WasmError {
    WasmError(.invalid, at: offset, message)
  }

  package static func unsupported(_ feature: Feature, _ what: String, at offset: Int) -> WasmError {
    WasmError(.unsupported, at: offset, "unsupported feature: \(feature.name) (\(what))")
  }

  package static func limit(_ what: String, _ maximum: Int, at offset: Int) -> WasmError {
    WasmError(.limit, at: offset, "implementation limit: more than \(maximum) \(what)")
  }

  package static func unexpectedEnd(at offset: Int) -> WasmError {
    .malformed("unexpected end of section or function", at: offset)
  }
}
