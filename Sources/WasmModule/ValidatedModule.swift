// A module that validation accepted, with the facts that validation found. Only ModuleValidator makes one.

/// A valid module. Whoever has one may rely on every rule of validation.
public struct ValidatedModule: Sendable {
  public let module: Module
  /// The facts of each function that the module defines.
  public let facts: [FunctionFacts]
  /// The loops of all functions, in the order of their bodies and of their `loop` instructions.
  public let loops: [LoopFacts]
  /// LoopFacts.assignments are ranges of this.
  public let loopAssignments: [LocalIndex]
  /// For each function, whether a segment, an initialiser or a body takes its reference. Exports do not count.
  public let isReferenced: [Bool]
  /// For each table, whether an instruction of the module may change it.
  public let isTableWritten: [Bool]

  /// The facts of a function that the module defines.
  public func facts(of function: FunctionIndex) -> FunctionFacts {
    facts[module.functions.definedPosition(of: function)]
  }
}

/// Facts that the validation of a body found.
public struct FunctionFacts: Sendable, Hashable {
  public internal(set) var instructionCount = 0
  /// The most operands on the stack at once.
  public internal(set) var operandDepth = 0
  /// The most labels open at once, with that of the body.
  public internal(set) var labelDepth = 0
  /// Whether the body has a tail call: return_call, return_call_indirect or return_call_ref.
  public internal(set) var hasTailCalls = false
  /// The body's loops, in the order of their `loop` instructions, as a range of ValidatedModule.loops.
  public internal(set) var loops: Range<Int> = 0..<0
}

/// A `loop`, and the locals that it or blocks inside it set.
public struct LoopFacts: Sendable, Hashable {
  /// File offset of the `loop` instruction.
  public let offset: Int
  /// A range of ValidatedModule.loopAssignments, which may name a local more than once.
  public internal(set) var assignments: Range<Int>
}
