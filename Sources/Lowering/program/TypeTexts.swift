// Canonical texts of types: equal exactly where the types are equal, across modules. Spec: 3.1.2.
//
// "(i32,i64)->(f32)" for a type that stands alone; "rec{A;B}.1" for one whose group has other members or
// that refers to itself, where @0 is the group's first member and "open " marks types that may have
// subtypes. A reference to an earlier type holds that type's text, so texts can grow with the power
// of nesting; beyond a limit there is none.
import WasmModule

struct TypeTexts {
  static let byteLimit = 1 << 16

  private let module: Module
  /// By type index; nil: beyond the limit.
  private var texts: [String?] = []

  init(_ module: Module) {
    self.module = module
    for position in module.types.indices {
      let canonical = module.canonicalTypes[position].int
      texts.append(canonical < position ? texts[canonical] : makeText(position))
    }
  }

  subscript(_ type: TypeIndex) -> String? { texts[type.int] }

  subscript(_ type: ValueType) -> String? {
    guard case .reference(let reference) = type, case .concrete(let index) = reference.heap else {
      return type.description
    }
    return texts[index.int].map { "(ref \(reference.isNullable ? "null " : "")\($0))" }
  }

  private func makeText(_ position: Int) -> String? {
    let group = module.recursionGroups[position]
    if group.count == 1, module.typeIsFinal[position], !mentions(module.types[position], group) {
      return memberText(position, group)
    }
    var members: [String] = []
    var bytes = 0
    for member in group {
      guard let text = memberText(member, group) else { return nil }
      bytes += text.utf8.count
      if bytes > Self.byteLimit { return nil }
      members.append((module.typeIsFinal[member] ? "" : "open ") + text)
    }
    return "rec{\(members.joined(separator: ";"))}.\(position - group.lowerBound)"
  }

  private func mentions(_ type: FunctionType, _ group: Range<Int>) -> Bool {
    (type.parameters + type.results).contains { value in
      guard case .reference(let reference) = value, case .concrete(let index) = reference.heap
      else {
        return false
      }
      return group.contains(index.int)
    }
  }

  private func memberText(_ position: Int, _ group: Range<Int>) -> String? {
    let type = module.types[position]
    guard let parameters = listText(type.parameters, group),
      let results = listText(type.results, group)
    else { return nil }
    return "(\(parameters))->(\(results))"
  }

  private func listText(_ values: [ValueType], _ group: Range<Int>) -> String? {
    var parts: [String] = []
    var bytes = 0
    for value in values {
      guard let text = text(of: value, in: group) else { return nil }
      bytes += text.utf8.count + 1
      if bytes > Self.byteLimit { return nil }
      parts.append(text)
    }
    return parts.joined(separator: ",")
  }

  private func text(of value: ValueType, in group: Range<Int>) -> String? {
    guard case .reference(let reference) = value, case .concrete(let index) = reference.heap,
      group.contains(index.int)
    else { return self[value] }
    return "(ref \(reference.isNullable ? "null " : "")@\(index.int - group.lowerBound))"
  }
}
