// Routes vector operations to the files of their families.
import LLVMKit
import WasmModule

extension FunctionLowering {
  mutating func lowerVector(_ operation: VectorOperation, _ instruction: Instruction) {
    switch operation {
    case .access(let access): lowerVectorAccess(access, instruction)
    case .lane(let operation): lowerVectorLane(operation, instruction)
    case .bitwise(let operation): lowerVectorBitwise(operation)
    case .integerComparison(let comparison, let shape): compareLanes(shape, comparison.predicate)
    case .integerUnary(let operation, let shape): lowerVectorInteger(operation, shape)
    case .integerBinary(let operation, let shape): lowerVectorInteger(operation, shape)
    case .floatComparison(let comparison, let shape): compareLanes(shape, comparison.predicate)
    case .floatUnary(let operation, let shape): lowerVectorFloat(operation, shape)
    case .floatBinary(let operation, let shape): lowerVectorFloat(operation, shape)
    case .shift(let shift, let shape): lowerVectorShift(shift, shape)
    case .test(let test): lowerVectorTest(test)
    case .extend(let half, let shape, let sign): lowerExtend(shape, half, sign)
    case .extmul(let half, let shape, let sign): lowerExtendedMultiply(shape, half, sign)
    case .extaddPairwise(let shape, let sign): lowerExtendAddPairs(shape, sign)
    case .narrow(let shape, let sign): lowerNarrow(shape, sign)
    case .dot: lowerDotProduct()
    case .q15mulrSat: lowerFixedPointMultiply()
    case .conversion(let conversion): lowerVectorConversion(conversion)
    case .relaxed(let operation): lowerRelaxedVector(operation)
    }
  }
}
