// The owner of an instruction builder. It has a method for each instruction that is used. Names are static strings.
// LLVM copies them, or drops them if the context keeps no names.
import CLLVM

/// The name of a value in the text of IR. It has no meaning.
public typealias LLVMName = StaticString

extension StaticString {
  @inline(__always)
  var c: UnsafePointer<CChar> {
    UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
  }
}

/// Appends instructions at its position, which callers set first. Alignments are in bytes.
public struct LLVMBuilder: ~Copyable {
  public let handle: LLVMBuilderRef
  private let context: LLVMContextRef

  public init(context: LLVMContextRef) {
    self.context = context
    handle = LLVMCreateBuilderInContext(context)
  }

  deinit { LLVMDisposeBuilder(handle) }

  // MARK: Position

  public func createBlock(_ name: LLVMName = "") -> LLVMBlock {
    LLVMBlock(LLVMCreateBasicBlockInContext(context, name.c))
  }
  public func position(atEnd block: LLVMBlock) { LLVMPositionBuilderAtEnd(handle, block.handle) }
  public func position(before instruction: LLVMValue) {
    LLVMPositionBuilderBefore(handle, instruction.handle)
  }
  public func position(atStart block: LLVMBlock) {
    if let first = block.firstInstruction {
      // Where values of variables are noted, they stay after what is built here.
      LLVMPositionBuilderBeforeInstrAndDbgRecords(handle, first.handle)
    } else {
      position(atEnd: block)
    }
  }
  public var block: LLVMBlock { LLVMBlock(LLVMGetInsertBlock(handle)) }

  public func setLocation(line: UInt32, column: UInt32 = 0, scope: LLVMMetadata) {
    LLVMSetCurrentDebugLocation2(
      handle, LLVMDIBuilderCreateDebugLocation(context, line, column, scope.handle, nil))
  }
  public func clearLocation() { LLVMSetCurrentDebugLocation2(handle, nil) }

  // MARK: Arithmetic

  public func binary(_ op: BinaryOperation, _ a: LLVMValue, _ b: LLVMValue, _ name: LLVMName = "")
    -> LLVMValue
  {
    LLVMValue(LLVMBuildBinOp(handle, op.raw, a.handle, b.handle, name.c))
  }
  public func add(_ a: LLVMValue, _ b: LLVMValue, _ name: LLVMName = "") -> LLVMValue {
    LLVMValue(LLVMBuildAdd(handle, a.handle, b.handle, name.c))
  }
  public func sub(_ a: LLVMValue, _ b: LLVMValue, _ name: LLVMName = "") -> LLVMValue {
    LLVMValue(LLVMBuildSub(handle, a.handle, b.handle, name.c))
  }
  public func multiply(_ a: LLVMValue, _ b: LLVMValue, _ name: LLVMName = "") -> LLVMValue {
    LLVMValue(LLVMBuildMul(handle, a.handle, b.handle, name.c))
  }
  public func and(_ a: LLVMValue, _ b: LLVMValue, _ name: LLVMName = "") -> LLVMValue {
    LLVMValue(LLVMBuildAnd(handle, a.handle, b.handle, name.c))
  }
  public func or(_ a: LLVMValue, _ b: LLVMValue, _ name: LLVMName = "") -> LLVMValue {
    LLVMValue(LLVMBuildOr(handle, a.handle, b.handle, name.c))
  }
  public func xor(_ a: LLVMValue, _ b: LLVMValue, _ name: LLVMName = "") -> LLVMValue {
    LLVMValue(LLVMBuildXor(handle, a.handle, b.handle, name.c))
  }
  public func not(_ a: LLVMValue, _ name: LLVMName = "") -> LLVMValue {
    LLVMValue(LLVMBuildNot(handle, a.handle, name.c))
  }
  public func shiftLeft(_ a: LLVMValue, _ b: LLVMValue, _ name: LLVMName = "") -> LLVMValue {
    LLVMValue(LLVMBuildShl(handle, a.handle, b.handle, name.c))
  }
  public func shiftRight(_ a: LLVMValue, _ b: LLVMValue, _ name: LLVMName = "") -> LLVMValue {
    LLVMValue(LLVMBuildLShr(handle, a.handle, b.handle, name.c))
  }
  public func negateFloat(_ a: LLVMValue, _ name: LLVMName = "") -> LLVMValue {
    LLVMValue(LLVMBuildFNeg(handle, a.handle, name.c))
  }
  public func cast(_ op: CastOperation, _ a: LLVMValue, to type: LLVMType, _ name: LLVMName = "")
    -> LLVMValue
  {
    LLVMValue(LLVMBuildCast(handle, op.raw, a.handle, type.handle, name.c))
  }
  public func zeroExtend(_ a: LLVMValue, to type: LLVMType, _ name: LLVMName = "") -> LLVMValue {
    LLVMValue(LLVMBuildZExt(handle, a.handle, type.handle, name.c))
  }
  public func signExtend(_ a: LLVMValue, to type: LLVMType, _ name: LLVMName = "") -> LLVMValue {
    LLVMValue(LLVMBuildSExt(handle, a.handle, type.handle, name.c))
  }
  public func truncate(_ a: LLVMValue, to type: LLVMType, _ name: LLVMName = "") -> LLVMValue {
    LLVMValue(LLVMBuildTrunc(handle, a.handle, type.handle, name.c))
  }
  public func bitCast(_ a: LLVMValue, to type: LLVMType, _ name: LLVMName = "") -> LLVMValue {
    LLVMValue(LLVMBuildBitCast(handle, a.handle, type.handle, name.c))
  }
  public func compare(
    _ predicate: IntegerPredicate, _ a: LLVMValue, _ b: LLVMValue, _ name: LLVMName = ""
  ) -> LLVMValue {
    LLVMValue(LLVMBuildICmp(handle, predicate.raw, a.handle, b.handle, name.c))
  }
  public func compare(
    _ predicate: FloatPredicate, _ a: LLVMValue, _ b: LLVMValue, _ name: LLVMName = ""
  ) -> LLVMValue {
    LLVMValue(LLVMBuildFCmp(handle, predicate.raw, a.handle, b.handle, name.c))
  }
  public func isNull(_ a: LLVMValue, _ name: LLVMName = "") -> LLVMValue {
    LLVMValue(LLVMBuildIsNull(handle, a.handle, name.c))
  }
  public func select(
    _ condition: LLVMValue, _ a: LLVMValue, _ b: LLVMValue, _ name: LLVMName = ""
  ) -> LLVMValue {
    LLVMValue(LLVMBuildSelect(handle, condition.handle, a.handle, b.handle, name.c))
  }

