// The lanes of a v128, as LLVM knows them.
//
// On the operand stack a v128 is always <4 x i32>; a shape casts to its own type and back, which costs
// nothing in machine code.
import LLVMKit
import WasmModule

extension VectorShape {
  func lane(_ types: LLVMTypes) -> LLVMType {
    switch self {
    case .i8x16: types.i8
    case .i16x8: types.i16
    case .i32x4: types.i32
    case .i64x2: types.i64
    case .f32x4: types.float
    case .f64x2: types.double
    }
  }

  func type(_ types: LLVMTypes) -> LLVMType { lane(types).vector(laneCount) }
}

extension VectorHalf {
  func lanes(of count: UInt32) -> [UInt32] {
    switch self {
    case .low: Array(0..<count / 2)
    case .high: Array(count / 2..<count)
    }
  }
}
