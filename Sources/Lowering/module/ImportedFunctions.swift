// Wrappers around the runtime: functions for imports that are WASI calls, that only trap, or that nothing provides.
import CGuestIR
import LLVMKit
import WasmModule
import WasmProgram

extension InstanceLowering {
  /// Emits the bodies of those imports that code refers to.
  func emitImportWrappers() {
    for (index, function) in usedImports {
      let builder = LLVMBuilder(context: llvm.context)
      let entry = builder.createBlock("entry")
      function.appendBlock(entry)
      builder.position(atEnd: entry)
      switch provider(of: index) {
      case .wasi(let call): emitWASICall(call.symbol, function, signature(of: index), builder)
      case .trap(let remark): emitUnknownImport(function, importedFunction(index), remark, builder)
      case .componentTrap(let trap): emitComponentTrap(trap, builder)
      case .host, .instance, nil:
        preconditionFailure("function \(index) is no import of the runtime")
      }
    }
  }

  /// Every WASI call returns an errno in C. A call that never returns has no result in wasm.
  private func emitWASICall(
    _ symbol: String, _ function: LLVMValue, _ signature: FunctionSignature,
    _ builder: borrowing LLVMBuilder
  ) {
    let (type, target) = builtin(
      symbol, [types.pointer] + signature.parameters, returning: types.i32)
    let state = program.state(in: function)
    let arguments = signature.places.enumerated().map { index, place in
      switch place {
      case .register(let position): return function.parameter(position)
      case .slot(let slot):
        let slots = program.slots(of: state, builder)
        return slots.load(signature.parameters[index], at: slot, builder)
      }
    }
    let errno = builder.call(
      type, target, [address(builder, state: state)] + arguments, "errno")
    if signature.results.isEmpty { builder.returnVoid() } else { builder.returnValue(errno) }
  }

  /// Each call of the function gets a trap instruction of its own, because LLVM inlines it.
  private func emitComponentTrap(_ trap: ComponentTrap, _ builder: borrowing LLVMBuilder) {
    if options.isHosted { builder.compilerFence() }
    let type = types.function([types.i8], returning: types.void)
    builder.call(type, intrinsic("llvm.ubsantrap"), [types.i8.constant(UInt64(trap.code))])
      .addCallAttribute(attributes.noMerge)
    builder.unreachable()
  }

  private func emitUnknownImport(
    _ function: LLVMValue, _ item: Import, _ remark: String, _ builder: borrowing LLVMBuilder
  ) {
    let (type, target) = builtin(
      SWASM_IR_UNKNOWN_IMPORT, [types.pointer, types.pointer, types.pointer], returning: types.void)
    _ = builder.call(
      type, target,
      [
        address(builder, state: program.state(in: function)), constantText(item.module.text),
        constantText(item.name.text + remark),
      ])
    builder.unreachable()
  }
}
