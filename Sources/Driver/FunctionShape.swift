// The shape of a function's body: numbers that tell how much work it is to compile and how much of it is in loops, and
// the functions that it calls.

import WasmModule

struct FunctionShape: Sendable, Equatable {
  /// A direct call of a function that the program defines.
  struct Call: Sendable, Equatable {
    /// The callee's position among the functions that the program defines.
    let callee: Int
    /// How many loops of the caller are around it.
    let loopDepth: Int
  }

  var bytes = 0
  var instructions = 0
  /// How many instructions one call executes, if each loop runs several times.
  var executed = 0.0
  var loops = 0
  var branchTargets = 0
  /// The targets of the largest br_table in a loop.
  var dispatchTargets = 0
  /// Calls of imports, and calls whose callee is not known.
  var otherCalls = 0
  var calls: [Call] = []

  /// - Parameters:
  ///   - index: A function that `validated` defines.
  ///   - position: The position of a function of the module among those that the program defines; nil if it has none.
  init(
    of index: FunctionIndex, in validated: ValidatedModule, position: (FunctionIndex) -> Int?
  ) {
    let module = validated.module
    guard let body = module.functions[index].body else { return }
    bytes = body.range.count
    let facts = validated.facts(of: index)
    instructions = facts.instructionCount
    loops = facts.loops.count
    var reader = InstructionReader(module.bytes, range: body.instructions)
    // For each open block, whether it is a loop.
    var blocks: [Bool] = []
    var loopDepth = 0
    while !reader.isAtEnd, let instruction = try? reader.next() {
      executed += HotFunctions.executions(loopDepth: loopDepth)
      switch instruction.opcode {
      case .block, .if, .try, .tryTable: blocks.append(false)
      case .loop:
        blocks.append(true)
        loopDepth += 1
      case .end, .delegate:
        if blocks.popLast() == true { loopDepth -= 1 }
      case .brTable:
        branchTargets += reader.labels.count + 1
        if loopDepth > 0 { dispatchTargets = max(dispatchTargets, reader.labels.count + 1) }
      case .callIndirect, .callRef, .returnCallIndirect, .returnCallRef: otherCalls += 1
      case .call, .returnCall:
        guard let callee = position(instruction.functionIndex) else {
          otherCalls += 1
          continue
        }
        calls.append(Call(callee: callee, loopDepth: loopDepth))
      default: break
      }
    }
  }

  init() {}
}
