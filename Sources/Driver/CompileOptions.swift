// The options of a compilation, as values. The command line fills them in. Types such as ByteSize and DirectoryGrant
// cannot be made from a text that makes no sense.

import LLVMKit
import Policy
import System
import Targets
import WasmProgram

/// The kind of output, as the command line names it.
public enum Emit: String, CaseIterable, Sendable {
  case exe
  case obj
  case asm
  case llvmIR = "llvm-ir"
  /// Before any optimisation.
  case loweredIR = "llvm-ir-lowered"
  case llvmBC = "llvm-bc"

  /// The ending of the default output name. An executable has none.
  var fileExtension: String {
    switch self {
    case .exe: ""
    case .obj: ".o"
    case .asm: ".s"
    case .llvmIR, .loweredIR: ".ll"
    case .llvmBC: ".bc"
    }
  }
}

/// How the code is optimised. The raw value is what the command line says after `-O`.
public enum OptimizationLevel: String, CaseIterable, Sendable {
  case o0 = "0"
  case o1 = "1"
  case o2 = "2"
  case o3 = "3"
  /// For size.
  case os = "s"
}

/// What to do with an import that nothing provides.
public enum UnknownImports: String, CaseIterable, Sendable {
  case error
  case trap
}

/// How memory accesses are checked.
public enum BoundsChecks: String, CaseIterable, Sendable {
  case guardPages = "guard"
  case explicit
}

/// The options that, with the input, decide the bytes of the output.
public struct CompileOptions: Sendable {
  public var emit = Emit.exe
  public var optimization = OptimizationLevel.o2
  public var target = Target.host
  /// The processor that the code may rely on.
  public var cpu = ProcessorChoice.baseline
  public var unknownImports = UnknownImports.error
  public var boundsChecks = BoundsChecks.guardPages
  public var policy = Policy()
  /// Directories that become part of the executable.
  public var embedded: [EmbeddedDirectory] = []
  /// Keep the stores before a trap in program order, for a host that looks at memory after the trap. Loops over
  /// memory are vectorised less.
  public var preciseTraps = false
  /// Count what runs, and write a profile at the end of each run.
  public var countsProfile = false
  /// Profiles that such runs wrote.
  public var profiles: [HostString] = []
  /// The file for a core dump after a trap, if the variable SWASM_COREDUMP names no other; empty: only that one. nil: the
  /// executable writes none.
  public var coredump: HostString?
  /// Initialise the module now, and begin with what it left; nil: not.
  public var preinit: Preinit?
  /// Make the program that runs this export, or only `_initialize` if it is empty, and then writes its state.
  var snapshotExport: String?
  /// Leave out function names, symbols, and the table that gives a trap's message its place in the module.
  public var strip = false
  /// Translate the module's debug information. The code does not change.
  public var isForDebuggers = false
  /// Run LLVM's verifier also after lowering and after the pipeline. The isolation check runs it in any case.
  public var verify = false
  /// Refuse a core module that exports functions to call, but has no command. Otherwise its executable says so when it
  /// is started.
  public var mustRun = false

  /// Unlike the options above, the conditions change nothing in the output.
  public var conditions = CompileConditions()

  public init() {}
}

extension CompileOptions {
  /// The processor that `cpu` chooses.
  func processor() throws(DriverError) -> Processor {
    do throws(ProcessorError) {
      return try target.processor(cpu)
    } catch {
      throw .usage(.processor, Self.message(error, target))
    }
  }

  private static func message(_ error: ProcessorError, _ target: Target) -> Message {
    switch error {
    case .notNative:
      "--cpu native is the machine that compiles, and the target is \(target.name)"
    case .unknown(let name):
      nearestName(to: name, among: target.processorNames + target.levels).map {
        "no processor of \(target.name) is named \(name); did you mean \($0)?"
      }
        ?? "no processor of \(target.name) is named \(name); it has LLVM's names, for example \(target.levels.joined(separator: ", "))"
    case .lacks(let name, let feature):
      "\(name) does not run code for \(target.name): it lacks \(feature)"
    case .unknownFeature(let name):
      "--cpu: an executable for \(target.name) cannot need or avoid \(name); the features are \(target.features.joined(separator: ", "))"
    }
  }
}
