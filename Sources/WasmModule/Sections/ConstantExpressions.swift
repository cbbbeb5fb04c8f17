// Finds the end of constant expressions, and checks that they contain only constant instructions. The validator types
// them. Spec: Validation, Constant Expressions.

extension ModuleDecoder {
  mutating func constantExpression(
    _ cursor: inout ByteCursor
  ) throws(WasmError) -> ConstantExpression {
    let start = cursor.position
    reader.cursor = cursor
    var instruction = Instruction(opcode: .end, offset: start)
    repeat {
      let entry = try reader.read(&instruction)
      guard entry.pointee.isConstant || instruction.opcode == .end else {
        throw .invalid(
          "constant expression required, found \(instruction.opcode.name)", at: instruction.offset)
      }
    } while instruction.opcode != .end
    cursor = reader.cursor
    return ConstantExpression(range: start..<cursor.position)
  }
}

extension InstructionOperation {
  /// Whether constant expressions may contain this instruction. The validator has more rules for global.get.
  var isConstant: Bool {
    switch self {
    case .plain(.constant), .special(.reference(.null)), .special(.reference(.func)),
      .special(.variable(.globalGet)):
      true
    case .plain, .special: isExtendedConstant
    }
  }

  /// Whether only the proposal of extended constant expressions lets them contain this instruction.
  var isExtendedConstant: Bool {
    switch self {
    case .plain(.integerBinary(.add, _)), .plain(.integerBinary(.sub, _)),
      .plain(.integerBinary(.mul, _)):
      true
    case .plain, .special: false
    }
  }
}

extension OpcodeInfo {
  /// The feature that a constant expression needs for this instruction, if it may contain the instruction.
  public var featureInConstants: Feature {
    operation.isExtendedConstant ? .extendedConstants : feature
  }
}

extension ConstantExpression {
  /// The expression's instruction if it has exactly one before the final `end`, otherwise nil.
  /// - Parameter module: The module that has the expression, as ModuleDecoder made it.
  public func onlyInstruction(in module: Module) -> Instruction? {
    var reader = InstructionReader(module.bytes, range: range)
    guard let first = try? reader.next(), let second = try? reader.next(), second.opcode == .end
    else { return nil }
    return first
  }

  /// The expression's instructions without the final `end`. Throws only if the expression is not one of `module`.
  /// - Parameter module: The module that has the expression, as ModuleDecoder made it.
  public func instructions(in module: Module) throws(WasmError) -> [Instruction] {
    var reader = InstructionReader(module.bytes, range: range)
    var instructions: [Instruction] = []
    while !reader.isAtEnd {
      let instruction = try reader.next()
      if instruction.opcode != .end { instructions.append(instruction) }
    }
    return instructions
  }
}
