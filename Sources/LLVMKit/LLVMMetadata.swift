// Metadata: alias information, branch weights, invariance of loads.
import CLLVM

/// A node, a string or a value as metadata.
public struct LLVMMetadata: @unchecked Sendable {
  public let handle: LLVMMetadataRef
  let context: LLVMContextRef
}

/// The number of a metadata kind in one context.
public struct LLVMMetadataKind: Sendable {
  let raw: UInt32

  /// No instruction gets metadata of this kind.
  public static let none = LLVMMetadataKind(raw: .max)
}

/// Makes the metadata of one context.
public struct LLVMMetadataFactory: @unchecked Sendable {
  public let context: LLVMContextRef

  public func kind(_ name: String) -> LLVMMetadataKind {
    LLVMMetadataKind(raw: LLVMGetMDKindIDInContext(context, name, UInt32(name.utf8.count)))
  }

  public func node(_ operands: [LLVMMetadata]) -> LLVMMetadata {
    var handles: [LLVMMetadataRef?] = operands.map(\.handle)
    return wrap(LLVMMDNodeInContext2(context, &handles, handles.count))
  }

  public func string(_ text: String) -> LLVMMetadata {
    wrap(LLVMMDStringInContext2(context, text, text.utf8.count))
  }

  public func value(_ value: LLVMValue) -> LLVMMetadata {
    wrap(LLVMValueAsMetadata(value.handle))
  }

  /// `!{!"branch_weights", ...}` for a conditional branch.
  public func branchWeights(taken: UInt32, notTaken: UInt32) -> LLVMMetadata {
    let i32 = LLVMType(handle: LLVMInt32TypeInContext(context))
    return node([
      string("branch_weights"), value(i32.constant(UInt64(taken))),
      value(i32.constant(UInt64(notTaken))),
    ])
  }

  /// `!{!"branch_weights", ...}` for a branch or a switch, in the order of its successors.
  public func branchWeights(_ weights: [UInt32]) -> LLVMMetadata {
    let i32 = LLVMType(handle: LLVMInt32TypeInContext(context))
    return node([string("branch_weights")] + weights.map { value(i32.constant(UInt64($0))) })
  }

  /// `!{!"function_entry_count", i64 count}`.
  public func entryCount(_ count: UInt64) -> LLVMMetadata {
    let i64 = LLVMType(handle: LLVMInt64TypeInContext(context))
    return node([string("function_entry_count"), value(i64.constant(count))])
  }

  public func tbaaRoot(_ name: String) -> LLVMMetadata { node([string(name)]) }

  public func tbaaType(_ name: String, parent: LLVMMetadata) -> LLVMMetadata {
    let i64 = LLVMType(handle: LLVMInt64TypeInContext(context))
    return node([string(name), parent, value(i64.constant(0))])
  }

  /// An access tag for a scalar of `type`.
  public func tbaaTag(_ type: LLVMMetadata) -> LLVMMetadata {
    let i64 = LLVMType(handle: LLVMInt64TypeInContext(context))
    return node([type, type, value(i64.constant(0))])
  }

  func wrap(_ handle: LLVMMetadataRef) -> LLVMMetadata {
    LLVMMetadata(handle: handle, context: context)
  }
}
