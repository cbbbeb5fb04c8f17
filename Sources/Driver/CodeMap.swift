// From machine addresses to places in the wasm file, compact: one map for each section of code of each
// object, in the format that swasm_abi.h gives under swasm_code_map. A trap's message needs them.

struct CodeMap: Equatable {
  /// The symbol at the beginning of the section that this is about.
  let symbol: String
  let codeBytes: UInt64
  /// Pairs (uleb128 address delta, sleb128 file offset delta).
  let rows: [UInt8]

  /// The maps of one object, which gains a hidden symbol for each section of code that has rows. `unit`
  /// makes the symbols of several objects differ.
  static func extract(from object: inout ElfObject, unit: Int) throws(ObjectFormatError)
    -> [CodeMap]
  {
    let bySection = Dictionary(grouping: try LineProgram.sequences(of: object), by: \.section)
    var maps: [CodeMap] = []
    for section in bySection.keys.sorted() {
      guard object.sections.indices.contains(section), let sequences = bySection[section] else {
        throw ObjectFormatError(
          message: "the line table is about section \(section), which is not there")
      }
      let symbol = "swasm_code_\(unit)_\(maps.count)"
      let codeBytes = object.sections[section].bytes
      try object.defineHiddenSymbol(symbol, atBeginningOf: section)
      maps.append(CodeMap(symbol: symbol, codeBytes: codeBytes, rows: encode(sequences)))
    }
    return maps
  }

  /// What lies between two sequences has no place in the file: offset 0.
  static func encode(_ sequences: [LineSequence]) -> [UInt8] {
    var encoder = RowEncoder()
    for sequence in sequences.sorted(by: { $0.rows[0].address < $1.rows[0].address }) {
      for row in sequence.rows { encoder.add(row) }
      encoder.add(LineRow(address: sequence.end, line: 0))
    }
    return encoder.finish()
  }
}

/// Writes rows by ascending address; of several at one address the last counts, and a row that changes
/// nothing is left out.
private struct RowEncoder {
  private var bytes: [UInt8] = []
  private var written = LineRow(address: 0, line: 0)
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
    guard pending.line != written.line else { return }
    bytes.append(uleb128: pending.address - written.address)
    bytes.append(sleb128: Int64(pending.line) - Int64(written.line))
    written = pending
  }
}

extension [UInt8] {
  mutating func append(uleb128 value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }

  mutating func append(sleb128 value: Int64) {
    var rest = value
    while rest < -0x40 || rest > 0x3f {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest) & 0x7f)
  }
}
