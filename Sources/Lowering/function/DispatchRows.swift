// One row per numeric instruction and per access of memory. Dispatch.swift routes here.
import LLVMKit
import WasmModule

extension FunctionLowering {
  /// Loads and stores.
  mutating func lowerMemoryRow(_ instruction: Instruction) {
    switch instruction.opcode {
    case .i32Load: lowerLoad(instruction, types.i32, bytes: 4)
    case .i64Load: lowerLoad(instruction, types.i64, bytes: 8)
    case .f32Load: lowerLoad(instruction, types.float, bytes: 4)
    case .f64Load: lowerLoad(instruction, types.double, bytes: 8)
    case .i32Load8S:
      lowerLoad(
        instruction, types.i8, bytes: 1, widen: .signExtend, to: types.i32)
    case .i32Load8U:
      lowerLoad(
        instruction, types.i8, bytes: 1, widen: .zeroExtend, to: types.i32)
    case .i32Load16S:
      lowerLoad(
        instruction, types.i16, bytes: 2, widen: .signExtend, to: types.i32)
    case .i32Load16U:
      lowerLoad(
        instruction, types.i16, bytes: 2, widen: .zeroExtend, to: types.i32)
    case .i64Load8S:
      lowerLoad(
        instruction, types.i8, bytes: 1, widen: .signExtend, to: types.i64)
    case .i64Load8U:
      lowerLoad(
        instruction, types.i8, bytes: 1, widen: .zeroExtend, to: types.i64)
    case .i64Load16S:
      lowerLoad(
        instruction, types.i16, bytes: 2, widen: .signExtend, to: types.i64)
    case .i64Load16U:
      lowerLoad(
        instruction, types.i16, bytes: 2, widen: .zeroExtend, to: types.i64)
    case .i64Load32S:
      lowerLoad(
        instruction, types.i32, bytes: 4, widen: .signExtend, to: types.i64)
    case .i64Load32U:
      lowerLoad(
        instruction, types.i32, bytes: 4, widen: .zeroExtend, to: types.i64)
    case .i32Store: lowerStore(instruction, bytes: 4)
    case .i64Store: lowerStore(instruction, bytes: 8)
    case .f32Store: lowerStore(instruction, bytes: 4)
    case .f64Store: lowerStore(instruction, bytes: 8)
    case .i32Store8: lowerStore(instruction, bytes: 1, narrow: types.i8)
    case .i32Store16: lowerStore(instruction, bytes: 2, narrow: types.i16)
    case .i64Store8: lowerStore(instruction, bytes: 1, narrow: types.i8)
    case .i64Store16: lowerStore(instruction, bytes: 2, narrow: types.i16)
    case .i64Store32: lowerStore(instruction, bytes: 4, narrow: types.i32)
    default: preconditionFailure("\(instruction.opcode.name) is not routed here")
    }
  }

