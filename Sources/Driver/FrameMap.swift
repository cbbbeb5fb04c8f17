// Compact tables that lead from a machine address to the caller of its function, for backtraces. There is one for each
// section of code in each object. swasm_abi.h describes the format at swasm_code_map.

import ObjectFile

enum FrameMap {
  /// The table, not packed. Code before the first row has no state.
  static func encode(_ rows: [FrameRow]) -> [UInt8] {
    let states = statesByUse(rows)
    var bytes: [UInt8] = []
    bytes.append(uleb128: UInt64(states.count))
    for state in states {
      bytes.append(uleb128: state.cfaRegister)
      bytes.append(uleb128: UInt64(max(0, state.cfaOffset)) / unit)
      for saved in [state.returnAddress, state.framePointer] {
        bytes.append(uleb128: UInt64(max(0, saved ?? 0)) / unit)
      }
    }
    let numbers = Dictionary(uniqueKeysWithValues: zip(states, 1...))
    var (address, last): (UInt64, Int) = (0, 0)
    for row in rows {
      let number = row.state.flatMap { numbers[$0] } ?? 0
      guard number != last || row.isFirst, row.address >= address else { continue }
      bytes.append(uleb128: row.address - address)
      bytes.append(uleb128: UInt64(number) << 2 | (row.isPart ? 2 : 0) | (row.isFirst ? 1 : 0))
      (address, last) = (row.address, number)
    }
    return bytes
  }

  /// All distances in a frame are multiples of this.
  private static let unit: UInt64 = 8

  /// The states that can be written; those that most rows have come first.
  private static func statesByUse(_ rows: [FrameRow]) -> [FrameState] {
    var uses: [FrameState: Int] = [:]
    var order: [FrameState] = []
    for row in rows {
      guard let state = row.state, isRegular(state) else { continue }
      if uses[state] == nil { order.append(state) }
      uses[state, default: 0] += 1
    }
    return order.enumerated().sorted { a, b in
      let (first, second) = (uses[a.element] ?? 0, uses[b.element] ?? 0)
      return first == second ? a.offset < b.offset : first > second
    }.map(\.element)
  }

  private static func isRegular(_ state: FrameState) -> Bool {
    [state.cfaOffset, state.returnAddress ?? 0, state.framePointer ?? 0].allSatisfy {
      $0 >= 0 && $0 % Int64(unit) == 0
    }
  }
}
