// The rows of line tables that a function has. Debuggers only see where rows begin, and LLVM's work grows with the number
// of locations.

struct SourceRows {
  /// Where rows of the module begin in the file, in order.
  private let starts: [Int]
  /// Where the function's body begins in the file.
  private let body: Int
  /// The position after the row of the last instruction.
  private var position: Int

  init(_ starts: [Int], from body: Int) {
    self.starts = starts
    self.body = body
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] < body { low = middle + 1 } else { high = middle }
    }
    position = low
  }

  /// Where the row of an instruction begins: its first one, if that is in the function. Each call is for an instruction
  /// after the one before.
  mutating func start(of offset: Int) -> Int {
    while position < starts.count, starts[position] <= offset { position += 1 }
    return position > 0 ? max(body, starts[position - 1]) : body
  }
}
