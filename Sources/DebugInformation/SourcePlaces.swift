// For messages: the place in the source of an address, and the functions that the guest's compiler inlined there.

import ObjectFile

/// A place in the source.
package struct SourcePlace: Equatable, Sendable {
  /// The function's name, as in the source or, if the compiler gave it one, as linkers see it. nil if unknown.
  package let function: String?
  package let file: String
  /// 0 if the compiler gave none.
  package let line: UInt32
  package let column: UInt32
}

extension GuestDebugInformation {
  /// The places of the code at an address, innermost first: the instruction, then the call of each function that was
  /// inlined there. Empty if the module says nothing about the address.
  /// - Parameter address: An offset in the Code section.
  package func places(at address: UInt64) -> [SourcePlace] {
    guard let row = row(at: address), let function = function(at: address) else { return [] }
    var path = [function.index]
    var chain: [EntryIndex] = [function.index]
    while let last = path.last, let inner = child(of: last, at: address) {
      path.append(inner)
      if entry(inner).tag == Tag.inlinedSubroutine { chain.append(inner) }
    }
    var places: [SourcePlace] = []
    var file = fileName(row.row.file, in: row.unit)
    var (line, column) = (row.row.line, row.row.column)
    for index in chain.reversed() {
      places.append(
        SourcePlace(function: name(of: index), file: file ?? "?", line: line, column: column))
      guard let attributes = try? attributes(index) else { break }
      file = fileName(attributes.small(Attribute.callFile), in: index.unit)
      line = attributes.small(Attribute.callLine)
      column = attributes.small(Attribute.callColumn)
    }
    return places
  }

  /// The block or inlined call of an entry that has the code at an address.
  private func child(of index: EntryIndex, at address: UInt64) -> EntryIndex? {
    let unit = units[index.unit]
    for child in unit.children(of: index.entry) {
      let entry = unit.entries[child]
      guard entry.tag == Tag.inlinedSubroutine || entry.tag == Tag.lexicalBlock else { continue }
      let ranges = try? unit.ranges(
        attributes(EntryIndex(unit: index.unit, entry: child)), of: sections, budget)
      if ranges?.contains(where: { $0.contains(address) }) ?? false {
        return EntryIndex(unit: index.unit, entry: child)
      }
    }
    return nil
  }

  /// The name of a function. It may be at another entry, of which this one is a copy or a definition.
  package func name(of index: EntryIndex) -> String? {
    var index = index
    var plain: String?
    for _ in 0..<4 {
      guard let attributes = try? attributes(index) else { return plain }
      let linkage = attributes[Attribute.linkageName] ?? attributes[Attribute.mipsLinkageName]
      if let name = linkage.flatMap(sections.string) {
        return String(decoding: name, as: UTF8.self)
      }
      if plain == nil, let name = attributes[Attribute.name].flatMap(sections.string) {
        plain = String(decoding: name, as: UTF8.self)
      }
      let origin = attributes[Attribute.abstractOrigin] ?? attributes[Attribute.specification]
      guard case .reference(let offset) = origin, let next = self.index(ofEntryAt: offset) else {
        return plain
      }
      index = next
    }
    return plain
  }

  /// The name of a file of a unit's line table, with its directory unless that is the unit's own.
  func fileName(_ number: UInt32, in unit: Int) -> String? {
    guard let table = lineTables[unit], let file = table.file(number),
      let name = sections.string(file.name)
    else { return nil }
    let text = String(decoding: name, as: UTF8.self)
    guard !text.hasPrefix("/"),
      let directory = table.directory(file.directory).flatMap(sections.string)
    else { return text }
    return String(decoding: directory, as: UTF8.self) + "/" + text
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
