// Exceptions: those of 3.0 (try_table, throw, throw_ref) and the legacy ones that compilers emitted
// before (try, catch, catch_all, rethrow, delegate).
// Spec: Validation, Control Instructions; appendix on legacy exceptions.

extension FunctionValidator {
  mutating func exception(_ operation: ExceptionOperation) throws(WasmError) {
    switch operation {
    case .throw:
      try pop(try tagParameters(instruction.index))
      setUnreachable()
    case .throwRef:
      try pop(.exnref)
      setUnreachable()
    case .tryTable: try tryTable()
    case .try: try enter(.try)
    case .catch: try catchBranch(.catch, try tagParameters(instruction.index))
    case .catchAll: try catchBranch(.catchAll, .empty)
    case .rethrow: try rethrow()
    case .delegate: try delegate()
    }
  }

  private mutating func tagParameters(_ index: UInt32) throws(WasmError) -> TypeList {
    guard Int(index) < facts.tags.count else { throw invalid("unknown tag \(index)") }
    return facts.signatures[Int(facts.tags[Int(index)])].parameters
  }

  private mutating func tryTable() throws(WasmError) {
    // Handlers' labels count from outside the block.
    for position in reader.catches.indices { try checkCatch(reader.catches[position]) }
    try enter(.tryTable)
  }

  private mutating func checkCatch(_ clause: CatchClause) throws(WasmError) {
    let expected = try labelTypes(clause.labelDepth)
    let start = types.count
    switch clause.kind {
    case .catch, .catchRef:
      let parameters = try tagParameters(clause.tag.raw)
      for position in 0..<Int(parameters.count) {
        types.push(types[Int(parameters.start) + position])
      }
    case .catchAll, .catchAllRef: break
    }
    if clause.kind == .catchRef || clause.kind == .catchAllRef {
      types.push(OperandType.exnref.nonNull)
    }
    let given = TypeList(
      start: Int32(truncatingIfNeeded: start), count: Int32(truncatingIfNeeded: types.count - start)
    )
    try check(given, expected)
    types.truncate(to: start)
  }

  private mutating func catchBranch(
    _ kind: ControlFrame.Kind, _ parameters: TypeList
  ) throws(WasmError) {
    guard frame.kind == .try || frame.kind == .catch else {
      throw .malformed("\(instruction.opcode.name) without try", at: instruction.offset)
    }
    try finishBranch()
    frame.kind = kind
    frame.isUnreachable = false
    push(parameters)
  }

  private mutating func rethrow() throws(WasmError) {
    let target = try target(instruction.index)
    guard target.kind == .catch || target.kind == .catchAll else {
      throw invalid("invalid rethrow label \(instruction.index)")
    }
    setUnreachable()
  }

  private mutating func delegate() throws(WasmError) {
    guard frame.kind == .try else {
      throw .malformed("delegate without try", at: instruction.offset)
    }
    guard Int(instruction.index) < controls.count else {
      throw invalid("unknown label \(instruction.index)")
    }
    try finishBranch()
    leave()
  }
}
