// Values (constants, instructions, globals, functions) and basic blocks as structs with one handle.
import CLLVM

/// A value of LLVM. An instruction or global is valid as long as its module, a constant as long as its context.
public struct LLVMValue: Equatable, @unchecked Sendable {
  public let handle: LLVMValueRef

  @inline(__always)
  public init(_ handle: LLVMValueRef) { self.handle = handle }

  public var type: LLVMType { LLVMType(handle: LLVMTypeOf(handle)) }
  public var isConstant: Bool { LLVMIsConstant(handle) != 0 }

  /// The bits of an integer constant of at most 64 bits; nil for other values.
  public var constantBits: UInt64? {
    LLVMIsAConstantInt(handle) == nil ? nil : LLVMConstIntGetZExtValue(handle)
  }
  public func operand(_ index: UInt32) -> LLVMValue { LLVMValue(LLVMGetOperand(handle, index)) }
  public func parameter(_ index: Int) -> LLVMValue {
    LLVMValue(LLVMGetParam(handle, UInt32(index)))
  }

  public var name: String {
    var length = 0
    guard let bytes = LLVMGetValueName2(handle, &length) else { return "" }
    return String(
      decoding: UnsafeRawBufferPointer(start: bytes, count: length), as: UTF8.self)
  }

  public var description: String { takeMessage(LLVMPrintValueToString(handle)) }
}

extension LLVMValue {
  // Properties of instructions.
  public func setAlignment(_ bytes: UInt32) { LLVMSetAlignment(handle, bytes) }
  public func setVolatile() { LLVMSetVolatile(handle, 1) }
  public func setMetadata(_ kind: LLVMMetadataKind, _ node: LLVMMetadata) {
    if kind.raw == LLVMMetadataKind.none.raw { return }
    LLVMSetMetadata(handle, kind.raw, LLVMMetadataAsValue(node.context, node.handle))
  }
  public func setCallingConvention(_ convention: LLVMCallingConvention) {
    LLVMSetInstructionCallConv(handle, convention.raw)
  }
  /// Makes the call reuse its caller's frame. A return of its result must follow.
  public func setMustTail() { LLVMSetTailCallKind(handle, LLVMTailCallKindMustTail) }
  public func addCallAttribute(_ attribute: LLVMAttribute, at index: LLVMAttributePlace = .function)
  {
    LLVMAddCallSiteAttribute(handle, index.raw, attribute.handle)
  }
  public func addIncoming(_ value: LLVMValue, from block: LLVMBlock) {
    var value: LLVMValueRef? = value.handle
    var block: LLVMBasicBlockRef? = block.handle
    LLVMAddIncoming(handle, &value, &block, 1)
  }
  /// Adds a case to a switch.
  public func addCase(_ constant: LLVMValue, to block: LLVMBlock) {
    LLVMAddCase(handle, constant.handle, block.handle)
  }
}

extension LLVMValue {
  // Properties of functions and globals.
  public func setFunctionCallingConvention(_ convention: LLVMCallingConvention) {
    LLVMSetFunctionCallConv(handle, convention.raw)
  }
  public func addFunctionAttribute(
    _ attribute: LLVMAttribute, at place: LLVMAttributePlace = .function
  ) {
    LLVMAddAttributeAtIndex(handle, place.raw, attribute.handle)
  }
  public func setLinkage(_ linkage: Linkage) {
    let value =
      switch linkage {
      case .external: LLVMExternalLinkage
      case .internal: LLVMInternalLinkage
      case .availableExternally: LLVMAvailableExternallyLinkage
      }
    LLVMSetLinkage(handle, value)
  }
  /// Who may refer to a function or global.
  public enum Linkage: Sendable {
    case external, `internal`
    /// Another module defines it. The body is here so that it may be inlined.
    case availableExternally
  }
  public func setHidden() { LLVMSetVisibility(handle, LLVMHiddenVisibility) }
  public func setInitializer(_ constant: LLVMValue) { LLVMSetInitializer(handle, constant.handle) }
  public func setConstant() { LLVMSetGlobalConstant(handle, 1) }
  public func setUnnamedAddress() { LLVMSetUnnamedAddress(handle, LLVMGlobalUnnamedAddr) }
  public func setSection(_ name: String) { LLVMSetSection(handle, name) }
  public func appendBlock(_ block: LLVMBlock) { LLVMAppendExistingBasicBlock(handle, block.handle) }
}

/// A basic block. Valid as long as its function.
public struct LLVMBlock: Equatable {
  public let handle: LLVMBasicBlockRef

  @inline(__always)
  public init(_ handle: LLVMBasicBlockRef) { self.handle = handle }

  public var firstInstruction: LLVMValue? { LLVMGetFirstInstruction(handle).map(LLVMValue.init) }
  var firstAfterPhis: LLVMValue? {
    var instruction = firstInstruction
    while let phi = instruction, LLVMGetInstructionOpcode(phi.handle) == LLVMPHI {
      instruction = phi.next
    }
    return instruction
  }
  public var previous: LLVMBlock? { LLVMGetPreviousBasicBlock(handle).map(LLVMBlock.init) }
  public var terminator: LLVMValue? { LLVMGetBasicBlockTerminator(handle).map(LLVMValue.init) }
}

/// LLVM's numbering of calling conventions (CallingConv.h).
public struct LLVMCallingConvention: Sendable {
  public let raw: UInt32
  public static let c = LLVMCallingConvention(raw: 0)
  public static let fast = LLVMCallingConvention(raw: 8)
  public static let tail = LLVMCallingConvention(raw: 18)
}

/// The place of an attribute: on the function or call itself, on its result, or on a parameter.
public struct LLVMAttributePlace: Sendable {
  let raw: UInt32
  public static let function = LLVMAttributePlace(raw: .max)
  public static let result = LLVMAttributePlace(raw: 0)
  public static func parameter(_ index: Int) -> LLVMAttributePlace {
    LLVMAttributePlace(raw: UInt32(index) + 1)
  }
}

extension LLVMValue {
  /// Sets metadata of a function or a global.
  public func setGlobalMetadata(_ kind: LLVMMetadataKind, _ node: LLVMMetadata) {
    LLVMGlobalSetMetadata(handle, kind.raw, node.handle)
  }
  /// Replaces all uses of this global by `other`, and deletes this global.
  public func replaceGlobal(with other: LLVMValue) {
    LLVMReplaceAllUsesWith(handle, other.handle)
    LLVMDeleteGlobal(handle)
  }
  public var isInstruction: Bool { LLVMIsAInstruction(handle) != nil }
  /// The instruction after this instruction.
  public var next: LLVMValue? {
    isInstruction ? LLVMGetNextInstruction(handle).map(LLVMValue.init) : nil
  }
}
