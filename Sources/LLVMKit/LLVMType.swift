// Types as values with one handle, and the factory for the types of a context.
import CLLVM

/// A type of LLVM. Valid as long as its context.
public struct LLVMType: Equatable, @unchecked Sendable {
  public let handle: LLVMTypeRef

  public init(handle: LLVMTypeRef) { self.handle = handle }

  public var null: LLVMValue { LLVMValue(LLVMConstNull(handle)) }
  public var poison: LLVMValue { LLVMValue(LLVMGetPoison(handle)) }

  /// An integer constant of this integer type; bits above its width are dropped.
  public func constant(_ bits: UInt64) -> LLVMValue {
    let width = LLVMGetIntTypeWidth(handle)
    let mask: UInt64 = width >= 64 ? .max : (1 << UInt64(width)) - 1
    return LLVMValue(LLVMConstInt(handle, bits & mask, 0))
  }

  /// A floating-point constant with exactly these bits, signalling NaNs included.
  public func constant(bits: LLVMValue) -> LLVMValue {
    LLVMValue(LLVMConstBitCast(bits.handle, handle))
  }

  public func constantArray(_ elements: [LLVMValue]) -> LLVMValue {
    var handles: [LLVMValueRef?] = elements.map(\.handle)
    return LLVMValue(LLVMConstArray2(handle, &handles, UInt64(handles.count)))
  }

  public func constantStruct(_ fields: [LLVMValue]) -> LLVMValue {
    var handles: [LLVMValueRef?] = fields.map(\.handle)
    return LLVMValue(LLVMConstNamedStruct(handle, &handles, UInt32(handles.count)))
  }

  public func array(_ count: UInt64) -> LLVMType { LLVMType(handle: LLVMArrayType2(handle, count)) }
  public func vector(_ count: UInt32) -> LLVMType {
    LLVMType(handle: LLVMVectorType(handle, count))
  }

  /// The return type of a function type.
  public var returnType: LLVMType { LLVMType(handle: LLVMGetReturnType(handle)) }
}

/// The types of one context.
public struct LLVMTypes: @unchecked Sendable {
  public let context: LLVMContextRef
  public let void: LLVMType
  public let i1: LLVMType
  public let i8: LLVMType
  public let i16: LLVMType
  public let i32: LLVMType
  public let i64: LLVMType
  public let i128: LLVMType
  public let float: LLVMType
  public let double: LLVMType
  public let pointer: LLVMType

  init(context: LLVMContextRef) {
    self.context = context
    void = LLVMType(handle: LLVMVoidTypeInContext(context))
    i1 = LLVMType(handle: LLVMInt1TypeInContext(context))
    i8 = LLVMType(handle: LLVMInt8TypeInContext(context))
    i16 = LLVMType(handle: LLVMInt16TypeInContext(context))
    i32 = LLVMType(handle: LLVMInt32TypeInContext(context))
    i64 = LLVMType(handle: LLVMInt64TypeInContext(context))
    i128 = LLVMType(handle: LLVMInt128TypeInContext(context))
    float = LLVMType(handle: LLVMFloatTypeInContext(context))
    double = LLVMType(handle: LLVMDoubleTypeInContext(context))
    pointer = LLVMType(handle: LLVMPointerTypeInContext(context, 0))
  }

  /// A pointer of another address space than `pointer`, which is of space 0.
  public func pointer(inAddressSpace space: UInt32) -> LLVMType {
    LLVMType(handle: LLVMPointerTypeInContext(context, space))
  }

  public func structure(_ fields: [LLVMType], packed: Bool = false) -> LLVMType {
    var handles: [LLVMTypeRef?] = fields.map(\.handle)
    return LLVMType(
      handle: LLVMStructTypeInContext(context, &handles, UInt32(handles.count), packed ? 1 : 0))
  }

  public func function(_ parameters: [LLVMType], returning result: LLVMType) -> LLVMType {
    var handles: [LLVMTypeRef?] = parameters.map(\.handle)
    return LLVMType(handle: LLVMFunctionType(result.handle, &handles, UInt32(handles.count), 0))
  }

  /// An array of i8 with these bytes, as they are.
  public func constantBytes(_ bytes: UnsafeRawBufferPointer) -> LLVMValue {
    let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
    // LLVM wants a pointer even for no bytes at all.
    return withUnsafePointer(to: CChar(0)) { empty in
      LLVMValue(LLVMConstStringInContext2(context, start ?? empty, bytes.count, 1))
    }
  }

  /// A literal structure with these fields and no padding.
  public func constantPackedStruct(_ fields: [LLVMValue]) -> LLVMValue {
    var handles: [LLVMValueRef?] = fields.map(\.handle)
    return LLVMValue(LLVMConstStructInContext(context, &handles, UInt32(handles.count), 1))
  }

  /// A literal structure with these fields.
  public func constantStruct(_ fields: [LLVMValue]) -> LLVMValue {
    var handles: [LLVMValueRef?] = fields.map(\.handle)
    return LLVMValue(LLVMConstStructInContext(context, &handles, UInt32(handles.count), 0))
  }
}
