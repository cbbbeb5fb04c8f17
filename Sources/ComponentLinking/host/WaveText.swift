// Values as WAVE text, as ResultWriter's code prints them.

import WasmModule

enum WaveText {
  /// Words that are values or begin one. `%` before such a word makes it the name of a case.
  private static let keywords: Set<String> = [
    "true", "false", "inf", "nan", "none", "some", "ok", "err",
  ]

  static func nameOfCase(_ label: String) -> String {
    keywords.contains(label) ? "%" + label : label
  }
}

extension ComponentValue {
  public var waveText: String {
    switch self {
    case .bool(let value): value ? "true" : "false"
    case .signed(let value): "\(value)"
    case .unsigned(let value): "\(value)"
    case .f32(let bits): "f32-bits:\(bits)"
    case .f64(let bits): "f64-bits:\(bits)"
    case .char(let value): "'\(Self.escaped(value))'"
    case .string(let text): "\"" + text.unicodeScalars.map(Self.escaped).joined() + "\""
    case .list(let values): "[" + values.map(\.waveText).joined(separator: ", ") + "]"
    case .tuple(let values): "(" + values.map(\.waveText).joined(separator: ", ") + ")"
    case .record(let fields): Self.text(fields)
    case .variant(let name, let payload): Self.text(WaveText.nameOfCase(name), payload)
    case .option(let payload): Self.text(payload == nil ? "none" : "some", payload)
    case .result(let isOK, let payload): Self.text(isOK ? "ok" : "err", payload)
    case .flags(let names): "{" + names.joined(separator: ", ") + "}"
    }
  }

  private static func text(_ name: String, _ payload: ComponentValue?) -> String {
    payload.map { "\(name)(\($0.waveText))" } ?? name
  }

  /// Fields that are `none` are left out.
  private static func text(_ fields: [Field]) -> String {
    let given = fields.filter { $0.value != .option(nil) }
    if given.isEmpty { return "{:}" }
    return "{" + given.map { "\($0.name): \($0.value.waveText)" }.joined(separator: ", ") + "}"
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "'", "\"", "\\": "\\\(scalar)"
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    case _ where scalar.isHidden: "\\u{" + String(scalar.value, radix: 16) + "}"
    default: String(scalar)
    }
  }
}
