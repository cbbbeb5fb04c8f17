// The exports of a component in the words of WIT. A type that an export names is referred to by that name; others are
// written out.
// Spec: the component model's WIT, which this writes only as far as people need it.

import WasmComponent
import WasmModule

struct WITText {
  private let types: ComponentTypes
  private var text = ""
  /// Each import or export of a type gives it a number of its own, so a number has one name.
  private var typeNames: [DefinedTypeID: String] = [:]
  private var resourceNames: [ResourceID: String] = [:]

  /// What one export may take. A small file can name a type whose text is huge.
  private static let mostBytes = 16_384
  private static let mostExports = 1000

  static func exports(of type: ComponentType, _ types: ComponentTypes) -> [ExportedItem] {
    var writer = WITText(types: types)
    for item in type.imports.items + type.exports.items {
      writer.note(item)
      guard case .instance(let id) = item.type else { continue }
      for inner in types[id].exports.items { writer.note(inner) }
    }
    return type.exports.items.prefix(mostExports).map { writer.exported($0) }
  }

  private init(types: ComponentTypes) { self.types = types }

  private mutating func note(_ item: ExternItem) {
    switch item.type {
    case .type(.defined(let id)): typeNames[id] = Self.identifier(item.name)
    case .type(.resource(let reference)):
      resourceNames[reference.resource] = Self.identifier(item.name)
    default: break
    }
  }

  /// A name as WIT writes it: after `%` it is no keyword.
  private static func identifier(_ name: String) -> String {
    keywords.contains(name) ? "%\(name)" : name
  }

  private static let keywords: Set<String> = [
    "as", "async", "bool", "borrow", "char", "constructor", "enum", "export", "f32", "f64", "flags",
    "from", "func", "future", "import", "include", "interface", "list", "map", "option", "own",
    "package", "record", "resource", "result", "s16", "s32", "s64", "s8", "static", "stream",
    "string", "tuple", "type", "u16", "u32", "u64", "u8", "use", "variant", "with", "world",
  ]

  private mutating func exported(_ item: ExternItem) -> ExportedItem {
    text = ""
    let kind: String
    switch item.type {
    case .function(let id):
      kind = "func"
      write(item.name, types[id].type)
    case .instance(let id):
      kind = "instance"
      writeInterface(item.name, types[id])
    case .type(let type):
      kind = "type"
      write(item.name, type, "", members: [])
    case .coreModule:
      kind = "module"
      text = "core module \(item.name)"
    case .component:
      kind = "component"
      text = "component \(item.name)"
    }
    return ExportedItem(name: shortened(item.name), kind: kind, type: bounded, isDeclaration: true)
  }

  private var bounded: String {
    text.utf8.count <= Self.mostBytes
      ? text : String(decoding: text.utf8.prefix(Self.mostBytes), as: UTF8.self) + "…"
  }

  private var isFull: Bool { text.utf8.count > Self.mostBytes }

  // MARK: Interfaces

  private mutating func writeInterface(_ name: String, _ type: InstanceType) {
    var members: [String: [(name: String, type: ResolvedFunctionType)]] = [:]
    for item in type.exports.items {
      if case .function(let id) = item.type, let owner = Self.resource(of: item.name) {
        members[owner, default: []].append((item.name, types[id].type))
      }
    }
    text += "interface \(name) {"
    for item in type.exports.items where !isFull {
      switch item.type {
      case .function(let id) where Self.resource(of: item.name) == nil:
        text += "\n  "
        write(item.name, types[id].type)
        text += ";"
      case .type(let type):
        text += "\n  "
        write(item.name, type, "  ", members: members[item.name] ?? [])
      default: break
      }
    }
    text += "\n}"
  }

  /// `r` for `[method]r.f`, `[static]r.f` and `[constructor]r`.
  private static func resource(of name: String) -> String? {
    guard name.hasPrefix("["), let end = name.firstIndex(of: "]") else { return nil }
    let rest = name[name.index(after: end)...]
    return String(rest.prefix { $0 != "." })
  }

  private mutating func write(
    _ name: String, _ type: TypeReference, _ indent: String,
    members: [(name: String, type: ResolvedFunctionType)]
  ) {
    switch type {
    case .resource:
      guard !members.isEmpty else {
        text += "resource \(Self.identifier(name));"
        return
      }
      text += "resource \(Self.identifier(name)) {"
      for member in members where !isFull {
        text += "\n\(indent)  "
        writeMember(member.name, member.type)
        text += ";"
      }
      text += "\n\(indent)}"
    case .defined(let id): declare(name, id)
    case .function, .instance, .component: text += "type \(Self.identifier(name));"
    }
  }

