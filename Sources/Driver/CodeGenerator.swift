// A program in; objects, assembly or IR out: lower ─▶ optimise ─▶ check ─▶ emit. Each partition has its own context,
// and several partitions are compiled at a time. In Driver, only this file and CompilePlan.swift make IR.

import CGuestPasses
import CompileCache
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
  let processor: Processor
  let profiling: Profiling
  let log: WorkLog
  var partitionPlan = PartitionPlan()
  /// See `LoweringOptions.followed`.
  var followed: FollowedLocals?

  /// One object for each partition, in the order of the partitions.
  /// - Parameter isStripped: Whether to leave out the sections that only debuggers read.
  func emitObjects(_ program: Program, isStripped: Bool) throws(DriverError) -> [CompiledObject] {
    let threadCount = options.conditions.threadCount
    let plan = try log.run(.plan) { () throws(DriverError) in try compilePlan(program) }
    log.progress?.expect(
      functions: plan.functionCount, cost: plan.partitions.reduce(0) { $0 + max(1, $1.cost) })
    // A program of one partition is as good as its product, which is in the cache as a whole.
    let isDivided = plan.partitions.count > 1 && isStripped && !wantsRemarks
    let cache = options.conditions.objectCache.flatMap {
      isDivided ? ObjectCache($0, for: processor) : nil
    }
    let hasSourceLines = SourceMap.isPossible(for: program)
    let objects = try LargeStackThreads.map(workPlan(plan.partitions), threadCount: threadCount) {
      (index) throws(DriverError) in
      let partition = plan.partitions[index]
      let partitionLog = PartitionLog(log, partition)
      let remarks = wantsRemarks ? LLVMRemarks() : nil
      let bytes = try emit(
        program, partition, plan.shadowStack, isStripped ? .exe : .obj, partitionLog, cache, remarks
      )
      partitionLog.enter(.map)
      let lines = isStripped ? BodyLines(of: program, partition: partition.functions) : nil
      let object = try CompiledObject(
        bytes, unit: index, target: target, hasCodeMaps: !options.strip,
        hasOffsets: isStripped && hasSourceLines, lines: lines, isStripped: isStripped,
        isForDebuggers: isStripped && followed != nil,
        storesEarly: hints(partition.treatment) == .none,
        remarks: remarks?.all.map { PlacedRemark($0, lines) } ?? [])
      partitionLog.finish()
      return object
    }
    tellIfOverLimit()
    return objects
  }

  /// The most expensive partition begins first. Otherwise a large one might begin last, and all other threads would
  /// wait.
  private func workPlan(_ partitions: [Partition]) -> WorkPlan {
    WorkPlan(
      order: partitions.indices.sorted { (partitions[$1].cost, $0) < (partitions[$0].cost, $1) },
      weights: partitions.map(\.memoryBytes),
      limit: options.conditions.memoryLimitBytes - TimeSpent.peakMemoryBytes)
  }

  /// Prints a note if more memory was used than --compile-memory asks for. The estimates can be wrong, and one
  /// partition alone can be too large.
  private func tellIfOverLimit() {
    guard let limit = options.conditions.memoryBytes else { return }
    let peak = TimeSpent.peakMemoryBytes
    guard peak > limit else { return }
    writeToStandardError(
      "swasmc: note: compiling took \(sizeText(peak)) of memory, more than --compile-memory asks for\n"
    )
  }

  /// The whole program in one piece of assembly, or of IR as text or bitcode.
  func emitText(_ program: Program) throws(DriverError) -> [UInt8] {
    let log = PartitionLog(log, .whole)
    let remarks = wantsRemarks ? LLVMRemarks() : nil
    let bytes = try emit(program, .whole, ShadowStack(), options.emit, log, nil, remarks)
    log.finish()
    try writeRemarks(remarks?.all.map { PlacedRemark($0, nil) } ?? [], program)
    return bytes
  }

  private func emit(
    _ program: Program, _ partition: Partition, _ shadowStack: ShadowStack, _ emit: Emit,
    _ log: PartitionLog, _ cache: ObjectCache?, _ remarks: LLVMRemarks?
  ) throws(DriverError) -> [UInt8] {
    try translatingErrors { () throws in
      let level = partition.treatment == .full ? options.optimization.llvmLevel : .none
      let machine = try LLVMTargetMachine(processor, level: level)
      // A partition without the descriptor has no data but tables of addresses of code, for example for switches. Many
      // of these tables are equal, and the linker merges them.
      if !partition.hasDescriptor { swasm_separate_data(machine.handle) }
      let context = LLVMContext(keepsValueNames: emit == .llvmIR || emit == .loweredIR)
      CrashReporter.watchCodeGeneration(in: context)
      remarks?.collect(from: context)
      var optimizer = GuestOptimizer(
        level: level, preciseTraps: options.preciseTraps, verifies: options.verify)
      optimizer.shadowStack = shadowStack
      optimizer.forSize = options.optimization == .os
      var lowering = loweringOptions(partition)
      // No debugger reads an executable, and CompiledObject knows what these lines mean.
      if emit == .exe { lowering.lines = .withinPartition }
      if emit == .loweredIR {
        log.enter(.lower)
        return Array(try lower(program, lowering, into: context, machine).module.text.utf8)
      }
      var lowered: Lowered?
      var key: CacheKey?
      if let cache {
        log.enter(.lower)
        let first = try lower(program, lowering, into: context, machine)
        key = cache.key(of: first.module, first.description, partition, optimizer)
        if let object = key.flatMap(cache.object) {
          log.isCached = true
          return object
        }
        lowered = consume first
      }
      let ir = try provenModule(
        program, lowering, into: context, machine, optimizer, log, remarks, &lowered)
      log.enter(.emit)
      switch emit {
      case .llvmIR, .loweredIR: return Array(ir.text.utf8)
      case .llvmBC: return ir.bitcode().bytes
      case .asm: return try machine.emit(ir, as: .assembly).bytes
      case .obj, .exe:
        let object = try machine.emit(
          ir, as: emit == .obj ? .object : followed != nil ? .debugObject : .plainObject,
          allocatesRegisters: partition.treatment == .cheap
        ).bytes
        if let key { cache?.store(object, key) }
        return object
      }
    }
  }

  private var wantsRemarks: Bool { options.conditions.remarks != nil }

  /// Writes the file of `--remarks`, if somebody asked for it.
  func writeRemarks(_ remarks: [PlacedRemark], _ program: Program) throws(DriverError) {
    guard let file = try options.conditions.remarkFile(besides: input) else { return }
    var text = RemarkFile(program)
    try file.write(text.encoded(remarks, input), executable: false)
  }

  func translatingErrors<Result: ~Copyable>(_ body: () throws -> Result) throws(DriverError)
    -> Result
  {
    do {
      return try body()
    } catch let error as DriverError {
      throw error
    } catch let error as LoweringError where error.kind == .unfitProfile {
      throw .cannot(.profile, "\(error.message)")
    } catch let error as LoweringError {
      let place = error.offset.map { input.place(of: $0) }
      throw .invalidModule(
        error.kind == .unknownExport ? .export : .limit,
        path: place?.name ?? input.name, offset: place.map { UInt64($0.offset) },
        message: error.text)
    } catch {
      throw .internal("LLVM: \(Message(lines: String(describing: error)))")
    }
  }

  /// A lowered partition, and what the isolation check has to know of it.
  private struct Lowered: ~Copyable {
    let module: LLVMModule
    let description: IsolationDescription
  }

  private func lower(
    _ program: Program, _ options: LoweringOptions, into context: borrowing LLVMContext,
    _ machine: borrowing LLVMTargetMachine
  ) throws -> Lowered {
    var description: IsolationDescription?
    let module = try lowerProgram(
      program, into: context, options: options, target: machine, describe: { description = $0 })
    if case .guided(let profile) = profiling {
      setProfileSummary(module, counts: profile.blockCounts)
    }
    guard let description else { preconditionFailure("lowering describes what it made") }
    return Lowered(module: module, description: description)
  }

  /// - Parameter first: What the first attempt takes instead of lowering.
  private func provenModule(
    _ program: Program, _ lowering: LoweringOptions, into context: borrowing LLVMContext,
    _ machine: borrowing LLVMTargetMachine, _ optimizer: GuestOptimizer, _ log: PartitionLog,
    _ remarks: LLVMRemarks?, _ first: inout Lowered?
  ) throws -> LLVMModule {
    do {
      return try optimizer.proven(
        machine: machine, willEnter: { log.enter($0.stage) }, didTry: self.log.isolation.add,
        lower: { describe in
          remarks?.restart()
          let lowered = try first.take() ?? lower(program, lowering, into: context, machine)
          describe(lowered.description)
          return lowered.module
        })
    } catch let error as IsolationError {
      throw error.asDriverError(options)
    }
  }

  func loweringOptions(_ partition: Partition) -> LoweringOptions {
    var lowering = LoweringOptions(
      boundsChecks: options.boundsChecks == .explicit ? .explicit : .guardPages,
      invoke: options.calledExport, partition: partition.functions,
      emitsDescriptor: partition.hasDescriptor, keepsNames: !options.strip,
      moduleName: input.baseName.description)
    lowering.followed = followed
    lowering.canonicalizesNaNs = options.policy.deterministicSeed != nil
    lowering.profiling = profiling
    lowering.hints = hints(partition.treatment)
    lowering.willLower = { CrashReporter.enter(function: $0) }
    return lowering
  }

  private func hints(_ treatment: Partition.Treatment) -> Hints {
    switch treatment {
    case .full: options.optimization == .o0 ? .none : .forOptimising
    case .cheap: .forRegisters
    case .plain: .none
    }
  }
}

extension GuestOptimizer.Stage {
  fileprivate var stage: Stage {
    switch self {
    case .lowering: .lower
    case .optimising: .optimise
    case .checking: .check
    }
  }
}

extension IsolationError {
  fileprivate func asDriverError(_ options: CompileOptions) -> DriverError {
    let other =
      options.boundsChecks == .explicit
      ? "without --bounds-checks explicit" : "with --bounds-checks explicit"
    return .internal("\(description)\n  the compilation may succeed \(other)")
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
    case .o2, .os: .standard
    case .o3: .aggressive
    }
  }
}
