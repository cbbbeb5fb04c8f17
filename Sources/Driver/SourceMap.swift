// Compact tables that lead from offsets in the file to places in the source, for backtraces. They are made of the debug
// information in the program's modules, if there is some. swasm_abi.h describes the format at swasm_lines.

import CSwasmABI
import DebugInformation
import ObjectFile
import System
import WasmModule
import WasmProgram

struct SourceMap {
  /// Rows may be looked for from the beginning of each chunk of them.
  private var chunks: [UInt8] = []
  private var rows: [UInt8] = []
  private var files: [UInt8] = []
  /// Position 0 in these two means none.
  private var calls: [UInt8] = [0]
  private var names: [UInt8] = [0]

  private var rowCount = 0
  private var last = Row()
  private var lastChunk = (offset: 0, position: 0)
  private var filePositions: [[UInt8]: Int] = [:]
  private var namePositions: [String: Int] = [:]
  /// By the names that linkers see.
  private var linkagePositions: [String: Int] = [:]

  private struct Row: Equatable {
    var offset = 0
    /// A number in the table of files; 0: the place is not known.
    var file = 0
    var line: UInt32 = 0
    var column: UInt32 = 0
    /// A position in the table of calls.
    var call = 0
  }

  /// Whether some module of the program has debug information with lines.
  static func isPossible(for program: Program) -> Bool {
    program.instances.contains { instance in
      instance.module.customSections.contains { $0.name.text == DebugSections.Section.line.name }
    }
  }

  /// nil if nothing is known about the offsets.
  /// - Parameters:
  ///   - offsets: Offsets in the file that a backtrace may show, in ascending order.
  ///   - warn: Malformed debug information of a module is left out, and this says why.
  init?(_ program: Program, at offsets: [UInt32], warn: (ObjectFormatError) -> Void) {
    let modules = program.instances.compactMap { instance in
      instance.module.codeStart.map { (start: $0, module: instance.module) }
    }
    var end = 0
    for (start, module) in modules.sorted(by: { $0.start < $1.start }) where start >= end {
      end = module.functions.defined.last?.body?.range.upperBound ?? start
      let sections = DebugSections(of: module, isForLines: true)
      guard !sections.isEmpty else { continue }
      let own = offsets[
        offsets.partitioningIndex { $0 >= start }..<offsets.partitioningIndex { $0 >= end }]
      let before = self
      do throws(ObjectFormatError) {
        try add(own, SourceLines(sections), codeStart: start)
      } catch {
        self = before
        warn(error)
      }
    }
    guard !filePositions.keys.allSatisfy(Self.isOfLibraryAlone) else { return nil }
  }

  /// Some builds of wasi-libc have debug information, and then every module of C has some. If there is no other, nobody
  /// compiled the module for debugging.
  private static func isOfLibraryAlone(_ path: [UInt8]) -> Bool {
    let path = String(decoding: path, as: UTF8.self)
    return directoriesOfLibrary.contains { path.contains($0) }
  }

  private static let directoriesOfLibrary = [
    "libc-bottom-half/", "libc-top-half/", "dlmalloc/src/",
  ]

  /// Adds the offsets of one module.
  private mutating func add(
    _ offsets: ArraySlice<UInt32>, _ lines: consuming SourceLines, codeStart: Int
  ) throws(ObjectFormatError) {
    let places = try lines.places(at: offsets.map { UInt64(Int($0) - codeStart) })
    var callPositions: [Int: Int] = [:]
    for (offset, place) in zip(offsets, places) {
      var row = Row(offset: Int(offset))
      if let file = place.file {
        row.file = number(ofFile: lines.files[file])
        (row.line, row.column) = (place.line, place.column)
        if let call = place.call { row.call = try position(ofCall: call, &lines, &callPositions) }
      }
      add(row)
    }
    // What comes behind the module is in no source.
    if let offset = offsets.last { add(Row(offset: Int(offset) + 1)) }
  }

  private mutating func add(_ row: Row) {
    let isSame =
      Row(offset: last.offset, file: row.file, line: row.line, column: row.column, call: row.call)
      == last
    guard !isSame else { return }
    if rowCount % Int(SWASM_LINES_CHUNK_ROWS) == 0 {
      chunks.append(uleb128: UInt64(row.offset - lastChunk.offset))
      chunks.append(uleb128: UInt64(rows.count - lastChunk.position))
      lastChunk = (row.offset, rows.count)
      last = Row(offset: row.offset)
    }
    let changes = (row.file != last.file ? 1 : 0) | (row.call != last.call ? 2 : 0)
    rows.append(uleb128: UInt64(row.offset - last.offset) << 2 | UInt64(changes))
    rows.append(sleb128: Int64(row.line) - Int64(last.line))
    rows.append(uleb128: UInt64(row.column))
    if row.file != last.file { rows.append(sleb128: Int64(row.file - last.file)) }
    if row.call != last.call { rows.append(sleb128: Int64(row.call - last.call)) }
    rowCount += 1
    last = row
  }

  private mutating func number(ofFile path: [UInt8]) -> Int {
    if let number = filePositions[path] { return number }
    let most = Int(SWASM_FUNCTION_NAME_BYTES)
    let shown = path.count <= most ? path : Array("...".utf8) + path.suffix(most - 3)
    files.append(uleb128: UInt64(shown.count))
    files += shown
    filePositions[path] = filePositions.count + 1
    return filePositions.count
  }

  /// The position of a call in the table. The calls around it come before it.
  private mutating func position(
    ofCall call: Int, _ lines: inout SourceLines, _ positions: inout [Int: Int]
  ) throws(ObjectFormatError) -> Int {
    var unknown: [(number: Int, call: SourceCall)] = []
    var next: Int? = call
    while let number = next, positions[number] == nil {
      unknown.append((number, try lines.call(number)))
      next = unknown.last?.call.place.call
    }
    for (number, call) in unknown.reversed() {
      let position = calls.count
      let parent = call.place.call.flatMap { positions[$0] }
      calls.append(uleb128: UInt64(self.position(ofNameOf: call)))
      calls.append(
        uleb128: UInt64(call.place.file.map { self.number(ofFile: lines.files[$0]) } ?? 0))
      calls.append(uleb128: UInt64(call.place.line))
      calls.append(uleb128: UInt64(call.place.column))
      calls.append(uleb128: UInt64(parent.map { position - $0 } ?? 0))
      positions[number] = position
    }
    return positions[call] ?? 0
  }

  private mutating func position(ofNameOf call: SourceCall) -> Int {
    guard let linkageName = call.linkageName else { return position(ofName: call.name) }
    if let known = linkagePositions[linkageName] { return known }
    let position = position(ofName: shownName(call))
    linkagePositions[linkageName] = position
    return position
  }

  private func shownName(_ call: SourceCall) -> String? {
    if let linkageName = call.linkageName {
      let name = demangled(linkageName)
      if name != linkageName { return name }
      if let path = plainPathOfCxx(linkageName) { return path }
    }
    return call.name ?? call.linkageName
  }

  private mutating func position(ofName name: String?) -> Int {
    guard let name, !name.isEmpty else { return 0 }
    if let known = namePositions[name] { return known }
    let position = names.count
    let bytes = name.utf8.prefix(Int(SWASM_FUNCTION_NAME_BYTES))
    names.append(uleb128: UInt64(bytes.count))
    names += bytes
    namePositions[name] = position
    return position
  }

  /// The tables, packed, in the order of swasm_lines.
  func packedTables() -> [[UInt8]] { [chunks, rows, files, calls, names].map { packed($0) } }
}
