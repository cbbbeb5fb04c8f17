// The descriptor's `types`: canonical texts of function types and of value types, and type ids.
//
// With a static instance the ids of function types are positions here, and the texts are distinct.
// Otherwise position i is type i of the module and the runtime gives ids to the texts.
import WasmModule

struct TypeTable {
  struct Row {
    let text: String
    /// nil: a value type.
    let function: TypeIndex?
  }

  private(set) var rows: [Row] = []
  private var byFunctionType: [Int] = []
  private var byText: [String: Int] = [:]
  private var byValueType: [ValueType: Int] = [:]

  init(_ module: Module, isStatic: Bool) {
    let texts = TypeTexts(module)
    for position in module.types.indices {
      let index = TypeIndex(UInt32(truncatingIfNeeded: position))
      let canonical = module.canonicalTypes[position].int
      if isStatic && canonical != position {
        byFunctionType.append(byFunctionType[canonical])
        continue
      }
      byFunctionType.append(rows.count)
      rows.append(Row(text: texts[module.types[position]], function: index))
    }
    let values =
      module.globals.map(\.value) + module.tables.map { ValueType.reference($0.element) }
    for value in values {
      if byValueType[value] != nil { continue }
      let text = texts[value]
      let position = byText[text] ?? rows.count
      byText[text] = position
      byValueType[value] = position
      if position == rows.count { rows.append(Row(text: text, function: nil)) }
    }
  }

  func position(of type: TypeIndex) -> Int { byFunctionType[type.int] }
  /// Of the type of a global or of a table's elements.
  func position(ofValue type: ValueType) -> Int {
    guard let position = byValueType[type] else { preconditionFailure("no row for \(type)") }
    return position
  }
}

/// Canonical texts: equal exactly where the types are equal, across modules.
struct TypeTexts {
  private let module: Module

  init(_ module: Module) { self.module = module }

  subscript(_ type: FunctionType) -> String {
    let parameters = type.parameters.map { self[$0] }.joined(separator: ",")
    let results = type.results.map { self[$0] }.joined(separator: ",")
    return "(\(parameters))->(\(results))"
  }

  subscript(_ type: ValueType) -> String {
    guard case .reference(let reference) = type else { return type.description }
    guard case .concrete(let index) = reference.heap else { return type.description }
    return "(ref \(reference.isNullable ? "null " : "")\(self[module.types[index.int]]))"
  }
}
