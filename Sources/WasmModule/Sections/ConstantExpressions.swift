// Constant expressions: where they end, and that they hold nothing but constant instructions. Their
// typing is the validator's. Spec: 3.3.10 Constant Expressions.

extension ModuleDecoder {
  mutating func constantExpression(
    _ cursor: inout ByteCursor
  ) throws(WasmError) -> ConstantExpression {
    let start = cursor.position
    reader.cursor = cursor
    var instruction = Instruction(opcode: .end, offset: start)
    repeat {
      try reader.read(&instruction)
      guard instruction.opcode.isConstant || instruction.opcode == .end else {
        throw .invalid(
          "constant expression required, found \(instruction.opcode.name)", at: instruction.offset)
      }
    } while instruction.opcode != .end
    cursor = reader.cursor
    return ConstantExpression(range: start..<cursor.position)
  }
}

extension Opcode {
  /// Whether constant expressions may hold it. Of global.get the validator asks more.
  var isConstant: Bool {
    self == .i32Const || self == .i64Const || self == .f32Const || self == .f64Const
      || self == .v128Const || self == .refNull || self == .refFunc || self == .globalGet
      || self == .i32Add || self == .i32Sub || self == .i32Mul
      || self == .i64Add || self == .i64Sub || self == .i64Mul
  }
}

extension ConstantExpression {
  /// Its instructions without the final `end`. For modules that ModuleDecoder made.
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
