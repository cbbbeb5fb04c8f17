// The dispatch of special operations; blocks and branches. Spec: Validation, Control Instructions.

extension FunctionValidator {
  @inline(__always)
  mutating func special(_ operation: SpecialOperation) throws(WasmError) {
    switch operation {
    case .variable(let operation): try variable(operation)
    case .control(let operation): try control(operation)
    case .call(let operation): try call(operation)
    case .parametric(let operation): try parametric(operation)
    case .reference(let operation): try reference(operation)
    case .table(let operation): try table(operation)
    case .memory(let operation): try memory(operation)
    case .exception(let operation): try exception(operation)
    case .atomicFence: break
    }
  }

  private mutating func control(_ operation: ControlOperation) throws(WasmError) {
    switch operation {
    case .block: try enter(.block)
    case .loop: try enter(.loop)
    case .if:
      try pop(.i32)
      try enter(.if)
    case .else: try elseBranch()
    case .end: try end()
    case .br:
      try pop(try labelTypes(instruction.index))
      setUnreachable()
    case .brIf:
      try pop(.i32)
      let list = try labelTypes(instruction.index)
      try pop(list)
      push(list)
    case .brTable: try branchTable()
    case .return:
      try pop(bodyResults)
      setUnreachable()
    case .unreachable: setUnreachable()
    case .nop: break
    }
  }
}

// The control stack.
extension FunctionValidator {
  /// The parameters and results of a block type. A single reference type is added to the types of the body.
  mutating func signature(_ blockType: BlockType) throws(WasmError) -> FlatSignature {
    switch blockType {
    case .empty: return FlatSignature(parameters: .empty, results: .empty)
    case .type(let index): return try functionType(index.raw)
    case .value(let type):
      try check(type)
      let operand = packed(type)
      guard operand.isReference else {
        // Plain types are at the position of their kind; see ModuleFacts.
        let list = TypeList(start: Int32(bitPattern: operand.raw), count: 1)
        return FlatSignature(parameters: .empty, results: list)
      }
      let list = TypeList(start: Int32(truncatingIfNeeded: types.count), count: 1)
      types.push(operand)
      return FlatSignature(parameters: .empty, results: list)
    }
  }

  mutating func functionType(_ index: UInt32) throws(WasmError) -> FlatSignature {
    guard Int(index) < facts.signatures.count else { throw invalid("unknown type \(index)") }
    return facts.signatures[Int(index)]
  }

  /// Enters a block whose operands are on the stack.
  mutating func enter(_ kind: ControlFrame.Kind) throws(WasmError) {
    let signature = try signature(instruction.blockType)
    try pop(signature.parameters)
    enter(kind, signature)
    push(signature.parameters)
  }

  mutating func enter(_ kind: ControlFrame.Kind, _ signature: FlatSignature) {
    controls.push(frame)
    if kind == .loop {
      frame.loop = loops.count
      let start = loopAssignments.count
      loops.append(LoopFacts(offset: instruction.offset, assignments: start..<start))
    }
    frame.kind = kind
    frame.isUnreachable = false
    frame.height = operands.count
    frame.initialisedHeight = locals.initialisedHeight
    frame.parameters = signature.parameters
    frame.results = signature.results
    if controls.count >= functionFacts.labelDepth { functionFacts.labelDepth = controls.count + 1 }
  }

  /// Pops the innermost block's results, and forgets the locals that it initialised.
  mutating func finishBranch() throws(WasmError) {
    try pop(frame.results)
    guard operands.count == frame.height else {
      throw typeMismatch("values remaining on stack at end of block")
    }
    locals.forgetInitialised(downTo: frame.initialisedHeight)
  }

  /// Leaves the innermost block and pushes its results. After the body, clears `isOpen` instead.
  mutating func leave() {
    if frame.kind == .loop {
      let start = loops[frame.loop].assignments.lowerBound
      loops[frame.loop].assignments = start..<loopAssignments.count
    }
    let results = frame.results
    if controls.count == 0 {
      isOpen = false
      return
    }
    frame = controls.pop()
    push(results)
  }

  private mutating func end() throws(WasmError) {
    try finishBranch()
    if frame.kind == .if {
      // Without `else` the operands are the results, even if the other branch does not end.
      frame.isUnreachable = false
      push(frame.parameters)
      try finishBranch()
    }
    leave()
  }

  private mutating func elseBranch() throws(WasmError) {
    guard frame.kind == .if else { throw .malformed("else without if", at: instruction.offset) }
    try finishBranch()
    frame.kind = .else
    frame.isUnreachable = false
    push(frame.parameters)
  }
}

// Labels.
extension FunctionValidator {
  /// The frame that is `depth` labels out.
  mutating func target(_ depth: UInt32) throws(WasmError) -> ControlFrame {
    if depth == 0 { return frame }
    guard Int(depth) <= controls.count else { throw invalid("unknown label \(depth)") }
    return controls[controls.count - Int(depth)]
  }

  mutating func labelTypes(_ depth: UInt32) throws(WasmError) -> TypeList {
    try target(depth).labelTypes
  }

  var bodyResults: TypeList {
    mutating get { controls.count == 0 ? frame.results : controls[0].results }
  }

  private mutating func branchTable() throws(WasmError) {
    try pop(.i32)
    let last = try labelTypes(instruction.index)
    var checked = last
    for position in reader.labels.indices {
      let list = try labelTypes(reader.labels[position])
      if list == checked { continue }
      guard list.count == last.count else {
        throw typeMismatch("targets take \(last.count) and \(list.count) values")
      }
      try checkTop(list)
      checked = list
    }
    try pop(last)
    setUnreachable()
  }

  /// Checks that the operands on top match `list`. Does not pop them.
  mutating func checkTop(_ list: TypeList) throws(WasmError) {
    var position = operands.count
    var remaining = Int(list.count)
    while remaining > 0 {
      remaining -= 1
      let expected = types[Int(list.start) + remaining]
      guard position > frame.height else {
        if frame.isUnreachable { return }
        throw mismatch(expected, nil)
      }
      position -= 1
      if !operands[position].matches(expected) { throw mismatch(expected, operands[position]) }
    }
  }

  /// Checks that values of `given` may go to a label that takes `expected`.
  mutating func check(_ given: TypeList, _ expected: TypeList) throws(WasmError) {
    guard given.count == expected.count else {
      throw typeMismatch("expected \(expected.count) values, found \(given.count)")
    }
    for position in 0..<Int(given.count) {
      let found = types[Int(given.start) + position]
      let wanted = types[Int(expected.start) + position]
      if !found.matches(wanted) { throw mismatch(wanted, found) }
    }
  }
}
