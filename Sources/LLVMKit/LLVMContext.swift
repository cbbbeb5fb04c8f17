// The owner of all objects that LLVM interns: types, constants, metadata and attributes. A module must be disposed of
// before its context. Only one thread at a time may use a context. Handles of types and constants are plain values,
// which are valid as long as their context exists.
import CLLVM

/// A context of LLVM. It is disposed of with its owner.
public struct LLVMContext: ~Copyable, @unchecked Sendable {
  public let handle: LLVMContextRef

  /// - Parameter keepsValueNames: Whether values keep their names. Names make IR readable, but cost time and memory.
  public init(keepsValueNames: Bool = true) {
    handle = LLVMContextCreate()
    LLVMContextSetDiscardValueNames(handle, keepsValueNames ? 0 : 1)
    let sink = Unmanaged.passRetained(LLVMDiagnostics())
    LLVMContextSetDiagnosticHandler(
      handle,
      { diagnostic, sink in
        guard let sink, LLVMGetDiagInfoSeverity(diagnostic) == LLVMDSError else { return }
        let text = takeMessage(LLVMGetDiagInfoDescription(diagnostic))
        Unmanaged<LLVMDiagnostics>.fromOpaque(sink).takeUnretainedValue().errors.append(text)
      }, sink.toOpaque())
  }

  deinit {
    let sink = LLVMContextGetDiagnosticContext(handle)
    LLVMContextDispose(handle)
    if let sink { Unmanaged<LLVMDiagnostics>.fromOpaque(sink).release() }
  }

  public var types: LLVMTypes { LLVMTypes(context: handle) }
  public var metadata: LLVMMetadataFactory { LLVMMetadataFactory(context: handle) }
  public var attributes: LLVMAttributes { LLVMAttributes(context: handle) }
}

/// The errors that LLVM reported to the diagnostic handler. Without a handler LLVM would end the process.
final class LLVMDiagnostics {
  var errors: [String] = []

  /// The errors reported in `context` since the last call; nil if there were none.
  static func take(from context: LLVMContextRef) -> LLVMError? {
    guard let sink = LLVMContextGetDiagnosticContext(context) else { return nil }
    let diagnostics = Unmanaged<LLVMDiagnostics>.fromOpaque(sink).takeUnretainedValue()
    defer { diagnostics.errors = [] }
    return diagnostics.errors.isEmpty
      ? nil : LLVMError(diagnostics.errors.joined(separator: "; "))
  }
}

/// Copies a string that LLVM returned, and gives the original back to LLVM.
func takeMessage(_ message: UnsafeMutablePointer<CChar>?) -> String {
  guard let message else { return "unknown error" }
  defer { LLVMDisposeMessage(message) }
  return String(cString: message)
}

/// An error of LLVM, in LLVM's words.
public struct LLVMError: Error, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }

  /// Consumes an error of LLVM's newer interfaces; nil is success.
  static func check(_ error: LLVMErrorRef?) throws(LLVMError) {
    guard let error else { return }
    let message = LLVMGetErrorMessage(error)
    defer { LLVMDisposeErrorMessage(message) }
    throw LLVMError(message.map { String(cString: $0) } ?? "unknown error")
  }
}
