// Where variables are in machine code: what the module says, where LLVM knows the locals that it needs.

import ObjectFile

extension UnitWriter {
  /// - Parameters:
  ///   - home: The unit of the entry.
  ///   - scope: The machine code of the variable's function; nil for a variable outside of functions.
  func addLocation(
    _ attributes: DebugAttributes, _ home: Int, _ scope: CodeScope?, to entry: inout EntryBuilder
  ) throws(ObjectFormatError) {
    let unit = guest.units[home]
    var translation = ExpressionTranslation(sections: guest.sections, instance: instance)
    translation.frameBase = scope?.function?.frameBase ?? []
    var result: [(range: Range<UInt64>, expression: DebugSectionContents)] = []
    let locations = try unit.locations(
      attributes[Attribute.location], of: guest.sections, guest.budget)
    for location in locations {
      guard let operations = unit.operations(location.expression, of: guest.sections) else {
        continue
      }
      let needed = locals(of: operations, translation.frameBase)
      if needed.isEmpty, location.range == nil {
        // It is in one place everywhere.
        guard let expression = translation.translate(operations) else { continue }
        return entry.add(Attribute.location, expression: expression)
      }
      guard let scope else { continue }
      var code = scope.ranges
      if let range = location.range { code = try scope.code(of: range, guest.budget) }
      for (range, places) in try places(of: needed, in: code, scope) {
        translation.locals = places
        guard let expression = translation.translate(operations) else { continue }
        try guest.budget.spend(1 + expression.bytes.count / 8)
        result.append((range, expression))
      }
    }
    if !result.isEmpty {
      entry.add(Attribute.location, sectionOffset: writer.locations.add(result))
    }
  }

  /// The locals that an expression needs.
  private func locals(of operations: [GuestOperation], _ frameBase: [GuestOperation]) -> [Int] {
    var result: Set<Int> = []
    for operation in operations {
      switch operation {
      case .local(let local): result.insert(local)
      case .frameBase: for case .local(let local) in frameBase { result.insert(local) }
      default: break
      }
    }
    return result.sorted()
  }

  private typealias Places = [Int: (local: NativeLocal, place: NativeLocal.Place)]

  /// The parts of `code` where all these locals have places.
  private func places(of locals: [Int], in code: [Range<UInt64>], _ scope: CodeScope)
    throws(ObjectFormatError) -> [(Range<UInt64>, Places)]
  {
    var parts: [(Range<UInt64>, Places)] = code.map { ($0, [:]) }
    for index in locals {
      guard let local = scope.locals.first(where: { $0.index == index }) else { return [] }
      var next: [(Range<UInt64>, Places)] = []
      try guest.budget.spend(1 + parts.count * local.places.count / 16)
      for (range, places) in parts {
        for (where_, place) in local.places {
          let part = where_.map { range.clamped(to: $0) } ?? range
          guard !part.isEmpty else { continue }
          var places = places
          places[index] = (local, place)
          next.append((part, places))
        }
      }
      parts = next
    }
    return parts
  }
}
