// Attributes of functions, calls and parameters.
import CLLVM

/// An attribute of a function, a call or a parameter.
public struct LLVMAttribute: @unchecked Sendable {
  public let handle: LLVMAttributeRef
}

/// Makes the attributes of one context.
public struct LLVMAttributes: @unchecked Sendable {
  public let context: LLVMContextRef

  public init(context: LLVMContextRef) { self.context = context }

  /// One of LLVM's own attributes (`nounwind`, `nomerge`), optionally with its integer value.
  public func named(_ name: String, value: UInt64 = 0) -> LLVMAttribute {
    let kind = LLVMGetEnumAttributeKindForName(name, name.utf8.count)
    precondition(kind != 0, "LLVM has no attribute \(name)")
    return LLVMAttribute(handle: LLVMCreateEnumAttribute(context, kind, value))
  }

  /// A `"key"="value"` attribute.
  public func string(_ key: String, _ value: String = "") -> LLVMAttribute {
    LLVMAttribute(
      handle: LLVMCreateStringAttribute(
        context, key, UInt32(key.utf8.count), value, UInt32(value.utf8.count)))
  }
}
