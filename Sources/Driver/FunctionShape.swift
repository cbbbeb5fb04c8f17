// The shape of a function's body: numbers that tell how much work it is to compile, and the functions that it calls.

import WasmModule

struct FunctionShape: Sendable, Equatable {
  /// A direct call of a function that the same module defines.
  struct Call: Sendable, Equatable {
    /// The callee's position among the functions that the program defines.
    let callee: Int
    /// How many loops of the caller are around it.
    let loopDepth: Int
  }

  var bytes = 0
  var instructions = 0
  var loops = 0
  var branchTargets = 0
  /// Calls of imports, and calls whose callee is not known.
  var indirectCalls = 0
  var calls: [Call] = []

  /// - Parameters:
  ///   - index: A function that `validated` defines.
  ///   - first: How many functions of the program come before those that `validated` defines.
  init(of index: FunctionIndex, in validated: ValidatedModule, first: Int) {
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
      switch instruction.opcode {
      case .block, .if, .try, .tryTable: blocks.append(false)
      case .loop:
        blocks.append(true)
        loopDepth += 1
      case .end, .delegate:
        if blocks.popLast() == true { loopDepth -= 1 }
      case .brTable: branchTargets += reader.labels.count + 1
      case .callIndirect, .callRef, .returnCallIndirect, .returnCallRef: indirectCalls += 1
      case .call, .returnCall:
        guard !module.functions.isImported(instruction.functionIndex) else {
          indirectCalls += 1
          continue
        }
        calls.append(
          Call(
            callee: first + module.functions.definedPosition(of: instruction.functionIndex),
            loopDepth: loopDepth))
      default: break
      }
    }
  }

  init() {}
}
