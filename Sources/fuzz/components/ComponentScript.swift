// The calls of a generated component as a script that wasmtime runs.

import ComponentLinking

extension GeneratedComponent {
  func script() -> [String] {
    let hex = bytes.map { "\\" + Self.hex($0) }.joined()
    return ["(component binary \"\(hex)\")"]
      + calls.map { call in
        let values = zip(signature.parameters, call.arguments).map { " (\($0.text($1)))" }
        let invoke = "(invoke \"\(PartPlan.call)\"\(values.joined()))"
        if let trap = call.trap {
          return "(assert_trap \(invoke) \"\(EngineWords.words(of: trap))\")"
        }
        guard let type = signature.result, let value = Self.result(of: call.arguments) else {
          return "(assert_return \(invoke))"
        }
        return "(assert_return \(invoke) (\(type.text(value))))"
      }
  }

  fileprivate static func hex(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}

/// What wasmtime says where the specification's tests have other words for a trap.
private enum EngineWords {
  private static let words = [
    "pointer out of bounds of memory": "out of bounds memory access",
    "invalid utf-8": "invalid utf8 encoding", "invalid utf-16": "invalid utf16 encoding",
  ]

  static func words(of trap: String) -> String { words[trap] ?? trap }
}

extension ComponentType {
  /// A value of the type as a script has it, without the parentheses.
  fileprivate func text(_ value: ComponentValue) -> String {
    func inner(_ type: ComponentType?, _ value: ComponentValue?) -> String {
      guard let type, let value else { return "" }
      return " (\(type.text(value)))"
    }
    switch (self, value) {
    case (.scalar(let scalar), _): return Self.text(scalar, value)
    case (.string, .string(let text)): return "str.const \(Self.quoted(text))"
    case (.list(let element), .list(let values)):
      return "list.const" + values.map { inner(element, $0) }.joined()
    case (.tuple(let types), .tuple(let values)):
      return "tuple.const" + zip(types, values).map { inner($0, $1) }.joined()
    case (.record(let types), .record(let fields)):
      return "record.const"
        + zip(types, fields).map { " (field \"\($1.name)\" \($0.text($1.value)))" }.joined()
    case (.enumeration, .variant(let name, _)): return "enum.const \"\(name)\""
    case (.variant(let cases), .variant(let name, let payload)):
      return "variant.const \"\(name)\"" + inner(cases[Int(name.dropFirst()) ?? 0], payload)
    case (.flags, .flags(let names)):
      return "flags.const" + names.map { " \"\($0)\"" }.joined()
    case (.option(let some), .option(let payload)):
      return payload == nil ? "option.none" : "option.some" + inner(some, payload)
    case (.result(let ok, let error), .result(let isOK, let payload)):
      return (isOK ? "result.ok" : "result.err") + inner(isOK ? ok : error, payload)
    default: preconditionFailure("\(value) is no \(self)")
    }
  }

  private static func text(_ scalar: Scalar, _ value: ComponentValue) -> String {
    switch value {
    case .bool(let value): "bool.const \(value)"
    case .signed(let value): "\(scalar).const \(value)"
    case .unsigned(let value): "\(scalar).const \(value)"
    case .f32(let bits): "f32.const \(Float(bitPattern: bits))"
    case .f64(let bits): "f64.const \(Double(bitPattern: bits))"
    case .char(let value): "char.const \(quoted(String(value)))"
    default: preconditionFailure("\(value) is no scalar")
    }
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.utf8.map { "\\" + GeneratedComponent.hex($0) }.joined() + "\""
  }
}
