// How a module's functions are divided among LLVM modules, which are optimised and turned into objects side
// by side. A small module is one partition, so that the optimiser sees the whole program; a large one is cut
// into stretches of about equal code, so that time and memory stay bounded. Only the module decides, never
// the machine: the output must not depend on the number of processors.

import WasmModule

struct Partition: Sendable, Equatable {
  /// Positions among the functions defined by the module; nil: all, and nothing refers to another partition.
  let functions: Range<Int>?
  /// Exactly one partition has the descriptor and the instance.
  let hasDescriptor: Bool

  static let whole = Partition(functions: nil, hasDescriptor: true)

  /// Bytes of wasm code up to which a module is one partition, and which a partition has at about most.
  /// RATIONALE.md has the measurement.
  static let wholeBytes = 1 << 20
  static let targetBytes = 512 << 10

  static func divide(bodyBytes: [Int], wholeBytes: Int = wholeBytes, targetBytes: Int = targetBytes)
    -> [Partition]
  {
    let total = bodyBytes.reduce(0, +)
    guard total > wholeBytes else { return [.whole] }
    let count = (total + targetBytes - 1) / targetBytes
    let shareBytes = (total + count - 1) / count
    var partitions: [Partition] = []
    var begin = 0
    var bytes = 0
    for (position, size) in bodyBytes.enumerated() {
      if bytes > 0, bytes + size > shareBytes {
        partitions.append(Partition(functions: begin..<position, hasDescriptor: partitions.isEmpty))
        begin = position
        bytes = 0
      }
      bytes += size
    }
    if partitions.isEmpty { return [.whole] }
    partitions.append(Partition(functions: begin..<bodyBytes.count, hasDescriptor: false))
    return partitions
  }
}
