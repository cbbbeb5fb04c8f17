// The shapes of all functions of a program. Several threads read the bodies at the same time.

import System
import WasmModule
import WasmProgram

struct ProgramShapes: Sendable {
  /// The shapes of the functions that the program defines, in order.
  let functions: [FunctionShape]

  /// About how many bytes of code one piece of work has.
  private static let pieceBytes = 1 << 20

  init(of program: Program, threadCount: Int) throws(DriverError) {
    let pieces = Self.pieces(of: program)
    functions = try LargeStackThreads.map(
      WorkPlan(count: pieces.count), threadCount: threadCount
    ) { (piece) throws(DriverError) in
      let (position, first, positions) = pieces[piece]
      let instance = program.instances[position]
      return positions.map { position in
        let index = instance.module.functions.definedIndex(position)
        guard instance.isUsed[index.int] else { return FunctionShape() }
        return FunctionShape(of: index, in: instance.validated, first: first)
      }
    }.flatMap { $0 }
  }

  /// The pieces of work. Each is a stretch of functions: their instance, how many functions of the program come before
  /// the instance, and their positions in the instance.
  private static func pieces(of program: Program) -> [(Int, Int, Range<Int>)] {
    var pieces: [(Int, Int, Range<Int>)] = []
    var first = 0
    for (index, instance) in program.instances.enumerated() {
      let functions = instance.module.functions
      let count = functions.defined.count
      var begin = 0
      var bytes = 0
      for position in 0..<count {
        bytes += functions[functions.definedIndex(position)].body?.range.count ?? 0
        if bytes >= pieceBytes || position == count - 1 {
          pieces.append((index, first, begin..<position + 1))
          begin = position + 1
          bytes = 0
        }
      }
      first += count
    }
    return pieces
  }
}
