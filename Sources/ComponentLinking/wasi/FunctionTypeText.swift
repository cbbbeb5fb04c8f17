// The type of a component function in the words of WIT, written out: names of types are replaced by what they stand
// for, so that two types are equal exactly if their texts are. A resource is `interface.name`.

import WasmComponent

struct FunctionTypeText {
  private let types: ComponentTypes
  private let resourceName: (ResourceReference) -> String
  private var text = ""

  /// A type of a file may be much longer, and is cut off here. No type of WASI is as long as this.
  private static let mostBytes = 8192

  /// - Parameter resourceName: `interface.name`, without a version.
  static func text(
    of type: ResolvedFunctionType, _ types: ComponentTypes,
    resourceName: @escaping (ResourceReference) -> String
  ) -> String {
    var writer = FunctionTypeText(types: types, resourceName: resourceName)
    writer.write(type)
    return writer.text.utf8.count > mostBytes
      ? String(decoding: writer.text.utf8.prefix(mostBytes), as: UTF8.self) + "…" : writer.text
  }

  private init(types: ComponentTypes, resourceName: @escaping (ResourceReference) -> String) {
    self.types = types
    self.resourceName = resourceName
  }

  private mutating func write(_ type: ResolvedFunctionType) {
    text += type.isAsync ? "async func" : "func"
    list(type.parameters, "(", ")") { writer, parameter in
      writer.text += "\(parameter.label): "
      writer.write(parameter.value)
    }
    guard let result = type.result else { return }
    text += " -> "
    write(result)
  }

  private mutating func list<Part>(
    _ parts: [Part], _ open: String, _ close: String,
    _ body: (inout FunctionTypeText, Part) -> Void
  ) {
    text += open
    for (position, part) in parts.enumerated() {
      if text.utf8.count > Self.mostBytes { return }
      if position > 0 { text += ", " }
      body(&self, part)
    }
    text += close
  }

  private mutating func write(_ type: ComponentValueType?) {
    guard let type else {
      text += "_"
      return
    }
    if text.utf8.count <= Self.mostBytes { write(types.shape(type)) }
  }

  private mutating func write(_ type: ResolvedDefinedType) {
    switch type {
    case .primitive(let primitive): text += primitive.description
    case .record(let fields):
      list(fields, "record { ", " }") { writer, field in
        writer.text += "\(field.label): "
        writer.write(field.value)
      }
    case .variant(let cases):
      list(cases, "variant { ", " }") { writer, item in
        writer.text += item.label
        if let payload = item.value { writer.angle([payload], "(", ")") }
      }
    case .flags(let labels): list(labels, "flags { ", " }") { $0.text += $1 }
    case .enumeration(let labels): list(labels, "enum { ", " }") { $0.text += $1 }
    case .tuple(let parts): angle(parts, "tuple<")
    case .list(let element): angle([element], "list<")
    case .fixedLengthList(let element, let length): angle([element], "list<", ", \(length)>")
    case .option(let payload): angle([payload], "option<")
    case .result(let ok, let error):
      text += "result"
      if error != nil {
        angle([ok, error], "<")
      } else if ok != nil {
        angle([ok], "<")
      }
    case .map(let key, let value): angle([key, value], "map<")
    case .stream(let element): angle([element], "stream<")
    case .future(let payload): angle([payload], "future<")
    case .own(let resource): text += resourceName(resource)
    case .borrow(let resource): text += "borrow<\(resourceName(resource))>"
    }
  }

  private mutating func angle(
    _ parts: [ComponentValueType?], _ open: String, _ close: String = ">"
  ) {
    list(parts, open, close) { $0.write($1) }
  }
}
