// What LLVM says about the machine code of an object: where each function is, what is inlined into it, and which line
// each instruction has. It says this in DWARF too, so the same reader reads it. Lines and files are not those of the
// source: a line stands for a place in the module.

import ObjectFile

/// The address of machine code before linking: an object, a section in it, an offset.
package struct NativeAddress {
  static let offsetBits: UInt64 = 36
  static let sectionBits: UInt64 = 16

  package let object: Int
  package let section: Int
  package let offset: UInt64

  init(_ address: UInt64) {
    offset = address & (1 << Self.offsetBits - 1)
    section = Int(address >> Self.offsetBits & (1 << Self.sectionBits - 1))
    object = Int(address >> (Self.offsetBits + Self.sectionBits))
  }

  static func start(ofSection section: Int, object: Int) -> UInt64 {
    UInt64(object) << (offsetBits + sectionBits) | UInt64(section) << offsetBits
  }
}

/// A function, or a copy of one that is inlined into another.
package struct NativeScope: Sendable {
  /// The name that lowering gave it; empty if that is elsewhere.
  package let name: [UInt8]
  /// The line of the function; 0 if it is not known.
  package let line: UInt32
  /// The line of the call; 0 for what is not inlined.
  package let callLine: UInt32
  package let ranges: [Range<UInt64>]
  package let children: [NativeScope]
  package let locals: [NativeLocal]

  package init(
    name: [UInt8] = [], line: UInt32, callLine: UInt32 = 0, ranges: [Range<UInt64>],
    children: [NativeScope] = [], locals: [NativeLocal] = []
  ) {
    self.name = name
    self.line = line
    self.callLine = callLine
    self.ranges = ranges
    self.children = children
    self.locals = locals
  }
}

package struct NativeObject: Sendable {
  package struct Row: AddressedRow, Sendable {
    package let address: UInt64
    /// 0: not known.
    package let line: UInt32
    package let endsSequence: Bool

    package init(address: UInt64, line: UInt32, endsSequence: Bool = false) {
      self.address = address
      self.line = line
      self.endsSequence = endsSequence
    }
  }

  package private(set) var functions: [NativeScope] = []
  /// By address.
  package private(set) var rows: [Row] = []

  /// - Parameter rows: By address.
  package init(functions: [NativeScope], rows: [Row]) {
    self.functions = functions
    self.rows = rows
  }

  /// - Parameters:
  ///   - number: The number of the object, which becomes part of all addresses.
  ///   - storesEarly: Whether the code stores each value right after it is computed, if other blocks need it.
  package init(_ object: ElfFile, number: Int, absoluteRelocation: UInt32, storesEarly: Bool)
    throws(ObjectFormatError)
  {
    guard number < 1 << 12 else { throw ObjectFormatError(message: "there are too many objects") }
    let sections = try Self.relocated(object, number, absoluteRelocation)
    let budget = WorkBudget(.max)
    for unit in try DebugUnit.all(of: sections, budget) {
      for child in unit.children(of: 0) where unit.entries[child].tag == Tag.subprogram {
        var base: ArraySlice<UInt8>?
        if case .expression(let range) = unit.attributes(of: unit.entries[child])[
          Attribute.frameBase]
        {
          base = sections.bytes[range]
        }
        if let scope = try Self.scope(child, unit, sections, base, storesEarly, budget) {
          functions.append(scope)
        }
      }
      guard
        case .sectionOffset(let offset) = unit.attributes(of: unit.entries[0])[Attribute.stmtList]
      else { continue }
      var table = try LineTable(sections, at: offset, addressBytes: 8, budget)
      rows += table.takeRows().map {
        Row(address: $0.address, line: $0.line, endsSequence: $0.endsSequence)
      }
    }
    rows.sortByAddress()
  }

  private static func scope(
    _ position: Int, _ unit: DebugUnit, _ sections: DebugSections, _ frameBase: ArraySlice<UInt8>?,
    _ storesEarly: Bool, _ budget: WorkBudget
  ) throws(ObjectFormatError) -> NativeScope? {
    let attributes = unit.attributes(of: unit.entries[position])
    let ranges = try unit.ranges(attributes, of: sections, budget)
    if ranges.isEmpty { return nil }
    let name = attributes[Attribute.name].flatMap(sections.string).map { Array($0) }
    var line = attributes.small(Attribute.declLine)
    if case .reference(let offset) = attributes[Attribute.abstractOrigin],
      let origin = unit.position(ofEntryAt: offset)
    {
      line = unit.attributes(of: unit.entries[origin]).small(Attribute.declLine)
    }
    var children: [NativeScope] = []
    var locals: [NativeLocal] = []
    for child in unit.children(of: position) {
      let entry = unit.entries[child]
      if entry.tag == Tag.inlinedSubroutine {
        if let scope = try scope(child, unit, sections, frameBase, storesEarly, budget) {
          children.append(scope)
        }
      } else if entry.tag == Tag.variable {
        let local = try NativeLocal(
          unit.attributes(of: entry), unit, sections, frameBase: frameBase,
          storesEarly: storesEarly,
          budget)
        if let local { locals.append(local) }
      }
    }
    return NativeScope(
      name: name ?? [], line: line, callLine: attributes.small(Attribute.callLine), ranges: ranges,
      children: children, locals: locals)
  }

  /// The sections with DWARF after relocation. Each section of code gets an address of its own.
  private static func relocated(_ object: ElfFile, _ number: Int, _ absoluteRelocation: UInt32)
    throws(ObjectFormatError) -> DebugSections
  {
    var bytes = object.bytes
    for (index, section) in object.sections.enumerated() where section.name.hasPrefix(".debug_") {
      for relocation in try object.relocations(of: index).values {
        let symbol = try object.symbol(relocation.symbol)
        var value = symbol.stValue &+ UInt64(bitPattern: relocation.rAddend)
        let target = Int(symbol.stShndx)
        if object.sections.indices.contains(target), object.sections[target].isCode {
          value &+= NativeAddress.start(ofSection: target, object: number)
        }
        let isAddress = UInt32(truncatingIfNeeded: relocation.rInfo) == absoluteRelocation
        let place = Int(clamping: relocation.rOffset)
        let count = isAddress ? 8 : 4
        guard place <= section.range.count - count else {
          throw ObjectFormatError(message: "a relocation is beyond its section")
        }
        for byte in 0..<count {
          bytes[section.range.lowerBound + place + byte] = UInt8(
            truncatingIfNeeded: value >> UInt64(8 * byte))
        }
      }
    }
    return DebugSections(bytes, object.sections.map { ($0.name, $0.range) })
  }
}