  /// Integer arithmetic and comparisons.
  mutating func lowerIntegerRow(_ instruction: Instruction) {
    switch instruction.opcode {
    case .i32Eqz: lowerEqz()
    case .i32Eq: lowerCompare(.equal)
    case .i32Ne: lowerCompare(.notEqual)
    case .i32LtS: lowerCompare(.signedLess)
    case .i32LtU: lowerCompare(.unsignedLess)
    case .i32GtS: lowerCompare(.signedGreater)
    case .i32GtU: lowerCompare(.unsignedGreater)
    case .i32LeS: lowerCompare(.signedLessOrEqual)
    case .i32LeU: lowerCompare(.unsignedLessOrEqual)
    case .i32GeS: lowerCompare(.signedGreaterOrEqual)
    case .i32GeU: lowerCompare(.unsignedGreaterOrEqual)
    case .i32Clz: lowerCountZeros("llvm.ctlz")
    case .i32Ctz: lowerCountZeros("llvm.cttz")
    case .i32Popcnt: lowerPopcnt()
    case .i32Add: lowerBinary(.add)
    case .i32Sub: lowerBinary(.subtract)
    case .i32Mul: lowerBinary(.multiply)
    case .i32And: lowerBinary(.and)
    case .i32Or: lowerBinary(.or)
    case .i32Xor: lowerBinary(.xor)
    case .i32DivS: lowerSignedDivision(lowest: 0x8000_0000)
    case .i32DivU: lowerUnsignedDivision(.unsignedDivide)
    case .i32RemS: lowerSignedRemainder()
    case .i32RemU: lowerUnsignedDivision(.unsignedRemainder)
    case .i32Shl: lowerShift(.shiftLeft, width: 32)
    case .i32ShrS: lowerShift(.shiftRightArithmetic, width: 32)
    case .i32ShrU: lowerShift(.shiftRightLogical, width: 32)
    case .i32Rotl: lowerRotate("llvm.fshl")
    case .i32Rotr: lowerRotate("llvm.fshr")
    case .i64Eqz: lowerEqz()
    case .i64Eq: lowerCompare(.equal)
    case .i64Ne: lowerCompare(.notEqual)
    case .i64LtS: lowerCompare(.signedLess)
    case .i64LtU: lowerCompare(.unsignedLess)
    case .i64GtS: lowerCompare(.signedGreater)
    case .i64GtU: lowerCompare(.unsignedGreater)
    case .i64LeS: lowerCompare(.signedLessOrEqual)
    case .i64LeU: lowerCompare(.unsignedLessOrEqual)
    case .i64GeS: lowerCompare(.signedGreaterOrEqual)
    case .i64GeU: lowerCompare(.unsignedGreaterOrEqual)
    case .i64Clz: lowerCountZeros("llvm.ctlz")
    case .i64Ctz: lowerCountZeros("llvm.cttz")
    case .i64Popcnt: lowerPopcnt()
    case .i64Add: lowerBinary(.add)
    case .i64Sub: lowerBinary(.subtract)
    case .i64Mul: lowerBinary(.multiply)
    case .i64And: lowerBinary(.and)
    case .i64Or: lowerBinary(.or)
    case .i64Xor: lowerBinary(.xor)
    case .i64DivS: lowerSignedDivision(lowest: 0x8000_0000_0000_0000)
    case .i64DivU: lowerUnsignedDivision(.unsignedDivide)
    case .i64RemS: lowerSignedRemainder()
    case .i64RemU: lowerUnsignedDivision(.unsignedRemainder)
    case .i64Shl: lowerShift(.shiftLeft, width: 64)
    case .i64ShrS: lowerShift(.shiftRightArithmetic, width: 64)
    case .i64ShrU: lowerShift(.shiftRightLogical, width: 64)
    case .i64Rotl: lowerRotate("llvm.fshl")
    case .i64Rotr: lowerRotate("llvm.fshr")
    default: preconditionFailure("\(instruction.opcode.name) is not routed here")
    }
  }

  /// Floating-point arithmetic and comparisons.
  mutating func lowerFloatRow(_ instruction: Instruction) {
    switch instruction.opcode {
    case .f32Eq: lowerFloatCompare(.orderedEqual)
    case .f32Ne: lowerFloatCompare(.unorderedNotEqual)
    case .f32Lt: lowerFloatCompare(.less)
    case .f32Gt: lowerFloatCompare(.greater)
    case .f32Le: lowerFloatCompare(.lessOrEqual)
    case .f32Ge: lowerFloatCompare(.greaterOrEqual)
    case .f32Abs: lowerFloatUnary("llvm.fabs")
    case .f32Ceil: lowerFloatUnary("llvm.ceil")
    case .f32Floor: lowerFloatUnary("llvm.floor")
    case .f32Trunc: lowerFloatUnary("llvm.trunc")
    case .f32Nearest: lowerFloatUnary("llvm.roundeven")
    case .f32Sqrt: lowerFloatUnary("llvm.sqrt")
    case .f32Neg: lowerFloatNegate()
    case .f32Add: lowerFloatBinary(.floatAdd)
    case .f32Sub: lowerFloatBinary(.floatSubtract)
    case .f32Mul: lowerFloatBinary(.floatMultiply)
    case .f32Div: lowerFloatBinary(.floatDivide)
    case .f32Min: lowerFloatMinimum()
    case .f32Max: lowerFloatMaximum()
    case .f32Copysign: lowerCopysign()
    case .f64Eq: lowerFloatCompare(.orderedEqual)
    case .f64Ne: lowerFloatCompare(.unorderedNotEqual)
    case .f64Lt: lowerFloatCompare(.less)
    case .f64Gt: lowerFloatCompare(.greater)
    case .f64Le: lowerFloatCompare(.lessOrEqual)
    case .f64Ge: lowerFloatCompare(.greaterOrEqual)
    case .f64Abs: lowerFloatUnary("llvm.fabs")
    case .f64Ceil: lowerFloatUnary("llvm.ceil")
    case .f64Floor: lowerFloatUnary("llvm.floor")
    case .f64Trunc: lowerFloatUnary("llvm.trunc")
    case .f64Nearest: lowerFloatUnary("llvm.roundeven")
    case .f64Sqrt: lowerFloatUnary("llvm.sqrt")
    case .f64Neg: lowerFloatNegate()
    case .f64Add: lowerFloatBinary(.floatAdd)
    case .f64Sub: lowerFloatBinary(.floatSubtract)
    case .f64Mul: lowerFloatBinary(.floatMultiply)
    case .f64Div: lowerFloatBinary(.floatDivide)
    case .f64Min: lowerFloatMinimum()
    case .f64Max: lowerFloatMaximum()
    case .f64Copysign: lowerCopysign()
    default: preconditionFailure("\(instruction.opcode.name) is not routed here")
    }
  }

