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

  /// - Parameter options: They decide which exports are visible.
  init(of program: Program, _ options: LoweringOptions, threadCount: Int) throws(DriverError) {
    let pieces = Self.pieces(of: program)
    let positions = Positions(program)
    functions = try LargeStackThreads.map(
      WorkPlan(count: pieces.count), threadCount: threadCount
    ) { (piece) throws(DriverError) in
      let (index, stretch) = pieces[piece]
      let instance = program[index]
      return stretch.map { position in
        let function = instance.module.functions.definedIndex(position)
        guard instance.isUsed[function.int] else { return FunctionShape() }
        return FunctionShape(of: function, in: instance.validated) { positions[Item(index, $0)] }
      }
    }.flatMap { $0 }
    uses = Self.uses(in: program, positions, options)
    hasExceptions = program.instances.contains { !$0.module.tags.isEmpty }
  }

  private static func uses(
    in program: Program, _ positions: Positions, _ options: LoweringOptions
  ) -> [FunctionUse] {
    var uses = [FunctionUse](repeating: FunctionUse(), count: positions.count)
    for instance in program.indices {
      let validated = program[instance].validated
      let module = validated.module
      for index in module.functions.indices where validated.isReferenced[index.int] {
        if let position = positions[Item(instance, index)] { uses[position].isReferenced = true }
      }
      for export in module.exports where options.isVisible(export, of: instance, in: program) {
        guard case .function(let index) = export.entity else { continue }
        if let position = positions[Item(instance, index)] { uses[position].isEntry = true }
      }
      if let start = module.start, let position = positions[Item(instance, start)] {
        uses[position].isEntry = true
      }
    }
    return uses
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

/// The positions of functions among those that a program defines, one instance after another.
private struct Positions: Sendable {
  private let program: Program
  private let firsts: [Int]

  init(_ program: Program) {
    self.program = program
    firsts = program.instances.reduce(into: [0]) { firsts, instance in
      firsts.append(firsts[firsts.count - 1] + instance.module.functions.defined.count)
    }
  }

  var count: Int { firsts[firsts.count - 1] }

  /// nil for a function of the runtime or of a host.
  subscript(_ item: Item<FunctionIndex>) -> Int? {
    let origin = program.origin(item)
    let functions = program[origin.instance].module.functions
    guard !functions.isImported(origin.index) else { return nil }
    return firsts[origin.instance.int] + functions.definedPosition(of: origin.index)
  }
}
