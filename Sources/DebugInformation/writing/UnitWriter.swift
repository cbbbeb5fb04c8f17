// Writes the units of one instance: entries, and a line table for each unit.

import ObjectFile

struct UnitWriter {
  typealias EntryIndex = GuestDebugInformation.EntryIndex

  let writer: DebugWriter
  let guest: GuestDebugInformation
  let instance: DebugInstance
  private let number: Int
  /// The machine code of functions, each beside what is inlined into it.
  private(set) var scopes: [EntryIndex: [CodeScope]] = [:]
  /// The machine code of each unit's functions.
  private let scopesOfUnits: [Int: [CodeScope]]
  /// The functions that are inlined somewhere.
  let inlined: Set<EntryIndex>
  let kept: KeptEntries
  let guestTypes: GuestTypes
  /// The unit that is being written, and its line table.
  private(set) var unit = 0
  private var lines = LineWriter(directories: [], files: [])
  /// The numbers of files of other units' tables in this one.
  private var foreignFiles: [EntryIndex: UInt32] = [:]

  init(
    _ writer: DebugWriter, _ guest: GuestDebugInformation, _ instance: DebugInstance, number: Int,
    _ scopes: [CodeScope]
  ) throws(ObjectFormatError) {
    self.writer = writer
    self.guest = guest
    self.instance = instance
    self.number = number
    scopesOfUnits = Dictionary(grouping: scopes, by: \.unit)
    var inlined: Set<EntryIndex> = []
    var open = scopes
    while let scope = open.popLast() {
      inlined.formUnion(scope.children.compactMap(\.function?.index))
      open += scope.children
    }
    self.inlined = inlined
    for scope in scopes {
      if let index = scope.function?.index { self.scopes[index, default: []].append(scope) }
    }
    kept = try KeptEntries(
      guest, functions: scopes.compactMap(\.function?.index) + inlined)
    guestTypes = try GuestTypes(guest, kept)
    writer.entries.reserve(kept.count)
  }

  mutating func write() throws(ObjectFormatError) {
    for unit in guest.units.indices where kept.contains(unit, 0) { try write(unit: unit) }
  }

  private mutating func write(unit: Int) throws(ObjectFormatError) {
    self.unit = unit
    foreignFiles = [:]
    let first = guest.units[unit].entries[0]
    let attributes = guest.units[unit].attributes(of: first)
    lines = lineWriter(attributes)
    let functions = (scopesOfUnits[unit] ?? [])
      .sorted { $0.ranges[0].lowerBound < $1.ranges[0].lowerBound }
    writer.entries.beginUnit()
    var entry = writer.entries.begin(Tag.compileUnit)
    copy(attributes, to: &entry)
    entry.add(Attribute.stmtList, sectionOffset: writer.line.bytes.count)
    let ranges = joined(functions.flatMap(\.ranges))
    if !ranges.isEmpty { entry.add(Attribute.ranges, sectionOffset: writer.ranges.add(ranges)) }
    writer.entries.add(entry, hasChildren: true, as: target(first))
    for child in guest.units[unit].children(of: 0) { try write(child) }
    for function in functions where function.function == nil { try writeUnknown(function) }
    writer.entries.endChildren()
    writer.entries.endUnit()
    for function in functions { addLines(of: function) }
    lines.write(to: &writer.line, &writer.lineStrings)
  }

  // MARK: Entries

  func target(_ entry: DebugEntry) -> Int { target(offset: entry.offset) }
  func target(offset: Int) -> Int { number << 40 | offset & (1 << 40 - 1) }

