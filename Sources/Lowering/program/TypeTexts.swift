// Canonical texts of types: equal exactly where the types are equal, across modules.
// Spec: Validation, Recursive Types.
//
// A type that stands alone has a text such as "(i32,i64)->(f32)". If its group has other members, if it refers to
// itself, or if it may have subtypes, the text is like "rec{A;B}.1". There, @0 is the group's first member, and "open "
// marks types that may have subtypes. A reference to an earlier type contains that type's text, so the length of texts
// can grow exponentially with nesting. A type whose text would be longer than a limit has no text.
import WasmModule

struct TypeTexts {
  static let byteLimit = 1 << 16

  private let module: Module
  /// The text of each type; nil if it is longer than the limit.
  private var texts: [String?] = []

  init(_ module: Module) {
    self.module = module
    for index in module.types.indices {
      let canonical = module.types[index].canonical
      texts.append(canonical < index ? texts[canonical.int] : makeText(index))
    }
  }

  subscript(_ type: TypeIndex) -> String? { texts[type.int] }

  subscript(_ type: ValueType) -> String? {
    guard case .reference(let reference) = type, case .concrete(let index) = reference.heap else {
      return type.description
    }
    return texts[index.int].map { "(ref \(reference.isNullable ? "null " : "")\($0))" }
  }

  private func makeText(_ index: TypeIndex) -> String? {
    let type = module.types[index]
    let group = module.types[type.group]
    if group.count == 1, type.subtype.isFinal, !mentions(type) {
      return memberText(type)
    }
    var members: [String] = []
    var bytes = 0
    for member in group {
      guard let text = memberText(member) else { return nil }
      bytes += text.utf8.count
      if bytes > Self.byteLimit { return nil }
      members.append((member.subtype.isFinal ? "" : "open ") + text)
    }
    return "rec{\(members.joined(separator: ";"))}.\(index.int - group.startIndex.int)"
  }

  /// Whether a type refers to its own recursion group.
  private func mentions(_ type: Module.DefinedType) -> Bool {
    switch type.subtype.composite {
    case .function(let function):
      (function.parameters + function.results).contains { value in
        guard case .reference(let reference) = value, case .concrete(let index) = reference.heap
        else {
          return false
        }
        return type.group.contains(index)
      }
    }
  }

  private func memberText(_ type: Module.DefinedType) -> String? {
    switch type.subtype.composite {
    case .function(let function):
      guard let parameters = listText(function.parameters, type.group),
        let results = listText(function.results, type.group)
      else { return nil }
      return "(\(parameters))->(\(results))"
    }
  }

  private func listText(_ values: [ValueType], _ group: Range<TypeIndex>) -> String? {
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

  private func text(of value: ValueType, in group: Range<TypeIndex>) -> String? {
    guard case .reference(let reference) = value, case .concrete(let index) = reference.heap,
      group.contains(index)
    else { return self[value] }
    return "(ref \(reference.isNullable ? "null " : "")@\(index.int - group.lowerBound.int))"
  }
}
