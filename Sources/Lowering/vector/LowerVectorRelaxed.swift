// Relaxed vector instructions. Each has one documented choice among the results that the specification
// allows, the same on every target, so that a program behaves alike everywhere. Spec: 4.3.7.
//
//   relaxed_swizzle           as swizzle
//   relaxed_trunc             as trunc_sat
//   relaxed_madd, nmadd       two roundings (multiply, then add)
//   relaxed_laneselect        as bitselect
//   relaxed_min, relaxed_max  as pmin, pmax: one instruction on x86-64
//   relaxed_q15mulr           as q15mulr_sat
//   relaxed_dot               second operand signed, 16-bit sums wrap
import LLVMKit
import WasmModule

extension FunctionLowering {
  mutating func lowerRelaxedVector(_ instruction: Instruction) {
    switch instruction.opcode {
    case .i8x16RelaxedSwizzle: lowerSwizzle()
    case .i32x4RelaxedTruncF32x4S: lowerTruncSat("llvm.fptosi.sat")
    case .i32x4RelaxedTruncF32x4U: lowerTruncSat("llvm.fptoui.sat")
    case .i32x4RelaxedTruncF64x2SZero: lowerTruncSatZero("llvm.fptosi.sat")
    case .i32x4RelaxedTruncF64x2UZero: lowerTruncSatZero("llvm.fptoui.sat")
    case .f32x4RelaxedMadd: multiplyAdd(.f32x4, negated: false)
    case .f32x4RelaxedNmadd: multiplyAdd(.f32x4, negated: true)
    case .f64x2RelaxedMadd: multiplyAdd(.f64x2, negated: false)
    case .f64x2RelaxedNmadd: multiplyAdd(.f64x2, negated: true)
    case .i8x16RelaxedLaneselect, .i16x8RelaxedLaneselect, .i32x4RelaxedLaneselect,
      .i64x2RelaxedLaneselect:
      lowerBitselect()
    case .f32x4RelaxedMin: lowerPseudoMinimum(.f32x4)
    case .f32x4RelaxedMax: lowerPseudoMaximum(.f32x4)
    case .f64x2RelaxedMin: lowerPseudoMinimum(.f64x2)
    case .f64x2RelaxedMax: lowerPseudoMaximum(.f64x2)
    case .i16x8RelaxedQ15mulrS: lowerFixedPointMultiply()
    case .i16x8RelaxedDotI8x16I7x16S: pushVector(byteDotProduct())
    case .i32x4RelaxedDotI8x16I7x16AddS: lowerByteDotProductAdd()
    default: notOfFamily(instruction)
    }
  }

  private mutating func multiplyAdd(_ shape: VectorShape, negated: Bool) {
    let addend = popVector(shape)
    let b = popVector(shape)
    let a = popVector(shape)
    let product = floatBinary(.floatMultiply, negated ? builder.negateFloat(a) : a, b)
    pushVector(oneNaN(floatBinary(.floatAdd, product, addend)))
  }

  /// Products of neighbouring bytes, added in pairs to 16-bit lanes.
  private mutating func byteDotProduct() -> LLVMValue {
    let wide = types.i16.vector(16)
    let b = builder.signExtend(popVector(.i8x16), to: wide)
    let a = builder.signExtend(popVector(.i8x16), to: wide)
    return addPairs(builder.multiply(a, b), "dot")
  }

  private mutating func lowerByteDotProductAdd() {
    let addend = popVector(.i32x4)
    let pairs = byteDotProduct()
    let wide = builder.signExtend(pairs, to: types.i32.vector(8))
    pushVector(builder.add(addPairs(wide, "quads"), addend, "dot_add"))
  }
}
