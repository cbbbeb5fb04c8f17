// The properties that follow from a plain operation: its operands and results, its immediates, and its access width.

extension PlainOperation {
  var signature: Signature {
    switch self {
    case .constant(let type): Signature([], [type.operand])
    case .load(let type, _, _): Signature([.address], [type.operand])
    case .store(let type, _): Signature([.address, type.operand], [])
    case .eqz(let type): Signature([type.operand], [.i32])
    case .integerComparison(_, let type): Signature([type.operand, type.operand], [.i32])
    case .integerUnary(_, let type): Signature([type.operand], [type.operand])
    case .integerBinary(_, let type): Signature([type.operand, type.operand], [type.operand])
    case .floatComparison(_, let type): Signature([type.operand, type.operand], [.i32])
    case .floatUnary(_, let type): Signature([type.operand], [type.operand])
    case .floatBinary(_, let type): Signature([type.operand, type.operand], [type.operand])
    case .conversion(let conversion): conversion.signature
    case .wide(let operation): operation.signature
    case .vector(let operation): operation.signature
    case .atomic(let operation): operation.signature
    }
  }

  var immediates: Immediates {
    switch self {
    case .constant(let type): type.immediates
    case .load, .store, .atomic: .memoryArgument
    case .vector(let operation): operation.immediates
    case .eqz, .integerComparison, .integerUnary, .integerBinary, .floatComparison, .floatUnary,
      .floatBinary, .conversion, .wide:
      .none
    }
  }

  /// log2 of the accessed bytes; 0 if it does not access memory.
  var accessLog2: UInt8 {
    switch self {
    case .load(let type, let width, _): width.log2(of: type.operand)
    case .store(let type, let width): width.log2(of: type.operand)
    case .atomic(let operation): operation.accessLog2
    case .vector(.access(let access)): access.log2
    case .constant, .eqz, .integerComparison, .integerUnary, .integerBinary, .floatComparison,
      .floatUnary, .floatBinary, .conversion, .wide, .vector:
      0
    }
  }

  /// Lane indices must be less than this; 0 if there are none.
  var laneCount: UInt8 {
    switch self {
    case .vector(.lane(let operation)): operation.laneCount
    case .vector(.access(let access)): access.laneCount
    case .constant, .load, .store, .eqz, .integerComparison, .integerUnary, .integerBinary,
      .floatComparison, .floatUnary, .floatBinary, .conversion, .wide, .vector, .atomic:
      0
    }
  }

  var isAtomic: Bool {
    if case .atomic = self { true } else { false }
  }
}

// MARK: Types

extension IntegerType {
  var operand: OperandKind {
    switch self {
    case .i32: .i32
    case .i64: .i64
    }
  }
}

extension FloatType {
  var operand: OperandKind {
    switch self {
    case .f32: .f32
    case .f64: .f64
    }
  }
}

extension NumberType {
  var operand: OperandKind {
    switch self {
    case .i32: .i32
    case .i64: .i64
    case .f32: .f32
    case .f64: .f64
    }
  }
}

extension ConstantType {
  var operand: OperandKind {
    switch self {
    case .i32: .i32
    case .i64: .i64
    case .f32: .f32
    case .f64: .f64
    case .v128: .v128
    }
  }

  var immediates: Immediates {
    switch self {
    case .i32: .i32
    case .i64: .i64
    case .f32: .f32
    case .f64: .f64
    case .v128: .v128
    }
  }
}

extension AccessWidth {
  func log2(of type: OperandKind) -> UInt8 {
    switch self {
    case .whole:
      switch type {
      case .i32, .f32: 2
      case .i64, .f64, .address: 3
      case .v128: 4
      }
    case .bits8: 0
    case .bits16: 1
    case .bits32: 2
    }
  }
}

// MARK: Scalars

extension Conversion {
  var signature: Signature {
    switch self {
    case .wrap: Signature([.i64], [.i32])
    case .extend: Signature([.i32], [.i64])
    case .trunc(let from, let to, _): Signature([from.operand], [to.operand])
    case .truncSat(let from, let to, _): Signature([from.operand], [to.operand])
    case .convert(let from, let to, _): Signature([from.operand], [to.operand])
    case .demote: Signature([.f64], [.f32])
    case .promote: Signature([.f32], [.f64])
    case .reinterpretFloat(.f32): Signature([.f32], [.i32])
    case .reinterpretFloat(.f64): Signature([.f64], [.i64])
    case .reinterpretInteger(.i32): Signature([.i32], [.f32])
    case .reinterpretInteger(.i64): Signature([.i64], [.f64])
    }
  }
}

