// Values as WAVE text, as ResultWriter's code prints them.

import WasmModule

extension ComponentValue {
  public var waveText: String {
    switch self {
    case .bool(let value): value ? "true" : "false"
    case .signed(let value): "\(value)"
    case .unsigned(let value): "\(value)"
    case .f32(let bits): "f32-bits:\(bits)"
    case .f64(let bits): "f64-bits:\(bits)"
    case .char(let value): "'\(Self.escaped(value, quote: "'"))'"
    case .string(let text):
      "\"" + text.unicodeScalars.map { Self.escaped($0, quote: "\"") }.joined() + "\""
    case .list(let values): "[" + values.map(\.waveText).joined(separator: ", ") + "]"
    case .tuple(let values): "(" + values.map(\.waveText).joined(separator: ", ") + ")"
    case .record(let fields):
      "{" + fields.map { "\($0.name): \($0.value.waveText)" }.joined(separator: ", ") + "}"
    case .variant(let name, let payload): Self.text(name, payload)
    case .option(let payload): Self.text(payload == nil ? "none" : "some", payload)
    case .result(let isOK, let payload): Self.text(isOK ? "ok" : "err", payload)
    case .flags(let names): "{" + names.joined(separator: ", ") + "}"
    }
  }

  private static func text(_ name: String, _ payload: ComponentValue?) -> String {
    payload.map { "\(name)(\($0.waveText))" } ?? name
  }

  private static func escaped(_ scalar: Unicode.Scalar, quote: Unicode.Scalar) -> String {
    switch scalar {
    case quote: "\\\(scalar)"
    case "\\": "\\\\"
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    case _ where scalar.isHidden:
      "\\u{" + padded(String(scalar.value, radix: 16), scalar.value < 0x80 ? 2 : 4) + "}"
    default: String(scalar)
    }
  }

  private static func padded(_ digits: String, _ count: Int) -> String {
    String(repeating: "0", count: max(0, count - digits.count)) + digits
  }
}
