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

  init(_ module: Module, isStatic: Bool) throws(LoweringError) {
    let texts = TypeTexts(module)
    for position in module.types.indices {
      let index = TypeIndex(UInt32(truncatingIfNeeded: position))
      let canonical = module.canonicalTypes[position].int
      if isStatic && canonical != position {
        byFunctionType.append(byFunctionType[canonical])
        continue
      }
      byFunctionType.append(rows.count)
      rows.append(Row(text: try Self.text(texts[index], position, isStatic), function: index))
    }
    let values =
      module.globals.map(\.value) + module.tables.map { ValueType.reference($0.element) }
    for value in values {
      if byValueType[value] != nil { continue }
      let text = try Self.text(texts[value], rows.count, isStatic)
      let position = byText[text] ?? rows.count
      byText[text] = position
      byValueType[value] = position
      if position == rows.count { rows.append(Row(text: text, function: nil)) }
    }
  }

  /// In an executable no other module's texts are compared, so any distinct one will do.
  private static func text(
    _ text: String?, _ position: Int, _ isStatic: Bool
  ) throws(LoweringError) -> String {
    if let text { return text }
    if isStatic { return "type \(position)" }
    throw LoweringError(
      .unsupported, "the text of type \(position) is longer than \(TypeTexts.byteLimit) bytes")
  }

  func position(of type: TypeIndex) -> Int { byFunctionType[type.int] }
  /// Of the type of a global or of a table's elements.
  func position(ofValue type: ValueType) -> Int {
    guard let position = byValueType[type] else { preconditionFailure("no row for \(type)") }
    return position
  }
}
