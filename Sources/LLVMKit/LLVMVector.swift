// Vectors: constants, lanes and shuffles.
import CLLVM

extension LLVMValue {
  /// A constant vector. It has at least one lane, and all lanes have the same type.
  public static func vector(_ lanes: [LLVMValue]) -> LLVMValue {
    var handles: [LLVMValueRef?] = lanes.map(\.handle)
    return LLVMValue(LLVMConstVector(&handles, UInt32(handles.count)))
  }
}

extension LLVMType {
  /// The number of lanes of a vector type.
  public var vectorCount: UInt32 { LLVMGetVectorSize(handle) }
}

extension LLVMTypes {
  public func integer(_ bits: UInt32) -> LLVMType {
    LLVMType(handle: LLVMIntTypeInContext(context, bits))
  }
}

extension LLVMBuilder {
  public func extractLane(_ vector: LLVMValue, _ index: LLVMValue, _ name: LLVMName = "")
    -> LLVMValue
  {
    LLVMValue(LLVMBuildExtractElement(handle, vector.handle, index.handle, name.c))
  }
  public func insertLane(
    _ vector: LLVMValue, _ lane: LLVMValue, _ index: LLVMValue, _ name: LLVMName = ""
  ) -> LLVMValue {
    LLVMValue(LLVMBuildInsertElement(handle, vector.handle, lane.handle, index.handle, name.c))
  }
  /// A vector of the lanes that `lanes` names. Numbers from the lane count of `a` on name lanes of `b`.
  public func shuffle(
    _ a: LLVMValue, _ b: LLVMValue, _ lanes: [UInt32], _ name: LLVMName = ""
  ) -> LLVMValue {
    let i32 = LLVMInt32TypeInContext(LLVMGetTypeContext(LLVMTypeOf(a.handle)))
    var indices: [LLVMValueRef?] = lanes.map { LLVMConstInt(i32, UInt64($0), 0) }
    let mask = LLVMConstVector(&indices, UInt32(indices.count))
    return LLVMValue(LLVMBuildShuffleVector(handle, a.handle, b.handle, mask, name.c))
  }
}
