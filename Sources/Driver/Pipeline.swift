// From a module's bytes to the bytes of an executable, in one direction:
//
//   decode ─▶ validate ─▶ bind imports ─▶ lower ─▶ optimise ─▶ emit ─▶ map the code ─▶ link
//
// The first three are in FrontEnd.swift.
//
// The same input and options give the same output, byte for byte, on every machine.

import LLVMKit
import Lowering
import ObjectFile
import Policy
import System
import Targets
import WasmModule
import WasmProgram

/// The bytes of what `options.emit` asks for.
public func compile(_ input: InputFile, _ options: CompileOptions) throws(DriverError) -> [UInt8] {
  try LargeStackThreads.run { () throws(DriverError) in
    try Pipeline(
      input: input, options: options, installation: .current(), processor: try options.processor()
    ).run()
  }
}

struct Pipeline: Sendable {
  let input: InputFile
  let options: CompileOptions
  let installation: Installation
  let processor: ProcessorLevel
  let statistics = IsolationStatistics()

  private var target: Target { options.target }

  func run() throws(DriverError) -> [UInt8] {
    // Fail early: find the tools before compiling.
    let output = try Output(options.emit, for: target, from: installation)
    return try build(try FrontEnd(input: input, options: options).program(), as: output)
  }

  /// The output for a program, whose last instance is started.
  func build(_ program: Program, as output: Output) throws(DriverError) -> [UInt8] {
    guard let main = program.main else { throw .internal("a program without a module") }
    let module = program[main].module
    let generator = CodeGenerator(
      input: input, options: options, target: target, processor: processor,
      profiling: try profiling(module), statistics: statistics)
    defer { if options.reportsStatistics { statistics.print() } }
    switch output {
    case .code: return try generator.emitText(program)
    case .object(let linker):
      return try linker.combine(
        objects: try completeObjects(try generator.emitObjects(program), of: module))
    case .executable(let linker, let runtime):
      let objects = try completeObjects(try generator.emitObjects(program), of: module)
      return try linker.linkExecutable(objects: objects, runtime: runtime)
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
        throw .cannot("\(file.name): \(error.message)")
      }
    }
    return sum.map { .guided($0) } ?? .none
  }

  /// Where the counts go: the module that they are about, and the name of the file.
  private func profileTarget(_ module: Module) -> ProfileTarget? {
    guard options.countsProfile else { return nil }
    let name = input.baseName
    let stem = name.hasSuffix(".wasm") ? name.dropLast(5) : name
    return ProfileTarget(moduleHash: Profile.hash(module), path: "\(stem).profile")
  }

  /// The objects with names for their code, and the object with what only the driver knows.
  private func completeObjects(_ objects: [[UInt8]], of module: Module) throws(DriverError)
    -> [[UInt8]]
  {
    CrashReporter.enter("mapping the code")
    var policy = options.policy
    policy.processorLevel = processor.number
    var (objects, maps) = try mapCode(objects)
    var unit = LinkUnit(policy: policy, codeMaps: maps, target: target)
    unit.profile = profileTarget(module)
    unit.missingCommand = options.missingCommand(in: module)?.startText(keepsNames: !options.strip)
    objects.append(unit.encoded())
    CrashReporter.enter("linking")
    return objects
  }

  private func mapCode(_ objects: [[UInt8]]) throws(DriverError) -> ([[UInt8]], [CodeMap]?) {
    if options.strip { return (objects, nil) }
    var mapped: [[UInt8]] = []
    var maps: [CodeMap] = []
    do throws(ObjectFormatError) {
      for (unit, bytes) in objects.enumerated() {
        var object = try ElfFile(bytes)
        maps += try CodeMap.extract(from: &object, unit: unit)
        mapped.append(object.bytes)
      }
    } catch {
      throw .internal("the object has a line table that cannot be read: \(error.message)")
    }
    return (mapped, maps)
  }
}
