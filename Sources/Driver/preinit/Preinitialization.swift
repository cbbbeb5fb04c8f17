// --preinit: compiles the module for this machine, runs its initialiser in the sandbox, and makes a module that begins
// with the state that the initialiser left.
//
//   module ─▶ executable that writes its state ─run─▶ state ─▶ module that begins with it

import CSwasmABI
import Glibc
import ObjectFile
import Policy
import System
import Targets
import WasmModule

/// How a module is initialised when it is compiled.
public struct Preinit: Sendable, Equatable {
  /// The export to call after `_initialize`; nil: the one that has the usual name, if there is one.
  public var export: String?
  public var directories: [DirectoryGrant] = []
  public var environment: [EnvironmentGrant] = []

  public init() {}
}

struct Preinitialization {
  /// The names that other tools have for the initialiser, and for the command of an initialised module.
  private static let usualExport: Name = "wizer.initialize"
  private static let resumingExport: Name = "wizer.resume"
  private static let constructors: Name = "_initialize"
  private static let command: Name = "_start"
  /// The number by which the program knows the file for its state (snapshot.h of the runtime).
  private static let stateDescriptor: Int32 = 3
  private static let seconds: UInt64 = 300

  let preinit: Preinit
  let input: InputFile
  let options: CompileOptions
  let build: (CompileOptions) throws(DriverError) -> [UInt8]

  func run(_ module: Module) throws(DriverError) -> Module {
    let name = try export(of: module)
    try checkDirectories()
    let program = try MemoryFile(build(initialising(name)))
    let state = try MemoryFile([])
    let end = try execute(program, state)
    let written = try contents(of: state)
    guard case .exited(0) = end, !written.isEmpty else {
      throw .cannot(
        .preinit,
        "the initialiser of \(input.name) did not return: \(Self.reason(end)); what it wrote is above"
      )
    }
    do {
      var reader = StateReader(written)
      let (state, result) = try reader.state(of: module)
      if let number = Self.number(result, of: name, in: module), number != 0 {
        warn("the initialiser \(name.text) returned \(number)")
      }
      return try module.beginning(with: state, exports: exports(of: module))
    } catch let error as ModuleStateError {
      throw .cannot(
        .preinit, "\(input.name) cannot be initialised: \(Message(lines: error.message))")
    } catch {
      throw .cannot(
        .preinit,
        "\(input.name) wrote a state that cannot be read: \(Message(lines: "\(error)"))")
    }
  }

  /// A program starts without a directory that is absent. Here, what it lacks would stay for ever.
  private func checkDirectories() throws(DriverError) {
    for grant in preinit.directories {
      guard grant.host.withCString({ access($0, F_OK) }) != 0 else { continue }
      throw .failed(.preinit, "cannot use --preinit-dir \(grant.host)", .last)
    }
  }

  private func contents(of state: MemoryFile) throws(DriverError) -> [UInt8] {
    let bytes: [UInt8]?
    do throws(Errno) {
      bytes = try state.contents(limitBytes: Int(SWASM_SNAPSHOT_BYTES))
    } catch {
      throw .failed(.preinit, "the state of \(input.name) cannot be read", error)
    }
    guard let bytes else {
      throw .cannot(
        .preinit, "the initialiser of \(input.name) left more than a module may have (1 GiB)")
    }
    return bytes
  }

  /// The initialiser's name; empty if `_initialize` alone is called.
  private func export(of module: Module) throws(DriverError) -> Name {
    func isFunction(_ name: Name) -> Bool { Self.functionExport(name, of: module) != nil }
    if let chosen = preinit.export {
      guard isFunction(Name(chosen)) else {
        throw .cannot(.preinit, "\(input.name) exports no function \"\(chosen)\" for --preinit")
      }
      return Name(chosen) == Self.constructors ? "" : Name(chosen)
    }
    if isFunction(Self.usualExport) { return Self.usualExport }
    guard isFunction(Self.constructors) || module.start != nil else {
      throw .cannot(
        .preinit,
        """
        \(input.name) has no start function and exports neither \(Self.constructors.text) nor \(Self.usualExport.text); name its \
        initialiser: --preinit=EXPORT
        """)
    }
    return ""
  }

  private func initialising(_ name: Name) -> CompileOptions {
    var own = options
    own.preinit = nil
    own.emit = .exe
    own.target = .host
    own.cpu = .baseline
    own.optimization = options.optimization == .o0 ? .o0 : .o1
    own.mustRun = false
    own.countsProfile = false
    own.coredump = nil
    own.profiles = []
    own.strip = false
    own.snapshotExport = name.text
    var policy = Policy()
    policy.directories = preinit.directories
    policy.environment = preinit.environment
    policy.maxMemory = options.policy.maxMemory
    policy.stack = options.policy.stack
    policy.timeout = TimeLimit("\(Self.seconds)s")
    policy.deterministicSeed = options.policy.deterministicSeed
    if options.policy.hardening == .require { policy.hardening = .require }
    policy.sealed = true
    policy.argv0 = input.baseName
    own.policy = policy
    return own
  }

  /// What the program prints goes to standard error, because standard output may be the executable's.
  private func execute(_ program: MemoryFile, _ state: MemoryFile) throws(DriverError) -> ProcessEnd
  {
    do throws(Errno) {
      let process = try spawn(
        // In the child, another file may have the number.
        ["/proc/\(getpid())/fd/\(program.descriptor.raw)"],
        [
          InheritedDescriptor(2, as: 1), InheritedDescriptor(2, as: 2),
          InheritedDescriptor(state.descriptor.raw, as: Self.stateDescriptor),
        ])
      return try waitForEnd(of: process).end
    } catch {
      throw .failed(.preinit, "the initialiser of \(input.name) cannot be run", error)
    }
  }

  /// The initialiser's result as an integer; nil if its first result is not one.
  private static func number(_ bits: UInt64, of name: Name, in module: Module) -> Int64? {
    guard let index = functionExport(name, of: module) else { return nil }
    return switch module.functionType(module.functions[index].type).results.first {
    case .i32: Int64(Int32(truncatingIfNeeded: bits))
    case .i64: Int64(bitPattern: bits)
    case .f32, .f64, .v128, .reference, nil: nil
    }
  }

  private static func functionExport(_ name: Name, of module: Module) -> FunctionIndex? {
    for export in module.exports where export.name == name {
      if case .function(let index) = export.entity { return index }
    }
    return nil
  }

  private static func reason(_ end: ProcessEnd) -> Message {
    switch end {
    case .exited(let status): "it ended with status \(status)"
    case .signalled(let signal): "signal \(signal) ended it"
    }
  }

  /// Without what has been called. A command that other tools made for this becomes `_start`.
  private func exports(of module: Module) -> [Export] {
    let called = [Self.constructors, Self.usualExport]
    let resumes = Self.functionExport(Self.resumingExport, of: module) != nil
    return module.exports.compactMap { export in
      if resumes && export.name == Self.command { return nil }
      guard case .function = export.entity else { return export }
      if called.contains(export.name) { return nil }
      return export.name == Self.resumingExport ? export.renamed(Self.command) : export
    }
  }
}