  private mutating func writeMember(_ name: String, _ type: ResolvedFunctionType) {
    let short = name.split(separator: ".", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
    if name.hasPrefix("[constructor]") {
      text += "constructor"
      list(type.parameters, "(", ")") { $0.write($1) }
    } else if name.hasPrefix("[static]") {
      text += "\(Self.identifier(short)): static "
      write(function: type, type.parameters)
    } else {
      text += "\(Self.identifier(short)): "
      write(function: type, Array(type.parameters.dropFirst()))
    }
  }

  /// A type under its name: `record point { x: s32, y: s32 }`.
  private mutating func declare(_ name: String, _ id: DefinedTypeID) {
    let outer = typeNames.removeValue(forKey: id)
    defer { typeNames[id] = outer }
    let type = types[id].type
    switch type {
    case .record(let fields):
      text += "record \(Self.identifier(name)) "
      list(fields, "{ ", " }") { $0.write($1) }
    case .variant(let cases):
      text += "variant \(Self.identifier(name)) "
      writeCases(cases)
    case .flags(let labels):
      text += "flags \(Self.identifier(name)) "
      list(labels, "{ ", " }") { $0.text += Self.identifier($1) }
    case .enumeration(let labels):
      text += "enum \(Self.identifier(name)) "
      list(labels, "{ ", " }") { $0.text += Self.identifier($1) }
    default:
      text += "type \(Self.identifier(name)) = "
      write(type)
      text += ";"
    }
  }

  // MARK: Functions and types

  private mutating func write(_ name: String, _ type: ResolvedFunctionType) {
    text += "\(Self.identifier(name)): "
    write(function: type, type.parameters)
  }

  private mutating func write(
    function type: ResolvedFunctionType, _ parameters: [Labelled<ComponentValueType>]
  ) {
    text += type.isAsync ? "async func" : "func"
    list(parameters, "(", ")") { $0.write($1) }
    guard let result = type.result else { return }
    text += " -> "
    write(result)
  }

  private mutating func write(_ labelled: Labelled<ComponentValueType>) {
    text += "\(Self.identifier(labelled.label)): "
    write(labelled.value)
  }

  private mutating func list<Part>(
    _ parts: [Part], _ open: String, _ close: String, _ body: (inout WITText, Part) -> Void
  ) {
    text += open
    for (position, part) in parts.enumerated() where !isFull {
      if position > 0 { text += ", " }
      body(&self, part)
    }
    text += close
  }

  private mutating func writeCases(_ cases: [Labelled<ComponentValueType?>]) {
    list(cases, "{ ", " }") { writer, item in
      writer.text += Self.identifier(item.label)
      if let payload = item.value { writer.angle([payload], "(", ")") }
    }
  }

  private mutating func write(_ type: ComponentValueType?) {
    guard let type else {
      text += "_"
      return
    }
    if case .defined(let id) = type, let name = typeNames[id] {
      text += name
    } else if !isFull {
      write(types.shape(type))
    }
  }

  private mutating func write(_ type: ResolvedDefinedType) {
    switch type {
    case .primitive(let primitive): text += primitive.description
    case .record(let fields):
      text += "record "
      list(fields, "{ ", " }") { $0.write($1) }
    case .variant(let cases):
      text += "variant "
      writeCases(cases)
    case .flags(let labels): list(labels, "flags { ", " }") { $0.text += Self.identifier($1) }
    case .enumeration(let labels): list(labels, "enum { ", " }") { $0.text += Self.identifier($1) }
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
    case .stream(let element):
      text += "stream"
      if let element { angle([element], "<") }
    case .future(let payload):
      text += "future"
      if let payload { angle([payload], "<") }
    case .own(let resource): text += name(of: resource)
    case .borrow(let resource): text += "borrow<\(name(of: resource))>"
    }
  }

  private func name(of resource: ResourceReference) -> String {
    resourceNames[resource.resource] ?? "resource"
  }

  private mutating func angle(
    _ parts: [ComponentValueType?], _ open: String, _ close: String = ">"
  ) {
    list(parts, open, close) { $0.write($1) }
  }
}
