// Validates bodies and constant expressions: the operand stack, the control stack and the dispatch.
// Spec: Validation, Instructions; appendix, Validation Algorithm.
//
// The signature in the opcode table types plain instructions. Extensions in this folder type special instructions, one
// for each family. One validator serves all bodies of a module. It allocates nothing for an instruction, and its stacks
// keep their memory from one body to the next. Methods that change nothing are `mutating` too, because the Swift
// compiler would copy this struct for methods that are not.

struct FunctionValidator: ~Copyable {
  let module: Module
  var facts: ModuleFacts
  var reader: InstructionReader
  var instruction = Instruction(opcode: .nop, offset: 0)

  /// The operand types to which frames and signatures refer: those of the module, then those of the body.
  var types: FlatStack<OperandType>
  var operands = FlatStack<OperandType>(capacity: 1024)
  var controls = FlatStack<ControlFrame>(capacity: 256)
  /// The innermost frame, kept out of the stack.
  var frame = ControlFrame(
    kind: .body, isUnreachable: false, height: 0, initialisedHeight: 0, loop: -1,
    parameters: .empty, results: .empty)
  var isOpen = false

  var locals = LocalTypes()
  var functionFacts = FunctionFacts()
  var loops: [LoopFacts] = []
  var loopAssignments: [LocalIndex] = []

  init(_ module: Module) {
    self.module = module
    types = FlatStack(capacity: 1024)
    facts = ModuleFacts(module, &types)
    reader = InstructionReader(module.bytes, range: 0..<0)
  }

  /// Validates the body of a function defined here, against `type`.
  mutating func validate(
    _ body: FunctionBody, _ type: TypeIndex
  ) throws(WasmError) -> FunctionFacts {
    let signature = facts.signatures[type.int]
    let moduleTypes = types.count
    try locals.enter(body, module.functionType(type).parameters, module)
    functionFacts = FunctionFacts()
    functionFacts.loops = loops.count..<loops.count
    begin(range: body.instructions, results: signature.results)
    while isOpen {
      try step()
      functionFacts.instructionCount &+= 1
    }
    if !reader.isAtEnd {
      throw .malformed("instructions after the end of the function", at: reader.offset)
    }
    functionFacts.loops = functionFacts.loops.lowerBound..<loops.count
    types.truncate(to: moduleTypes)
    return functionFacts
  }

  /// Starts a body or expression with empty stacks.
  mutating func begin(range: Range<Int>, results: TypeList) {
    reader.restart(range)
    operands.truncate(to: 0)
    controls.truncate(to: 0)
    frame = ControlFrame(
      kind: .body, isUnreachable: false, height: 0, initialisedHeight: 0, loop: -1,
      parameters: .empty, results: results)
    isOpen = true
    functionFacts.labelDepth = max(functionFacts.labelDepth, 1)
  }

  /// Reads and types one instruction.
  @inline(__always)
  mutating func step() throws(WasmError) {
    let entry = try reader.read(&instruction)
    if let operation = entry.pointee.special {
      try special(operation)
    } else {
      try plain(entry)
    }
  }

  @inline(__always)
  private mutating func plain(_ entry: UnsafePointer<OpcodeTable.Entry>) throws(WasmError) {
    var address = OperandType.i32
    if entry.pointee.hasRules { address = try checkImmediates(entry) }
    var packed = UInt32(entry.pointee.packedOperands)
    while packed != 0 {
      let kind = packed & 15
      try pop(kind == OperandKind.addressKind ? address : OperandType(raw: kind))
      packed >>= 4
    }
    packed = UInt32(entry.pointee.packedResults)
    while packed != 0 {
      push(OperandType(raw: packed & 15))
      packed >>= 4
    }
  }

  /// Checks the immediates of plain instructions. Returns the address type of a memory access.
  @inline(__always)
  private mutating func checkImmediates(
    _ entry: UnsafePointer<OpcodeTable.Entry>
  ) throws(WasmError) -> OperandType {
    if entry.pointee.laneCount != 0 { try checkLanes(entry) }
    guard entry.pointee.isMemoryAccess else { return .i32 }
    let address = try memoryAddress(instruction.index)
    if instruction.alignLog2 != entry.pointee.accessLog2 { try checkAlignment(entry) }
    if instruction.value > UInt64(UInt32.max) && address == .i32 {
      throw invalid("offset out of range")
    }
    return address
  }

