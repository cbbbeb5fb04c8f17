// Calls that may unwind to a landing pad of their function.
import CLLVM

extension LLVMBuilder {
  /// A call that ends the block. If it returns, control goes on in `normal`. If an exception passes it, control goes on
  /// in `unwind`, which begins with a landing pad.
  public func invoke(
    _ type: LLVMType, _ callee: LLVMValue, _ arguments: [LLVMValue], normal: LLVMBlock,
    unwind: LLVMBlock
  ) -> LLVMValue {
    var handles: [LLVMValueRef?] = arguments.map(\.handle)
    return LLVMValue(
      LLVMBuildInvoke2(
        handle, type.handle, callee.handle, &handles, UInt32(handles.count), normal.handle,
        unwind.handle, ""))
  }

  /// A landing pad that every exception enters. Its value is a structure of `result`'s type.
  public func landingPad(_ result: LLVMType, catching everything: LLVMValue) -> LLVMValue {
    let pad = LLVMBuildLandingPad(handle, result.handle, nil, 1, "")!
    LLVMAddClause(pad, everything.handle)
    return LLVMValue(pad)
  }
}

extension LLVMValue {
  /// Sets the personality of a function with landing pads.
  public func setPersonality(_ function: LLVMValue) {
    LLVMSetPersonalityFn(handle, function.handle)
  }

  /// Deletes an instruction without uses.
  public func eraseInstruction() { LLVMInstructionEraseFromParent(handle) }
}