  // MARK: Memory

  public func load(_ type: LLVMType, _ pointer: LLVMValue, alignment: UInt32, _ name: LLVMName = "")
    -> LLVMValue
  {
    let load = LLVMBuildLoad2(handle, type.handle, pointer.handle, name.c)!
    LLVMSetAlignment(load, alignment)
    return LLVMValue(load)
  }
  @discardableResult
  public func store(_ value: LLVMValue, _ pointer: LLVMValue, alignment: UInt32) -> LLVMValue {
    let store = LLVMBuildStore(handle, value.handle, pointer.handle)!
    LLVMSetAlignment(store, alignment)
    return LLVMValue(store)
  }
  /// `pointer` plus `offset` bytes. LLVM gets no promise about bounds.
  public func offset(_ pointer: LLVMValue, _ offset: LLVMValue, _ name: LLVMName = "") -> LLVMValue
  {
    var index: LLVMValueRef? = offset.handle
    return LLVMValue(
      LLVMBuildGEP2(handle, LLVMInt8TypeInContext(context), pointer.handle, &index, 1, name.c))
  }
  /// `pointer` plus a constant, inside the object that it points to.
  public func field(_ pointer: LLVMValue, at bytes: UInt64, _ name: LLVMName = "") -> LLVMValue {
    if bytes == 0 { return pointer }
    var index: LLVMValueRef? = LLVMConstInt(LLVMInt64TypeInContext(context), bytes, 0)
    return LLVMValue(
      LLVMBuildInBoundsGEP2(
        handle, LLVMInt8TypeInContext(context), pointer.handle, &index, 1, name.c))
  }
  @discardableResult
  public func moveMemory(to: LLVMValue, from: LLVMValue, bytes: LLVMValue) -> LLVMValue {
    LLVMValue(LLVMBuildMemMove(handle, to.handle, 1, from.handle, 1, bytes.handle))
  }
  @discardableResult
  public func setMemory(_ pointer: LLVMValue, byte: LLVMValue, bytes: LLVMValue) -> LLVMValue {
    LLVMValue(LLVMBuildMemSet(handle, pointer.handle, byte.handle, bytes.handle, 1))
  }
  public func extract(_ aggregate: LLVMValue, _ index: Int, _ name: LLVMName = "") -> LLVMValue {
    LLVMValue(LLVMBuildExtractValue(handle, aggregate.handle, UInt32(index), name.c))
  }
  public func insert(
    _ aggregate: LLVMValue, _ value: LLVMValue, _ index: Int, _ name: LLVMName = ""
  ) -> LLVMValue {
    LLVMValue(LLVMBuildInsertValue(handle, aggregate.handle, value.handle, UInt32(index), name.c))
  }

  // MARK: Control

  public func call(
    _ type: LLVMType, _ callee: LLVMValue, _ arguments: [LLVMValue], _ name: LLVMName = ""
  ) -> LLVMValue {
    withUnsafeTemporaryAllocation(of: LLVMValueRef?.self, capacity: arguments.count) { handles in
      for (index, argument) in arguments.enumerated() {
        handles.initializeElement(at: index, to: argument.handle)
      }
      return LLVMValue(
        LLVMBuildCall2(
          handle, type.handle, callee.handle, handles.baseAddress, UInt32(arguments.count), name.c))
    }
  }
  @discardableResult
  public func branch(to block: LLVMBlock) -> LLVMValue {
    LLVMValue(LLVMBuildBr(handle, block.handle))
  }
  @discardableResult
  public func branch(if condition: LLVMValue, then: LLVMBlock, else other: LLVMBlock) -> LLVMValue {
    LLVMValue(LLVMBuildCondBr(handle, condition.handle, then.handle, other.handle))
  }
  public func switchOn(_ value: LLVMValue, default block: LLVMBlock, cases: Int) -> LLVMValue {
    LLVMValue(LLVMBuildSwitch(handle, value.handle, block.handle, UInt32(clamping: cases)))
  }
  @discardableResult
  public func returnVoid() -> LLVMValue { LLVMValue(LLVMBuildRetVoid(handle)) }
  @discardableResult
  public func returnValue(_ value: LLVMValue) -> LLVMValue {
    LLVMValue(LLVMBuildRet(handle, value.handle))
  }
  @discardableResult
  public func unreachable() -> LLVMValue { LLVMValue(LLVMBuildUnreachable(handle)) }
  public func phi(_ type: LLVMType, _ name: LLVMName = "") -> LLVMValue {
    LLVMValue(LLVMBuildPhi(handle, type.handle, name.c))
  }
}