  /// Writes an entry that is not part of a function, and its descendants.
  mutating func write(_ position: Int) throws(ObjectFormatError) {
    guard kept.contains(unit, position) else { return }
    let entry = guest.units[unit].entries[position]
    if entry.tag == Tag.subprogram { return try writeFunction(position) }
    let attributes = try guest.attributes(EntryIndex(unit: unit, entry: position))
    var copy = writer.entries.begin(entry.tag)
    self.copy(attributes, to: &copy)
    if entry.tag == Tag.variable { try addLocation(attributes, unit, nil, to: &copy) }
    let hasChildren = Int(entry.end) > position + 1
    writer.entries.add(copy, hasChildren: hasChildren, as: target(entry))
    if hasChildren {
      for child in guest.units[unit].children(of: position) { try write(child) }
      writer.entries.endChildren()
    }
    try writeGuestTypes(position)
  }

  /// Copies what does not depend on addresses.
  /// - Parameters:
  ///   - types: The kind of the types to which it refers, where they are written in this kind.
  ///   - isForeign: Whether it is an entry of another unit, whose files have other numbers.
  func copy(
    _ attributes: DebugAttributes, to entry: inout EntryBuilder, types: TypeKind = .plain,
    isForeign: Bool = false
  ) {
    let types = isPointer(entry.tag) ? .pointedTo : types
    for attribute in attributes where !isLeftOut(attribute.name) {
      let name = attribute.name
      if isForeign, name == Attribute.declFile { continue }
      switch attribute.value {
      case .unsigned(let value): entry.add(name, unsigned: value)
      case .signed(let value): entry.add(name, signed: value)
      case .fixed(let value, let bytes): entry.add(name, fixed: value, bytes: bytes)
      case .flag(let value): if value { entry.addFlag(name) }
      case .string(let range): entry.add(name, string: guest.sections.bytes[range])
      case .sharedString(let offset):
        entry.add(name, sharedString: writer.strings.offset(of: offset, number, guest.sections))
      case .lineString:
        let text = guest.sections.string(attribute.value) ?? []
        entry.add(name, string: text.prefix(Self.mostLineStringBytes))
      case .reference(let offset):
        let isOther =
          name == Attribute.type && instance.memory != nil && guestTypes.contains(offset, types)
        entry.add(name, reference: target(offset: offset, isOther ? types : .plain))
      case .block(let range): copyBlock(range, name, to: &entry)
      case .expression(let range): copyBlock(range, name, to: &entry)
      case .address, .sectionOffset, .listIndex, .elsewhere: break
      }
    }
    if isPointer(entry.tag) && attributes[Attribute.byteSize] == nil {
      entry.add(Attribute.byteSize, unsigned: instance.pointerBytes)
    }
  }

  /// Debuggers execute blocks that are no constants. So of the others only the offset of a member is copied, as a number.
  private func copyBlock(_ range: Range<Int>, _ name: UInt16, to entry: inout EntryBuilder) {
    switch name {
    case Attribute.constValue, Attribute.discrList:
      entry.add(name, block: guest.sections.bytes[range])
    case Attribute.dataMemberLocation:
      var reader = ByteReader(guest.sections.bytes, range)
      guard (try? reader.byte()) == Operation.plusUconst, let offset = try? reader.uleb128(),
        reader.position == reader.end
      else { return }
      entry.add(name, unsigned: offset)
    default: break
    }
  }

  /// More than a path has. Many entries may refer to one string.
  private static let mostLineStringBytes = 4096

  private func isLeftOut(_ name: UInt16) -> Bool {
    switch name {
    case Attribute.sibling, Attribute.lowPC, Attribute.highPC, Attribute.ranges, Attribute.entryPC,
      Attribute.frameBase, Attribute.stmtList, Attribute.macroInfo, Attribute.macros,
      Attribute.strOffsetsBase, Attribute.addrBase, Attribute.rnglistsBase, Attribute.loclistsBase,
      Attribute.dwoName, Attribute.location:
      true
    // Calls, and sections that are not copied.
    case 0x7a...0x87, 0x2111...0x2119, 0x2130...0x2137: true
    default: false
    }
  }

  // MARK: Lines

