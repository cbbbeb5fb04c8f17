// Lowers one body: operand stack, control stack, reachability, and the loop over instructions.
//
// The input is a validated body, so the stack holds what an instruction pops. Unreachable code is decoded and skipped.
// Nothing recurses, because the input decides how deep the nesting is. The files Lower*.swift lower single
// instructions, and Dispatch.swift routes to them. LocalValues.swift has the local variables.
import CGuestIR
import LLVMKit
import WasmModule

struct FunctionLowering: ~Copyable {
  /// A value on the operand stack. A comparison's i1 is widened only when it is needed as an i32.
  struct Operand {
    let value: LLVMValue
    let isCondition: Bool
  }

  let context: InstanceLowering
  let builder: LLVMBuilder
  /// Builds the loads at the entry that the whole body shares.
  let entryBuilder: LLVMBuilder
  let function: LLVMValue
  let signature: FunctionSignature
  /// The address of the program's state, and that of the function's own instance in it.
  let state: LLVMValue
  let instance: LLVMValue
  let entry: LLVMBlock
  let scope: LLVMMetadata?
  var locals: LocalValues
  /// The places of the locals, if they are kept in memory.
  var localSlots: LocalSlots?
  /// The number of values that branches have carried to blocks and loops so far.
  var meetingValues = 0
  let localTypes: [ValueType]
  var operands: [Operand] = []
  var control: [ControlFrame] = []
  /// Every try so far, and the innermost one whose body is open.
  var handlers: [Handler] = []
  var handler: Int?
  var isReachable = true
  /// The number of blocks that were opened since code became unreachable.
  var skippedDepth = 0
  var reader: InstructionReader
  var loops: ArraySlice<LoopFacts>
  /// The offset of the present instruction in the file.
  var offset = 0
  /// The line of an instruction is its offset and this number.
  var lineOfOffsetZero = 0
  private var hasLocation = false
  /// For debuggers; nil: nobody asks.
  var rows: SourceRows?
  private var coldBlocks: [LLVMBlock] = []
  var memoryBases: [LLVMValue?]
  var memoryStructs: [LLVMValue?]
  var sites = ProfileSites.none
  var followed = FollowedValues()

  var types: LLVMTypes { context.types }
  var metadata: ModuleMetadata { context.metadata }

  /// - Parameter locals: The declared locals, without the parameters.
  init(
    _ context: InstanceLowering, function: LLVMValue, signature: FunctionSignature,
    locals declared: [LocalRun], instructions: Range<Int>, loops: Range<Int>, scope: LLVMMetadata?
  ) {
    self.context = context
    self.function = function
    self.signature = signature
    self.scope = scope
    builder = LLVMBuilder(context: context.llvm.context)
    entryBuilder = LLVMBuilder(context: context.llvm.context)
    reader = InstructionReader(context.module.bytes, range: instructions)
    self.loops = context.validated.loops[loops]
    entry = builder.createBlock("entry")
    function.appendBlock(entry)
    builder.position(atEnd: entry)
    state = context.program.state(in: function)
    instance = context.address(builder, state: state)
    memoryBases = Array(repeating: nil, count: context.module.memories.count)
    memoryStructs = memoryBases
    var types = signature.type.parameters
    for run in declared { types += repeatElement(run.type, count: Int(run.count)) }
    localTypes = types
    self.locals = LocalValues(
      types: types.map { context.valueTypes[$0] },
      assignments: LocalAssignments(
        localCount: types.count, loops: context.validated.loops[loops],
        assignments: context.validated.loopAssignments),
      builder: LLVMBuilder(context: context.llvm.context))
    for (index, place) in signature.places.enumerated() {
      switch place {
      case .register(let position): self.locals.set(index, function.parameter(position))
      case .slot(let slot):
        let type = signature.parameters[index]
        self.locals.set(index, slots(of: state).load(type, at: slot, builder))
      }
    }
    if Self.mayNeedTooManyPhis(loops: self.loops, localCount: types.count) { moveLocalsToFrame() }
  }

  // MARK: The body

  /// Lowers the body to its closing `end`, which returns the results.
  mutating func lowerBody() throws(LoweringError) {
    control.append(
      ControlFrame(kind: .function, parameters: [], results: signature.results, height: 0))
    while !control.isEmpty { try lowerNext() }
    finish()
  }

  /// Lowers a constant expression, and returns its value.
  mutating func lowerConstant(_ expression: ConstantExpression) -> LLVMValue {
    reader = InstructionReader(context.module.bytes, range: expression.range)
    while true {
      let instruction = next()
      if instruction.opcode == .end { return pop() }
      dispatch(instruction)
    }
  }

  private mutating func lowerNext() throws(LoweringError) {
    try checkMeetingValues()
    let instruction = next()
    guard isReachable else { return skip(instruction) }
    let isForDebuggers = rows != nil
    if let start = rows?.start(of: offset) {
      setLocation(of: start, column: UInt32(SWASM_IR_DEBUGGER_COLUMN))
    }
    dispatch(instruction)
    if hasLocation || isForDebuggers {
      builder.clearLocation()
      hasLocation = false
    }
    if isForDebuggers { noteFollowed() }
  }

