// Relaxed vector instructions. For each, this file chooses one of the results that the specification allows. The choice
// is the same on every target, so that a program behaves alike everywhere.
// Spec: Execution, Relaxed Operations.
//
//   relaxed_swizzle           as swizzle
//   relaxed_trunc             as trunc_sat
//   relaxed_madd, nmadd       two roundings (multiply, then add)
//   relaxed_laneselect        as bitselect
//   relaxed_min, relaxed_max  as pmin, pmax: one instruction, if the target has it
//   relaxed_q15mulr           as q15mulr_sat
//   relaxed_dot               second operand signed, 16-bit sums wrap
import LLVMKit
import WasmModule

extension FunctionLowering {
  mutating func lowerRelaxedVector(_ operation: RelaxedVectorOperation) {
    switch operation {
    case .swizzle: lowerSwizzle()
    case .trunc(let sign): lowerTruncSat(sign)
    case .truncZero(let sign): lowerTruncSatZero(sign)
    case .madd(let shape): multiplyAdd(shape, negated: false)
    case .nmadd(let shape): multiplyAdd(shape, negated: true)
    case .laneselect: lowerBitselect()
    case .min(let shape): lowerPseudoMinimum(shape)
    case .max(let shape): lowerPseudoMaximum(shape)
    case .q15mulr: lowerFixedPointMultiply()
    case .dot: pushVector(byteDotProduct())
    case .dotAdd: lowerByteDotProductAdd()
    }
  }

  private mutating func multiplyAdd(_ shape: VectorShape, negated: Bool) {
    let addend = popVector(shape)
    let b = popVector(shape)
    let a = popVector(shape)
    let product = floatBinary(.floatMultiply, negated ? builder.negateFloat(a) : a, b)
    pushVector(oneNaN(floatBinary(.floatAdd, product, addend)))
  }

  /// The products of bytes, 16 bits each; each pair of neighbouring products is added.
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
