// Calls, tail calls and reference instructions.
// Spec: Validation, Control Instructions and Reference Instructions.

extension FunctionValidator {
  @inline(__always)
  mutating func call(_ operation: CallOperation) throws(WasmError) {
    let index = instruction.index
    switch operation {
    case .call: try call(try functionSignature(index))
    case .callIndirect: try call(try indirectSignature())
    case .callRef: try call(try referencedSignature())
    case .returnCall: try tailCall(try functionSignature(index))
    case .returnCallIndirect: try tailCall(try indirectSignature())
    case .returnCallRef: try tailCall(try referencedSignature())
    }
  }

  private mutating func call(_ signature: FlatSignature) throws(WasmError) {
    try pop(signature.parameters)
    push(signature.results)
  }

  private mutating func tailCall(_ signature: FlatSignature) throws(WasmError) {
    try check(signature.results, bodyResults)
    try pop(signature.parameters)
    functionFacts.hasTailCalls = true
    setUnreachable()
  }

  private mutating func functionSignature(_ index: UInt32) throws(WasmError) -> FlatSignature {
    guard Int(index) < facts.functions.count else { throw invalid("unknown function \(index)") }
    return facts.signatures[Int(facts.functions[Int(index)])]
  }

  /// Pops the table index of an indirect call.
  private mutating func indirectSignature() throws(WasmError) -> FlatSignature {
    let table = try table(instruction.index2)
    guard table.element.matches(.funcref) else {
      throw typeMismatch("expected a table of functions, found one of \(table.element)")
    }
    let signature = try functionType(instruction.index)
    try pop(table.address)
    return signature
  }

  /// Pops the function reference of call_ref.
  private mutating func referencedSignature() throws(WasmError) -> FlatSignature {
    let signature = try functionType(instruction.index)
    try pop(concrete(instruction.index, isNullable: true))
    return signature
  }

  mutating func reference(_ operation: ReferenceOperation) throws(WasmError) {
    switch operation {
    case .null:
      let type = ValueType.reference(ReferenceType(isNullable: true, heap: instruction.heapType))
      try check(type)
      push(packed(type))
    case .isNull:
      _ = try popReference()
      push(.i32)
    case .func: try functionReference()
    case .asNonNull:
      let type = try popReference()
      push(type.isBottom ? type : type.nonNull)
    case .brOnNull: try branchOnNull()
    case .brOnNonNull: try branchOnNonNull()
    }
  }

  private mutating func functionReference() throws(WasmError) {
    let index = instruction.index
    guard Int(index) < facts.functions.count else { throw invalid("unknown function \(index)") }
    guard facts.isDeclared[Int(index)] else {
      throw invalid("undeclared function reference \(index)")
    }
    facts.isReferenced[Int(index)] = true
    push(concrete(facts.functions[Int(index)], isNullable: false))
  }

  private mutating func branchOnNull() throws(WasmError) {
    let list = try labelTypes(instruction.index)
    let type = try popReference()
    try pop(list)
    push(list)
    push(type.isBottom ? type : type.nonNull)
  }

  private mutating func branchOnNonNull() throws(WasmError) {
    let list = try labelTypes(instruction.index)
    guard list.count > 0 else { throw typeMismatch("the label takes no reference") }
    let last = types[Int(list.start) + Int(list.count) - 1]
    guard last.isReference else { throw typeMismatch("the label's last type is \(last)") }
    let type = try popReference()
    let branched = type.isBottom ? type : type.nonNull
    if !branched.matches(last) { throw mismatch(last, type) }
    let rest = TypeList(start: list.start, count: list.count - 1)
    try pop(rest)
    push(rest)
  }
}
