// Defines the types of a generated component where they are needed first. Records, variants, flags and enumerations
// need names: they are imported or exported.

import WasmEncoding

/// The names of types, which are the same in all parts of a generated component.
final class TypeNames {
  private var names: [ComponentType: String] = [:]

  func name(of type: ComponentType) -> String {
    if let known = names[type] { return known }
    let name = "t\(names.count)"
    names[type] = name
    return name
  }
}

struct TypeScope {
  enum Naming {
    case imported, exported
  }

  static let resourceName = "r"

  let names: TypeNames
  /// The index of the resource type, if there is one.
  var resource: Int?
  private var known: [ComponentType: ComponentTypeReference] = [:]
  /// The imports of types so far, in their order.
  private(set) var imports: [(name: String, index: Int)] = []

  init(_ names: TypeNames) { self.names = names }

  mutating func importResource(_ writer: inout ComponentWriter) {
    let index = writer.importResource(Self.resourceName)
    resource = index
    imports.append((Self.resourceName, index))
  }

  /// The type of a function with these parameters and this result.
  mutating func function(
    _ parameters: [ComponentType], _ result: ComponentType?, _ naming: Naming,
    _ writer: inout ComponentWriter
  ) -> Int {
    var list: [(name: String, type: ComponentTypeReference)] = []
    for (position, type) in parameters.enumerated() {
      list.append((Labels.parameter(position), reference(type, naming, &writer)))
    }
    let returned = result.map { reference($0, naming, &writer) }
    return writer.type(.function(list, returned))
  }

  private mutating func reference(
    _ type: ComponentType, _ naming: Naming, _ writer: inout ComponentWriter
  ) -> ComponentTypeReference {
    if let known = known[type] { return known }
    func part(_ scope: inout TypeScope, _ type: ComponentType) -> ComponentTypeReference {
      scope.reference(type, naming, &writer)
    }
    func optional(_ scope: inout TypeScope, _ type: ComponentType?) -> ComponentTypeReference? {
      type.map { part(&scope, $0) }
    }
    let text: ComponentTypeText
    var isNamed = false
    switch type {
    case .scalar(let scalar): return .primitive(scalar.rawValue)
    case .string: return .primitive(0x73)
    case .list(let element): text = .list(part(&self, element))
    case .tuple(let fields): text = .tuple(fields.map { part(&self, $0) })
    case .option(let some): text = .option(part(&self, some))
    case .result(let ok, let error):
      text = .result(optional(&self, ok), optional(&self, error))
    case .own: text = .own(requiredResource)
    case .borrow: text = .borrow(requiredResource)
    case .record(let fields):
      isNamed = true
      text = .record(
        fields.enumerated().map { (Labels.field($0), part(&self, $1)) })
    case .variant(let cases):
      isNamed = true
      text = .variant(
        cases.enumerated().map { (Labels.choice($0), optional(&self, $1)) })
    case .enumeration(let count):
      isNamed = true
      text = .enumeration((0..<count).map(Labels.choice))
    case .flags(let count):
      isNamed = true
      text = .flags((0..<count).map(Labels.flag))
    }
    var index = writer.type(text)
    if isNamed {
      let name = names.name(of: type)
      switch naming {
      case .exported: index = writer.export(name, .type, index)
      case .imported:
        index = writer.importType(name, equalTo: index)
        imports.append((name, index))
      }
    }
    known[type] = .index(index)
    return .index(index)
  }

  private var requiredResource: Int {
    guard let resource else { preconditionFailure("a type with handles needs a resource") }
    return resource
  }
}