  private mutating func next() -> Instruction {
    do {
      let instruction = try reader.next()
      offset = instruction.offset
      return instruction
    } catch {
      preconditionFailure("a validated body does not decode: \(error)")
    }
  }

  /// Appends the blocks that were put aside.
  mutating func finish() {
    for block in coldBlocks { function.appendBlock(block) }
    coldBlocks = []
  }

  // MARK: Operands

  mutating func push(_ value: LLVMValue) {
    operands.append(Operand(value: value, isCondition: false))
  }
  mutating func push(condition: LLVMValue) {
    operands.append(Operand(value: condition, isCondition: true))
  }

  mutating func popOperand() -> Operand {
    guard let operand = operands.popLast() else {
      preconditionFailure("operand stack underflow at 0x\(String(offset, radix: 16))")
    }
    return operand
  }

  mutating func pop() -> LLVMValue { widened(popOperand()) }

  func widened(_ operand: Operand) -> LLVMValue {
    operand.isCondition ? builder.zeroExtend(operand.value, to: types.i32) : operand.value
  }

  /// Pops an i32 as the i1 that says whether it is not zero.
  mutating func popCondition() -> LLVMValue {
    let operand = popOperand()
    if operand.isCondition { return operand.value }
    return builder.compare(.notEqual, operand.value, types.i32.constant(0), "nonzero")
  }

  mutating func pop(_ count: Int) -> [LLVMValue] {
    let values = top(count)
    operands.removeLast(count)
    return values
  }

  /// The topmost operands, deepest first. They stay on the stack.
  mutating func top(_ count: Int) -> [LLVMValue] {
    if count == 0 { return [] }
    let first = operands.count - count
    for position in first..<operands.count where operands[position].isCondition {
      operands[position] = Operand(value: widened(operands[position]), isCondition: false)
    }
    return operands[first...].map(\.value)
  }

  mutating func push(_ values: [LLVMValue]) {
    for value in values { push(value) }
  }

  // MARK: Positions, traps and calls of the runtime

  /// Gives the code of this instruction the line that stands for its offset, for messages about traps and calls.
  mutating func markLocation() {
    guard !hasLocation else { return }
    setLocation(of: offset)
    hasLocation = scope != nil
  }

  private func setLocation(of place: Int, column: UInt32 = 0) {
    guard let scope else { return }
    builder.setLocation(
      line: UInt32(truncatingIfNeeded: place + lineOfOffsetZero), column: column, scope: scope)
  }

  /// Traps if `condition` holds; control goes on in a new LLVM block.
  mutating func trap(if condition: LLVMValue, _ code: TrapCode) {
    let (trapping, going) = forkCold(condition)
    builder.position(atEnd: trapping)
    emitTrap(code)
    builder.position(atEnd: going)
  }

  /// Branches to a cold block at the end of the function if `condition` holds. The builder stays where it was.
  mutating func forkCold(_ condition: LLVMValue) -> (cold: LLVMBlock, going: LLVMBlock) {
    markLocation()
    let cold = builder.createBlock("trap")
    let going = builder.createBlock("ok")
    builder.branch(if: condition, then: cold, else: going)
      .setMetadata(metadata.branchWeights, metadata.unlikely)
    coldBlocks.append(cold)
    function.appendBlock(going)
    return (cold, going)
  }

  mutating func deferBlock(_ block: LLVMBlock) { coldBlocks.append(block) }

  /// Ends the block with a trap of its own. LLVM never merges it with another, so its address tells its place.
  mutating func emitTrap(_ code: TrapCode) {
    markLocation()
    // A host may look at the instance after the trap, but LLVM believes that nothing runs after it.
    if context.options.isHosted { builder.compilerFence() }
    let intrinsic = context.intrinsic("llvm.ubsantrap")
    let type = types.function([types.i8], returning: types.void)
    builder.call(type, intrinsic, [types.i8.constant(code.code)])
      .addCallAttribute(context.attributes.noMerge)
    builder.unreachable()
  }

  mutating func callBuiltin(
    _ name: String, _ arguments: [LLVMValue], returning result: LLVMType, _ label: LLVMName = ""
  ) -> LLVMValue {
    markLocation()
    let (type, function) = context.builtin(name, arguments.map(\.type), returning: result)
    return builder.call(type, function, arguments, label)
  }

  func callIntrinsic(
    _ name: String, overloads: [LLVMType], _ arguments: [LLVMValue], returning result: LLVMType,
    _ label: LLVMName = ""
  ) -> LLVMValue {
    let function = context.intrinsic(name, overloads)
    let type = types.function(arguments.map(\.type), returning: result)
    return builder.call(type, function, arguments, label)
  }
}
