// Memory in a function's frame.
import CLLVM

extension LLVMBuilder {
  /// Memory for a value of `type` until the function returns. Build it in the entry block.
  public func allocate(_ type: LLVMType, alignment: UInt32, _ name: LLVMName = "") -> LLVMValue {
    let room = LLVMBuildAlloca(handle, type.handle, name.c)!
    LLVMSetAlignment(room, alignment)
    return LLVMValue(room)
  }

  /// Sets memory to zeros.
  /// - Parameter bytes: The number of bytes, an i64.
  public func clear(_ pointer: LLVMValue, bytes: LLVMValue, alignment: UInt32) {
    let zero = LLVMConstNull(
      LLVMInt8TypeInContext(LLVMGetTypeContext(LLVMTypeOf(bytes.handle))))
    LLVMBuildMemSet(handle, pointer.handle, zero, bytes.handle, alignment)
  }
}
