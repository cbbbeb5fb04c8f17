// Which loops set which locals, from the lists that validation made.
//
// A loop is a range of positions in ValidatedModule.loopAssignments. The positions of each local are kept sorted. So
// "does this loop set that local" is a binary search, and nothing is kept for each loop.
import WasmModule

struct LocalAssignments {
  /// For each local, where its positions start in `positions`; then one more entry for the end.
  private var starts: [Int32]
  private var positions: [Int32]
  private let base: Int

  init(localCount: Int, loops: ArraySlice<LoopFacts>, assignments: [LocalIndex]) {
    let first = loops.map(\.assignments.lowerBound).min() ?? 0
    let last = loops.map(\.assignments.upperBound).max() ?? 0
    base = first
    starts = []
    positions = []
    if first == last { return }
    starts = Array(repeating: 0, count: localCount + 1)
    for local in assignments[first..<last] { starts[local.int + 1] += 1 }
    for local in 0..<localCount { starts[local + 1] += starts[local] }
    positions = Array(repeating: 0, count: last - first)
    var next = starts
    for (position, local) in assignments[first..<last].enumerated() {
      positions[Int(next[local.int])] = Int32(truncatingIfNeeded: position)
      next[local.int] += 1
    }
  }

  /// Whether the loop with this range of positions sets the local.
  func sets(_ local: Int32, in loop: Range<Int>) -> Bool {
    if starts.isEmpty || loop.isEmpty { return false }
    var low = Int(starts[Int(local)])
    let end = Int(starts[Int(local) + 1])
    var high = end
    let wanted = loop.lowerBound - base
    while low < high {
      let middle = (low + high) / 2
      if Int(positions[middle]) < wanted { low = middle + 1 } else { high = middle }
    }
    return low < end && Int(positions[low]) < loop.upperBound - base
  }
}
