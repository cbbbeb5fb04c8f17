// How parts of values lie in memory, and the instructions that read and write them.
// Spec: CanonicalABI.md, Alignment, Element Size.

import WasmComponent
import WasmEncoding
import WasmModule

/// The core type of a scalar, and its load and store.
struct ScalarAccess {
  let type: ValueType
  let load: MemoryAccess
  let store: MemoryAccess

  init(_ type: PrimitiveType) {
    switch type {
    case .bool, .u8: self.init(bytes: 1)
    case .s8: self.init(.i32, .i32Load8Signed, .i32Store8)
    case .u16: self.init(bytes: 2)
    case .s16: self.init(.i32, .i32Load16Signed, .i32Store16)
    case .s32, .u32, .char, .errorContext, .string: self.init(bytes: 4)
    case .s64, .u64: self.init(.i64, .i64Load, .i64Store)
    case .f32: self.init(.f32, .f32Load, .f32Store)
    case .f64: self.init(.f64, .f64Load, .f64Store)
    }
  }

  /// The access to an unsigned number of 1, 2 or 4 bytes.
  init(bytes: UInt64) {
    switch bytes {
    case 1: self.init(.i32, .i32Load8, .i32Store8)
    case 2: self.init(.i32, .i32Load16, .i32Store16)
    default: self.init(.i32, .i32Load, .i32Store)
    }
  }

  private init(_ type: ValueType, _ load: MemoryAccess, _ store: MemoryAccess) {
    self.type = type
    self.load = load
    self.store = store
  }
}

/// Offsets of parts that lie one after another, in bytes, and the size of all.
struct FieldOffsets {
  private(set) var offsets: [UInt64] = []
  private(set) var alignment: UInt64 = 1
  private(set) var bytes: UInt64 = 0

  init(_ parts: [ComponentValueType], _ types: ComponentTypes) {
    for part in parts {
      let layout = types.layout(part)
      bytes = Self.aligned(bytes, layout.alignment)
      offsets.append(bytes)
      bytes += layout.bytes
      alignment = max(alignment, layout.alignment)
    }
    bytes = Self.aligned(bytes, alignment)
  }

  static func aligned(_ bytes: UInt64, _ alignment: UInt64) -> UInt64 {
    (bytes + alignment - 1) & ~(alignment - 1)
  }
}

enum VariantLayout {
  static func discriminantBytes(_ cases: Int) -> UInt64 {
    cases <= 1 << 8 ? 1 : cases <= 1 << 16 ? 2 : 4
  }

  static func payloadOffset(_ cases: [ComponentValueType?], _ types: ComponentTypes) -> UInt64 {
    let alignment = cases.compactMap { $0.map { types.layout($0).alignment } }.max() ?? 1
    return FieldOffsets.aligned(discriminantBytes(cases.count), alignment)
  }
}

extension ComponentTypes {
  /// Whether values of the type may be copied as bytes: they have no padding, and any bytes are a valid value.
  func isPlain(_ type: ComponentValueType) -> Bool {
    switch shape(type) {
    case .primitive(let type):
      switch type {
      case .s8, .u8, .s16, .u16, .s32, .u32, .s64, .u64, .f32, .f64: return true
      case .bool, .char, .string, .errorContext: return false
      }
    case .record(let fields): return arePlain(fields.map(\.value))
    case .tuple(let fields): return arePlain(fields)
    case .fixedLengthList(let element, _): return isPlain(element)
    case .variant, .list, .flags, .enumeration, .option, .result, .own, .borrow, .stream, .future,
      .map:
      return false
    }
  }

  /// The same for parts that lie one after another. There must be no padding between them.
  func arePlain(_ parts: [ComponentValueType]) -> Bool {
    let used = parts.reduce(0) { $0 + layout($1).bytes }
    return used == FieldOffsets(parts, self).bytes && parts.allSatisfy(isPlain)
  }
}
