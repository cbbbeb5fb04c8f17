// A value type packed into 32 bits, so that the common comparison is one of integers.
//
// Bits 0-3: kind, numbered as OperandKind, but 6 (`address` there) stands for references; bit 4: nullable; bits 5-9:
// heap type; bits 10-31: canonical type index of a concrete heap type. A polymorphic stack gives `bottom`.

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
  private static let heapShift: UInt32 = 5
  private static let indexShift: UInt32 = 10
  /// Canonical indices are less than this, because the number of types is limited.
  static let typeCapacity = 1 << (32 - Int(indexShift))

  /// Five bits: room for the abstract types of garbage collection too (any, eq, i31, struct, array, none).
  private enum Heap: UInt32 {
    case function, extern, exception
    case noFunction, noExtern, noException
    case concrete
  }

  init(raw: UInt32) { self.raw = raw }

  /// Indices of concrete types must be canonical.
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
    let heap: Heap =
      switch type.heap {
      case .function: .function
      case .extern: .extern
      case .exception: .exception
      case .noFunction: .noFunction
      case .noExtern: .noExtern
      case .noException: .noException
      case .concrete: .concrete
      }
    raw |= heap.rawValue << OperandType.heapShift
    if case .concrete(let index) = type.heap { raw |= index.raw << OperandType.indexShift }
    self.raw = raw
  }

  var isBottom: Bool { raw == UInt32.max }
  var isReference: Bool { !isBottom && raw & 15 == OperandType.referenceKind }
  var isNullable: Bool { raw & OperandType.nullableBit != 0 }
  var nonNull: OperandType { OperandType(raw: raw & ~OperandType.nullableBit) }
  private var typeIndex: UInt32 { raw >> OperandType.indexShift }

  /// The heap type of a reference.
  private var heap: Heap {
    guard let heap = Heap(rawValue: raw >> OperandType.heapShift & 31) else {
      preconditionFailure("no heap type has the packed form \(raw)")
    }
    return heap
  }

  /// Whether a value of this type may be used as one of the type `expected`. Spec: Validation, Matching.
  func matches(_ expected: OperandType) -> Bool {
    if self == expected || isBottom { return true }
    guard isReference && expected.isReference else { return false }
    if isNullable && !expected.isNullable { return false }
    let heap = heap
    if heap == expected.heap { return typeIndex == expected.typeIndex }
    switch expected.heap {
    case .function: return heap == .noFunction || heap == .concrete
    case .extern: return heap == .noExtern
    case .exception: return heap == .noException
    case .concrete: return heap == .noFunction
    case .noFunction, .noExtern, .noException: return false
    }
  }

  /// The type as a reference type; nil if it is none.
  var referenceType: ReferenceType? {
    guard isReference else { return nil }
    let heapType: HeapType =
      switch heap {
      case .function: .function
      case .extern: .extern
      case .exception: .exception
      case .noFunction: .noFunction
      case .noExtern: .noExtern
      case .noException: .noException
      case .concrete: .concrete(TypeIndex(typeIndex))
      }
    return ReferenceType(isNullable: isNullable, heap: heapType)
  }
}

extension OperandType: CustomStringConvertible {
  var description: String {
    if isBottom { return "any type" }
    if let reference = referenceType { return reference.description }
    guard let kind = OperandKind(rawValue: UInt8(truncatingIfNeeded: raw)) else {
      preconditionFailure("no value type has the packed form \(raw)")
    }
    return "\(kind)"
  }
}
