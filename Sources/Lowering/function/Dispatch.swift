// The one switch over instructions: what each is made of, or which family lowers it.
//
// Exhaustive and without a default, so that the compiler names an instruction that was forgotten. The
// numeric instructions and the accesses of memory, one row each, are switches of their own below it.
import LLVMKit
import WasmModule

extension FunctionLowering {
  mutating func dispatch(_ instruction: Instruction) throws(LoweringError) {
    switch instruction.opcode {
    case .unreachable: lowerUnreachable()
    case .nop: break
    case .block: lowerBlock(instruction)
    case .loop: lowerLoop(instruction)
    case .if: lowerIf(instruction)
    case .else: lowerElse()
    case .end: lowerEnd()
    case .br: lowerBr(instruction.labelDepth)
    case .brIf: lowerBrIf(instruction)
    case .brTable: lowerBrTable(instruction)
    case .return: lowerReturn()
    case .call: lowerCall(instruction.functionIndex)
    case .callIndirect: lowerCallIndirect(instruction)
    case .returnCall: lowerCall(instruction.functionIndex, isTail: true)
    case .returnCallIndirect: lowerCallIndirect(instruction, isTail: true)
    case .callRef: lowerCallRef(instruction)
    case .returnCallRef: lowerCallRef(instruction, isTail: true)
    case .drop: lowerDrop()
    case .select, .selectTyped: lowerSelect()
    case .localGet: lowerLocalGet(instruction.localIndex)
    case .localSet: lowerLocalSet(instruction.localIndex)
    case .localTee: lowerLocalTee(instruction.localIndex)
    case .globalGet: lowerGlobalGet(instruction.globalIndex)
    case .globalSet: lowerGlobalSet(instruction.globalIndex)
    case .tableGet: lowerTableGet(instruction.tableIndex)
    case .tableSet: lowerTableSet(instruction.tableIndex)
    case .memorySize: lowerMemorySize(instruction)
    case .memoryGrow: lowerMemoryGrow(instruction)
    case .refNull: lowerRefNull()
    case .refIsNull: lowerRefIsNull()
    case .refFunc: lowerRefFunc(instruction.functionIndex)
    case .refAsNonNull: lowerRefAsNonNull()
    case .brOnNull: lowerBrOnNull(instruction)
    case .brOnNonNull: lowerBrOnNonNull(instruction)
    case .i32Const, .i64Const, .f32Const, .f64Const: lowerConstant(instruction)
    case .try: lowerLegacyTry(instruction)
    case .catch: lowerLegacyCatch(instruction.tagIndex)
    case .catchAll: lowerLegacyCatch(nil)
    case .delegate: lowerDelegate(instruction.labelDepth)
    case .rethrow: lowerRethrow(instruction.labelDepth)
    case .tryTable: lowerTryTable(instruction)
    case .throw: lowerThrow(instruction.tagIndex)
    case .throwRef: lowerThrowRef()
    case .memoryInit: lowerMemoryInit(instruction)
    case .dataDrop: lowerDataDrop(instruction.dataIndex)
    case .memoryCopy: lowerMemoryCopy(instruction)
    case .memoryFill: lowerMemoryFill(instruction)
    case .tableInit: lowerTableInit(instruction)
    case .elemDrop: lowerElemDrop(instruction.elementIndex)
    case .tableCopy: lowerTableCopy(instruction)
    case .tableGrow: lowerTableGrow(instruction.tableIndex)
    case .tableSize: lowerTableSize(instruction.tableIndex)
    case .tableFill: lowerTableFill(instruction.tableIndex)
    case .i64Add128: lowerWide(.add)
    case .i64Sub128: lowerWide(.subtract)
    case .i64MulWideS: lowerWideMultiply(.signExtend)
    case .i64MulWideU: lowerWideMultiply(.zeroExtend)
    case .i32Load, .i64Load, .f32Load, .f64Load, .i32Load8S, .i32Load8U, .i32Load16S, .i32Load16U,
      .i64Load8S, .i64Load8U, .i64Load16S, .i64Load16U, .i64Load32S, .i64Load32U, .i32Store,
      .i64Store, .f32Store, .f64Store, .i32Store8, .i32Store16, .i64Store8, .i64Store16,
      .i64Store32:
      lowerMemoryRow(instruction)
    case .i32Eqz, .i32Eq, .i32Ne, .i32LtS, .i32LtU, .i32GtS, .i32GtU, .i32LeS, .i32LeU, .i32GeS,
      .i32GeU, .i32Clz, .i32Ctz, .i32Popcnt, .i32Add, .i32Sub, .i32Mul, .i32And, .i32Or, .i32Xor,
      .i32DivS, .i32DivU, .i32RemS, .i32RemU, .i32Shl, .i32ShrS, .i32ShrU, .i32Rotl, .i32Rotr,
      .i64Eqz, .i64Eq, .i64Ne, .i64LtS, .i64LtU, .i64GtS, .i64GtU, .i64LeS, .i64LeU, .i64GeS,
      .i64GeU, .i64Clz, .i64Ctz, .i64Popcnt, .i64Add, .i64Sub, .i64Mul, .i64And, .i64Or, .i64Xor,
      .i64DivS, .i64DivU, .i64RemS, .i64RemU, .i64Shl, .i64ShrS, .i64ShrU, .i64Rotl, .i64Rotr:
      lowerIntegerRow(instruction)
    case .f32Eq, .f32Ne, .f32Lt, .f32Gt, .f32Le, .f32Ge, .f32Abs, .f32Ceil, .f32Floor, .f32Trunc,
      .f32Nearest, .f32Sqrt, .f32Neg, .f32Add, .f32Sub, .f32Mul, .f32Div, .f32Min, .f32Max,
      .f32Copysign, .f64Eq, .f64Ne, .f64Lt, .f64Gt, .f64Le, .f64Ge, .f64Abs, .f64Ceil, .f64Floor,
      .f64Trunc, .f64Nearest, .f64Sqrt, .f64Neg, .f64Add, .f64Sub, .f64Mul, .f64Div, .f64Min,
      .f64Max, .f64Copysign:
      lowerFloatRow(instruction)
    case .i32WrapI64, .i64ExtendI32S, .i64ExtendI32U, .i32TruncF32S, .i32TruncF32U, .i32TruncF64S,
      .i32TruncF64U, .i64TruncF32S, .i64TruncF32U, .i64TruncF64S, .i64TruncF64U, .f32ConvertI32S,
      .f32ConvertI32U, .f32ConvertI64S, .f32ConvertI64U, .f64ConvertI32S, .f64ConvertI32U,
      .f64ConvertI64S, .f64ConvertI64U, .f32DemoteF64, .f64PromoteF32, .i32ReinterpretF32,
      .i64ReinterpretF64, .f32ReinterpretI32, .f64ReinterpretI64, .i32Extend8S, .i32Extend16S,
      .i64Extend8S, .i64Extend16S, .i64Extend32S, .i32TruncSatF32S, .i32TruncSatF32U,
      .i32TruncSatF64S, .i32TruncSatF64U, .i64TruncSatF32S, .i64TruncSatF32U, .i64TruncSatF64S,
      .i64TruncSatF64U:
      lowerConversionRow(instruction)
    case .v128Load, .v128Load8x8S, .v128Load8x8U, .v128Load16x4S, .v128Load16x4U, .v128Load32x2S,
      .v128Load32x2U, .v128Load8Splat, .v128Load16Splat, .v128Load32Splat, .v128Load64Splat,
      .v128Store, .v128Const, .i8x16Shuffle, .i8x16Swizzle, .i8x16Splat, .i16x8Splat, .i32x4Splat,
      .i64x2Splat, .f32x4Splat, .f64x2Splat, .i8x16ExtractLaneS, .i8x16ExtractLaneU,
      .i8x16ReplaceLane, .i16x8ExtractLaneS, .i16x8ExtractLaneU, .i16x8ReplaceLane,
      .i32x4ExtractLane, .i32x4ReplaceLane, .i64x2ExtractLane, .i64x2ReplaceLane,
      .f32x4ExtractLane, .f32x4ReplaceLane, .f64x2ExtractLane, .f64x2ReplaceLane, .i8x16Eq,
      .i8x16Ne, .i8x16LtS, .i8x16LtU, .i8x16GtS, .i8x16GtU, .i8x16LeS, .i8x16LeU, .i8x16GeS,
      .i8x16GeU, .i16x8Eq, .i16x8Ne, .i16x8LtS, .i16x8LtU, .i16x8GtS, .i16x8GtU, .i16x8LeS,
      .i16x8LeU, .i16x8GeS, .i16x8GeU, .i32x4Eq, .i32x4Ne, .i32x4LtS, .i32x4LtU, .i32x4GtS,
      .i32x4GtU, .i32x4LeS, .i32x4LeU, .i32x4GeS, .i32x4GeU, .f32x4Eq, .f32x4Ne, .f32x4Lt,
      .f32x4Gt, .f32x4Le, .f32x4Ge, .f64x2Eq, .f64x2Ne, .f64x2Lt, .f64x2Gt, .f64x2Le, .f64x2Ge,
      .v128Not, .v128And, .v128Andnot, .v128Or, .v128Xor, .v128Bitselect, .v128AnyTrue,
      .v128Load8Lane, .v128Load16Lane, .v128Load32Lane, .v128Load64Lane, .v128Store8Lane,
      .v128Store16Lane, .v128Store32Lane, .v128Store64Lane, .v128Load32Zero, .v128Load64Zero,
      .f32x4DemoteF64x2Zero, .f64x2PromoteLowF32x4, .i8x16Abs, .i8x16Neg, .i8x16Popcnt,
      .i8x16AllTrue, .i8x16Bitmask, .i8x16NarrowI16x8S, .i8x16NarrowI16x8U, .f32x4Ceil,
      .f32x4Floor, .f32x4Trunc, .f32x4Nearest, .i8x16Shl, .i8x16ShrS, .i8x16ShrU, .i8x16Add,
      .i8x16AddSatS, .i8x16AddSatU, .i8x16Sub, .i8x16SubSatS, .i8x16SubSatU, .f64x2Ceil,
      .f64x2Floor, .i8x16MinS, .i8x16MinU, .i8x16MaxS, .i8x16MaxU, .f64x2Trunc, .i8x16AvgrU,
      .i16x8ExtaddPairwiseI8x16S, .i16x8ExtaddPairwiseI8x16U, .i32x4ExtaddPairwiseI16x8S,
      .i32x4ExtaddPairwiseI16x8U, .i16x8Abs, .i16x8Neg, .i16x8Q15mulrSatS, .i16x8AllTrue,
      .i16x8Bitmask, .i16x8NarrowI32x4S, .i16x8NarrowI32x4U, .i16x8ExtendLowI8x16S,
      .i16x8ExtendHighI8x16S, .i16x8ExtendLowI8x16U, .i16x8ExtendHighI8x16U, .i16x8Shl, .i16x8ShrS,
      .i16x8ShrU, .i16x8Add, .i16x8AddSatS, .i16x8AddSatU, .i16x8Sub, .i16x8SubSatS, .i16x8SubSatU,
      .f64x2Nearest, .i16x8Mul, .i16x8MinS, .i16x8MinU, .i16x8MaxS, .i16x8MaxU, .i16x8AvgrU,
      .i16x8ExtmulLowI8x16S, .i16x8ExtmulHighI8x16S, .i16x8ExtmulLowI8x16U, .i16x8ExtmulHighI8x16U,
      .i32x4Abs, .i32x4Neg, .i32x4AllTrue, .i32x4Bitmask, .i32x4ExtendLowI16x8S,
      .i32x4ExtendHighI16x8S, .i32x4ExtendLowI16x8U, .i32x4ExtendHighI16x8U, .i32x4Shl, .i32x4ShrS,
      .i32x4ShrU, .i32x4Add, .i32x4Sub, .i32x4Mul, .i32x4MinS, .i32x4MinU, .i32x4MaxS, .i32x4MaxU,
      .i32x4DotI16x8S, .i32x4ExtmulLowI16x8S, .i32x4ExtmulHighI16x8S, .i32x4ExtmulLowI16x8U,
      .i32x4ExtmulHighI16x8U, .i64x2Abs, .i64x2Neg, .i64x2AllTrue, .i64x2Bitmask,
      .i64x2ExtendLowI32x4S, .i64x2ExtendHighI32x4S, .i64x2ExtendLowI32x4U, .i64x2ExtendHighI32x4U,
      .i64x2Shl, .i64x2ShrS, .i64x2ShrU, .i64x2Add, .i64x2Sub, .i64x2Mul, .i64x2Eq, .i64x2Ne,
      .i64x2LtS, .i64x2GtS, .i64x2LeS, .i64x2GeS, .i64x2ExtmulLowI32x4S, .i64x2ExtmulHighI32x4S,
      .i64x2ExtmulLowI32x4U, .i64x2ExtmulHighI32x4U, .f32x4Abs, .f32x4Neg, .f32x4Sqrt, .f32x4Add,
      .f32x4Sub, .f32x4Mul, .f32x4Div, .f32x4Min, .f32x4Max, .f32x4Pmin, .f32x4Pmax, .f64x2Abs,
      .f64x2Neg, .f64x2Sqrt, .f64x2Add, .f64x2Sub, .f64x2Mul, .f64x2Div, .f64x2Min, .f64x2Max,
      .f64x2Pmin, .f64x2Pmax, .i32x4TruncSatF32x4S, .i32x4TruncSatF32x4U, .f32x4ConvertI32x4S,
      .f32x4ConvertI32x4U, .i32x4TruncSatF64x2SZero, .i32x4TruncSatF64x2UZero,
      .f64x2ConvertLowI32x4S, .f64x2ConvertLowI32x4U, .i8x16RelaxedSwizzle,
      .i32x4RelaxedTruncF32x4S, .i32x4RelaxedTruncF32x4U, .i32x4RelaxedTruncF64x2SZero,
      .i32x4RelaxedTruncF64x2UZero, .f32x4RelaxedMadd, .f32x4RelaxedNmadd, .f64x2RelaxedMadd,
      .f64x2RelaxedNmadd, .i8x16RelaxedLaneselect, .i16x8RelaxedLaneselect,
      .i32x4RelaxedLaneselect, .i64x2RelaxedLaneselect, .f32x4RelaxedMin, .f32x4RelaxedMax,
      .f64x2RelaxedMin, .f64x2RelaxedMax, .i16x8RelaxedQ15mulrS, .i16x8RelaxedDotI8x16I7x16S,
      .i32x4RelaxedDotI8x16I7x16AddS:
      lowerVector(instruction)
    case .memoryAtomicNotify, .memoryAtomicWait32, .memoryAtomicWait64, .atomicFence,
      .i32AtomicLoad, .i64AtomicLoad, .i32AtomicLoad8U, .i32AtomicLoad16U, .i64AtomicLoad8U,
      .i64AtomicLoad16U, .i64AtomicLoad32U, .i32AtomicStore, .i64AtomicStore, .i32AtomicStore8,
      .i32AtomicStore16, .i64AtomicStore8, .i64AtomicStore16, .i64AtomicStore32, .i32AtomicRmwAdd,
      .i64AtomicRmwAdd, .i32AtomicRmw8AddU, .i32AtomicRmw16AddU, .i64AtomicRmw8AddU,
      .i64AtomicRmw16AddU, .i64AtomicRmw32AddU, .i32AtomicRmwSub, .i64AtomicRmwSub,
      .i32AtomicRmw8SubU, .i32AtomicRmw16SubU, .i64AtomicRmw8SubU, .i64AtomicRmw16SubU,
      .i64AtomicRmw32SubU, .i32AtomicRmwAnd, .i64AtomicRmwAnd, .i32AtomicRmw8AndU,
      .i32AtomicRmw16AndU, .i64AtomicRmw8AndU, .i64AtomicRmw16AndU, .i64AtomicRmw32AndU,
      .i32AtomicRmwOr, .i64AtomicRmwOr, .i32AtomicRmw8OrU, .i32AtomicRmw16OrU, .i64AtomicRmw8OrU,
      .i64AtomicRmw16OrU, .i64AtomicRmw32OrU, .i32AtomicRmwXor, .i64AtomicRmwXor,
      .i32AtomicRmw8XorU, .i32AtomicRmw16XorU, .i64AtomicRmw8XorU, .i64AtomicRmw16XorU,
      .i64AtomicRmw32XorU, .i32AtomicRmwXchg, .i64AtomicRmwXchg, .i32AtomicRmw8XchgU,
      .i32AtomicRmw16XchgU, .i64AtomicRmw8XchgU, .i64AtomicRmw16XchgU, .i64AtomicRmw32XchgU,
      .i32AtomicRmwCmpxchg, .i64AtomicRmwCmpxchg, .i32AtomicRmw8CmpxchgU, .i32AtomicRmw16CmpxchgU,
      .i64AtomicRmw8CmpxchgU, .i64AtomicRmw16CmpxchgU, .i64AtomicRmw32CmpxchgU:
      lowerAtomic(instruction)
    }
  }

  private mutating func lowerConstant(_ instruction: Instruction) {
    guard let value = context.constant(instruction) else {
      preconditionFailure("\(instruction.opcode.name) is no constant")
    }
    push(value)
  }
}
