// Routes vector instructions to the files of their families.
//
// Each family's switch ends in `notOfFamily`; a test lowers every vector instruction of the opcode table, so
// that one that a family forgot does not go unnoticed.
import LLVMKit
import WasmModule

extension FunctionLowering {
  mutating func lowerVector(_ instruction: Instruction) {
    switch instruction.opcode.info.family {
    case .constant: lowerVectorConstant(instruction)
    case .vectorMemory: lowerVectorMemory(instruction)
    case .vectorLane: lowerVectorLane(instruction)
    case .vectorComparison: lowerVectorComparison(instruction)
    case .vectorUnary: lowerVectorUnary(instruction)
    case .vectorBinary: lowerVectorBinary(instruction)
    case .vectorTernary: lowerBitselect()
    case .vectorShift: lowerVectorShift(instruction)
    case .vectorTest: lowerVectorTest(instruction)
    case .vectorConversion: lowerVectorConversion(instruction)
    case .relaxedVector: lowerRelaxedVector(instruction)
    case .control, .exception, .legacyException, .call, .parametric, .variable, .table, .reference,
      .load, .store, .memoryManagement, .comparison, .unary, .binary, .conversion,
      .wideArithmetic, .atomic:
      notOfFamily(instruction)
    }
  }

  func notOfFamily(_ instruction: Instruction) -> Never {
    preconditionFailure(
      "\(instruction.opcode.name) at 0x\(String(instruction.offset, radix: 16)) has no vector lowering"
    )
  }

  private mutating func lowerVectorConstant(_ instruction: Instruction) {
    guard let value = context.constant(instruction) else {
      preconditionFailure("\(instruction.opcode.name) is no constant")
    }
    push(value)
  }
}
