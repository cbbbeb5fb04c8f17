// The debug information of one module: its units, its functions by address, and one table of its lines. Addresses are
// offsets in the module's Code section, from the first byte after the section's size. The input is hostile: an error
// means that the information is of no use, and the work is bounded by the size of the sections.

import ObjectFile

package struct GuestDebugInformation {
  /// An entry of a unit.
  package struct EntryIndex: Hashable, Sendable {
    package let unit: Int
    package let entry: Int
  }

  /// A row of a line table. It holds up to the next row.
  struct Row: AddressedRow {
    let row: SourceRow
    /// The unit that has the table.
    let unit: Int

    var address: UInt64 { row.address }
    var endsSequence: Bool { row.endsSequence }
  }

  /// A function with code.
  struct Function {
    let range: Range<UInt64>
    let index: EntryIndex
    /// What gives the base of its frame; empty if that is not known.
    let frameBase: [GuestOperation]
  }

  package let sections: DebugSections
  let budget: WorkBudget
  package let units: [DebugUnit]
  /// The line table of each unit.
  private(set) var lineTables: [LineTable?] = []
  /// By address.
  private(set) var rows: [Row] = []
  /// By address.
  private(set) var functions: [Function] = []

  /// The steps of work for each byte of the sections, at most.
  private static let stepsPerByte = 64

  /// Throws if the sections are malformed.
  package init(_ sections: DebugSections) throws(ObjectFormatError) {
    self.sections = sections
    budget = WorkBudget(1 << 16 + Self.stepsPerByte * sections.byteCount)
    units = try DebugUnit.all(of: sections, budget)
    try readLineTables()
    try findFunctions()
  }

  private mutating func readLineTables() throws(ObjectFormatError) {
    var units: [UInt64: Int] = [:]
    var sequences: [Range<Int>] = []
    for (position, unit) in self.units.enumerated() {
      lineTables.append(nil)
      guard
        case .sectionOffset(let offset) = unit.attributes(of: unit.entries[0])[Attribute.stmtList]
      else { continue }
      if let earlier = units[offset] {
        lineTables[position] = lineTables[earlier]
        continue
      }
      units[offset] = position
      var table = try LineTable(
        sections, at: offset, addressBytes: unit.format.addressBytes, budget)
      add(table.takeRows(), of: position, &sequences)
      lineTables[position] = table
    }
    sequences.sort {
      let (a, b) = (rows[$0.lowerBound].address, rows[$1.lowerBound].address)
      return a != b ? a < b : $0.lowerBound < $1.lowerBound
    }
    rows = sequences.flatMap { rows[$0] }
    rows.sortByAddress()
  }

  private mutating func add(
    _ added: [SourceRow], of unit: Int, _ sequences: inout [Range<Int>]
  ) {
    var first = 0
    for position in added.indices where added[position].endsSequence {
      let sequence = added[first...position]
      first = position + 1
      guard isLive(added[sequence.startIndex].address) else { continue }
      sequences.append(rows.count..<rows.count + sequence.count)
      for row in sequence { rows.append(Row(row: row, unit: unit)) }
    }
  }

  private mutating func findFunctions() throws(ObjectFormatError) {
    for (position, unit) in units.enumerated() {
      for index in unit.entries.indices where unit.entries[index].tag == Tag.subprogram {
        let entry = unit.entries[index]
        let attributes = unit.attributes(of: entry)
        let ranges = try unit.ranges(attributes, of: sections, budget)
        guard let range = ranges.first, isLive(range.lowerBound) else { continue }
        functions.append(
          Function(
            range: range, index: EntryIndex(unit: position, entry: index),
            frameBase: frameBase(attributes, unit)))
      }
    }
    functions.sort { $0.range.lowerBound < $1.range.lowerBound }
  }

  private func frameBase(_ attributes: DebugAttributes, _ unit: DebugUnit) -> [GuestOperation] {
    guard case .expression(let range) = attributes[Attribute.frameBase],
      range.count <= Self.mostFrameBaseBytes
    else { return [] }
    return unit.operations(range, of: sections) ?? []
  }

  /// Each variable repeats the expression. Compilers need 4 bytes.
  private static let mostFrameBaseBytes = 32

  // MARK: Looking up

  /// The addresses at which rows of the line tables begin, in order.
  package var rowStarts: [UInt64] {
    var result: [UInt64] = []
    for row in rows where row.address != result.last && isLive(row.address) {
      result.append(row.address)
    }
    return result
  }

  package func entry(_ index: EntryIndex) -> DebugEntry { units[index.unit].entries[index.entry] }

  /// The attributes of an entry. Whoever reads an entry many times pays for its size each time.
  func attributes(_ index: EntryIndex) throws(ObjectFormatError) -> DebugAttributes {
    let unit = units[index.unit]
    try budget.spend(1 + unit.byteCount(of: index.entry) / 8)
    return unit.attributes(of: unit.entries[index.entry])
  }

  /// The function to which an address belongs.
  func function(at address: UInt64) -> Function? {
    let end = functions.partitioningIndex { $0.range.lowerBound > address }
    guard end > 0, functions[end - 1].range.contains(address) else { return nil }
    return functions[end - 1]
  }

  /// The row that holds at an address.
  func row(at address: UInt64) -> Row? {
    let end = rows.partitioningIndex { $0.row.address > address }
    guard end > 0, !rows[end - 1].row.endsSequence else { return nil }
    return rows[end - 1]
  }

  /// The entry at an offset in .debug_info.
  package func index(ofEntryAt offset: Int) -> EntryIndex? {
    let end = units.partitioningIndex { $0.offset > offset }
    guard end > 0, let entry = units[end - 1].position(ofEntryAt: offset) else { return nil }
    return EntryIndex(unit: end - 1, entry: entry)
  }
}

/// Whether code can be at an address. Linkers give the code of functions that they removed the address 0, where no
/// function can be, or one beyond all code.
func isLive(_ address: UInt64) -> Bool { address > 0 && address < 0xffff_fff0 }

extension Array {
  /// The first position where `isAfter` holds. It holds for all elements from there on.
  package func partitioningIndex(where isAfter: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isAfter(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
