// Structured control: blocks, loops, branches and returns. Spec: Execution, Control Instructions.
//
// A block that no branch leaves needs no LLVM block. Edges record the values of locals where the
// branch is; LocalValues makes phis of them when the local is read again.
import LLVMKit
import WasmModule

extension FunctionLowering {
  // MARK: Blocks

  func frame(_ kind: ControlFrame.Kind, _ type: BlockType) -> ControlFrame {
    let (parameters, results): ([LLVMType], [LLVMType]) =
      switch type {
      case .empty: ([], [])
      case .value(let value): ([], [context.valueTypes[value]])
      case .type(let index):
        (context.signature(index).parameters, context.signature(index).results)
      }
    return ControlFrame(
      kind: kind, parameters: parameters, results: results,
      height: operands.count - parameters.count)
  }

  mutating func lowerBlock(_ instruction: Instruction) {
    control.append(frame(.block, instruction.blockType))
  }

  mutating func lowerLoop(_ instruction: Instruction) {
    var frame = frame(.loop, instruction.blockType)
    let values = pop(frame.parameters.count)
    let header = builder.createBlock("loop")
    let edge = locals.edge(from: builder.block)
    builder.branch(to: header)
    function.appendBlock(header)
    builder.position(atEnd: header)
    frame.loop = locals.enterLoop(
      header, from: edge, assigning: assignments(at: instruction.offset))
    meetingValues += values.count
    for (type, value) in zip(frame.parameters, values) {
      let phi = builder.phi(type)
      phi.addIncoming(value, from: edge.block)
      frame.phis.append(phi)
      push(phi)
    }
    frame.header = header
    control.append(frame)
  }

  private mutating func assignments(at offset: Int) -> Range<Int> {
    while let first = loops.first, first.offset < offset { loops = loops.dropFirst() }
    guard let first = loops.first, first.offset == offset else {
      preconditionFailure("validation did not see the loop at 0x\(String(offset, radix: 16))")
    }
    return first.assignments
  }

  mutating func lowerIf(_ instruction: Instruction) {
    let condition = popCondition()
    var frame = frame(.ifThen, instruction.blockType)
    frame.elseValues = top(frame.parameters.count)
    let then = builder.createBlock("then")
    let otherwise = builder.createBlock("else")
    let edge = locals.edge(from: builder.block)
    let weights = profile(condition)
    let branch = builder.branch(if: condition, then: then, else: otherwise)
    hint(branch, weights, at: instruction.offset)
    frame.elseBlock = otherwise
    frame.elseEdge = edge
    function.appendBlock(then)
    builder.position(atEnd: then)
    locals.enter(from: edge)
    control.append(frame)
  }

  mutating func lowerElse() {
    let depth = control.count - 1
    if isReachable { fallThrough() }
    let frame = control[depth]
    control[depth].kind = .ifElse
    operands.removeLast(operands.count - frame.height)
    continueAtElse(frame)
  }

  private mutating func continueAtElse(_ frame: ControlFrame) {
    guard let block = frame.elseBlock, let edge = frame.elseEdge else {
      preconditionFailure("else without if at 0x\(String(offset, radix: 16))")
    }
    function.appendBlock(block)
    builder.position(atEnd: block)
    locals.enter(from: edge)
    push(frame.elseValues)
    isReachable = true
  }

  mutating func lowerEnd() {
    let depth = control.count - 1
    if control[depth].kind == .ifThen { closeIfWithoutElse() } else { closeTry() }
    if control.count == depth + 1 {
      if control[depth].kind == .loop { locals.sealLoop(control[depth].loop) }
      if control[depth].merge != nil || !isReachable { mergeEdges() }
      control.removeLast()
    }
    if control.isEmpty && isReachable { emitReturn() }
  }

  /// The missing `else` passes the parameters on. Pops the frame if nothing is left to merge.
  private mutating func closeIfWithoutElse() {
    let depth = control.count - 1
    let frame = control[depth]
    guard let block = frame.elseBlock, let edge = frame.elseEdge else { return }
    if frame.merge == nil && !isReachable {
      operands.removeLast(operands.count - frame.height)
      continueAtElse(frame)
      control.removeLast()
      return
    }
    if frame.merge == nil {
      // The block of the missing `else` is the one where both ways meet.
      control[depth].merge = block
      control[depth].edges.append(edge)
      control[depth].edgeValues += frame.elseValues
      return
    }
    if isReachable { fallThrough() }
    operands.removeLast(operands.count - frame.height)
    continueAtElse(frame)
  }

