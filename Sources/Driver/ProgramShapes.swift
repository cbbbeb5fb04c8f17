// The shapes of all functions of a program. Several threads read the bodies at the same time.

import Lowering
import System
import WasmModule
import WasmProgram

struct ProgramShapes: Sendable {
  /// The shapes of the functions that the program defines, in order.
  let functions: [FunctionShape]
  /// How other code uses each of them.
  let uses: [FunctionUse]
  /// Whether the modules have exceptions.
  let hasExceptions: Bool

  /// About how many bytes of code one piece of work has.
  private static let pieceBytes = 1 << 20

  /// - Parameter options: Decide which exports are visible.
  init(of program: Program, _ options: LoweringOptions, threadCount: Int) throws(DriverError) {
    let pieces = Self.pieces(of: program)
    let firsts = program.instances.reduce(into: [0]) { firsts, instance in
      firsts.append(firsts[firsts.count - 1] + instance.module.functions.defined.count)
    }
    functions = try LargeStackThreads.map(
      WorkPlan(count: pieces.count), threadCount: threadCount
    ) { (piece) throws(DriverError) in
      let (instance, positions) = pieces[piece]
      let validated = program[instance].validated
      return positions.map { position in
        FunctionShape(
          of: validated.module.functions.definedIndex(position), in: validated,
          position: { function in
            let origin = program.origin(Item(instance, function))
            let functions = program[origin.instance].module.functions
            guard !functions.isImported(origin.index) else { return nil }
            return firsts[origin.instance.int] + functions.definedPosition(of: origin.index)
          })
      }
    }.flatMap { $0 }
    hasExceptions = program.instances.contains { !$0.module.tags.isEmpty }
    uses = program.indices.flatMap { Self.uses(in: program, $0, options) }
  }

  private static func uses(
    in program: Program, _ instance: InstanceIndex, _ options: LoweringOptions
  ) -> [FunctionUse] {
    let validated = program[instance].validated
    let module = validated.module
    var uses = module.functions.indices.map { index in
      FunctionUse(isReferenced: validated.isReferenced[index.int])
    }
    for export in module.exports where options.isVisible(export, of: instance, in: program) {
      if case .function(let index) = export.entity { uses[index.int].isEntry = true }
    }
    if let start = module.start { uses[start.int].isEntry = true }
    return Array(uses.dropFirst(module.functions.importedCount))
  }

  /// The pieces of work. Each is a stretch of functions: their instance, and their positions in it.
  private static func pieces(of program: Program) -> [(InstanceIndex, Range<Int>)] {
    var pieces: [(InstanceIndex, Range<Int>)] = []
    for index in program.indices {
      let functions = program[index].module.functions
      let count = functions.defined.count
      var begin = 0
      var bytes = 0
      for position in 0..<count {
        bytes += functions[functions.definedIndex(position)].body?.range.count ?? 0
        if bytes >= pieceBytes || position == count - 1 {
          pieces.append((index, begin..<position + 1))
          begin = position + 1
          bytes = 0
        }
      }
    }
    return pieces
  }
}