  @inline(never)
  private mutating func checkAlignment(
    _ entry: UnsafePointer<OpcodeTable.Entry>
  ) throws(WasmError) {
    if instruction.alignLog2 > entry.pointee.accessLog2 {
      throw invalid("alignment must not be larger than natural")
    }
    if entry.pointee.isAtomic { throw invalid("atomic alignment must be natural") }
  }

  @inline(never)
  private mutating func checkLanes(
    _ entry: UnsafePointer<OpcodeTable.Entry>
  ) throws(WasmError) {
    if entry.pointee.immediates == .lanes {
      for position in 0..<16 where instruction.vectorByte(position) >= entry.pointee.laneCount {
        throw invalid("invalid lane index")
      }
    } else if instruction.lane >= entry.pointee.laneCount {
      throw invalid("invalid lane index")
    }
  }

  @inline(__always)
  mutating func memoryAddress(_ index: UInt32) throws(WasmError) -> OperandType {
    guard Int(index) < facts.memories.count else { throw invalid("unknown memory \(index)") }
    return facts.memories[Int(index)]
  }
}

// The operand stack.
extension FunctionValidator {
  @inline(__always)
  mutating func push(_ type: OperandType) {
    operands.push(type)
    if operands.count > functionFacts.operandDepth { functionFacts.operandDepth = operands.count }
  }

  @inline(__always)
  mutating func pop(_ expected: OperandType) throws(WasmError) {
    guard operands.count > frame.height else {
      if frame.isUnreachable { return }
      throw mismatch(expected, nil)
    }
    let found = operands.pop()
    if found != expected && !found.matches(expected) { throw mismatch(expected, found) }
  }

  /// Pops a value of any type; bottom from a polymorphic stack.
  @inline(__always)
  mutating func popAny(_ what: StaticString = "a value") throws(WasmError) -> OperandType {
    guard operands.count > frame.height else {
      if frame.isUnreachable { return .bottom }
      throw typeMismatch("expected \(what), found nothing")
    }
    return operands.pop()
  }

  /// Pops a reference; bottom from a polymorphic stack.
  mutating func popReference() throws(WasmError) -> OperandType {
    let found = try popAny("a reference")
    if !found.isReference && !found.isBottom {
      throw typeMismatch("expected a reference, found \(found)")
    }
    return found
  }

  mutating func push(_ list: TypeList) {
    var position = Int(list.start)
    let end = position + Int(list.count)
    while position < end {
      push(types[position])
      position += 1
    }
  }

  mutating func pop(_ list: TypeList) throws(WasmError) {
    let start = Int(list.start)
    var position = start + Int(list.count)
    while position > start {
      position -= 1
      try pop(types[position])
    }
  }

  mutating func setUnreachable() {
    operands.truncate(to: frame.height)
    frame.isUnreachable = true
  }
}

// Value types in instructions.
extension FunctionValidator {
  /// Checks that a type names only types that exist.
  mutating func check(_ type: ValueType) throws(WasmError) {
    if case .reference(let reference) = type, case .concrete(let index) = reference.heap,
      index.int >= facts.canonical.count
    {
      throw invalid("unknown type \(index)")
    }
  }

  /// Packs a type that was checked.
  mutating func packed(_ type: ValueType) -> OperandType {
    if case .reference(let reference) = type, case .concrete(let index) = reference.heap {
      return concrete(index.raw, isNullable: reference.isNullable)
    }
    return OperandType(type)
  }

  /// The reference to a type whose index is in range.
  mutating func concrete(_ index: UInt32, isNullable: Bool) -> OperandType {
    let heap = HeapType.concrete(TypeIndex(facts.canonical[Int(index)]))
    return OperandType(ReferenceType(isNullable: isNullable, heap: heap))
  }
}

// Messages. They name the instruction that is being typed.
extension FunctionValidator {
  mutating func invalid(_ message: String) -> WasmError {
    .invalid(message, at: instruction.offset)
  }

  @inline(never)
  mutating func typeMismatch(_ detail: String) -> WasmError {
    let place =
      instruction.opcode == .end ? "at end of \(frame.kind.name)" : "in \(instruction.opcode.name)"
    return .invalid("type mismatch \(place): \(detail)", at: instruction.offset)
  }

  @inline(never)
  mutating func mismatch(_ expected: OperandType, _ found: OperandType?) -> WasmError {
    let what = found.map { "\($0)" } ?? "nothing"
    return typeMismatch("expected \(expected), found \(what)")
  }
}

extension OperandKind {
  static let addressKind = UInt32(OperandKind.address.rawValue)
}