  /// Leaves the innermost block at its end.
  mutating func fallThrough() {
    let target = takeEdge(to: control.count - 1)
    builder.branch(to: target)
    becomeUnreachable()
  }

  /// Continues where all edges to the innermost block's end meet, with the values that they carry.
  mutating func mergeEdges() {
    let depth = control.count - 1
    if isReachable { fallThrough() }
    let frame = control[depth]
    operands.removeLast(operands.count - frame.height)
    guard let merge = frame.merge else { return }
    function.appendBlock(merge)
    builder.position(atEnd: merge)
    isReachable = true
    if frame.edges.count == 1 {
      locals.enter(from: frame.edges[0])
      push(frame.edgeValues)
      return
    }
    locals.enterMerge(merge, edges: frame.edges)
    let count = frame.results.count
    for (position, type) in frame.results.enumerated() {
      // A value that all edges carry needs no phi. With many results and edges, phis would have an operand for each
      // pair.
      let first = frame.edgeValues[position]
      if frame.edges.indices.allSatisfy({ frame.edgeValues[$0 * count + position] == first }) {
        push(first)
        continue
      }
      let phi = builder.phi(type)
      for (index, edge) in frame.edges.enumerated() {
        phi.addIncoming(frame.edgeValues[index * count + position], from: edge.block)
      }
      push(phi)
    }
  }

  // MARK: Branches

  /// Records an edge from here to a label and returns the block to branch to. The operands stay.
  mutating func takeEdge(to depth: Int, from block: LLVMBlock? = nil) -> LLVMBlock {
    let types = control[depth].labelTypes
    let values = top(types.count)
    meetingValues += values.count
    let source = block ?? builder.block
    let edge = locals.edge(from: source)
    if let header = control[depth].header {
      for (phi, value) in zip(control[depth].phis, values) { phi.addIncoming(value, from: source) }
      locals.addBackEdge(edge, to: control[depth].loop)
      return header
    }
    let merge = control[depth].merge ?? builder.createBlock("end")
    control[depth].merge = merge
    control[depth].edges.append(edge)
    control[depth].edgeValues += values
    return merge
  }

  func frameDepth(_ label: UInt32) -> Int { control.count - 1 - Int(label) }

  mutating func lowerBr(_ label: UInt32) {
    builder.branch(to: takeEdge(to: frameDepth(label)))
    becomeUnreachable()
  }

  mutating func lowerBrIf(_ instruction: Instruction) {
    branch(if: popCondition(), label: instruction.labelDepth, at: instruction.offset)
  }

  /// Branches if `condition` holds; otherwise goes on in a new LLVM block.
  mutating func branch(if condition: LLVMValue, label: UInt32, at offset: Int) {
    // Take the edge first: this may widen the values that it carries, and that code must precede the branch.
    let target = takeEdge(to: frameDepth(label))
    let next = builder.createBlock("next")
    let weights = profile(condition)
    hint(builder.branch(if: condition, then: target, else: next), weights, at: offset)
    function.appendBlock(next)
    builder.position(atEnd: next)
  }

  /// Sets the weights from a profile or, without one, from a branch hint of the module's metadata section.
  private func hint(_ branch: LLVMValue, _ weights: LLVMMetadata?, at offset: Int) {
    if let weights { return branch.setMetadata(metadata.branchWeights, weights) }
    guard let isLikely = context.module.branchHints[offset] else { return }
    branch.setMetadata(metadata.branchWeights, isLikely ? metadata.likely : metadata.unlikely)
  }

