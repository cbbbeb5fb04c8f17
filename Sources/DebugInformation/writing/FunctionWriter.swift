// Writes functions. A function that has machine code once, as itself, keeps the form that it has in the module. One
// that LLVM inlines into others, or that has code in several places, becomes an abstract function without code, and
// each of its copies refers to it. Copies are beside the function, or in the function into which they are inlined.

import ObjectFile

extension UnitWriter {
  /// How an entry of a function is written.
  private enum Form {
    /// With its attributes and its code.
    case whole(CodeScope)
    /// With its attributes, without code.
    case abstract
    /// With its code, and a reference to the abstract entry. `hasAbstract`: whether there is one for each part of the
    /// function; otherwise only for those that refer to one in the module.
    case copy(CodeScope, hasAbstract: Bool)

    var scope: CodeScope? {
      switch self {
      case .whole(let scope), .copy(let scope, _): scope
      case .abstract: nil
      }
    }

    var isCopy: Bool { if case .copy = self { true } else { false } }
  }

  mutating func writeFunction(_ position: Int) throws(ObjectFormatError) {
    let index = EntryIndex(unit: unit, entry: position)
    let attributes = try guest.attributes(index)
    let code = scopes[index] ?? []
    // The compiler itself has made it a copy of an abstract function.
    let isCopy = attributes[Attribute.abstractOrigin] != nil
    if !isCopy {
      if code.count == 1, !inlined.contains(index) {
        return try writeFunction(position, attributes, .whole(code[0]))
      }
      try writeFunction(position, attributes, .abstract)
    }
    for scope in code {
      try writeFunction(position, attributes, .copy(scope, hasAbstract: !isCopy))
    }
  }

  private mutating func writeFunction(
    _ position: Int, _ attributes: DebugAttributes, _ form: Form
  ) throws(ObjectFormatError) {
    let entry = guest.units[unit].entries[position]
    var copy = writer.entries.begin(Tag.subprogram)
    switch form {
    case .whole: self.copy(attributes, to: &copy)
    case .abstract:
      self.copy(attributes, to: &copy)
      if inlined.contains(EntryIndex(unit: unit, entry: position)),
        attributes[Attribute.inline] == nil
      {
        copy.add(Attribute.inline, unsigned: 1)  // DW_INL_inlined
      }
    case .copy: addOrigin(entry, attributes, to: &copy)
    }
    if let scope = form.scope { addCode(scope.ranges, to: &copy) }
    writer.entries.add(copy, hasChildren: true, as: form.isCopy ? nil : target(entry))
    let range = form.scope?.function?.range
    try writeChildren(position, unit, form, ranges: range.map { [$0] } ?? [])
    writer.entries.endChildren()
  }

  /// Writes a function about which the module says nothing, for what is inlined into it.
  mutating func writeUnknown(_ scope: CodeScope) throws(ObjectFormatError) {
    var entry = writer.entries.begin(Tag.subprogram)
    entry.add(Attribute.name, string: scope.name)
    addCode(scope.ranges, to: &entry)
    writer.entries.add(entry, hasChildren: true)
    for child in scope.children { try writeInlined(child) }
    writer.entries.endChildren()
  }

  /// Writes the children of a function, a block or an inlined call.
  /// - Parameters:
  ///   - home: The unit of the entries.
  ///   - ranges: The entry's ranges in the module. What LLVM inlines there is written too.
  private mutating func writeChildren(
    _ position: Int, _ home: Int, _ form: Form, ranges: [Range<UInt64>]
  ) throws(ObjectFormatError) {
    var covered: [Range<UInt64>] = []
    for child in guest.units[home].children(of: position) {
      covered += try writePart(child, home, form)
    }
    for child in form.scope?.children ?? [] {
      try guest.budget.spend(ranges.count + covered.count)
      let isHere = ranges.contains { $0.contains(child.callOffset) }
      if isHere && !covered.contains(where: { $0.contains(child.callOffset) }) {
        try writeInlined(child)
      }
    }
  }

  /// Writes an entry inside of a function. Returns its ranges in the module if it is a block or an inlined call.
  private mutating func writePart(_ position: Int, _ home: Int, _ form: Form)
    throws(ObjectFormatError) -> [Range<UInt64>]
  {
    try guest.budget.spend()
    guard kept.contains(home, position) else { return [] }
    let entry = guest.units[home].entries[position]
    switch entry.tag {
    case Tag.lexicalBlock, Tag.inlinedSubroutine: return try writeBlock(position, home, form)
    case Tag.variable, Tag.formalParameter:
      let attributes = try guest.attributes(EntryIndex(unit: home, entry: position))
      var copy = writer.entries.begin(entry.tag)
      let origin = attributes[Attribute.abstractOrigin]
      if case .copy(_, let hasAbstract) = form, hasAbstract || origin != nil {
        addOrigin(entry, attributes, to: &copy)
      } else {
        // Numbers of files are those of the entry's own unit.
        self.copy(attributes, to: &copy, isForeign: home != self.unit)
      }
      if let scope = form.scope { try addLocation(attributes, home, scope, to: &copy) }
      writer.entries.add(copy, hasChildren: false, as: form.isCopy ? nil : target(entry))
    default:
      // Types are written once.
      if case .copy = form { return [] }
      try write(position)
    }
    return []
  }

