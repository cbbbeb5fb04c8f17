// Divides a module's functions among LLVM modules, which become objects side by side. A small module is one
// partition, so that the optimiser sees the whole program. A large module is cut into stretches of about equal code,
// so that time and memory stay bounded. Only the module decides, because the output must not depend on the machine.

import WasmModule

struct Partition: Sendable, Equatable {
  /// Positions among the functions that the module defines; nil for all of them.
  let functions: Range<Int>?
  /// Exactly one partition has the descriptor and the instance.
  let hasDescriptor: Bool

  static let whole = Partition(functions: nil, hasDescriptor: true)

  /// A module with at most this many bytes of wasm code is one partition.
  static let wholeBytes = 1 << 20
  /// About the most bytes of wasm code in one of several partitions.
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
