// The commands of a .wast file of the component model, as `wasm-tools json-from-wast` writes them. This file has only
// their form.

import ComponentLinking
import Foundation

struct ComponentScript: Decodable {
  let commands: [ComponentCommand]
}

struct ComponentCommand: Decodable {
  let type: String
  let line: Int
  let name: String?
  let instance: String?
  let module: String?
  let filename: String?
  let moduleType: String?
  let binaryFilename: String?
  let text: String?
  let action: Action?
  let expected: [ScriptValue]?

  struct Action: Decodable {
    let type: String
    let module: String?
    let field: String
    let args: [ScriptValue]?
  }

  enum CodingKeys: String, CodingKey {
    case type, line, name, instance, module, filename, text, action, expected
    case moduleType = "module_type"
    case binaryFilename = "binary_filename"
  }
}

/// A value of a script.
struct ScriptValue: Decodable {
  let value: ComponentValue

  enum CodingKeys: String, CodingKey { case type, value }
  private enum ChoiceKeys: String, CodingKey {
    case name = "case"
    case payload
    case ok = "Ok"
    case error = "Err"
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let type = try container.decode(String.self, forKey: .type)
    func text() throws -> String { try container.decode(String.self, forKey: .value) }
    func number<Number: FixedWidthInteger>(_: Number.Type) throws -> Number {
      guard let number = Number(try text()) else {
        throw DecodingError.dataCorruptedError(
          forKey: .value, in: container, debugDescription: "no number of type \(type)")
      }
      return number
    }
    switch type {
    case "bool": value = .bool(try container.decode(Bool.self, forKey: .value))
    case "s8", "s16", "s32", "s64": value = .signed(try number(Int64.self))
    case "u8", "u16", "u32", "u64": value = .unsigned(try number(UInt64.self))
    case "f32": value = .f32(bits: try number(UInt32.self))
    case "f64": value = .f64(bits: try number(UInt64.self))
    case "char": value = try text().unicodeScalars.first.map { .char($0) } ?? .string("")
    case "string": value = .string(try text())
    case "list":
      value = .list(try container.decode([ScriptValue].self, forKey: .value).map(\.value))
    case "tuple":
      value = .tuple(try container.decode([ScriptValue].self, forKey: .value).map(\.value))
    case "record":
      value = .record(try container.decode([ScriptField].self, forKey: .value).map(\.field))
    case "enum": value = .variant(try text(), nil)
    case "flags": value = .flags(try container.decode([String].self, forKey: .value))
    case "option":
      value = .option(try container.decodeIfPresent(ScriptValue.self, forKey: .value)?.value)
    case "variant":
      let choice = try container.nestedContainer(keyedBy: ChoiceKeys.self, forKey: .value)
      value = .variant(
        try choice.decode(String.self, forKey: .name),
        try choice.decodeIfPresent(ScriptValue.self, forKey: .payload)?.value)
    case "result":
      let choice = try container.nestedContainer(keyedBy: ChoiceKeys.self, forKey: .value)
      let isOK = choice.contains(.ok)
      value = .result(
        isOK: isOK,
        try choice.decodeIfPresent(ScriptValue.self, forKey: isOK ? .ok : .error)?.value)
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .type, in: container, debugDescription: "the runner has no values of type \(type)")
    }
  }
}

/// A name and a value.
private struct ScriptField: Decodable {
  let field: ComponentValue.Field

  init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    let name = try container.decode(String.self)
    field = ComponentValue.Field(
      name: name, value: try container.decode(ScriptValue.self).value)
  }
}
