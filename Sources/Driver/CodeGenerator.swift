// A program in, objects or text out: lower ─▶ optimise ─▶ emit, for each partition with a context
// of its own, several at a time. All use of LLVM in the driver is here and in Pipeline.

import GuestOptimizer
import LLVMKit
import Lowering
import Policy
import System
import Targets
import WasmModule
import WasmProgram

struct CodeGenerator: Sendable {
  let input: InputFile
  let options: CompileOptions
  let target: Target
  let processor: ProcessorLevel
  let profiling: Profiling
  let statistics: IsolationStatistics

  /// One object a partition, in the order of the partitions.
  func emitObjects(_ program: Program) throws(DriverError) -> [[UInt8]] {
    let partitions = Partition.divide(
      bodyBytes: program.instances.flatMap {
        $0.module.functions.compactMap { $0.body?.range.count }
      })
    // A partition in work takes some hundred megabytes: more threads than this are not worth it.
    let threadCount = min(LargeStackThreads.processorCount, 16)
    return try LargeStackThreads.map(count: partitions.count, threadCount: threadCount) {
      (index) throws(DriverError) in
      try emit(program, partitions[index], .obj)
    }
  }

  /// The whole program in one piece of IR or assembly.
  func emitText(_ program: Program) throws(DriverError) -> [UInt8] {
    try emit(program, .whole, options.emit)
  }

  private func emit(_ program: Program, _ partition: Partition, _ emit: Emit)
    throws(DriverError) -> [UInt8]
  {
    let level = options.optimization.llvmLevel
    do {
      let machine = try LLVMTargetMachine(target, processor, level: level)
      let context = LLVMContext(keepsValueNames: emit == .llvmIR)
      CrashReporter.watchCodeGeneration(in: context)
      let ir = try provenModule(program, partition, into: context, machine, level: level)
      CrashReporter.enter("emitting code")
      switch emit {
      case .llvmIR: return Array(ir.text.utf8)
      case .llvmBC: return ir.bitcode().bytes
      case .asm: return try machine.emit(ir, as: .assembly).bytes
      case .exe, .obj: return try machine.emit(ir, as: .object).bytes
      }
    } catch let error as DriverError {
      throw error
    } catch let error as LoweringError where error.kind == .unfitProfile {
      throw .cannot("\(error.message)")
    } catch let error as LoweringError {
      throw .invalidModule(
        path: input.name, offset: error.offset.map { UInt64($0) }, message: error.text)
    } catch {
      throw .internal("LLVM: \(Message(lines: String(describing: error)))")
    }
  }

  private func provenModule(
    _ program: Program, _ partition: Partition, into context: borrowing LLVMContext,
    _ machine: borrowing LLVMTargetMachine, level: LLVMKit.OptimizationLevel
  ) throws -> LLVMModule {
    let optimizer = GuestOptimizer(
      level: level, preciseTraps: options.preciseTraps, verifies: options.verify)
    do {
      return try optimizer.proven(
        machine: machine, willEnter: { CrashReporter.enter($0.phase) }, didTry: statistics.add,
        lower: { describe in
          let ir = try lowerProgram(
            program, into: context, options: loweringOptions(partition), target: machine,
            describe: describe)
          if case .guided(let profile) = profiling {
            setProfileSummary(ir, counts: profile.blockCounts)
          }
          return ir
        })
    } catch let error as IsolationError {
      throw error.asDriverError(options)
    }
  }

  private func loweringOptions(_ partition: Partition) -> LoweringOptions {
    var lowering = LoweringOptions(
      boundsChecks: options.boundsChecks == .explicit ? .explicit : .guardPages,
      invoke: options.policy.invoke?.text, functionRange: partition.functions,
      emitsDescriptor: partition.hasDescriptor, keepsNames: !options.strip,
      moduleName: input.baseName.description)
    lowering.canonicalizesNaNs = options.policy.deterministicSeed != nil
    lowering.profiling = profiling
    lowering.willLower = { CrashReporter.enter(function: $0) }
    return lowering
  }
}

extension GuestOptimizer.Stage {
  /// What it is called where the compiler crashes.
  fileprivate var phase: StaticString {
    switch self {
    case .lowering: "lowering"
    case .optimising: "optimising"
    case .checking: "checking isolation"
    }
  }
}

extension IsolationError {
  fileprivate func asDriverError(_ options: CompileOptions) -> DriverError {
    let other =
      options.boundsChecks == .explicit
      ? "without --bounds-checks explicit" : "with --bounds-checks explicit"
    return .internal("\(description)\n  try it \(other)")
  }
}

extension LoweringError {
  fileprivate var text: Message {
    details.reduce("\(message)") { "\($0)\n  \($1)" }
  }
}

extension OptimizationLevel {
  fileprivate var llvmLevel: LLVMKit.OptimizationLevel {
    switch self {
    case .o0: .none
    case .o1: .less
    case .o2: .standard
    case .o3: .aggressive
    }
  }
}
