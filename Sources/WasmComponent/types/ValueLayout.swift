// How values of a type lie in memory, and which core values they are outside of memory.
// Spec: CanonicalABI.md, Alignment, Element Size, Flattening.

import WasmModule

/// The size and alignment of a value in memory, and its core values.
public struct ValueLayout: Sendable, Hashable {
  /// Bytes in a memory with 32-bit addresses.
  public let bytes: UInt64
  /// Alignment in bytes in such a memory.
  public let alignment: UInt64
  /// Bytes in a memory with 64-bit addresses. The limit of sizes is about these.
  let wideBytes: UInt64
  let wideAlignment: UInt64
  public let flat: FlatTypes
}

/// The types of the core values that a value becomes, if a function may take them all as parameters.
public struct FlatTypes: Sendable, Hashable {
  public static let most = 16

  public private(set) var types: [WasmModule.ValueType] = []
  /// Whether there are more than `most`. Then `types` must not be used.
  public private(set) var isTooLong = false

  public init(_ types: [WasmModule.ValueType] = []) { self.types = types }

  public mutating func append(_ other: FlatTypes) {
    if isTooLong || other.isTooLong || types.count + other.types.count > Self.most {
      isTooLong = true
      types = []
    } else {
      types += other.types
    }
  }

  /// The types that hold the values of either. Spec: CanonicalABI.md, Flattening, `join`.
  mutating func join(_ other: FlatTypes) {
    if isTooLong || other.isTooLong {
      isTooLong = true
      types = []
      return
    }
    for (position, type) in other.types.enumerated() {
      if position == types.count {
        types.append(type)
      } else {
        types[position] = Self.joined(types[position], type)
      }
    }
  }

  private static func joined(
    _ left: WasmModule.ValueType, _ right: WasmModule.ValueType
  ) -> WasmModule.ValueType {
    if left == right { return left }
    switch (left, right) {
    case (.i32, .f32), (.f32, .i32): return .i32
    default: return .i64
    }
  }
}

extension ValueLayout {
  private init(scalar bytes: UInt64, _ type: WasmModule.ValueType) {
    self.init(
      bytes: bytes, alignment: bytes, wideBytes: bytes, wideAlignment: bytes,
      flat: FlatTypes([type]))
  }

  /// An address and a length.
  private static let pointerAndLength = ValueLayout(
    bytes: 8, alignment: 4, wideBytes: 16, wideAlignment: 8, flat: FlatTypes([.i32, .i32]))
  private static let handle = ValueLayout(scalar: 4, .i32)

  init(_ type: PrimitiveType) {
    switch type {
    case .bool, .s8, .u8: self.init(scalar: 1, .i32)
    case .s16, .u16: self.init(scalar: 2, .i32)
    case .s32, .u32, .char, .errorContext: self.init(scalar: 4, .i32)
    case .s64, .u64: self.init(scalar: 8, .i64)
    case .f32: self.init(scalar: 4, .f32)
    case .f64: self.init(scalar: 8, .f64)
    case .string: self = .pointerAndLength
    }
  }

  /// - Parameter layout: The layout of a type inside.
  init(_ type: ResolvedDefinedType, _ layout: (ComponentValueType) -> ValueLayout) {
    switch type {
    case .primitive(let type): self.init(type)
    case .record(let fields): self.init(sequence: fields.map { layout($0.value) })
    case .tuple(let types): self.init(sequence: types.map(layout))
    case .variant(let cases): self.init(cases: cases.map { $0.value.map(layout) })
    case .enumeration(let labels):
      self.init(scalar: Self.discriminantBytes(of: labels.count), .i32)
    case .option(let type): self.init(cases: [nil, layout(type)])
    case .result(let ok, let error): self.init(cases: [ok.map(layout), error.map(layout)])
    case .flags(let labels):
      self.init(scalar: labels.count <= 8 ? 1 : labels.count <= 16 ? 2 : 4, .i32)
    case .list, .map: self = .pointerAndLength
    case .fixedLengthList(let element, let length):
      self.init(repeating: layout(element), UInt64(length))
    case .own, .borrow, .stream, .future: self = .handle
    }
  }

  private init(sequence layouts: [ValueLayout]) {
    var narrow = Extent()
    var wide = Extent()
    var flat = FlatTypes()
    for layout in layouts {
      narrow.append(layout.bytes, layout.alignment)
      wide.append(layout.wideBytes, layout.wideAlignment)
      flat.append(layout.flat)
    }
    self.init(narrow, wide, flat)
  }

  private init(cases: [ValueLayout?]) {
    let discriminant = Self.discriminantBytes(of: cases.count)
    var narrow = Extent(discriminant)
    var wide = Extent(discriminant)
    var payload = FlatTypes()
    let payloads = cases.compactMap { $0 }
    narrow.append(
      payloads.map(\.bytes).max() ?? 0, payloads.map(\.alignment).max() ?? 1)
    wide.append(
      payloads.map(\.wideBytes).max() ?? 0, payloads.map(\.wideAlignment).max() ?? 1)
    for layout in payloads { payload.join(layout.flat) }
    var flat = FlatTypes([.i32])
    flat.append(payload)
    self.init(narrow, wide, flat)
  }

  private init(repeating element: ValueLayout, _ length: UInt64) {
    var flat = FlatTypes()
    for _ in 0..<min(length, UInt64(FlatTypes.most) + 1) { flat.append(element.flat) }
    self.init(
      bytes: element.bytes * length, alignment: element.alignment,
      wideBytes: element.wideBytes * length, wideAlignment: element.wideAlignment, flat: flat)
  }

  private init(_ narrow: Extent, _ wide: Extent, _ flat: FlatTypes) {
    self.init(
      bytes: narrow.padded, alignment: narrow.alignment, wideBytes: wide.padded,
      wideAlignment: wide.alignment, flat: flat)
  }

  /// Spec: CanonicalABI.md, Alignment, `discriminant_type`.
  private static func discriminantBytes(of cases: Int) -> UInt64 {
    cases <= 1 << 8 ? 1 : cases <= 1 << 16 ? 2 : 4
  }
}

/// The size of parts that lie one after another. No sum overflows: parts have fewer than 2^28 bytes, and are fewer than
/// 2^32.
private struct Extent {
  private(set) var bytes: UInt64 = 0
  private(set) var alignment: UInt64 = 1

  init() {}

  init(_ bytes: UInt64) {
    self.bytes = bytes
    alignment = bytes
  }

  mutating func append(_ part: UInt64, _ partAlignment: UInt64) {
    alignment = max(alignment, partAlignment)
    bytes = (bytes + partAlignment - 1) & ~(partAlignment - 1)
    bytes += part
  }

  var padded: UInt64 { (bytes + alignment - 1) & ~(alignment - 1) }
}