  /// Conversions.
  mutating func lowerConversionRow(_ instruction: Instruction) {
    switch instruction.opcode {
    case .i32WrapI64: lowerCast(.truncate, to: types.i32)
    case .i64ExtendI32S: lowerCast(.signExtend, to: types.i64)
    case .i64ExtendI32U: lowerExtendU()
    case .i32TruncF32S: lowerTruncate(.floatToSigned, to: types.i32, .i32FromF32)
    case .i32TruncF32U: lowerTruncate(.floatToUnsigned, to: types.i32, .u32)
    case .i32TruncF64S: lowerTruncate(.floatToSigned, to: types.i32, .i32FromF64)
    case .i32TruncF64U: lowerTruncate(.floatToUnsigned, to: types.i32, .u32)
    case .i64TruncF32S: lowerTruncate(.floatToSigned, to: types.i64, .i64)
    case .i64TruncF32U: lowerTruncate(.floatToUnsigned, to: types.i64, .u64)
    case .i64TruncF64S: lowerTruncate(.floatToSigned, to: types.i64, .i64)
    case .i64TruncF64U: lowerTruncate(.floatToUnsigned, to: types.i64, .u64)
    case .f32ConvertI32S: lowerCast(.signedToFloat, to: types.float)
    case .f32ConvertI32U: lowerCast(.unsignedToFloat, to: types.float)
    case .f32ConvertI64S: lowerCast(.signedToFloat, to: types.float)
    case .f32ConvertI64U: lowerCast(.unsignedToFloat, to: types.float)
    case .f64ConvertI32S: lowerCast(.signedToFloat, to: types.double)
    case .f64ConvertI32U: lowerCast(.unsignedToFloat, to: types.double)
    case .f64ConvertI64S: lowerCast(.signedToFloat, to: types.double)
    case .f64ConvertI64U: lowerCast(.unsignedToFloat, to: types.double)
    case .f32DemoteF64: lowerDemote()
    case .f64PromoteF32: lowerCast(.floatExtend, to: types.double)
    case .i32ReinterpretF32: lowerCast(.bitCast, to: types.i32)
    case .i64ReinterpretF64: lowerCast(.bitCast, to: types.i64)
    case .f32ReinterpretI32: lowerCast(.bitCast, to: types.float)
    case .f64ReinterpretI64: lowerCast(.bitCast, to: types.double)
    case .i32Extend8S: lowerExtend(from: types.i8)
    case .i32Extend16S: lowerExtend(from: types.i16)
    case .i64Extend8S: lowerExtend(from: types.i8)
    case .i64Extend16S: lowerExtend(from: types.i16)
    case .i64Extend32S: lowerExtend(from: types.i32)
    case .i32TruncSatF32S: lowerTruncateSaturating("llvm.fptosi.sat", to: types.i32)
    case .i32TruncSatF32U: lowerTruncateSaturating("llvm.fptoui.sat", to: types.i32)
    case .i32TruncSatF64S: lowerTruncateSaturating("llvm.fptosi.sat", to: types.i32)
    case .i32TruncSatF64U: lowerTruncateSaturating("llvm.fptoui.sat", to: types.i32)
    case .i64TruncSatF32S: lowerTruncateSaturating("llvm.fptosi.sat", to: types.i64)
    case .i64TruncSatF32U: lowerTruncateSaturating("llvm.fptoui.sat", to: types.i64)
    case .i64TruncSatF64S: lowerTruncateSaturating("llvm.fptosi.sat", to: types.i64)
    case .i64TruncSatF64U: lowerTruncateSaturating("llvm.fptoui.sat", to: types.i64)
    default: preconditionFailure("\(instruction.opcode.name) is not routed here")
    }
  }
}
