// Compact maps from machine addresses to places in the wasm file and to callers, for the messages of traps. There is one for each
// section of code in each object. swasm_abi.h describes the format at swasm_code_map.

import Lowering
import ObjectFile
import Targets

struct CodeMap: Equatable {
  /// The section's number in its object.
  var section = 0
  /// The symbol at the beginning of the section.
  let symbol: String
  let codeBytes: UInt64
  /// Pairs (uleb128 address delta, sleb128 file offset delta), as swasm_abi.h describes them. Packed.
  let rows: [UInt8]
  /// How to get from an address to the caller of its function (`FrameMap`). Packed.
  var frames: [UInt8] = []
  /// The calls that were inlined at an address (`InlinedCalls`). Packed.
  var inlined: [UInt8] = []

  /// The offsets in the file that the maps name, in ascending order; empty unless somebody asked.
  var offsets: [UInt32] = []

  /// In the order of `swasm_code_map`.
  var tables: [[UInt8]] { [rows, frames, inlined] }

  /// The maps of one object. The object gets a hidden symbol for each section of code that has rows.
  /// - Parameters:
  ///   - unit: Makes the symbols of several objects differ.
  ///   - lines: What the lines mean; nil: they are offsets in the file.
  ///   - hasOtherRows: Whether the object is a `debugObject`.
  ///   - keepsOffsets: Whether the maps have `offsets`.
  static func extract(
    from object: inout ElfFile, for target: Target, unit: Int, lines: BodyLines? = nil,
    hasOtherRows: Bool = false, keepsOffsets: Bool = false
  ) throws(ObjectFormatError) -> [CodeMap] {
    let bySection = Dictionary(
      grouping: try LineProgram.sequences(of: object, ofBlocksOnly: hasOtherRows), by: \.section)
    let frameRows = try FrameProgram.rows(of: object, framePointer: target.elfMachine.framePointer)
    let calls = try InlinedCalls(of: object, lines)
    var maps: [CodeMap] = []
    for section in bySection.keys.sorted() {
      guard object.sections.indices.contains(section), let sequences = bySection[section] else {
        throw ObjectFormatError(
          message: "the line table refers to section \(section), which does not exist")
      }
      let symbol = "swasm_code_\(unit)_\(maps.count)"
      let codeBytes = object.sections[section].header.shSize
      let whole = LineSequence(joining: sequences, end: codeBytes)
      try object.defineHiddenSymbol(symbol, atBeginningOf: section)
      // LLVM's own rows make a sequence for each function, which says nothing of the chosen rows.
      let chosen = hasOtherRows ? [whole] : sequences
      let rows = packed(encode(chosen, lines))
      let frames = packed(FrameMap.encode(frameRows[section] ?? []))
      maps.append(
        CodeMap(
          section: section, symbol: symbol, codeBytes: codeBytes, rows: rows, frames: frames,
          inlined: packed(try calls.encode(chosen)),
          offsets: keepsOffsets ? offsets(chosen, lines, calls) : []))
    }
    return maps
  }

  private static func offsets(
    _ sequences: [LineSequence], _ lines: BodyLines?, _ calls: InlinedCalls
  ) -> [UInt32] {
    var offsets = calls.offsets
    for sequence in sequences {
      var last: UInt32 = 0
      for row in sequence.rows where row.line != last {
        last = row.line
        offsets.append(lines?.fileOffset(ofLine: last) ?? last)
      }
    }
    return offsets.sortedWithoutRepeats()
  }

  /// Code between two sequences has no place in the file: offset 0.
  static func encode(_ sequences: [LineSequence], _ lines: BodyLines? = nil) -> [UInt8] {
    var encoder = RowEncoder()
    for sequence in sequences.sorted(by: { $0.rows[0].address < $1.rows[0].address }) {
      for row in sequence.rows {
        let offset = lines?.fileOffset(ofLine: row.line) ?? row.line
        encoder.add(LineRow(address: row.address, line: offset))
      }
      encoder.add(LineRow(address: sequence.end, line: 0))
    }
    return encoder.finish()
  }
}

extension [UInt32] {
  /// In ascending order, each number once.
  func sortedWithoutRepeats() -> [UInt32] {
    var result: [UInt32] = []
    for number in sorted() where number != result.last { result.append(number) }
    return result
  }
}

/// Writes rows by ascending address. Of several rows at one address the last counts. A row that changes nothing is
/// left out.
private struct RowEncoder {
  private var bytes: [UInt8] = []
  private var address: UInt64 = 0
  /// The last file offset that was written.
  private var offset: UInt32 = 0
  /// Whether the last row gave a file offset.
  private var isKnown = false
  private var pending = LineRow(address: 0, line: 0)

  mutating func add(_ row: LineRow) {
    if row.address > pending.address { flush() }
    pending = row
  }

  mutating func finish() -> [UInt8] {
    flush()
    return bytes
  }

  private mutating func flush() {
    let becomesKnown = pending.line != 0
    guard becomesKnown ? !isKnown || pending.line != offset : isKnown else { return }
    bytes.append(uleb128: pending.address - address)
    bytes.append(sleb128: becomesKnown ? Int64(pending.line) - Int64(offset) : 0)
    address = pending.address
    isKnown = becomesKnown
    if becomesKnown { offset = pending.line }
  }
}
