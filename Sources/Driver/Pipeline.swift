// From a module's bytes to the bytes of an executable, in one direction:
//
//   decode ─▶ validate ─▶ bind imports ─▶ plan partitions ─▶ lower ─▶ optimise ─▶ check ─▶ emit ─▶ map the code ─▶ link
//
// The first three are in FrontEnd.swift. If the check rejects a partition, that partition is lowered and optimised
// again.
//
// The same input, options and processor level give the same output, byte for byte, on every machine.

import LLVMKit
import Lowering
import ObjectFile
import Policy
import System
import Targets
import WasmModule
import WasmProgram

/// The bytes of the output that `options.emit` chooses.
public func compile(_ input: InputFile, _ options: CompileOptions) throws(DriverError) -> [UInt8] {
  let terminal: Int32 = 2
  let showsProgress = options.conditions.showsProgress && Progress.isPossible(on: terminal)
  let progress = showsProgress ? Progress() : nil
  let work: () throws(DriverError) -> [UInt8] = { () throws(DriverError) in
    try LargeStackThreads.run { () throws(DriverError) in
      try Pipeline(
        input: input, options: options, installation: .current(),
        processor: try options.processor(),
        log: WorkLog(progress: progress, isVerbose: options.conditions.isVerbose)
      ).run()
    }
  }
  guard let progress else { return try work() }
  return try progress.show(on: terminal, work)
}

struct Pipeline: Sendable {
  let input: InputFile
  let options: CompileOptions
  let installation: Installation
  let processor: Processor
  var log = WorkLog()
  var partitionPlan = PartitionPlan()

  private var target: Target { options.target }

  func run() throws(DriverError) -> [UInt8] {
    // Fail early: find the tools before compiling.
    let output = try Output(options.emit, for: target, from: installation)
    _ = try options.conditions.remarkFile(besides: input)
    var report = StatisticsReport(log: log, options: options)
    defer { report.print() }
    let program = try FrontEnd(
      input: input, options: options, log: log, installation: installation,
      compileAlone: { (module, options) throws(DriverError) in try Self.alone(self, module, options)
      }
    ).program()
    return try build(program, as: output, &report)
  }

  /// Compiles the same module with other options.
  private static func alone(
    _ pipeline: Pipeline, _ module: ValidatedModule, _ options: CompileOptions
  ) throws(DriverError) -> [UInt8] {
    let alone = Pipeline(
      input: pipeline.input, options: options, installation: pipeline.installation,
      processor: try options.processor(), log: pipeline.log)
    let output = try Output(options.emit, for: options.target, from: pipeline.installation)
    let program = try FrontEnd(
      input: alone.input, options: options, log: alone.log, installation: alone.installation
    ).link(module)
    return try alone.build(program, as: output)
  }

  /// The output for a program. Its last instance is the one that is started.
  func build(_ program: Program, as output: Output) throws(DriverError) -> [UInt8] {
    var report = StatisticsReport(log: log, options: options)
    defer { report.print() }
    return try build(program, as: output, &report)
  }

  private func build(_ program: Program, as output: Output, _ report: inout StatisticsReport)
    throws(DriverError) -> [UInt8]
  {
    guard let main = program.main else { throw .internal("the program has no module") }
    let module = program[main].module
    let debugInput =
      options.isForDebuggers
      ? DebugInput(program, isOptimised: options.optimization != .o0, log) : nil
    var generator = CodeGenerator(
      input: input, options: options, target: target, processor: processor,
      profiling: try profiling(module), log: log, partitionPlan: partitionPlan)
    generator.followed = debugInput?.followed
    let isForDebuggers = debugInput != nil
    switch output {
    case .code: return try generator.emitText(program)
    case .object(var linker):
      let objects = try generator.emitObjects(program, isStripped: false)
      try generator.writeRemarks(objects.flatMap(\.remarks), program)
      linker.conditions = options.conditions
      return try log.run(.link) { () throws(DriverError) in
        let unit = try linkUnit(objects, program, module)
        return try linker.combine(objects: try files(objects, unit))
      }
    case .executable(var linker, let runtime):
      let objects = try generator.emitObjects(program, isStripped: true)
      try generator.writeRemarks(objects.flatMap(\.remarks), program)
      linker.conditions = options.conditions
      var unit = try linkUnit(objects, program, module)
      unit.tables?.source = try sourceMap(objects, program)
      let traced = options.policy.trace == nil ? [] : program.wasiCalls
      let executable = try log.run(.link) { () throws(DriverError) in
        let linked = try linker.linkExecutable(
          objects: try debugFiles(objects, debugInput) + files(objects, unit), runtime: runtime,
          wrapped: traced,
          keepsSymbols: !options.strip, isForDebuggers: isForDebuggers)
        return options.strip ? linked : try nameFunctions(linked, of: program)
      }
      report.sizes = OutputSizes(
        executable, of: objects, functionNames: unit.tables?.functions.count ?? 0)
      return executable
    }
  }

