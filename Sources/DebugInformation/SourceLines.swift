// For messages: the places in the source of chosen addresses of a module, and the calls that the guest's compiler
// inlined there. It reads less than GuestDebugInformation, because every module that has debug information pays for it.
// Addresses are offsets in the module's Code section. The input is hostile: an error means that the information is of no
// use, and the work is bounded by the size of the sections.

import ObjectFile

/// A place in the source.
package struct SourceLine: Hashable, Sendable {
  /// A position in `SourceLines.files`; nil if the file is not known.
  package var file: Int?
  /// 0 if the compiler gave none.
  package var line: UInt32 = 0
  package var column: UInt32 = 0
  /// The innermost call that was inlined here, for `SourceLines.call`; nil if there is none.
  package var call: Int?
}

/// A call that the guest's compiler inlined.
package struct SourceCall {
  /// The names of the function that was called, as linkers see it and as in the source; nil if it has none.
  package let linkageName, name: String?
  /// The place of the call, and the call that was inlined around it.
  package let place: SourceLine
}

package struct SourceLines {
  /// The paths of the files of places that were asked for, as the debug information gives them: the directory of the
  /// compilation, the file's own, and its name. They are bytes that anybody may have chosen.
  package private(set) var files: [[UInt8]] = []

  private struct Sequence {
    let range: Range<UInt64>
    let unit: Int
    let rows: Range<Int>
  }

  private let sections: DebugSections
  private let budget: WorkBudget
  private let units: [DebugUnit]
  private var lineTables: [LineTable?] = []
  /// The rows of all line tables.
  private var rows: [SourceRow] = []
  private var sequences: [Sequence] = []
  private let inlined: InlinedEntries

  private var directories: [Int: [UInt8]] = [:]
  private var fileNumbers: [[UInt32]: Int?] = [:]
  private var filePositions: [[UInt8]: Int] = [:]

  /// The steps of work for each byte of the sections, at most.
  private static let stepsPerByte = 64
  private static let mostNameBytes = 1024
  /// Of each part of a path, at its end. Messages show less, and many files may be in one directory.
  private static let mostPathBytes = 512

  /// Throws if the sections are malformed.
  package init(_ sections: DebugSections) throws(ObjectFormatError) {
    self.sections = sections
    budget = WorkBudget(1 << 16 + Self.stepsPerByte * sections.byteCount)
    units = try DebugUnit.all(of: sections, budget, onlyOwnEntries: true)
    inlined = try InlinedEntries(sections, units, budget)
    try readLineTables()
  }

  private mutating func readLineTables() throws(ObjectFormatError) {
    var known: [UInt64: Int] = [:]
    for (number, unit) in units.enumerated() {
      lineTables.append(nil)
      guard
        case .sectionOffset(let offset) = unit.attributes(of: unit.entries[0])[Attribute.stmtList]
      else { continue }
      if let earlier = known[offset] {
        lineTables[number] = lineTables[earlier]
        continue
      }
      known[offset] = number
      var table = try LineTable(
        sections, at: offset, addressBytes: unit.format.addressBytes, budget)
      var first = rows.count
      rows += table.takeRows()
      lineTables[number] = table
      for position in first..<rows.count where rows[position].endsSequence {
        let (start, end) = (rows[first].address, rows[position].address)
        if isLive(start), start < end {
          sequences.append(Sequence(range: start..<end, unit: number, rows: first..<position))
        }
        first = position + 1
      }
    }
    sequences.sort { $0.range.lowerBound < $1.range.lowerBound }
  }

  // MARK: Looking up

  /// The places of addresses.
  /// - Parameter addresses: In ascending order.
  package mutating func places(at addresses: [UInt64]) throws(ObjectFormatError) -> [SourceLine] {
    var places = try rows(at: addresses)
    let calls = calls(at: addresses)
    for (position, call) in calls.enumerated() where places[position].file != nil {
      places[position].call = call
    }
    return places
  }

  private mutating func rows(at addresses: [UInt64]) throws(ObjectFormatError) -> [SourceLine] {
    var places: [SourceLine] = []
    places.reserveCapacity(addresses.count)
    var (next, row) = (0, 0)
    for address in addresses {
      while next < sequences.count, sequences[next].range.upperBound <= address {
        next += 1
        row = 0
      }
      guard next < sequences.count, sequences[next].range.contains(address) else {
        places.append(SourceLine())
        continue
      }
      let own = sequences[next].rows
      row = max(row, own.lowerBound)
      while row + 1 < own.upperBound, rows[row + 1].address <= address { row += 1 }
      places.append(try place(rows[row], in: sequences[next].unit))
    }
    return places
  }

  private mutating func place(_ row: SourceRow, in unit: Int) throws(ObjectFormatError)
    -> SourceLine
  {
    SourceLine(file: try file(row.file, in: unit), line: row.line, column: row.column)
  }

  /// For each address the innermost call there. Calls are nested in each other, so those that began and did not end yet
  /// are a stack.
  private func calls(at addresses: [UInt64]) -> [Int?] {
    let pieces = inlined.pieces
    let order = pieces.indices.sorted {
      let (a, b) = (pieces[$0].range.lowerBound, pieces[$1].range.lowerBound)
      return a == b ? $0 < $1 : a < b
    }
    var (open, next): ([Int], Int) = ([], 0)
    return addresses.map { address in
      while next < order.count, pieces[order[next]].range.lowerBound <= address {
        while let last = open.last,
          pieces[last].range.upperBound <= pieces[order[next]].range.lowerBound
        {
          open.removeLast()
        }
        open.append(order[next])
        next += 1
      }
      while let last = open.last, pieces[last].range.upperBound <= address { open.removeLast() }
      return open.last.map { Int(pieces[$0].entry) }
    }
  }

  /// A call that a place named.
  package mutating func call(_ position: Int) throws(ObjectFormatError) -> SourceCall {
    let entry = inlined.entries[position]
    let names = try names(ofFunctionAt: entry.function)
    return SourceCall(
      linkageName: names.linkage, name: names.plain,
      place: SourceLine(
        file: try file(entry.file, in: entry.unit), line: entry.line, column: entry.column,
        call: entry.parent < 0 ? nil : Int(entry.parent)))
  }

  /// The names may be at another entry, of which this one is a copy or a definition.
  private func names(ofFunctionAt offset: Int?) throws(ObjectFormatError) -> (
    linkage: String?, plain: String?
  ) {
    var offset = offset
    var plain: String?
    for _ in 0..<4 {
      guard let at = offset else { break }
      let unit = units.partitioningIndex { $0.offset > at }
      guard unit > 0 else { break }
      guard let attributes = units[unit - 1].attributes(at: at) else { break }
      try budget.spend(1 + attributes.forms.count)
      let linkage = attributes[Attribute.linkageName] ?? attributes[Attribute.mipsLinkageName]
      if plain == nil { plain = try text(attributes[Attribute.name]) }
      if let linkage = try text(linkage) { return (linkage, plain) }
      let origin = attributes[Attribute.abstractOrigin] ?? attributes[Attribute.specification]
      guard case .reference(let next) = origin else { break }
      offset = next
    }
    return (nil, plain)
  }

  private func text(_ value: DebugValue?) throws(ObjectFormatError) -> String? {
    guard let bytes = try bytes(value) else { return nil }
    return String(decoding: bytes.prefix(Self.mostNameBytes), as: UTF8.self)
  }

  /// The bytes of a string. Many values may refer to one, so its length counts.
  private func bytes(_ value: DebugValue?) throws(ObjectFormatError) -> ArraySlice<UInt8>? {
    guard let bytes = value.flatMap(sections.string) else { return nil }
    try budget.spend(1 + bytes.count)
    return bytes
  }

  /// The end of a part of a path.
  private func path(_ value: DebugValue?) throws(ObjectFormatError) -> ArraySlice<UInt8>? {
    try bytes(value)?.suffix(Self.mostPathBytes)
  }

  // MARK: Files

  /// The position in `files` of a file of a unit's line table.
  private mutating func file(_ number: UInt32, in unit: Int) throws(ObjectFormatError) -> Int? {
    let key = [UInt32(truncatingIfNeeded: unit), number]
    if let known = fileNumbers[key] { return known }
    guard let path = try path(ofFile: number, in: unit) else {
      fileNumbers[key] = .some(nil)
      return nil
    }
    let position = filePositions[path] ?? files.count
    if position == files.count {
      filePositions[path] = position
      files.append(path)
    }
    fileNumbers[key] = position
    return position
  }

  private mutating func path(ofFile number: UInt32, in unit: Int) throws(ObjectFormatError)
    -> [UInt8]?
  {
    guard let table = lineTables[unit], let file = table.file(number),
      let name = try self.path(file.name)
    else { return nil }
    var path = try directory(ofUnit: unit)
    if file.directory != 0 {
      path = joined(path, try self.path(table.directory(file.directory)) ?? [])
    }
    return joined(path, name)
  }

  private mutating func directory(ofUnit unit: Int) throws(ObjectFormatError) -> [UInt8] {
    if let known = directories[unit] { return known }
    let own = units[unit].attributes(of: units[unit].entries[0])
    let directory = Array(try path(own[Attribute.compDir]) ?? [])
    directories[unit] = directory
    return directory
  }

  private func joined(_ directory: [UInt8], _ path: ArraySlice<UInt8>) -> [UInt8] {
    let slash = UInt8(ascii: "/")
    let isAbsolute = path.first == slash || path.dropFirst().first == UInt8(ascii: ":")
    if isAbsolute || directory.isEmpty { return Array(path) }
    if path.isEmpty { return directory }
    return directory + (directory.last == slash ? [] : [slash]) + path
  }
}

extension LineTable {
  /// The file with a number.
  func file(_ number: UInt32) -> File? {
    let position = version < 5 ? Int(number) - 1 : Int(number)
    return files.indices.contains(position) ? files[position] : nil
  }

  /// The directory with a number. Before version 5, number 0 is that of the unit, which the table does not have.
  func directory(_ number: UInt64) -> DebugValue? {
    let position = Int(clamping: number) - (version < 5 ? 1 : 0)
    return directories.indices.contains(position) ? directories[position] : nil
  }
}
