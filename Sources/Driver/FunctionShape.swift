// The shape of a function's body: how much work it is to compile, how much of it is in loops, and which functions it
// calls.

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
  /// An estimate of how many instructions one call executes. `HotFunctions` says how often loops run.
  var executed = 0.0
  var loops = 0
  /// How many targets all br_table instructions have together.
  var branchTargets = 0
  /// How many targets the largest br_table in a loop has.
  var dispatchTargets = 0
  /// Calls of functions that the program does not define, and calls whose callee is not known.
  var otherCalls = 0
  var calls: [Call] = []

  /// - Parameters:
  ///   - index: A function that `validated` defines.
  ///   - position: Finds the position of a function of the module among those that the program defines; nil if the
  ///     program does not define it.
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
      switch instruction.opcode.special {
      case .control(let operation):
        switch operation {
        case .block, .if: blocks.append(false)
        case .loop:
          blocks.append(true)
          loopDepth += 1
        case .end: if blocks.popLast() == true { loopDepth -= 1 }
        case .brTable:
          branchTargets += reader.labels.count + 1
          if loopDepth > 0 { dispatchTargets = max(dispatchTargets, reader.labels.count + 1) }
        case .unreachable, .nop, .else, .br, .brIf, .return: break
        }
      case .exception(let operation):
        switch operation {
        case .try, .tryTable: blocks.append(false)
        case .delegate: _ = blocks.popLast()
        case .throw, .throwRef, .catch, .catchAll, .rethrow: break
        }
      case .call(let operation):
        switch operation.callee {
        case .immediate: addCall(of: position(instruction.functionIndex), loopDepth)
        case .operand: otherCalls += 1
        }
      case .parametric, .variable, .reference, .table, .memory, .atomicFence, nil: break
      }
    }
  }

  init() {}

  /// - Parameter callee: nil if the program does not define the function.
  private mutating func addCall(of callee: Int?, _ loopDepth: Int) {
    if let callee {
      calls.append(Call(callee: callee, loopDepth: loopDepth))
    } else {
      otherCalls += 1
    }
  }
}
