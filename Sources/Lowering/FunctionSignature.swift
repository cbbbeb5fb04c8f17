// A function type of wasm as a type of LLVM: the instance first where it is a parameter, then the
// parameters; up to three results directly, the rest in the callee's instance (swasm_instance.results).
import LLVMKit
import WasmModule

struct FunctionSignature {
  let type: FunctionType
  let llvm: LLVMType
  let parameters: [LLVMType]
  let results: [LLVMType]
  /// Parameters of LLVM before the first of wasm.
  let leadingParameters: Int

  var directResultCount: Int { min(results.count, ABI.directResults) }

  init(_ type: FunctionType, types: ValueTypes, isStatic: Bool) {
    self.type = type
    parameters = type.parameters.map { types[$0] }
    results = type.results.map { types[$0] }
    leadingParameters = isStatic ? 0 : 1
    let llvm = types.llvm
    let direct = Array(results.prefix(ABI.directResults))
    let result =
      switch direct.count {
      case 0: llvm.void
      case 1: direct[0]
      default: llvm.structure(direct)
      }
    self.llvm = llvm.function((isStatic ? [] : [llvm.pointer]) + parameters, returning: result)
  }
}

/// The LLVM type of each type of wasm. References are pointers, null is null.
struct ValueTypes {
  let llvm: LLVMTypes
  let v128: LLVMType

  init(_ llvm: LLVMTypes) {
    self.llvm = llvm
    v128 = llvm.i32.vector(4)
  }

  subscript(_ type: ValueType) -> LLVMType {
    switch type {
    case .i32: llvm.i32
    case .i64: llvm.i64
    case .f32: llvm.float
    case .f64: llvm.double
    case .v128: v128
    case .reference: llvm.pointer
    }
  }

  /// Bytes that a value takes in a slot; its alignment there is at least as large.
  func alignment(_ type: ValueType) -> UInt32 {
    switch type {
    case .i32, .f32: 4
    case .i64, .f64, .reference: 8
    case .v128: 16
    }
  }
}
