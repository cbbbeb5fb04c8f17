// A module that validation accepted, with what it learnt on the way. Only ModuleValidator makes one.

public struct ValidatedModule: Sendable {
  public let module: Module
  /// By position among the functions defined here.
  public let facts: [FunctionFacts]
  /// The loops of all functions, in the order of their bodies and of their `loop` instructions.
  public let loops: [LoopFacts]
  /// What LoopFacts.assignments refers to.
  public let loopAssignments: [LocalIndex]
  /// By function index: whether a segment, an initialiser or a body takes its reference. Exports do not count.
  public let isReferenced: [Bool]
  /// By table: whether an instruction of the module may change it.
  public let isTableWritten: [Bool]

  /// Of a function that the module defines.
  public func facts(of function: FunctionIndex) -> FunctionFacts {
    facts[module.functions.definedPosition(of: function)]
  }
}

/// What validating a body showed.
public struct FunctionFacts: Sendable, Hashable {
  public internal(set) var instructionCount = 0
  /// Most operands on the stack at once.
  public internal(set) var operandDepth = 0
  /// Most labels open at once, the body's own included.
  public internal(set) var labelDepth = 0
  /// Whether it ends in a call of another function by return_call or its kin.
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
