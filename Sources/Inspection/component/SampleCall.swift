// A call of an export with example values, for `--invoke`: `add(1, 1)`.
// Spec: the component model's WAVE text format.

import WasmComponent

struct SampleCall {
  private let types: ComponentTypes
  private var parts = 0

  /// A type may be huge when it is written out.
  private static let mostParts = 40

  /// The first export whose parameters can be written as text, with an example of them; nil if there is none.
  static func first(in exports: ExternList, _ types: ComponentTypes) -> String? {
    // Some tools add interfaces for themselves, whose names have no package.
    let items = exports.items
    let ordered = items.filter { $0.name.contains(":") } + items.filter { !$0.name.contains(":") }
    for item in items {
      if case .function(let id) = item.type, let call = call(item.name, types[id].type, types) {
        return call
      }
    }
    for item in ordered {
      guard case .instance(let id) = item.type else { continue }
      for inner in types[id].exports.items {
        guard case .function(let id) = inner.type, !inner.name.hasPrefix("[") else { continue }
        let name = "\(item.name)#\(inner.name)"
        if let call = call(name, types[id].type, types) { return call }
      }
    }
    return nil
  }

  private static func call(
    _ name: String, _ type: ResolvedFunctionType, _ types: ComponentTypes
  ) -> String? {
    var sample = SampleCall(types: types)
    var values: [String] = []
    for parameter in type.parameters {
      guard let value = sample.value(parameter.value) else { return nil }
      values.append(value)
    }
    return "\(name)(\(values.joined(separator: ", ")))"
  }

  private init(types: ComponentTypes) { self.types = types }

  /// nil if no value of the type can be written.
  private mutating func value(_ type: ComponentValueType) -> String? {
    parts += 1
    guard parts <= Self.mostParts else { return nil }
    switch types.shape(type) {
    case .primitive(let type): return primitive(type)
    case .record(let fields):
      let values = fields.compactMap { field in value(field.value).map { "\(field.label): \($0)" } }
      return values.count == fields.count ? "{\(values.joined(separator: ", "))}" : nil
    case .tuple(let fields):
      let values = fields.compactMap { value($0) }
      return values.count == fields.count ? "(\(values.joined(separator: ", ")))" : nil
    case .variant(let cases):
      guard let first = cases.first else { return nil }
      return payload(first.label, first.value)
    case .enumeration(let labels): return labels.first
    case .flags: return "{}"
    case .list, .map: return "[]"
    case .fixedLengthList(let element, let length):
      guard length <= 4, let value = value(element) else { return nil }
      return "[\((0..<length).map { _ in value }.joined(separator: ", "))]"
    case .option: return "none"
    case .result(let ok, _): return payload("ok", ok)
    case .own, .borrow, .stream, .future: return nil
    }
  }

  private mutating func payload(_ label: String, _ type: ComponentValueType?) -> String? {
    guard let type else { return label }
    return value(type).map { "\(label)(\($0))" }
  }

  private func primitive(_ type: PrimitiveType) -> String? {
    switch type {
    case .bool: "true"
    case .s8, .u8, .s16, .u16, .s32, .u32, .s64, .u64: "1"
    case .f32, .f64: "1.5"
    case .char: "'a'"
    case .string: "\"text\""
    case .errorContext: nil
    }
  }
}
