// The entries that are written. A module's libraries say much about functions that the program does not have. Kept are
// functions that have machine code, variables that have a place in memory, and all to which these refer, with what they
// are in.

import ObjectFile

struct KeptEntries {
  typealias EntryIndex = GuestDebugInformation.EntryIndex

  private enum State: UInt8 {
    case leftOut
    /// Kept because of something in it.
    case around
    /// Kept with its parts.
    case whole
  }

  private let guest: GuestDebugInformation
  /// For each entry of a unit; empty if nothing of the unit is kept.
  private var states: [[State]]
  private var waiting: [EntryIndex] = []
  private(set) var count = 0

  /// - Parameter functions: The functions that have machine code, in themselves or in others.
  init(_ guest: GuestDebugInformation, functions: some Sequence<EntryIndex>)
    throws(ObjectFormatError)
  {
    self.guest = guest
    states = guest.units.map { _ in [] }
    for function in functions { keep(function, .whole) }
    for unit in guest.units.indices { try keepVariables(of: unit) }
    try followReferences()
    for unit in guest.units.indices where !states[unit].isEmpty {
      try keepNamesAndConstants(of: unit)
    }
    try followReferences()
  }

  func contains(_ unit: Int, _ entry: Int) -> Bool {
    !states[unit].isEmpty && states[unit][entry] != .leftOut
  }

  private mutating func keep(_ index: EntryIndex, _ state: State) {
    let entries = guest.units[index.unit].entries
    if states[index.unit].isEmpty {
      states[index.unit] = [State](repeating: .leftOut, count: entries.count)
    }
    // What surrounds values and names of types is of use only with all its parts.
    let isScope = Self.isScope(entries[index.entry].tag)
    let state = isScope || state == .whole ? state : .whole
    guard states[index.unit][index.entry].rawValue < state.rawValue else { return }
    let isNew = states[index.unit][index.entry] == .leftOut
    states[index.unit][index.entry] = state
    waiting.append(index)
    if isNew { count += 1 }
    let parent = Int(entries[index.entry].parent)
    if isNew, parent >= 0 { keep(EntryIndex(unit: index.unit, entry: parent), .around) }
  }

  /// Whether an entry may be kept without its parts.
  private static func isScope(_ tag: UInt16) -> Bool {
    switch tag {
    case Tag.compileUnit, Tag.partialUnit, Tag.namespace, Tag.module, Tag.subprogram,
      Tag.lexicalBlock, Tag.inlinedSubroutine:
      true
    default: false
    }
  }

  private mutating func followReferences() throws(ObjectFormatError) {
    while let index = waiting.popLast() {
      let unit = guest.units[index.unit]
      let entry = unit.entries[index.entry]
      if unit.abbreviations[Int(entry.abbreviation)].hasReferences {
        for attribute in try guest.attributes(index) where attribute.name != Attribute.sibling {
          guard case .reference(let offset) = attribute.value,
            let target = guest.index(ofEntryAt: offset)
          else { continue }
          keep(target, Self.isSpace(guest.entry(target).tag) ? .around : .whole)
        }
      }
      guard states[index.unit][index.entry] == .whole, !Self.isSpace(entry.tag) else { continue }
      for child in unit.children(of: index.entry) {
        try guest.budget.spend()
        switch unit.entries[child].tag {
        // Functions are kept for themselves.
        case Tag.subprogram, Tag.callSite, Tag.gnuCallSite: break
        default: keep(EntryIndex(unit: index.unit, entry: child), .whole)
        }
      }
    }
  }

  /// Whether an entry only surrounds others. Nobody refers to it because of its parts.
  private static func isSpace(_ tag: UInt16) -> Bool {
    switch tag {
    case Tag.compileUnit, Tag.partialUnit, Tag.namespace, Tag.module: true
    default: false
    }
  }

  /// Variables outside of functions that have an address.
  private mutating func keepVariables(of number: Int) throws(ObjectFormatError) {
    let unit = guest.units[number]
    for position in unit.entries.indices where unit.entries[position].tag == Tag.variable {
      let parent = Int(unit.entries[position].parent)
      guard parent >= 0, Self.isSpace(unit.entries[parent].tag) else { continue }
      let index = EntryIndex(unit: number, entry: position)
      guard case .expression(let range) = try guest.attributes(index)[Attribute.location] else {
        continue
      }
      for case .address(let address) in unit.operations(range, of: guest.sections) ?? []
      where isLive(address) {
        keep(index, .whole)
      }
    }
  }

  /// What has no address, of a unit of which something is kept: constants, enumerations, and other names of what is
  /// kept.
  private mutating func keepNamesAndConstants(of number: Int) throws(ObjectFormatError) {
    let unit = guest.units[number]
    for position in unit.entries.indices {
      let entry = unit.entries[position]
      guard entry.parent >= 0, contains(number, Int(entry.parent)) else { continue }
      let index = EntryIndex(unit: number, entry: position)
      switch entry.tag {
      case Tag.variable where Self.isSpace(unit.entries[Int(entry.parent)].tag):
        if try guest.attributes(index)[Attribute.constValue] != nil { keep(index, .whole) }
      case Tag.enumerationType where entry.parent == 0: keep(index, .whole)
      case Tag.importedDeclaration, Tag.importedModule:
        guard case .reference(let offset) = try guest.attributes(index)[Attribute.importAttribute],
          let target = guest.index(ofEntryAt: offset), contains(target.unit, target.entry)
        else { continue }
        keep(index, .whole)
      default: break
      }
    }
  }
}
