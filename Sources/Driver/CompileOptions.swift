// What a user may ask of a compilation, as values. Input: nothing; the command line fills these in. Each
// type refuses what makes no sense when it is made, so that the pipeline meets only sensible options.

/// What the output is.
public enum Emit: String, CaseIterable, Sendable {
  case exe
  case obj
  case asm
  case llvmIR = "llvm-ir"
  case llvmBC = "llvm-bc"

  /// The ending of the default output name; an executable has none.
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

/// What becomes of an import that nothing provides.
public enum UnknownImports: String, CaseIterable, Sendable {
  case error
  case trap
}

/// How the bounds of memory are kept.
public enum BoundsChecks: String, CaseIterable, Sendable {
  case guardPages = "guard"
  case explicit
}

/// All that decides the bytes of the output, apart from the input.
public struct CompileOptions: Sendable {
  public var emit = Emit.exe
  public var optimization = OptimizationLevel.o2
  public var cpu = TargetCPU.baseline
  public var unknownImports = UnknownImports.error
  public var boundsChecks = BoundsChecks.guardPages
  public var policy = Policy()
  /// Keep the stores that precede a trap in program order, for whoever looks at memory after the trap; loops
  /// over memory are then not vectorised as native ones are.
  public var preciseTraps = false
  /// Count how often what runs, and write a profile at the end of each run.
  public var countsProfile = false
  /// Files that such runs wrote.
  public var profiles: [HostString] = []
  /// Leave out function names and the table that gives a trap its place in the module.
  public var strip = false
  /// Run LLVM's verifier on what lowering made; a debug build of the compiler always does.
  public var verify = false
  /// Say on standard error what the isolation checker did.
  public var reportsStatistics = false

  /// Refuse a module of which nothing would run. An executable of one says so when it is started.
  public var mustRun = false

  public init() {}
}
