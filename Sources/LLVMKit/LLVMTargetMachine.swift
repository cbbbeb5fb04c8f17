// The target machine (for LLVM, a target and a processor), the pass pipeline, and the emission of
// objects and assembly.
import CCodeGeneration
import CLLVM
import Glibc
import Targets

/// LLVM's levels of optimisation: its -O0, -O1, -O2 and -O3.
public enum OptimizationLevel: Int, Sendable, CaseIterable {
  case none = 0
  case less = 1
  case standard = 2
  case aggressive = 3
}

/// A target with a level of its processors, and how hard code generation optimises.
public struct LLVMTargetMachine: ~Copyable, @unchecked Sendable {
  public let handle: LLVMTargetMachineRef
  public let processor: Processor
  public var target: Target { processor.target }

  /// A machine for the least processor of a target.
  public init(_ target: Target, level: OptimizationLevel = .standard) throws(LLVMError) {
    try self.init(target.baseline, level: level)
  }

  /// The processor for which code is arranged (`Processor.tunedFor`) is not part of it: functions name it.
  /// - Parameter level: How hard code generation optimises.
  /// - Throws: `LLVMError` if this build of LLVM does not have the target.
  public init(
    _ processor: Processor, level: OptimizationLevel = .standard
  ) throws(LLVMError) {
    registerTargets
    let target = processor.target
    var code: LLVMTargetRef?
    var message: UnsafeMutablePointer<CChar>?
    guard LLVMGetTargetFromTriple(target.triple, &code, &message) == 0, let code else {
      throw LLVMError(takeMessage(message))
    }
    guard
      let machine = LLVMCreateTargetMachine(
        code, target.triple, target.llvmBaseline, processor.llvmFeatures,
        Self.codeGenerationLevel(level),
        LLVMRelocPIC, LLVMCodeModelDefault)
    else { throw LLVMError("no target machine for \(target.triple)") }
    handle = machine
    self.processor = processor
  }

  deinit { LLVMDisposeTargetMachine(handle) }

  /// The byte order that LLVM assumes for the target.
  public var byteOrder: Target.ByteOrder {
    let layout = LLVMCreateTargetDataLayout(handle)
    defer { LLVMDisposeTargetData(layout) }
    return LLVMByteOrder(layout) == LLVMLittleEndian ? .little : .big
  }

  private static func codeGenerationLevel(_ level: OptimizationLevel) -> LLVMCodeGenOptLevel {
    switch level {
    case .none: LLVMCodeGenLevelNone
    case .less: LLVMCodeGenLevelLess
    case .standard: LLVMCodeGenLevelDefault
    case .aggressive: LLVMCodeGenLevelAggressive
    }
  }

  /// Generates code. The module stays, but code generation lowers parts of its IR in place, and `plainObject` takes its
  /// compile units away.
  /// - Parameter allocatesRegisters: For objects from a machine of level `none`: whether values stay in registers from
  ///   one block to the next.
  /// - Throws: `LLVMError` with what LLVM reported, or if the machine cannot generate `kind`.
  public func emit(
    _ module: borrowing LLVMModule, as kind: EmissionKind, allocatesRegisters: Bool = false
  ) throws(LLVMError) -> LLVMMemoryBuffer {
    let buffer =
      switch kind {
      case .object, .plainObject, .debugObject:
        swasm_emit_object(
          handle, module.handle,
          swasm_emission(
            plain: kind == .plainObject, has_places: kind != .object,
            allocates_registers: allocatesRegisters))
      case .assembly: try assembly(of: module)
      }
    guard let buffer else { throw LLVMError("no objects for \(target.triple)") }
    let result = LLVMMemoryBuffer(handle: buffer)
    if let error = LLVMDiagnostics.take(from: module.context) { throw error }
    return result
  }

  private func assembly(of module: borrowing LLVMModule) throws(LLVMError) -> LLVMMemoryBufferRef? {
    var message: UnsafeMutablePointer<CChar>?
    var buffer: LLVMMemoryBufferRef?
    swasm_adapt_to_machine(module.handle)
    let failed = LLVMTargetMachineEmitToMemoryBuffer(
      handle, module.handle, LLVMAssemblyFile, &message, &buffer)
    if failed != 0 { throw LLVMError(takeMessage(message)) }
    return buffer
  }

  /// The form of generated code.
  public enum EmissionKind: Sendable {
    case object, assembly
    /// An object whose only debug information is the line table. Making it takes less time.
    case plainObject
    /// The same code, and all that LLVM can tell debuggers of it. The rows that the line table of a plain object has
    /// are those with the flag basic_block.
    case debugObject
  }
}

/// Runs the optimiser. `.none` leaves the module as it is. Throws if a pass fails or, with `verifyingEachPass`, leaves
/// IR that LLVM's verifier rejects.
public func optimize(
  _ module: borrowing LLVMModule, level: OptimizationLevel, machine: borrowing LLVMTargetMachine,
  verifyingEachPass: Bool = false
) throws(LLVMError) {
  let pipeline =
    switch level {
    case .none: ""
    case .less: "default<O1>"
    case .standard: "default<O2>"
    case .aggressive: "default<O3>"
    }
  if pipeline.isEmpty { return }
  try runPasses(pipeline, on: module, machine: machine, verifyingEachPass: verifyingEachPass)
}

/// Runs a pipeline in the notation of LLVM's `opt -passes=`. Throws if the notation is wrong, or as `optimize` does.
public func runPasses(
  _ pipeline: String, on module: borrowing LLVMModule, machine: borrowing LLVMTargetMachine,
  verifyingEachPass: Bool = false
) throws(LLVMError) {
  let options = LLVMCreatePassBuilderOptions()
  defer { LLVMDisposePassBuilderOptions(options) }
  LLVMPassBuilderOptionsSetVerifyEach(options, verifyingEachPass ? 1 : 0)
  LLVMPassBuilderOptionsSetLoopVectorization(options, 1)
  LLVMPassBuilderOptionsSetSLPVectorization(options, 1)
  LLVMPassBuilderOptionsSetLoopInterleaving(options, 1)
  LLVMPassBuilderOptionsSetLoopUnrolling(options, 1)
  try LLVMError.check(LLVMRunPasses(module.handle, pipeline, machine.handle, options))
}

/// Done once for the process, when the first target machine is made.
let registerTargets: Void = swasm_register_targets()
