// The entry of the lowering: a validated module in, an LLVM module out.
//
// Bodies of this partition's functions come first; the partition with the descriptor then adds the
// thunks, `initialize` and the constant data that the runtime reads.
import LLVMKit
import WasmModule

/// Lowers a module, or the partition of it that `options` names, for `target`.
///
/// The result is complete but not optimised, and refers only to what swasm_abi.h declares.
/// - Parameter describe: Called with what the isolation checker needs to know.
public func lowerModule(
  _ module: ValidatedModule, into context: borrowing LLVMContext, options: LoweringOptions,
  target: borrowing LLVMTargetMachine, describe: (IsolationDescription) -> Void = { _ in }
) throws(LoweringError) -> LLVMModule {
  let llvm = LLVMModule(name: options.moduleName, context: context)
  llvm.setTarget(target)
  llvm.setSourceFileName(options.moduleName)
  let lowering = try ModuleLowering(
    module, options: options, context: context, contents: llvm.contents, triple: target.triple)
  try lowering.checkImports()
  // SWASM_COMPARED_MEMORY of CGuestPasses.h.
  if !module.module.memories.allSatisfy(lowering.isGuarded) {
    llvm.addFlag("swasm_compared_memory", value: lowering.types.i32.constant(1))
  }
  try lowering.lowerBodies()
  if options.emitsDescriptor { try lowering.emitDescriptor() }
  lowering.emitImportWrappers()
  lowering.debugInfo.finish()
  describe(lowering.describeIsolation())
  return llvm
}

extension ModuleLowering {
  func lowerBodies() throws(LoweringError) {
    let range = options.functionRange ?? module.bodies.indices
    for position in range.clamped(to: module.bodies.indices) { try lowerBody(position) }
  }

  private func lowerBody(_ position: Int) throws(LoweringError) {
    let body = module.bodies[position]
    let index = FunctionIndex(UInt32(truncatingIfNeeded: module.importedFunctionCount + position))
    let function = function(index)
    options.willLower?(function.name)
    let scope = debugInfo.addSubprogram(
      to: function, name: module.names.functions[index] ?? "f\(index)",
      line: UInt32(truncatingIfNeeded: body.range.lowerBound))
    var lowering = FunctionLowering(
      self, function: function, signature: signature(of: index), locals: body.locals,
      instructions: body.instructions, loops: validated.facts[position].loops, scope: scope)
    try lowering.beginProfile(of: index)
    try lowering.lowerBody()
    try lowering.endProfile(of: index)
  }
}
