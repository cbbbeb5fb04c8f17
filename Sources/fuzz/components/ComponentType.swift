// Types of the component model, with their layout in memory and in core values. The layout follows the specification
// and uses none of the compiler's code, so that a mistake in either shows. Spec: CanonicalABI.md, Alignment to
// Flattening.

import WasmEncoding
import WasmModule

indirect enum ComponentType: Hashable, Sendable {
  case scalar(Scalar)
  case string
  case list(ComponentType)
  case tuple([ComponentType])
  case record([ComponentType])
  case variant([ComponentType?])
  case enumeration(Int)
  case flags(Int)
  case option(ComponentType)
  case result(ComponentType?, ComponentType?)
  /// Handles of the only resource of a generated component.
  case own, borrow

  enum Scalar: UInt8, CaseIterable, Sendable {
    // The raw value is the byte of the format.
    case char = 0x74
    case f64, f32, u64, s64, u32, s32, u16, s16, u8, s8, bool

    var bytes: UInt32 {
      switch self {
      case .bool, .u8, .s8: 1
      case .u16, .s16: 2
      case .u32, .s32, .f32, .char: 4
      case .u64, .s64, .f64: 8
      }
    }

    var core: ValueType {
      switch self {
      case .bool, .u8, .s8, .u16, .s16, .u32, .s32, .char: .i32
      case .u64, .s64: .i64
      case .f32: .f32
      case .f64: .f64
      }
    }
  }

  /// The cases of a type that has a discriminant.
  var cases: [ComponentType?]? {
    switch self {
    case .variant(let cases): cases
    case .enumeration(let count): Array(repeating: nil, count: count)
    case .option(let some): [nil, some]
    case .result(let ok, let error): [ok, error]
    default: nil
    }
  }

  /// The parts of a type that lie one after another.
  var fields: [ComponentType]? {
    switch self {
    case .tuple(let fields), .record(let fields): fields
    default: nil
    }
  }

  // MARK: Layout

  var alignment: UInt32 {
    if let fields { return fields.map(\.alignment).max() ?? 1 }
    if let cases {
      return max(Self.discriminantBytes(cases.count), cases.map { $0?.alignment ?? 1 }.max() ?? 1)
    }
    switch self {
    case .scalar(let scalar): return scalar.bytes
    case .flags: return bytes
    default: return 4
    }
  }

  var bytes: UInt32 {
    if let fields { return Self.offsets(fields).bytes }
    if let cases {
      let payload = cases.map { $0?.bytes ?? 0 }.max() ?? 0
      return Self.aligned(Self.payloadOffset(cases) + payload, alignment)
    }
    switch self {
    case .scalar(let scalar): return scalar.bytes
    case .flags(let count): return count <= 8 ? 1 : count <= 16 ? 2 : 4
    case .string, .list: return 8
    default: return 4
    }
  }

  static func aligned(_ value: UInt32, _ alignment: UInt32) -> UInt32 {
    (value + alignment - 1) / alignment * alignment
  }

  static func offsets(_ fields: [ComponentType]) -> (offsets: [UInt32], bytes: UInt32) {
    var offsets: [UInt32] = []
    var end: UInt32 = 0
    for field in fields {
      end = aligned(end, field.alignment)
      offsets.append(end)
      end += field.bytes
    }
    return (offsets, aligned(end, fields.map(\.alignment).max() ?? 1))
  }

  static func discriminantBytes(_ count: Int) -> UInt32 {
    count <= 256 ? 1 : count <= 65536 ? 2 : 4
  }

  static func payloadOffset(_ cases: [ComponentType?]) -> UInt32 {
    aligned(discriminantBytes(cases.count), cases.map { $0?.alignment ?? 1 }.max() ?? 1)
  }

  /// The types of the core values, even if there are too many to pass without memory.
  var flat: [ValueType] {
    if let fields { return fields.flatMap(\.flat) }
    if let cases {
      var joined: [ValueType] = []
      for item in cases {
        for (position, type) in (item?.flat ?? []).enumerated() {
          if position == joined.count { joined.append(type) }
          if joined[position] == type { continue }
          let areNarrow = [joined[position], type].allSatisfy { $0 == .i32 || $0 == .f32 }
          joined[position] = areNarrow ? .i32 : .i64
        }
      }
      return [.i32] + joined
    }
    switch self {
    case .scalar(let scalar): return [scalar.core]
    case .string, .list: return [.i32, .i32]
    default: return [.i32]
    }
  }

  // MARK: Parts

  var hasHandle: Bool { contains { $0 == .own || $0 == .borrow } }
  var hasBorrow: Bool { contains { $0 == .borrow } }
  /// Whether a value has parts in memory, wherever the value itself is.
  var hasPointer: Bool {
    contains {
      switch $0 {
      case .string, .list: true
      default: false
      }
    }
  }

  private func contains(_ test: (ComponentType) -> Bool) -> Bool {
    test(self) || parts.contains { $0.contains(test) }
  }

  private var parts: [ComponentType] {
    if case .list(let element) = self { return [element] }
    return fields ?? (cases ?? []).compactMap { $0 }
  }

  /// The same type with other types instead of its handles.
  func replacing(own: ComponentType, borrow: ComponentType) -> ComponentType {
    func replaced(_ type: ComponentType) -> ComponentType {
      type.replacing(own: own, borrow: borrow)
    }
    return switch self {
    case .own: own
    case .borrow: borrow
    case .scalar, .string, .enumeration, .flags: self
    case .list(let element): .list(replaced(element))
    case .tuple(let fields): .tuple(fields.map(replaced))
    case .record(let fields): .record(fields.map(replaced))
    case .variant(let cases): .variant(cases.map { $0.map(replaced) })
    case .option(let some): .option(replaced(some))
    case .result(let ok, let error): .result(ok.map(replaced), error.map(replaced))
    }
  }
}

/// The parameters of a function that returns them: nothing, the only one, or a tuple of all.
struct ComponentSignature: Sendable {
  let parameters: [ComponentType]

  var result: ComponentType? {
    parameters.count > 1 ? .tuple(parameters) : parameters.first
  }

  func replacing(own: ComponentType, borrow: ComponentType) -> ComponentSignature {
    ComponentSignature(
      parameters: parameters.map { $0.replacing(own: own, borrow: borrow) })
  }

  /// The core values of all parameters.
  var flat: [ValueType] { parameters.flatMap(\.flat) }
  var areParametersFlat: Bool { flat.count <= 16 }
  var isResultFlat: Bool { flat.count <= 1 }

  private var coreParameters: [ValueType] { areParametersFlat ? flat : [.i32] }

  var lifted: FunctionType {
    FunctionType(parameters: coreParameters, results: isResultFlat ? flat : [.i32])
  }

  var lowered: FunctionType {
    FunctionType(
      parameters: coreParameters + (isResultFlat ? [] : [.i32]), results: isResultFlat ? flat : [])
  }

  /// All parameters as one value in memory. The result has the same layout.
  var whole: ComponentType { .tuple(parameters) }
}