extension WideOperation {
  var signature: Signature {
    switch self {
    case .add128, .sub128: Signature([.i64, .i64, .i64, .i64], [.i64, .i64])
    case .mulWideS, .mulWideU: Signature([.i64, .i64], [.i64, .i64])
    }
  }
}

extension AtomicOperation {
  var signature: Signature {
    switch self {
    case .notify: Signature([.address, .i32], [.i32])
    case .wait(let type): Signature([.address, type.operand, .i64], [.i32])
    case .load(let type, _): Signature([.address], [type.operand])
    case .store(let type, _): Signature([.address, type.operand], [])
    case .rmw(_, let type, _): Signature([.address, type.operand], [type.operand])
    case .cmpxchg(let type, _):
      Signature([.address, type.operand, type.operand], [type.operand])
    }
  }

  var accessLog2: UInt8 {
    switch self {
    case .notify: 2
    case .wait(let type): AccessWidth.whole.log2(of: type.operand)
    case .load(let type, let width), .store(let type, let width), .rmw(_, let type, let width),
      .cmpxchg(let type, let width):
      width.log2(of: type.operand)
    }
  }
}

// MARK: Vectors

extension VectorOperation {
  var signature: Signature {
    switch self {
    case .access(let access): access.signature
    case .lane(let operation): operation.signature
    case .bitwise(.not), .integerUnary, .floatUnary: .vector(operands: 1)
    case .bitwise(.and), .bitwise(.andnot), .bitwise(.or), .bitwise(.xor): .vector(operands: 2)
    case .bitwise(.bitselect): .vector(operands: 3)
    case .integerComparison, .integerBinary, .floatComparison, .floatBinary, .extmul, .narrow, .dot,
      .q15mulrSat:
      .vector(operands: 2)
    case .shift: Signature([.v128, .i32], [.v128])
    case .test: Signature([.v128], [.i32])
    case .extend, .extaddPairwise, .conversion: .vector(operands: 1)
    case .relaxed(let operation): .vector(operands: operation.operandCount)
    }
  }

  var immediates: Immediates {
    switch self {
    case .access(let access): access.immediates
    case .lane(let operation): operation.immediates
    case .bitwise, .integerComparison, .integerUnary, .integerBinary, .floatComparison, .floatUnary,
      .floatBinary, .shift, .test, .extend, .extmul, .extaddPairwise, .narrow, .dot, .q15mulrSat,
      .conversion, .relaxed:
      .none
    }
  }
}

extension Signature {
  fileprivate static func vector(operands: Int) -> Signature {
    Signature(Array(repeating: .v128, count: operands), [.v128])
  }
}

extension VectorAccess {
  var signature: Signature {
    switch self {
    case .load, .loadExtended, .loadSplat, .loadZero: Signature([.address], [.v128])
    case .store: Signature([.address, .v128], [])
    case .loadLane: Signature([.address, .v128], [.v128])
    case .storeLane: Signature([.address, .v128], [])
    }
  }

  var immediates: Immediates {
    switch self {
    case .load, .store, .loadExtended, .loadSplat, .loadZero: .memoryArgument
    case .loadLane, .storeLane: .memoryArgumentLane
    }
  }

  var log2: UInt8 {
    switch self {
    case .load, .store: 4
    case .loadExtended: 3
    case .loadSplat(let shape), .loadZero(let shape), .loadLane(let shape), .storeLane(let shape):
      shape.laneLog2
    }
  }

  var laneCount: UInt8 {
    switch self {
    case .load, .store, .loadExtended, .loadSplat, .loadZero: 0
    case .loadLane(let shape), .storeLane(let shape):
      UInt8(truncatingIfNeeded: shape.laneCount)
    }
  }
}

extension VectorLaneOperation {
  var signature: Signature {
    switch self {
    case .shuffle, .swizzle: .vector(operands: 2)
    case .splat(let shape): Signature([shape.scalar], [.v128])
    case .extractLane(let shape, _): Signature([.v128], [shape.scalar])
    case .replaceLane(let shape): Signature([.v128, shape.scalar], [.v128])
    }
  }

  var immediates: Immediates {
    switch self {
    case .shuffle: .lanes
    case .swizzle, .splat: .none
    case .extractLane, .replaceLane: .lane
    }
  }

  var laneCount: UInt8 {
    switch self {
    case .shuffle: 32
    case .swizzle, .splat: 0
    case .extractLane(let shape, _), .replaceLane(let shape):
      UInt8(truncatingIfNeeded: shape.laneCount)
    }
  }
}

extension RelaxedVectorOperation {
  var operandCount: Int {
    switch self {
    case .trunc, .truncZero: 1
    case .swizzle, .min, .max, .q15mulr, .dot: 2
    case .madd, .nmadd, .laneselect, .dotAdd: 3
    }
  }
}
