// The operations of vector instructions, and the six ways in which they divide a v128 into lanes.
// Spec: Execution, Vector Operations.
//
// If operands and result differ in shape, the shape of an operation is that of the operands.

/// The plain operations on vectors.
public enum VectorOperation: Sendable, Hashable {
  case access(VectorAccess)
  case lane(VectorLaneOperation)
  case bitwise(VectorBitwise)
  case integerComparison(IntegerComparison, VectorShape)
  case integerUnary(VectorIntegerUnary, VectorShape)
  case integerBinary(VectorIntegerBinary, VectorShape)
  case floatComparison(FloatComparison, VectorShape)
  case floatUnary(FloatUnary, VectorShape)
  case floatBinary(VectorFloatBinary, VectorShape)
  case shift(VectorShift, VectorShape)
  case test(VectorTest)
  /// Lanes of one half become twice as wide.
  case extend(VectorHalf, VectorShape, Signedness)
  case extmul(VectorHalf, VectorShape, Signedness)
  case extaddPairwise(VectorShape, Signedness)
  /// Two vectors become one with lanes of half the width. The sign is that of the result.
  case narrow(VectorShape, Signedness)
  case dot, q15mulrSat
  case conversion(VectorConversion)
  case relaxed(RelaxedVectorOperation)
}

/// A division of a v128 into lanes.
public enum VectorShape: Sendable, Hashable {
  case i8x16, i16x8, i32x4, i64x2, f32x4, f64x2

  public var laneCount: UInt32 {
    switch self {
    case .i8x16: 16
    case .i16x8: 8
    case .i32x4, .f32x4: 4
    case .i64x2, .f64x2: 2
    }
  }

  public var laneBits: UInt64 { 128 / UInt64(laneCount) }

  /// log2 of the bytes of a lane.
  var laneLog2: UInt8 {
    switch self {
    case .i8x16: 0
    case .i16x8: 1
    case .i32x4, .f32x4: 2
    case .i64x2, .f64x2: 3
    }
  }

  /// The type of a lane on the operand stack. A narrow integer is the low bits of an i32.
  var scalar: OperandKind {
    switch self {
    case .i8x16, .i16x8, .i32x4: .i32
    case .i64x2: .i64
    case .f32x4: .f32
    case .f64x2: .f64
    }
  }

  /// The shape of integers with half as many lanes, each twice as wide; nil for 64-bit lanes.
  public var widened: VectorShape? {
    switch self {
    case .i8x16: .i16x8
    case .i16x8: .i32x4
    case .i32x4: .i64x2
    case .i64x2, .f32x4, .f64x2: nil
    }
  }
}

/// Which half of the lanes an instruction reads.
public enum VectorHalf: Sendable, Hashable {
  case low, high
}

/// Accesses to memory. Their shape is that of the loaded vector, or of the vector that a lane belongs to.
public enum VectorAccess: Sendable, Hashable {
  case load, store
  /// Loads eight bytes, and widens each lane to twice its width.
  case loadExtended(VectorShape, Signedness)
  case loadSplat(VectorShape)
  case loadZero(VectorShape)
  case loadLane(VectorShape)
  case storeLane(VectorShape)
}

public enum VectorLaneOperation: Sendable, Hashable {
  case shuffle, swizzle
  case splat(VectorShape)
  /// The sign has no meaning for lanes that are as wide as the scalar.
  case extractLane(VectorShape, Signedness = .signed)
  case replaceLane(VectorShape)
}

public enum VectorBitwise: Sendable, Hashable {
  case not, and, andnot, or, xor, bitselect
}

public enum VectorIntegerUnary: Sendable, Hashable {
  case abs, neg, popcnt
}

public enum VectorIntegerBinary: Sendable, Hashable {
  case add, sub, mul, addSatS, addSatU, subSatS, subSatU, minS, minU, maxS, maxU, avgrU
}

public enum VectorFloatBinary: Sendable, Hashable {
  case add, sub, mul, div, min, max, pmin, pmax
}

public enum VectorShift: Sendable, Hashable {
  case shl, shrS, shrU
}

public enum VectorTest: Sendable, Hashable {
  case anyTrue
  case allTrue(VectorShape)
  case bitmask(VectorShape)
}

/// Conversions between integers and floats, and between f32 and f64.
public enum VectorConversion: Sendable, Hashable {
  case convert(Signedness)
  case convertLow(Signedness)
  case promoteLow
  case demoteZero
  case truncSat(Signedness)
  case truncSatZero(Signedness)
}

public enum RelaxedVectorOperation: Sendable, Hashable {
  case swizzle
  case trunc(Signedness)
  case truncZero(Signedness)
  case madd(VectorShape)
  case nmadd(VectorShape)
  case laneselect(VectorShape)
  case min(VectorShape)
  case max(VectorShape)
  case q15mulr, dot, dotAdd
}
