// The descriptors' `types`: canonical texts of function types and of value types. All instances of a program share it.
//
// A function type's position is its number in the program. In a closed program that is its id too; otherwise the
// runtime gives ids to the texts.
import WasmModule
import WasmProgram

struct TypeTable {
  struct Row {
    let text: String
    /// nil for a value type.
    let function: ProgramTypeIndex?
  }

  private(set) var rows: [Row] = []
  private var byValueType: [ValueType: Int] = [:]

  init(_ program: Program, isClosed: Bool) throws(LoweringError) {
    let texts = program.instances.map { TypeTexts($0.module) }
    for (position, row) in program.types.rows.enumerated() {
      let text = try Self.text(texts[row.instance.int][row.index], position, isClosed)
      rows.append(
        Row(text: text, function: ProgramTypeIndex(UInt32(truncatingIfNeeded: position))))
    }
    for instance in program.indices {
      let module = program[instance].module
      let values =
        module.globals.map(\.type.value)
        + module.tables.map { ValueType.reference($0.type.element) }
      for value in values {
        let canonical = program.types.canonical(value, in: instance)
        if byValueType[canonical] != nil { continue }
        byValueType[canonical] = rows.count
        let text = try Self.text(texts[instance.int][value], rows.count, isClosed)
        rows.append(Row(text: text, function: nil))
      }
    }
  }

  /// The text of a type. Nothing compares a closed program's texts with those of other programs, so there any distinct
  /// text will do.
  private static func text(
    _ text: String?, _ position: Int, _ isClosed: Bool
  ) throws(LoweringError) -> String {
    if let text { return text }
    if isClosed { return "type \(position)" }
    throw LoweringError(
      .unsupported, "the text of type \(position) is longer than \(TypeTexts.byteLimit) bytes")
  }

  func position(of type: ProgramTypeIndex) -> Int { type.int }

  /// - Parameter type: The type, with the program's type numbers.
  func position(ofValue type: ValueType) -> Int {
    guard let position = byValueType[type] else { preconditionFailure("no row for \(type)") }
    return position
  }
}
