// Lowers arguments that are known when the program is compiled: to core values, and to bytes that lie at a known
// address of the host's memory. Spec: CanonicalABI.md, Storing, Flat Lowering.

import WasmComponent
import WasmModule

struct ArgumentImage {
  let types: ComponentTypes
  /// The address of the bytes.
  let base: UInt32
  private(set) var bytes: [UInt8] = []

  /// A value does not have the type for which it was given.
  struct Mismatch: Error {
    /// The type that was expected, and what the value lacks, for a message.
    let type: String
  }

  init(_ types: ComponentTypes, base: UInt32) {
    self.types = types
    self.base = base
  }

  /// Adds this many bytes, all 0. Returns their offset.
  mutating func allocate(_ count: UInt64, alignment: UInt64) -> Int {
    let offset = FieldOffsets.aligned(UInt64(bytes.count), alignment)
    bytes += Array(repeating: 0, count: Int(offset + count) - bytes.count)
    return Int(offset)
  }

  private func address(_ offset: Int) -> UInt64 { UInt64(base) + UInt64(offset) }

  private mutating func set(_ value: UInt64, at offset: Int, bytes count: UInt64) {
    for position in 0..<Int(count) {
      bytes[offset + position] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(position)))
    }
  }

  // MARK: Memory

  mutating func store(_ value: ComponentValue, _ type: ComponentValueType, at offset: Int)
    throws(Mismatch)
  {
    let layout = types.layout(type)
    switch try part(value, type) {
    case .scalar(let bits): set(bits, at: offset, bytes: layout.bytes)
    case .pair(let address, let count):
      set(address, at: offset, bytes: 4)
      set(count, at: offset + 4, bytes: 4)
    case .fields(let values, let fields):
      try store(values, fields, at: offset)
    case .payload(let position, let payload, let cases):
      set(UInt64(position), at: offset, bytes: VariantLayout.discriminantBytes(cases.count))
      if let payload, let type = cases[position] {
        try store(payload, type, at: offset + Int(VariantLayout.payloadOffset(cases, types)))
      }
    }
  }

  mutating func store(
    _ values: [ComponentValue], _ fields: [ComponentValueType], at offset: Int
  ) throws(Mismatch) {
    for (position, start) in FieldOffsets(fields, types).offsets.enumerated() {
      try store(values[position], fields[position], at: offset + Int(start))
    }
  }

  /// The bits of the core values.
  mutating func flat(_ value: ComponentValue, _ type: ComponentValueType) throws(Mismatch)
    -> [UInt64]
  {
    switch try part(value, type) {
    case .scalar(let bits):
      // A signed number is extended to 32 bits, not to 64.
      if case .signed = value, types.layout(type).flat.types == [.i32] {
        return [bits & 0xffff_ffff]
      }
      return [bits]
    case .pair(let address, let count): return [address, count]
    case .fields(let values, let fields):
      var flat: [UInt64] = []
      for (value, field) in zip(values, fields) { flat += try self.flat(value, field) }
      return flat
    case .payload(let position, let payload, let cases):
      var flat = [UInt64(position)]
      if let payload, let type = cases[position] { flat += try self.flat(payload, type) }
      let count = types.layout(type).flat.types.count
      return flat + Array(repeating: 0, count: count - flat.count)
    }
  }

  // MARK: Parts of values

  private enum Part {
    case scalar(UInt64)
    case pair(UInt64, UInt64)
    case fields([ComponentValue], [ComponentValueType])
    case payload(Int, ComponentValue?, [ComponentValueType?])
  }

  private mutating func part(_ value: ComponentValue, _ type: ComponentValueType)
    throws(Mismatch) -> Part
  {
    let shape = types.shape(type)
    switch (shape, value) {
    case (.primitive(.bool), .bool(let value)): return .scalar(value ? 1 : 0)
    case (.primitive(.s8), .signed(let value)), (.primitive(.s16), .signed(let value)),
      (.primitive(.s32), .signed(let value)), (.primitive(.s64), .signed(let value)):
      return .scalar(UInt64(bitPattern: value))
    case (.primitive(.u8), .unsigned(let value)), (.primitive(.u16), .unsigned(let value)),
      (.primitive(.u32), .unsigned(let value)), (.primitive(.u64), .unsigned(let value)):
      return .scalar(value)
    case (.primitive(.f32), .f32(let bits)): return .scalar(UInt64(bits))
    case (.primitive(.f64), .f64(let bits)): return .scalar(bits)
    case (.primitive(.char), .char(let value)): return .scalar(UInt64(value.value))
    case (.primitive(.string), .string(let text)):
      let offset = allocate(UInt64(text.utf8.count), alignment: 1)
      bytes.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
      return .pair(address(offset), UInt64(text.utf8.count))
    case (.list(let element), .list(let values)):
      return try elements(values.map { [$0] }, [element])
    case (.map(let key, let element), .list(let values)):
      var entries: [[ComponentValue]] = []
      for value in values {
        guard case .tuple(let pair) = value, pair.count == 2 else { throw Mismatch(type: "map") }
        entries.append(pair)
      }
      return try elements(entries, [key, element])
    case (.fixedLengthList(let element, let length), .list(let values))
    where values.count == Int(length):
      return .fields(values, values.map { _ in element })
    case (.tuple(let fields), .tuple(let values)) where fields.count == values.count:
      return .fields(values, fields)
    case (.record(let fields), .record(let values)) where fields.count == values.count:
      var ordered: [ComponentValue] = []
      for field in fields {
        guard let value = values.first(where: { $0.name == field.label }) else {
          throw Mismatch(type: "record with a field \(field.label)")
        }
        ordered.append(value.value)
      }
      return .fields(ordered, fields.map(\.value))
    default: return try choice(value, shape)
    }
  }

  private func choice(_ value: ComponentValue, _ shape: ResolvedDefinedType) throws(Mismatch)
    -> Part
  {
    switch (shape, value) {
    case (.flags(let labels), .flags(let names)):
      var bits: UInt64 = 0
      for name in names {
        guard let position = labels.firstIndex(of: name) else {
          throw Mismatch(type: "flags, which have no \(name)")
        }
        bits |= 1 << UInt64(position)
      }
      return .scalar(bits)
    case (.enumeration(let labels), .variant(let name, nil)):
      guard let position = labels.firstIndex(of: name) else {
        throw Mismatch(type: "enum, which has no \(name)")
      }
      return .payload(position, nil, labels.map { _ in nil })
    case (.variant(let cases), .variant(let name, let payload)):
      guard let position = cases.firstIndex(where: { $0.label == name }),
        (payload == nil) == (cases[position].value == nil)
      else { throw Mismatch(type: "variant, which has no such \(name)") }
      return .payload(position, payload, cases.map(\.value))
    case (.option(let type), .option(let payload)):
      return .payload(payload == nil ? 0 : 1, payload, [nil, type])
    case (.result(let ok, let error), .result(let isOK, let payload))
    where (payload == nil) == ((isOK ? ok : error) == nil):
      return .payload(isOK ? 0 : 1, payload, [ok, error])
    default: throw Mismatch(type: "\(shape.name)")
    }
  }

  private mutating func elements(_ values: [[ComponentValue]], _ parts: [ComponentValueType])
    throws(Mismatch) -> Part
  {
    let layout = FieldOffsets(parts, types)
    let offset = allocate(layout.bytes * UInt64(values.count), alignment: layout.alignment)
    for (position, value) in values.enumerated() {
      try store(value, parts, at: offset + position * Int(layout.bytes))
    }
    return .pair(address(offset), UInt64(values.count))
  }
}

extension DefinedType {
  /// The kind of type, for messages.
  var name: String {
    switch self {
    case .primitive(let type): "\(type)"
    case .record: "record"
    case .variant: "variant"
    case .list: "list"
    case .fixedLengthList(_, let length): "list of \(length) elements"
    case .tuple: "tuple"
    case .flags: "flags"
    case .enumeration: "enum"
    case .option: "option"
    case .result: "result"
    case .own, .borrow: "handle"
    case .stream: "stream"
    case .future: "future"
    case .map: "map"
    }
  }
}