  private mutating func writeBlock(_ position: Int, _ home: Int, _ form: Form)
    throws(ObjectFormatError) -> [Range<UInt64>]
  {
    let unit = guest.units[home]
    let entry = unit.entries[position]
    let attributes = try guest.attributes(EntryIndex(unit: home, entry: position))
    let isCall = entry.tag == Tag.inlinedSubroutine
    var copy = writer.entries.begin(entry.tag)
    var ranges: [Range<UInt64>] = []
    guard let scope = form.scope else {
      if isCall { return [] }
      writer.entries.add(copy, hasChildren: true, as: target(entry))
      try writeChildren(position, home, form, ranges: [])
      writer.entries.endChildren()
      return []
    }
    ranges = try unit.ranges(attributes, of: guest.sections, guest.budget)
    var code: [Range<UInt64>] = []
    for range in ranges { code += try scope.code(of: range, guest.budget) }
    code = joined(code)
    if code.isEmpty { return [] }
    if isCall || form.isCopy { addOrigin(entry, attributes, to: &copy) }
    if isCall {
      let file = fileNumber(attributes.small(Attribute.callFile), ofUnit: home)
      addCall(file, attributes.small(Attribute.callLine), to: &copy)
    }
    let start = ranges.map(\.lowerBound).min().flatMap { first in
      ranges.first { $0.lowerBound == first }.flatMap(scope.entry)
    }
    addCode(code, start: start, to: &copy)
    writer.entries.add(copy, hasChildren: true, as: form.isCopy ? nil : target(entry))
    // The parts of an inlined call are in no abstract entry of this function.
    let inner = isCall && form.isCopy ? Form.copy(scope, hasAbstract: false) : form
    try writeChildren(position, home, inner, ranges: ranges)
    writer.entries.endChildren()
    return ranges
  }

  /// Writes a function that LLVM has inlined.
  private mutating func writeInlined(_ scope: CodeScope) throws(ObjectFormatError) {
    guard let function = scope.function else { return }
    let index = function.index
    var copy = writer.entries.begin(Tag.inlinedSubroutine)
    let attributes = try guest.attributes(index)
    addOrigin(guest.entry(index), attributes, to: &copy)
    if let call = guest.row(at: scope.callOffset) {
      addCall(fileNumber(call.row.file, ofUnit: call.unit), call.row.line, to: &copy)
    }
    addCode(scope.ranges, start: scope.entry(of: function.range), to: &copy)
    writer.entries.add(copy, hasChildren: true)
    let isCopy = attributes[Attribute.abstractOrigin] != nil
    try writeChildren(
      index.entry, index.unit, .copy(scope, hasAbstract: !isCopy), ranges: [function.range])
    writer.entries.endChildren()
  }

  // MARK: Attributes

  /// Refers to the abstract entry: the one to which the entry itself refers, or the entry.
  private func addOrigin(
    _ entry: DebugEntry, _ attributes: DebugAttributes, to copy: inout EntryBuilder
  ) {
    var origin = target(entry)
    if case .reference(let offset) = attributes[Attribute.abstractOrigin] {
      origin = target(offset: offset)
    } else if entry.tag == Tag.lexicalBlock {
      // Blocks have no names, so nothing is gained by a reference.
      return
    }
    copy.add(Attribute.abstractOrigin, reference: origin)
  }

  private func addCall(_ file: UInt32, _ line: UInt32, to copy: inout EntryBuilder) {
    copy.add(Attribute.callFile, unsigned: UInt64(file))
    copy.add(Attribute.callLine, unsigned: UInt64(line))
  }

  /// - Parameter start: The address at which a debugger stops for a breakpoint at the entry; nil: the first. It must be
  ///   where the first range begins.
  private func addCode(
    _ ranges: [Range<UInt64>], start: UInt64? = nil, to entry: inout EntryBuilder
  ) {
    var ranges = ranges
    if ranges.count > 1, let start,
      let position = ranges.firstIndex(where: { $0.contains(start) })
    {
      let range = ranges.remove(at: position)
      if start > range.lowerBound { ranges.insert(range.lowerBound..<start, at: 0) }
      ranges.insert(start..<range.upperBound, at: 0)
    }
    if ranges.count == 1 {
      entry.add(Attribute.lowPC, address: ranges[0].lowerBound)
      entry.add(Attribute.highPC, unsigned: UInt64(ranges[0].count))
    } else {
      entry.add(Attribute.ranges, sectionOffset: writer.ranges.add(ranges))
    }
  }
}
