// The six ways in which a v128 is seen as lanes. Spec: 4.3.6 Vector Operations.
//
// On the operand stack a v128 is always <4 x i32>; a shape casts to its own type and back, which costs
// nothing in machine code.
import LLVMKit

enum VectorShape {
  case i8x16, i16x8, i32x4, i64x2, f32x4, f64x2

  var laneCount: UInt32 {
    switch self {
    case .i8x16: 16
    case .i16x8: 8
    case .i32x4, .f32x4: 4
    case .i64x2, .f64x2: 2
    }
  }

  var laneBits: UInt64 { 128 / UInt64(laneCount) }

  /// The shape of integers with half as many lanes, each twice as wide; nil for 64-bit lanes.
  var widened: VectorShape? {
    switch self {
    case .i8x16: .i16x8
    case .i16x8: .i32x4
    case .i32x4: .i64x2
    case .i64x2, .f32x4, .f64x2: nil
    }
  }

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

/// Which half of the lanes an instruction reads.
enum VectorHalf {
  case low, high

  func lanes(of count: UInt32) -> [UInt32] {
    switch self {
    case .low: Array(0..<count / 2)
    case .high: Array(count / 2..<count)
    }
  }
}

/// How integer lanes are read.
enum Signedness { case signed, unsigned }
