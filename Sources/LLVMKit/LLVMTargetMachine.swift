// The target machine: triple, processor, features; the pass pipeline, and emission of objects.
import CLLVM
import Glibc

public enum OptimizationLevel: Int, Sendable, CaseIterable {
  case none = 0
  case less = 1
  case standard = 2
  case aggressive = 3
}

public struct LLVMTargetMachine: ~Copyable, @unchecked Sendable {
  public let handle: LLVMTargetMachineRef
  public let triple: String

  /// - Parameters:
  ///   - cpu: A name that LLVM knows, or "native" for the machine at hand.
  ///   - features: LLVM's notation, `+avx2,-bmi`; added to those of the processor.
  public init(
    triple: String = LLVMTargetMachine.defaultTriple, cpu: String = "x86-64", features: String = "",
    level: OptimizationLevel = .standard
  ) throws(LLVMError) {
    registerTargets
    var target: LLVMTargetRef?
    var message: UnsafeMutablePointer<CChar>?
    guard LLVMGetTargetFromTriple(triple, &target, &message) == 0, let target else {
      throw LLVMError(takeMessage(message))
    }
    var cpu = cpu
    var features = features
    if cpu == "native" {
      cpu = takeMessage(LLVMGetHostCPUName())
      let host = takeMessage(LLVMGetHostCPUFeatures())
      features = features.isEmpty ? host : "\(host),\(features)"
    }
    guard
      let machine = LLVMCreateTargetMachine(
        target, triple, cpu, features, Self.codeGenerationLevel(level), LLVMRelocPIC,
        LLVMCodeModelDefault)
    else { throw LLVMError("no target machine for \(triple)") }
    handle = machine
    self.triple = triple
  }

  deinit { LLVMDisposeTargetMachine(handle) }

  /// That of the machine at hand. ELF, whatever the C library: generated code needs none.
  public static var defaultTriple: String { takeMessage(LLVMGetDefaultTargetTriple()) }

  public var cpu: String { takeMessage(LLVMGetTargetMachineCPU(handle)) }
  public var features: String { takeMessage(LLVMGetTargetMachineFeatureString(handle)) }

  private static func codeGenerationLevel(_ level: OptimizationLevel) -> LLVMCodeGenOptLevel {
    switch level {
    case .none: LLVMCodeGenLevelNone
    case .less: LLVMCodeGenLevelLess
    case .standard: LLVMCodeGenLevelDefault
    case .aggressive: LLVMCodeGenLevelAggressive
    }
  }

  /// Generates code; consumes nothing, but lowers parts of the module's IR in place.
  public func emit(_ module: borrowing LLVMModule, as kind: EmissionKind) throws(LLVMError)
    -> LLVMMemoryBuffer
  {
    var message: UnsafeMutablePointer<CChar>?
    var buffer: LLVMMemoryBufferRef?
    let type = kind == .object ? LLVMObjectFile : LLVMAssemblyFile
    guard
      LLVMTargetMachineEmitToMemoryBuffer(handle, module.handle, type, &message, &buffer) == 0,
      let buffer
    else { throw LLVMError(takeMessage(message)) }
    let result = LLVMMemoryBuffer(handle: buffer)
    if let error = LLVMDiagnostics.take(from: module.context) { throw error }
    return result
  }

  public enum EmissionKind: Sendable { case object, assembly }
}

/// Runs the optimiser. `.none` leaves the module as it is.
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

/// Runs a pipeline in the notation of LLVM's `opt -passes=`.
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

/// Once for the process, at the first target machine.
private let registerTargets: Void = {
  LLVMInitializeX86TargetInfo()
  LLVMInitializeX86Target()
  LLVMInitializeX86TargetMC()
  LLVMInitializeX86AsmPrinter()
  LLVMInitializeX86AsmParser()
  LLVMInitializeAArch64TargetInfo()
  LLVMInitializeAArch64Target()
  LLVMInitializeAArch64TargetMC()
  LLVMInitializeAArch64AsmPrinter()
  LLVMInitializeAArch64AsmParser()
}()