  /// The table with the unit's own directories and files, under their numbers.
  private func lineWriter(_ attributes: DebugAttributes) -> LineWriter {
    let name = attributes[Attribute.name].flatMap(guest.sections.string) ?? []
    let directory = attributes[Attribute.compDir].flatMap(guest.sections.string) ?? []
    guard let table = guest.lineTables[unit] else {
      return LineWriter(directories: [directory], files: [.init(name: name, directory: 0)])
    }
    var directories = table.directories.map { guest.sections.string($0) ?? [] }
    var files = table.files.map {
      LineWriter.File(
        name: guest.sections.string($0.name) ?? [], directory: Int(clamping: $0.directory))
    }
    if table.version < 5 || directories.isEmpty { directories.insert(directory, at: 0) }
    if table.version < 5 || files.isEmpty {
      files.insert(LineWriter.File(name: name, directory: 0), at: 0)
    }
    return LineWriter(directories: directories, files: files)
  }

  /// The number that a file of another unit's table has in the table that is being written.
  mutating func fileNumber(_ file: UInt32, ofUnit other: Int) -> UInt32 {
    if other == unit { return file }
    let key = EntryIndex(unit: other, entry: Int(file))
    if let known = foreignFiles[key] { return known }
    let table = guest.lineTables[other]
    let found = table?.file(file)
    let name = found.flatMap { guest.sections.string($0.name) } ?? []
    var directory = found.flatMap { table?.directory($0.directory) }.flatMap(guest.sections.string)
    if directory == nil {
      let attributes = guest.units[other].attributes(of: guest.units[other].entries[0])
      directory = attributes[Attribute.compDir].flatMap(guest.sections.string)
    }
    let number = lines.add(file: name, directory: directory ?? [])
    foreignFiles[key] = number
    return number
  }

  private mutating func addLines(of scope: CodeScope) {
    var pieces = scope.ownPieces()
    pieces.sort { $0.range.lowerBound < $1.range.lowerBound }
    let entries = scope.inlinedEntries()
    for range in scope.ranges {
      let first = pieces.partitioningIndex { $0.range.lowerBound >= range.lowerBound }
      let end = pieces.partitioningIndex { $0.range.lowerBound >= range.upperBound }
      addSequence(pieces[first..<end], range, entries)
    }
  }

  /// - Parameter entries: Where a row begins in any case. A debugger that looks for a breakpoint at an inlined function
  ///   passes over the rest of a row.
  private mutating func addSequence(
    _ pieces: ArraySlice<CodeScope.Piece>, _ range: Range<UInt64>, _ entries: Set<UInt64>
  ) {
    var last: SourceRow?
    for piece in pieces {
      guard let found = guest.row(at: piece.offset), found.row.line != 0 else { continue }
      var row = found.row
      row.file = fileNumber(row.file, ofUnit: found.unit)
      // The first row begins with the function.
      row.address = last == nil ? range.lowerBound : piece.range.lowerBound
      if let last, last.file == row.file, last.line == row.line, last.column == row.column,
        last.isStatement || !row.isStatement, !entries.contains(row.address)
      {
        continue
      }
      if last == nil { lines.beginSequence(at: range.lowerBound) }
      lines.add(row)
      last = row
    }
    if last != nil { lines.endSequence(at: range.upperBound) }
  }
}

extension CodeScope {
  /// Where the code of what LLVM inlined begins.
  fileprivate func inlinedEntries() -> Set<UInt64> {
    var result: Set<UInt64> = []
    var open = children
    while let child = open.popLast() {
      if let start = child.function.flatMap({ child.entry(of: $0.range) }) { result.insert(start) }
      open += child.children
    }
    return result
  }

  /// The pieces of the function and of all that is inlined into it, each with its own place.
  fileprivate func ownPieces() -> [Piece] {
    let calls = Set(children.flatMap(\.ranges).map(\.lowerBound))
    return pieces.filter { !calls.contains($0.range.lowerBound) }
      + children.flatMap { $0.ownPieces() }
  }
}
