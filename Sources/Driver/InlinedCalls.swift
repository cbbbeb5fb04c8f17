// Compact tables of the inlined calls at machine addresses, for backtraces. There is one for each section of code in
// each object. swasm_abi.h describes the format at swasm_code_map. CCodeGeneration/LineTable.h says where the calls come
// from.

import Lowering
import ObjectFile

struct InlinedCalls {
  private struct Call {
    /// The offset in the file.
    let offset: UInt32
    /// The number of the call by which this one was inlined; 0: none. It is lower than this one's.
    let parent: Int
  }

  /// Call number 1 comes first.
  private let calls: [Call]

  /// The offsets of the calls in the file.
  var offsets: [UInt32] { calls.map(\.offset) }

  init(of object: ElfFile, _ lines: BodyLines?) throws(ObjectFormatError) {
    let bytes = object.contents(ofSection: ".debug_swasm_calls") ?? []
    var reader = ByteReader(Array(bytes))
    var calls: [Call] = []
    while reader.position < reader.end {
      let line = UInt32(truncatingIfNeeded: try reader.fixed(4))
      let parent = Int(try reader.fixed(4))
      guard parent <= calls.count else {
        throw ObjectFormatError(message: "an inlined call comes before the one around it")
      }
      calls.append(Call(offset: lines?.fileOffset(ofLine: line) ?? line, parent: parent))
    }
    self.calls = calls
  }

  /// The table of the calls at these rows, not packed. Only these calls are in it.
  func encode(_ sequences: [LineSequence]) throws(ObjectFormatError) -> [UInt8] {
    guard !calls.isEmpty else { return [] }
    var numbering = Numbering(calls)
    var rows: [UInt8] = []
    var (address, last): (UInt64, Int) = (0, 0)
    func add(_ row: LineRow, _ number: Int) {
      guard number != last else { return }
      rows.append(uleb128: row.address - address)
      rows.append(sleb128: Int64(number - last))
      (address, last) = (row.address, number)
    }
    for sequence in sequences.sorted(by: { $0.rows[0].address < $1.rows[0].address }) {
      for row in sequence.rows {
        guard Int(row.discriminator) <= calls.count else {
          throw ObjectFormatError(message: "a row names an inlined call that does not exist")
        }
        add(row, numbering.number(Int(row.discriminator)))
      }
      add(LineRow(address: sequence.end, line: 0), 0)
    }
    return numbering.finish() + rows
  }

  /// Gives numbers to the calls in the order of their first use.
  private struct Numbering {
    private let calls: [Call]
    private var numbers: [Int: Int] = [0: 0]
    private var bytes: [UInt8] = []
    private var offset: UInt32 = 0

    init(_ calls: [Call]) { self.calls = calls }

    mutating func number(_ call: Int) -> Int {
      var unknown: [Int] = []
      var at = call
      while numbers[at] == nil {
        unknown.append(at)
        at = calls[at - 1].parent
      }
      for call in unknown.reversed() {
        let number = numbers.count
        let parent = numbers[calls[call - 1].parent] ?? 0
        bytes.append(sleb128: Int64(calls[call - 1].offset) - Int64(offset))
        bytes.append(uleb128: parent == 0 ? 0 : UInt64(number - parent))
        offset = calls[call - 1].offset
        numbers[call] = number
      }
      return numbers[call] ?? 0
    }

    func finish() -> [UInt8] {
      var result: [UInt8] = []
      result.append(uleb128: UInt64(numbers.count - 1))
      return result + bytes
    }
  }
}
