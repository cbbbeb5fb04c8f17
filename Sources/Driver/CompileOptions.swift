// What a user may ask of a compilation, as values. The command line fills them in. A type refuses what makes no sense
// when its value is made, so the pipeline meets only sensible options.

import Policy
import System

/// The kind of output, as the command line names it.
public enum Emit: String, CaseIterable, Sendable {
  case exe
  case obj
  case asm
  case llvmIR = "llvm-ir"
  case llvmBC = "llvm-bc"

  /// The ending of the default output name. An executable has none.
  var fileExtension: String {
    switch self {
    case .exe: ""
    case .obj: ".o"
    case .asm: ".s"
    case .llvmIR: ".ll"
    case .llvmBC: ".bc"
    }
  }
}

public enum OptimizationLevel: Int, CaseIterable, Sendable {
  case o0, o1, o2, o3
}

/// The processor that the code may rely on.
public enum TargetCPU: String, CaseIterable, Sendable {
  case native
  case baseline = "x86-64"
  case v2 = "x86-64-v2"
  case v3 = "x86-64-v3"
  case v4 = "x86-64-v4"
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

/// Everything but the input that decides the bytes of the output.
public struct CompileOptions: Sendable {
  public var emit = Emit.exe
  public var optimization = OptimizationLevel.o2
  public var cpu = TargetCPU.baseline
  public var unknownImports = UnknownImports.error
  public var boundsChecks = BoundsChecks.guardPages
  public var policy = Policy()
  /// Keep the stores before a trap in program order, for a host that looks at memory after the trap. Loops over
  /// memory are vectorised less.
  public var preciseTraps = false
  /// Count what runs, and write a profile at the end of each run.
  public var countsProfile = false
  /// Profiles that such runs wrote.
  public var profiles: [HostString] = []
  /// Leave out function names and the table from which a trap's message takes its place in the module.
  public var strip = false
  /// Run LLVM's verifier on lowered code. A debug build of the compiler always does.
  public var verify = false
  /// Tell on standard error what the isolation check did.
  public var reportsStatistics = false

  /// Refuse a module of which nothing would run. Otherwise its executable says so when it is started.
  public var mustRun = false

  public init() {}
}
