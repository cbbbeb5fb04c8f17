// A value type packed into 32 bits, so that the common comparison is one of integers.
//
// Bits 0-3: kind, numbered as OperandKind, 6 for references; bit 4: nullable; bits 5-7: heap type;
// bits 8-31: canonical type index of a concrete heap type. `bottom` is what polymorphic stacks yield.

struct OperandType: Equatable, BitwiseCopyable {
  let raw: UInt32

  static let i32 = OperandType(raw: UInt32(OperandKind.i32.rawValue))
  static let i64 = OperandType(raw: UInt32(OperandKind.i64.rawValue))
  static let f32 = OperandType(raw: UInt32(OperandKind.f32.rawValue))
  static let f64 = OperandType(raw: UInt32(OperandKind.f64.rawValue))
  static let v128 = OperandType(raw: UInt32(OperandKind.v128.rawValue))
  static let bottom = OperandType(raw: .max)
  static let funcref = OperandType(ReferenceType.funcref)
  static let exnref = OperandType(ReferenceType.exnref)

  private static let referenceKind: UInt32 = 6
  private static let nullableBit: UInt32 = 1 << 4
  private static let concreteHeap: UInt32 = 6

  init(raw: UInt32) { self.raw = raw }

  /// Indices of concrete types must be canonical and below 2^24; the limit on types sees to that.
  init(_ type: ValueType) {
    switch type {
    case .i32: self = .i32
    case .i64: self = .i64
    case .f32: self = .f32
    case .f64: self = .f64
    case .v128: self = .v128
    case .reference(let reference): self.init(reference)
    }
  }

  init(_ type: ReferenceType) {
    var raw = OperandType.referenceKind
    if type.isNullable { raw |= OperandType.nullableBit }
    switch type.heap {
    case .function: raw |= 0 << 5
    case .extern: raw |= 1 << 5
    case .exception: raw |= 2 << 5
    case .noFunction: raw |= 3 << 5
    case .noExtern: raw |= 4 << 5
    case .noException: raw |= 5 << 5
    case .concrete(let index): raw |= OperandType.concreteHeap << 5 | index.raw << 8
    }
    self.raw = raw
  }

  var isBottom: Bool { raw == UInt32.max }
  var isReference: Bool { !isBottom && raw & 15 == OperandType.referenceKind }
  var isNullable: Bool { raw & OperandType.nullableBit != 0 }
  var nonNull: OperandType { OperandType(raw: raw & ~OperandType.nullableBit) }
  var nullable: OperandType { OperandType(raw: raw | OperandType.nullableBit) }
  private var heap: UInt32 { raw >> 5 & 7 }

  /// Whether a value of this type may be used where `expected` is asked for. Spec: 3.3 Matching.
  func matches(_ expected: OperandType) -> Bool {
    if self == expected || isBottom { return true }
    guard isReference && expected.isReference else { return false }
    if isNullable && !expected.isNullable { return false }
    if heap == expected.heap { return raw >> 8 == expected.raw >> 8 }
    switch expected.heap {
    case 0: return heap == 3 || heap == OperandType.concreteHeap
    case 1: return heap == 4
    case 2: return heap == 5
    case OperandType.concreteHeap: return heap == 3
    default: return false
    }
  }

  /// The type that a reference names; nil for anything else.
  var referenceType: ReferenceType? {
    guard isReference else { return nil }
    let heapType: HeapType =
      switch heap {
      case 0: .function
      case 1: .extern
      case 2: .exception
      case 3: .noFunction
      case 4: .noExtern
      case 5: .noException
      default: .concrete(TypeIndex(raw >> 8))
      }
    return ReferenceType(isNullable: isNullable, heap: heapType)
  }
}

extension OperandType: CustomStringConvertible {
  var description: String {
    if isBottom { return "any type" }
    if let reference = referenceType { return reference.description }
    return switch self {
    case .i32: "i32"
    case .i64: "i64"
    case .f32: "f32"
    case .f64: "f64"
    default: "v128"
    }
  }
}
