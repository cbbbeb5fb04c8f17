// Constant expressions: the validator of bodies with two more rules. Spec: Validation, Constant Expressions.
//
// Decoding has checked that they contain only constant instructions.

extension FunctionValidator {
  /// Checks that `expression` gives one value of type `expected`. It may use only globals below `visibleGlobals`.
  mutating func validate(
    _ expression: ConstantExpression, _ expected: OperandType, visibleGlobals: Int
  ) throws(WasmError) {
    let start = types.count
    types.push(expected)
    begin(
      range: expression.range,
      results: TypeList(start: Int32(truncatingIfNeeded: start), count: 1))
    while isOpen {
      try step()
      if instruction.opcode == .globalGet { try checkGlobal(visibleGlobals) }
    }
    types.truncate(to: start)
  }

  private mutating func checkGlobal(_ visibleGlobals: Int) throws(WasmError) {
    guard Int(instruction.index) < visibleGlobals else {
      throw invalid("unknown global \(instruction.index)")
    }
    guard !facts.globals[Int(instruction.index)].isMutable else {
      throw invalid("constant expression required, found a mutable global")
    }
  }
}
