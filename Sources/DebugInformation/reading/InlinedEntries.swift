// The calls that the guest's compiler inlined, and where their code is. They are found in one pass over the entries of
// .debug_info, which keeps nothing else: most entries describe types and variables, or functions that the linker
// removed.

import ObjectFile

/// A call that was inlined. Its code is that of the function that it called.
struct InlinedEntry {
  let unit: Int
  /// The offset of the function's entry in .debug_info; nil if it is not known.
  let function: Int?
  /// The place of the call; `file` is a number in the line table of the unit.
  let file, line, column: UInt32
  /// The position of the call around it, which comes before it; -1 if it is in none.
  let parent: Int32
}

struct InlinedEntries {
  /// Code of a call.
  struct Piece {
    let range: Range<UInt64>
    let entry: Int32
  }

  private(set) var entries: [InlinedEntry] = []
  /// Those of a call come after those of the calls around it.
  private(set) var pieces: [Piece] = []

  private let sections: DebugSections
  private let budget: WorkBudget
  /// - Parameter units: Units of which at least their own entries were read.
  init(_ sections: DebugSections, _ units: [DebugUnit], _ budget: WorkBudget)
    throws(ObjectFormatError)
  {
    self.sections = sections
    self.budget = budget
    for (number, unit) in units.enumerated() { try read(unit, number) }
  }

  /// What the entries that belong to an entry mean.
  fileprivate enum Scope {
    /// They are no code, or code that the linker removed. It may hold functions with code.
    case elsewhere
    /// They are in the call with this position, or in a function if it is -1.
    case code(Int32)
  }

  private mutating func read(_ unit: DebugUnit, _ number: Int) throws(ObjectFormatError) {
    let shapes = EntryShape.all(unit)
    let (values, abbreviations) = (unit.values, unit.abbreviations)
    var reader = unit.ownEntryReader(sections)
    var open: [Scope] = []
    repeat {
      let code = reader.position < reader.end ? try reader.uleb128() : 0
      if code == 0 {
        // Some compilers leave out the last ends.
        if open.popLast() == nil { return }
        continue
      }
      let shape = shapes[try abbreviations.position(ofCode: code)]
      try budget.spend(1 + shape.attributes.count)
      var scope = open.last ?? .elsewhere
      if let bytes = shape.bytesToSkip(in: scope) {
        try reader.skip(UInt64(bytes))
      } else {
        let attributes = DebugAttributes(
          unit: unit, forms: shape.attributes, start: reader.position)
        for form in abbreviations.attributes[shape.attributes] {
          try values.skip(form.form, &reader)
        }
        if shape.isRead(in: scope) {
          scope = try enter(shape.role, attributes, number, scope)
        }
      }
      if shape.hasChildren { open.append(scope) }
      guard open.count <= EntryReader.mostLevels else {
        throw ObjectFormatError(message: "entries are nested too deeply")
      }
    } while !open.isEmpty
  }

  /// Returns what the children of the entry are in.
  private mutating func enter(
    _ role: EntryShape.Role, _ attributes: DebugAttributes, _ number: Int, _ scope: Scope
  ) throws(ObjectFormatError) -> Scope {
    let ranges = try attributes.unit.ranges(attributes, of: sections, budget)
    if role == .function {
      guard let start = ranges.first?.lowerBound, isLive(start) else { return .elsewhere }
      return .code(-1)
    }
    guard case .code(let parent) = scope, !ranges.isEmpty else { return .elsewhere }
    let position = Int32(clamping: entries.count)
    var function: Int?
    if case .reference(let offset) = attributes[Attribute.abstractOrigin] { function = offset }
    entries.append(
      InlinedEntry(
        unit: number, function: function, file: attributes.small(Attribute.callFile),
        line: attributes.small(Attribute.callLine),
        column: attributes.small(Attribute.callColumn), parent: parent))
    for range in ranges { pieces.append(Piece(range: range, entry: position)) }
    // Entries may share a list of ranges, so their number is not bounded by the bytes.
    guard pieces.count <= sections.byteCount else {
      throw ObjectFormatError(message: "there are too many inlined calls")
    }
    return .code(position)
  }
}

/// What an abbreviation says about the entries that have it.
private struct EntryShape {
  enum Role { case function, inlined, other }

  let role: Role
  let hasChildren: Bool
  /// The bytes of the attributes; nil if they differ from entry to entry.
  let bytes: Int?
  /// In the table of abbreviations.
  let attributes: Range<Int>

  /// By the positions of the abbreviations.
  static func all(_ unit: DebugUnit) -> [EntryShape] {
    unit.abbreviations.all.map { abbreviation in
      let forms = unit.abbreviations.attributes[abbreviation.attributes]
      var role = Role.other
      if forms.contains(where: { $0.name == Attribute.lowPC || $0.name == Attribute.ranges }) {
        switch abbreviation.tag {
        case Tag.subprogram: role = .function
        case Tag.inlinedSubroutine: role = .inlined
        default: break
        }
      }
      return EntryShape(
        role: role, hasChildren: abbreviation.hasChildren,
        bytes: abbreviation.size?.bytes(in: unit.format),
        attributes: abbreviation.attributes)
    }
  }

  func isRead(in scope: InlinedEntries.Scope) -> Bool {
    switch (role, scope) {
    case (.function, _), (.inlined, .code): true
    case (.inlined, .elsewhere), (.other, _): false
    }
  }

  func bytesToSkip(in scope: InlinedEntries.Scope) -> Int? { isRead(in: scope) ? nil : bytes }
}
