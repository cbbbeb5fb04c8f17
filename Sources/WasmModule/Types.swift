// Index spaces and types. Spec: Structure, Types and Indices.
//
// All of these are trivial values, except function types, subtypes and the types that contain them, which own lists.

/// An index of one of the index spaces. Spec: Structure, Indices.
public protocol Index: Sendable, Hashable, Comparable, CustomStringConvertible {
  var raw: UInt32 { get }
  init(_ raw: UInt32)
}

extension Index {
  public static func < (left: Self, right: Self) -> Bool { left.raw < right.raw }
  public var description: String { String(raw) }
  /// The index of the item at a position of an index space.
  @inlinable
  public init(position: Int) { self.init(UInt32(truncatingIfNeeded: position)) }
  /// For subscripts of arrays in the order of the index space.
  @inlinable
  public var int: Int { Int(raw) }
}

public struct TypeIndex: Index {
  public let raw: UInt32
  @inlinable public init(_ raw: UInt32) { self.raw = raw }
}
public struct FunctionIndex: Index {
  public let raw: UInt32
  @inlinable public init(_ raw: UInt32) { self.raw = raw }
}
public struct TableIndex: Index {
  public let raw: UInt32
  @inlinable public init(_ raw: UInt32) { self.raw = raw }
}
public struct MemoryIndex: Index {
  public let raw: UInt32
  @inlinable public init(_ raw: UInt32) { self.raw = raw }
}
public struct GlobalIndex: Index {
  public let raw: UInt32
  @inlinable public init(_ raw: UInt32) { self.raw = raw }
}
public struct TagIndex: Index {
  public let raw: UInt32
  @inlinable public init(_ raw: UInt32) { self.raw = raw }
}
public struct ElementIndex: Index {
  public let raw: UInt32
  @inlinable public init(_ raw: UInt32) { self.raw = raw }
}
public struct DataIndex: Index {
  public let raw: UInt32
  @inlinable public init(_ raw: UInt32) { self.raw = raw }
}
public struct LocalIndex: Index {
  public let raw: UInt32
  @inlinable public init(_ raw: UInt32) { self.raw = raw }
}

/// What a reference refers to. Spec: Structure, Heap Types.
public enum HeapType: Sendable, Hashable {
  case function, extern, exception
  case noFunction, noExtern, noException
  /// A function type of the module.
  case concrete(TypeIndex)
}

/// A reference type. Spec: Structure, Reference Types.
public struct ReferenceType: Sendable, Hashable {
  public let isNullable: Bool
  public let heap: HeapType

  public init(isNullable: Bool, heap: HeapType) {
    self.isNullable = isNullable
    self.heap = heap
  }

  public static let funcref = ReferenceType(isNullable: true, heap: .function)
  public static let externref = ReferenceType(isNullable: true, heap: .extern)
  public static let exnref = ReferenceType(isNullable: true, heap: .exception)
}

/// A value type. Spec: Structure, Value Types.
public enum ValueType: Sendable, Hashable {
  case i32, i64, f32, f64, v128
  case reference(ReferenceType)

  public static let funcref = ValueType.reference(.funcref)
  public static let externref = ValueType.reference(.externref)
  public static let exnref = ValueType.reference(.exnref)

  /// Whether a local of this type has a value before it is set. Spec: Validation, Defaultable Types.
  public var isDefaultable: Bool {
    switch self {
    case .i32, .i64, .f32, .f64, .v128: true
    case .reference(let type): type.isNullable
    }
  }
}

/// A function type. Spec: Structure, Function Types.
public struct FunctionType: Sendable, Hashable {
  public let parameters: [ValueType]
  public let results: [ValueType]

  public init(parameters: [ValueType], results: [ValueType]) {
    self.parameters = parameters
    self.results = results
  }
}

/// The structure of a type of the type section. Spec: Structure, Composite Types.
public enum CompositeType: Sendable, Hashable {
  case function(FunctionType)
}

/// An entry of a recursion group. Spec: Structure, Recursive Types.
public struct SubType: Sendable, Hashable {
  /// Whether no subtype may be declared.
  public let isFinal: Bool
  /// Declared supertypes. So far decoding refuses types that have supertypes.
  public let supertypes: [TypeIndex]
  public let composite: CompositeType

  public init(isFinal: Bool, supertypes: [TypeIndex], composite: CompositeType) {
    self.isFinal = isFinal
    self.supertypes = supertypes
    self.composite = composite
  }
}

/// The limits of a memory in pages, or of a table in elements. Without a maximum, only the index type bounds the size.
public struct Limits: Sendable, Hashable {
  public let minimum: UInt64
  public let maximum: UInt64?

  public init(minimum: UInt64, maximum: UInt64?) {
    self.minimum = minimum
    self.maximum = maximum
  }
}

/// A table type. `is64` says that its indices are i64.
public struct TableType: Sendable, Hashable {
  public let element: ReferenceType
  public let limits: Limits
  public let is64: Bool

  public init(element: ReferenceType, limits: Limits, is64: Bool) {
    self.element = element
    self.limits = limits
    self.is64 = is64
  }
}

/// A memory type. `is64` says that its addresses are i64.
public struct MemoryType: Sendable, Hashable {
  public let limits: Limits
  public let is64: Bool
  public let isShared: Bool
  /// log2 of the bytes of a page: 16, or 0 with custom page sizes.
  public let pageLog2: UInt8
}

/// A global type. Spec: Structure, Global Types.
public struct GlobalType: Sendable, Hashable {
  public let value: ValueType
  public let isMutable: Bool

  public init(value: ValueType, isMutable: Bool) {
    self.value = value
    self.isMutable = isMutable
  }
}

/// The type of a block: none, one result, or a function type. Spec: Binary Format, Control Instructions.
public enum BlockType: Sendable, Hashable {
  case empty
  case value(ValueType)
  case type(TypeIndex)
}

// Names as the text format writes them, for messages.

extension HeapType: CustomStringConvertible {
  public var description: String {
    switch self {
    case .function: "func"
    case .extern: "extern"
    case .exception: "exn"
    case .noFunction: "nofunc"
    case .noExtern: "noextern"
    case .noException: "noexn"
    case .concrete(let index): "\(index)"
    }
  }
}

extension ReferenceType: CustomStringConvertible {
  public var description: String {
    if isNullable {
      switch heap {
      case .function: return "funcref"
      case .extern: return "externref"
      case .exception: return "exnref"
      case .noFunction, .noExtern, .noException, .concrete: return "(ref null \(heap))"
      }
    }
    return "(ref \(heap))"
  }
}

extension ValueType: CustomStringConvertible {
  public var description: String {
    switch self {
    case .i32: "i32"
    case .i64: "i64"
    case .f32: "f32"
    case .f64: "f64"
    case .v128: "v128"
    case .reference(let type): type.description
    }
  }
}

extension FunctionType: CustomStringConvertible {
  public var description: String {
    let inputs = parameters.map(\.description).joined(separator: " ")
    let outputs = results.map(\.description).joined(separator: " ")
    return "[\(inputs)] -> [\(outputs)]"
  }
}