  /// A label that several cases name is reached through a block of its own. So the label's phis get one operand from
  /// this instruction, however many cases name the label.
  mutating func lowerBrTable(_ instruction: Instruction) {
    let index = pop()
    let fallback = instruction.labelDepth
    let labels = reader.labels
    var uses: [UInt32: Int] = [fallback: 1]
    for label in labels where label != fallback { uses[label, default: 0] += 1 }
    if uses.count == 1 { return lowerBr(fallback) }
    let counts = profile(index, labelCount: labels.count)
    let source = builder.block
    // The values that the edges carry are widened here, before the switch.
    _ = top(control[frameDepth(fallback)].labelTypes.count)
    var targets: [UInt32: LLVMBlock] = [:]
    for label in [fallback] + labels where targets[label] == nil {
      if uses[label] == 1 {
        targets[label] = takeEdge(to: frameDepth(label), from: source)
        continue
      }
      let shared = builder.createBlock("case")
      function.appendBlock(shared)
      let target = takeEdge(to: frameDepth(label), from: shared)
      builder.position(atEnd: shared)
      builder.branch(to: target)
      builder.position(atEnd: source)
      targets[label] = shared
    }
    guard let last = targets[fallback] else { return }
    let table = builder.switchOn(index, default: last, cases: labels.count)
    for (position, label) in labels.enumerated() where label != fallback {
      if let target = targets[label] {
        table.addCase(types.i32.constant(UInt64(position)), to: target)
      }
    }
    if let counts { setWeights(counts, of: table, labels: labels, fallback: fallback) }
    becomeUnreachable()
  }

  /// - Parameter counts: The count of each label, then that of the default.
  private func setWeights(
    _ counts: [UInt64], of table: LLVMValue, labels: [UInt32], fallback: UInt32
  ) {
    var weights = [counts[labels.count]]
    for (position, label) in labels.enumerated() {
      if label == fallback {
        weights[0] = weights[0].addingReportingOverflow(counts[position]).partialValue
      } else {
        weights.append(counts[position])
      }
    }
    guard let node = context.branchWeights(weights) else { return }
    table.setMetadata(metadata.branchWeights, node)
  }

  // MARK: Returns and dead code

  mutating func lowerReturn() { lowerBr(UInt32(truncatingIfNeeded: control.count - 1)) }

  /// Returns the topmost operands: those that fit registers directly, the others in the slots.
  private mutating func emitReturn() {
    let values = pop(signature.results.count)
    var returned = Array(values.prefix(signature.directResultCount))
    if returned.count < values.count {
      let slots = slots(of: state)
      for (position, value) in values.dropFirst(signature.directResultCount).enumerated() {
        slots.store(value, at: position, builder)
      }
      if signature.returnsSlots { returned.append(slots.start) }
    }
    switch returned.count {
    case 0: builder.returnVoid()
    case 1: builder.returnValue(returned[0])
    default:
      var aggregate = signature.llvm.returnType.poison
      for (position, value) in returned.enumerated() {
        aggregate = builder.insert(aggregate, value, position)
      }
      builder.returnValue(aggregate)
    }
  }

  mutating func lowerUnreachable() {
    emitTrap(.unreachable)
    becomeUnreachable()
  }

  /// Call this after an instruction that control does not pass. The code up to the next `else` or `end` of the
  /// innermost block is skipped.
  mutating func becomeUnreachable() {
    isReachable = false
    skippedDepth = 0
    if let frame = control.last { operands.removeLast(operands.count - frame.height) }
  }

  /// Keeps track of nesting in code that cannot be reached.
  mutating func skip(_ instruction: Instruction) {
    switch instruction.opcode.operation {
    case .special(.control(let operation)): skip(operation)
    case .special(.exception(let operation)): skip(operation, instruction)
    case .special(.call), .special(.parametric), .special(.variable), .special(.reference),
      .special(.table), .special(.memory), .special(.atomicFence), .plain:
      break
    }
  }

  private mutating func skip(_ operation: ControlOperation) {
    switch operation {
    case .block, .loop, .if: skippedDepth += 1
    case .else where skippedDepth == 0: lowerElse()
    case .end where skippedDepth == 0: lowerEnd()
    case .end: skippedDepth -= 1
    case .else, .unreachable, .nop, .br, .brIf, .brTable, .return: break
    }
  }

  private mutating func skip(_ operation: ExceptionOperation, _ instruction: Instruction) {
    switch operation {
    case .try, .tryTable: skippedDepth += 1
    case .catch where skippedDepth == 0: lowerLegacyCatch(instruction.tagIndex)
    case .catchAll where skippedDepth == 0: lowerLegacyCatch(nil)
    case .delegate where skippedDepth == 0: lowerDelegate(instruction.labelDepth)
    case .delegate: skippedDepth -= 1
    case .catch, .catchAll, .throw, .throwRef, .rethrow: break
    }
  }
}