  private func profiling(_ module: Module) throws(DriverError) -> Profiling {
    if options.countsProfile { return .counting }
    var sum: Profile?
    for path in options.profiles {
      let file = try InputFile.readProfile(path: path)
      do throws(ProfileError) {
        let profile = try Profile(file.bytes, of: module)
        guard sum != nil else {
          sum = profile
          continue
        }
        try sum?.add(profile)
      } catch {
        throw .cannot(.profile, "\(file.name): \(error.message)")
      }
    }
    return sum.map { .guided($0) } ?? .none
  }

  /// The hash of the module to which the counts belong, and the name of the file for them.
  private func profileTarget(_ module: Module) -> ProfileTarget? {
    guard options.countsProfile else { return nil }
    let name = input.baseName
    let stem = name.hasSuffix(".wasm") ? name.dropLast(5) : name
    return ProfileTarget(moduleHash: Profile.hash(module), path: "\(stem).profile")
  }

  /// The data that only the driver has.
  private func linkUnit(_ objects: [CompiledObject], _ program: Program, _ module: Module)
    throws(DriverError) -> LinkUnit
  {
    var policy = options.policy
    policy.processorFeatures = processor.featureBits
    var unit = LinkUnit(policy: policy, isOfComponents: input.isComponent, target: target)
    unit.build = BuildRecord(options, target: target, processor: processor)
    if !options.strip {
      unit.tables = LinkUnit.Tables(
        codeMaps: objects.flatMap(\.codeMaps), functions: packed(program.functionTable()),
        files: input.isComponent ? input.parts : [])
    }
    unit.profile = profileTarget(module)
    unit.coredump = options.coredump.map { CoreDumpTarget(path: $0, program) }
    unit.snapshotExport = options.snapshotExport
    if !options.embedded.isEmpty {
      unit.embedded = try EmbeddedTree(reading: options.embedded).encoded()
    }
    unit.missingCommand = options.missingCommand(in: module)?.startText(keepsNames: !options.strip)
    return unit
  }

  /// nil if the program has no debug information.
  private func sourceMap(_ objects: [CompiledObject], _ program: Program) throws(DriverError)
    -> SourceMap?
  {
    guard !options.strip, SourceMap.isPossible(for: program) else { return nil }
    return try log.run(.map) { () throws(DriverError) in
      let offsets = objects.flatMap { $0.codeMaps.flatMap(\.offsets) }.sortedWithoutRepeats()
      return SourceMap(program, at: offsets, warn: log.warnOfDebugInformation)
    }
  }

  /// The object with debug information, if the executable has some. It comes first, so that the parts of its sections
  /// begin where they say.
  private func debugFiles(_ objects: [CompiledObject], _ input: DebugInput?)
    throws(DriverError) -> [MemoryFile]
  {
    guard let object = input?.object(for: objects, target) else { return [] }
    return [try MemoryFile(object)]
  }

  /// The objects of the partitions, and the object with the data that only the driver has.
  private func files(_ objects: [CompiledObject], _ unit: LinkUnit) throws(DriverError)
    -> [MemoryFile]
  {
    objects.map(\.file) + [try MemoryFile(unit.encoded())]
  }
}
