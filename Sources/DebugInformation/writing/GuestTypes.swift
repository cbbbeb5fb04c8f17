// Types of what the guest's pointers lead to. A guest's pointer is an offset in its memory, and a debugger would take
// it for a native address. So a struct, union or array that some pointer leads to is written twice: as it is, for
// variables and members, and once more with an attribute by which debuggers find the data: DW_AT_data_location adds the
// address of the memory. Pointers lead to the second one. Debuggers do not use the attribute of other types.
//
// gdb chooses a variant of such a type before it looks for the data. So the second one has no variants (Rust's enums
// with data): the members of all variants are beside each other. The types of its members are a third kind: without
// variants, and without the attribute.

import ObjectFile

/// How a type is written.
enum TypeKind: Int {
  /// As it is.
  case plain = 0
  /// For pointers.
  case pointedTo = 1
  /// For members of types for pointers. Only types with variants in them are written so.
  case flat = 2
}

/// The types that are written more than once, by their offsets.
struct GuestTypes {
  private let guest: GuestDebugInformation
  private var pointedTo: Set<Int> = []
  private var flat: Set<Int> = []
  /// Whether types have variants in them, as far as it is known.
  private var known: [Int: Bool] = [:]

  /// The most types between a pointer and what it leads to, and in each other.
  private static let mostSteps = 16

  init(_ guest: GuestDebugInformation, _ kept: KeptEntries) throws(ObjectFormatError) {
    self.guest = guest
    for (number, unit) in guest.units.enumerated() where kept.contains(number, 0) {
      for position in unit.entries.indices
      where isPointer(unit.entries[position].tag) && kept.contains(number, position) {
        try add(guest.attributes(.init(unit: number, entry: position))[Attribute.type])
      }
    }
    for offset in pointedTo { try addFlatParts(of: offset) }
  }

  func contains(_ offset: Int, _ kind: TypeKind) -> Bool {
    switch kind {
    case .plain: true
    case .pointedTo: pointedTo.contains(offset)
    case .flat: flat.contains(offset)
    }
  }

  private mutating func add(_ type: DebugValue?) throws(ObjectFormatError) {
    var path: [Int] = []
    var type = type
    for _ in 0..<Self.mostSteps {
      guard case .reference(let offset) = type, let index = guest.index(ofEntryAt: offset) else {
        return
      }
      path.append(offset)
      if pointedTo.contains(offset) { break }
      let (tag, attributes) = (guest.entry(index).tag, try guest.attributes(index))
      if isName(tag) {
        type = attributes[Attribute.type]
        continue
      }
      guard isData(tag), attributes[Attribute.declaration] == nil else { return }
      break
    }
    pointedTo.formUnion(path)
  }

  /// Adds the types of the members of a type that have variants in them.
  private mutating func addFlatParts(of offset: Int) throws(ObjectFormatError) {
    var open = [offset]
    while let offset = open.popLast() {
      for part in try parts(of: offset) where !flat.contains(part) {
        try guest.budget.spend()
        guard try hasVariants(part, steps: 0) else { continue }
        flat.insert(part)
        open.append(part)
      }
    }
  }

  private mutating func hasVariants(_ offset: Int, steps: Int) throws(ObjectFormatError) -> Bool {
    if let known = known[offset] { return known }
    guard steps < Self.mostSteps, let index = guest.index(ofEntryAt: offset) else { return false }
    try guest.budget.spend()
    known[offset] = false
    let unit = guest.units[index.unit]
    var result = unit.children(of: index.entry).contains { unit.entries[$0].tag == Tag.variantPart }
    for part in try parts(of: offset) where !result {
      result = try hasVariants(part, steps: steps + 1)
    }
    known[offset] = result
    return result
  }

  /// The types of which values of a type consist.
  private func parts(of offset: Int) throws(ObjectFormatError) -> [Int] {
    guard let index = guest.index(ofEntryAt: offset) else { return [] }
    let (unit, entry) = (guest.units[index.unit], guest.entry(index))
    var result: [DebugValue?] = []
    if isName(entry.tag) || entry.tag == Tag.arrayType {
      result.append(try guest.attributes(index)[Attribute.type])
    } else if isData(entry.tag) {
      for position in index.entry + 1..<max(index.entry + 1, Int(entry.end)) {
        try guest.budget.spend()
        guard [Tag.member, Tag.inheritance].contains(unit.entries[position].tag) else { continue }
        let member = try guest.attributes(.init(unit: index.unit, entry: position))
        result.append(member[Attribute.type])
      }
    }
    return result.compactMap { if case .reference(let offset) = $0 { offset } else { nil } }
  }
}

func isPointer(_ tag: UInt16) -> Bool {
  tag == Tag.pointerType || tag == Tag.referenceType || tag == Tag.rvalueReferenceType
}

/// Whether an entry is another name of its type, or adds const or volatile.
private func isName(_ tag: UInt16) -> Bool {
  [Tag.typedef, Tag.constType, Tag.volatileType, Tag.restrictType].contains(tag)
}

private func isData(_ tag: UInt16) -> Bool {
  [Tag.structureType, Tag.classType, Tag.unionType, Tag.arrayType].contains(tag)
}

extension UnitWriter {
  /// What references to a type of a kind mean.
  func target(offset: Int, _ kind: TypeKind) -> Int { target(offset: offset) | kind.rawValue << 38 }

  /// Writes a type again, in each other kind that is needed.
  mutating func writeGuestTypes(_ position: Int) throws(ObjectFormatError) {
    let entry = guest.units[unit].entries[position]
    guard let memory = instance.memory else { return }
    for kind in [TypeKind.pointedTo, .flat] where guestTypes.contains(entry.offset, kind) {
      var copy = writer.entries.begin(entry.tag)
      let isData = isData(entry.tag)
      self.copy(
        try guest.attributes(EntryIndex(unit: unit, entry: position)), to: &copy,
        types: isData ? .flat : kind)
      if isData && kind == .pointedTo {
        var location = DebugSectionContents()
        location.bytes += [Operation.pushObjectAddress, Operation.addr]
        location.append(.state, addend: memory)
        location.bytes += [Operation.deref, Operation.plus]
        copy.add(Attribute.dataLocation, expression: location)
      }
      writer.entries.add(copy, hasChildren: true, as: target(offset: entry.offset, kind))
      try writeMembers(position)
      writer.entries.endChildren()
    }
  }

  private mutating func writeMembers(_ position: Int) throws(ObjectFormatError) {
    for child in guest.units[unit].children(of: position) {
      try guest.budget.spend()
      let entry = guest.units[unit].entries[child]
      switch entry.tag {
      case Tag.variantPart, Tag.variant: try writeMembers(child)
      case Tag.member, Tag.inheritance, Tag.subrangeType, Tag.templateTypeParameter,
        Tag.templateValueParameter:
        let attributes = try guest.attributes(EntryIndex(unit: unit, entry: child))
        var copy = writer.entries.begin(entry.tag)
        self.copy(attributes, to: &copy, types: .flat)
        // The member that tells variants apart has no name.
        let parent = guest.units[unit].entries[position].tag
        if parent == Tag.variantPart && attributes[Attribute.name] == nil {
          copy.add(Attribute.name, string: "variant".utf8)
        }
        writer.entries.add(copy, hasChildren: false)
      default: break
      }
    }
  }
}
