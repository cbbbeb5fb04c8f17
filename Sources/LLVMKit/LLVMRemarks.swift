// What LLVM says about its optimisations: https://llvm.org/docs/Remarks.html
import CCodeGeneration
import CLLVM

/// A remark. Its lines are those of the debug locations that lowering gave the code.
public struct LLVMRemark: Sendable {
  /// passed, missed, analysis or failure.
  public let kind: String
  /// LLVM's names of the pass and of the remark.
  public let pass, name: String
  public let message: String
  /// The line of the code, or of its function if that is all that is known; 0 if nothing is.
  public let line: UInt32
}

/// Collects the remarks about the code of one context.
public final class LLVMRemarks {
  public private(set) var all: [LLVMRemark] = []

  public init() {}

  /// Forgets the remarks about code that is not used.
  public func restart() { all = [] }

  /// The collector must live as long as the context is used.
  public func collect(from context: borrowing LLVMContext) {
    swasm_collect_remarks(
      context.handle,
      { sink, remark in
        guard let sink, let remark = remark?.pointee else { return }
        Unmanaged<LLVMRemarks>.fromOpaque(sink).takeUnretainedValue().all.append(
          LLVMRemark(
            kind: String(cString: remark.kind), pass: String(cString: remark.pass),
            name: String(cString: remark.name), message: String(cString: remark.message),
            line: remark.line > 0 ? remark.line : remark.function_line))
      }, Unmanaged.passUnretained(self).toOpaque())
  }
}
