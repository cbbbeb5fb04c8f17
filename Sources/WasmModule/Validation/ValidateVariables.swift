// Locals, globals, drop and select. Spec: Validation, Variable Instructions and Parametric Instructions.
//
// Assignments inside loops are recorded for lowering: which locals need a phi at a loop's head.

extension FunctionValidator {
  @inline(__always)
  mutating func variable(_ operation: VariableOperation) throws(WasmError) {
    let index = instruction.index
    switch operation {
    case .localGet:
      let type = try localType(index)
      guard locals.mayGet(index, type) else { throw invalid("uninitialized local \(index)") }
      push(type)
    case .localSet:
      try pop(try localType(index))
      assigned(index)
    case .localTee:
      let type = try localType(index)
      try pop(type)
      push(type)
      assigned(index)
    case .globalGet: push(try global(index).type)
    case .globalSet:
      let global = try global(index)
      guard global.isMutable else { throw invalid("global \(index) is immutable") }
      try pop(global.type)
    }
  }

  @inline(__always)
  private mutating func localType(_ index: UInt32) throws(WasmError) -> OperandType {
    guard let type = locals.type(index) else { throw invalid("unknown local \(index)") }
    return type
  }

  mutating func global(_ index: UInt32) throws(WasmError) -> FlatGlobal {
    guard Int(index) < facts.globals.count else { throw invalid("unknown global \(index)") }
    return facts.globals[Int(index)]
  }

  @inline(__always)
  private mutating func assigned(_ index: UInt32) {
    if locals.tracksInitialisation { locals.initialise(index) }
    if frame.loop >= 0 { assignedInLoop(index) }
  }

  /// Records the assignment unless the innermost loop already has it.
  private mutating func assignedInLoop(_ index: UInt32) {
    let position = Int(index)
    locals.lastAssignment.extend(to: position + 1, with: -1)
    let loopStart = loops[frame.loop].assignments.lowerBound
    if locals.lastAssignment[position] >= loopStart { return }
    locals.lastAssignment[position] = loopAssignments.count
    loopAssignments.append(LocalIndex(index))
  }

  mutating func parametric(_ operation: ParametricOperation) throws(WasmError) {
    switch operation {
    case .drop: _ = try popAny()
    case .select: try select()
    case .selectTyped: try selectTyped()
    }
  }

  private mutating func select() throws(WasmError) {
    try pop(.i32)
    let second = try popAny()
    let first = try popAny()
    if first.isReference || second.isReference {
      throw typeMismatch(
        "select without a type takes numbers or vectors, found \(first) and \(second)")
    }
    if first != second && !first.isBottom && !second.isBottom { throw mismatch(first, second) }
    push(first.isBottom ? second : first)
  }

  private mutating func selectTyped() throws(WasmError) {
    guard reader.selectTypes.count == 1 else { throw invalid("invalid result arity") }
    let type = reader.selectTypes[0]
    try check(type)
    let operand = packed(type)
    try pop(.i32)
    try pop(operand)
    try pop(operand)
    push(operand)
  }
}
