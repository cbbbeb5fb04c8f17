// The options that commands share, in groups. Words on the command line become the Driver's values here.

import ArgumentParser
import Driver
import Policy
import System
import Targets

struct CodeOptions: ParsableArguments {
  @Option(
    name: .customShort("O", allowingJoined: true),
    help: ArgumentHelp(
      """
      How hard to optimise: -O0, nothing; -O1 and -O2, functions that seem to be hot; -O3, all functions; -Os, for size.
      """, valueName: "level"))
  var optimization: OptimizationLevel = .o2

  @Option(
    help: """
      The processor that the code needs: native, or a name that LLVM knows, and features to add or leave out, as in \
      x86-64-v3,+gfni,-fma. The executable does not start on a lesser one. (default: \
      \(Target.host.baselineName); for run and bench: native)
      """)
  var cpu: ProcessorChoice?

  @Option(
    help:
      "What to do with an import that nothing provides: an error now, or a trap when it is called.")
  var unknownImports: UnknownImports = .error

  @Option(help: "How to check memory accesses: by guard pages, or explicitly before each access.")
  var boundsChecks: BoundsChecks = .guardPages

  @Flag(
    help: ArgumentHelp(
      """
      Keep the stores before a trap in the program's order, for a host that reads memory after the trap. Fewer \
      loops are vectorised.
      """))
  var preciseTraps = false

  @Flag(
    help: ArgumentHelp(
      """
      Make a program that counts what it does. When it ends, it writes NAME.profile where it was started, or \
      the file that SWASM_PROFILE names.
      """))
  var pgoGenerate = false

  @Option(
    help: ArgumentHelp(
      """
      Make a program that writes a core dump to FILE after a trap, or to the file that SWASM_COREDUMP names. If FILE \
      is empty, it writes one only if SWASM_COREDUMP is set. Tools for WebAssembly read core dumps.
      """, valueName: "file"),
    transform: { HostString(escaped: $0) })
  var coredump: HostString?

  @Option(
    name: .customLong("pgo-use"),
    help: ArgumentHelp(
      "Optimise for the runs that wrote this profile. Can be repeated: the counts are added.",
      valueName: "file"))
  var profiles: [HostString] = []

  @Flag(
    help:
      """
      Leave out the names of functions, the symbol table, and the places in the module that messages of traps show.
      """)
  var strip = false

  @Flag(
    name: .customShort("g"),
    help: ArgumentHelp(
      """
      Translate the module's debug information, so that gdb shows its source, functions and variables. The code stays \
      the same. Best with -O0.
      """))
  var isForDebuggers = false

  @Flag(help: ArgumentHelp("Run LLVM's verifier after lowering.", visibility: .hidden))
  var verify = false

  @OptionGroup var work: WorkOptions

  func apply(to options: inout CompileOptions, defaultCPU: ProcessorChoice) {
    options.optimization = optimization
    options.cpu = cpu ?? defaultCPU
    options.unknownImports = unknownImports
    options.boundsChecks = boundsChecks
    options.preciseTraps = preciseTraps
    options.countsProfile = pgoGenerate
    options.profiles = profiles
    options.coredump = coredump
    options.strip = strip
    options.isForDebuggers = isForDebuggers
    options.verify = options.verify || verify
    work.apply(to: &options.conditions)
  }

  func validate() throws {
    if isForDebuggers && strip { throw ValidationError("-g and --strip cannot be used together") }
    if pgoGenerate && !profiles.isEmpty {
      throw ValidationError("--pgo-generate and --pgo-use cannot be used together")
    }
  }
}

struct PlugOptions: ParsableArguments {
  @Option(
    name: .customLong("plug"),
    help: ArgumentHelp(
      """
      Plug this component into the module, which must be a component, too: what it exports satisfies imports of the \
      module and of other plugs. All become one executable. Can be repeated.
      """, valueName: "file"),
    transform: {
      guard $0 != "-" else { throw ValidationError("--plug must be the name of a file") }
      return HostString(escaped: $0)
    })
  var paths: [HostString] = []
}

struct PreinitOptions: ParsableArguments {
  @Flag(
    name: .customLong("preinit"),
    help: ArgumentHelp(
      """
      Run the module's initialiser now, in the sandbox, and make a program that begins with the memory, globals and \
      tables that it leaves: `_initialize`, and `wizer.initialize` if it is exported. --preinit=EXPORT names another \
      export for the second.
      """))
  var isSet = false

  @Option(
    name: .customLong("preinit-call"),
    help: ArgumentHelp("How `Swasmc.parse` writes --preinit=EXPORT.", visibility: .hidden))
  var export: String?

  @Option(
    name: .customLong("preinit-dir"),
    help: ArgumentHelp(
      "Let the initialiser use a directory, as --dir does for the program.",
      valueName: "HOST[::GUEST][:ro]"),
    transform: {
      guard let grant = DirectoryGrant(HostString(escaped: $0)) else {
        throw mistake("--preinit-dir", .directory)
      }
      return grant
    })
  var directories: [DirectoryGrant] = []

  @Option(
    name: .customLong("preinit-env"),
    help: ArgumentHelp(
      "Set a variable for the initialiser, as --env does for the program.",
      valueName: "NAME[=VALUE]"),
    transform: {
      guard let variable = EnvironmentGrant(HostString(escaped: $0)) else {
        throw mistake("--preinit-env", .environment)
      }
      return variable
    })
  var environment: [EnvironmentGrant] = []

  var isAsked: Bool { isSet || export != nil }

  var preinit: Preinit? {
    guard isAsked else { return nil }
    var preinit = Preinit()
    preinit.export = export
    preinit.directories = directories
    preinit.environment = environment
    return preinit
  }

  func validate() throws {
    if export?.isEmpty == true {
      throw ValidationError("--preinit= needs the name of an export; --preinit calls the usual one")
    }
    if !isAsked && !(directories.isEmpty && environment.isEmpty) {
      throw ValidationError("--preinit-dir and --preinit-env need --preinit")
    }
  }
}

struct AccessOptions: ParsableArguments {
  @Option(
    name: .customLong("dir"),
    help: ArgumentHelp(
      """
      Let the program use a directory or a single file of the host. The program sees it under the name GUEST, or \
      else HOST. With :ro it can only read. A relative HOST is resolved where the program is started. Can be repeated.
      """, valueName: "HOST[::GUEST][:ro]"),
    transform: {
      guard let grant = DirectoryGrant(HostString(escaped: $0)) else {
        throw mistake("--dir", .directory)
      }
      return grant
    })
  var directories: [DirectoryGrant] = []

  @Option(
    name: .customLong("env"),
    help: ArgumentHelp(
      "Set a variable of the program's environment. Without a value, pass on the host's variable. Can be repeated.",
      valueName: "NAME[=VALUE]"),
    transform: {
      guard let variable = EnvironmentGrant(HostString(escaped: $0)) else {
        throw mistake("--env", .environment)
      }
      return variable
    })
  var environment: [EnvironmentGrant] = []

  @Flag(name: .customLong("inherit-env"), help: "Pass on the host's whole environment.")
  var inheritEnvironment = false

  func apply(to policy: inout Policy) {
    policy.directories = directories
    policy.environment = environment
    policy.inheritEnvironment = inheritEnvironment
  }
}

struct GrantOptions: ParsableArguments {
  @OptionGroup var access: AccessOptions

  @Option(
    help: ArgumentHelp(
      "The most memory for all memories together, for example 512M.", valueName: "size"),
    transform: { try byteSize($0, "--max-memory", .maxMemory) })
  var maxMemory: ByteSize?

  @Option(
    help: ArgumentHelp(
      "The size of the program's stack, for example 16M. (default: 8M)", valueName: "size"),
    transform: { try byteSize($0, "--stack-size", .stack) })
  var stackSize: ByteSize?

  @Flag(help: "Ignore the SWASM_ variables: the person who starts the program can grant nothing.")
  var sealed = false

  @Option(help: ArgumentHelp("The name that the program sees as its own.", valueName: "name"))
  var argv0: HostString?

  @Option(
    help: ArgumentHelp(
      "Call this export with the arguments as its parameters, and print its results.",
      valueName: "export"))
  var invoke: HostString?

  @OptionGroup var run: RunOptions

  var policy: Policy {
    var policy = Policy()
    access.apply(to: &policy)
    policy.maxMemory = maxMemory
    policy.stack = stackSize
    policy.sealed = sealed
    policy.argv0 = argv0
    policy.invoke = invoke
    run.apply(to: &policy)
    return policy
  }
}

/// The error about a value that this option does not allow.
func mistake(_ option: String, _ row: PolicyOption) -> ValidationError {
  ValidationError("\(option) must be \(row.says)")
}

private func byteSize(_ text: String, _ option: String, _ row: PolicyOption) throws -> ByteSize {
  guard let size = ByteSize(text, for: row) else { throw mistake(option, row) }
  return size
}

func timeLimit(_ text: String) throws -> TimeLimit {
  guard let limit = TimeLimit(text) else { throw mistake("--timeout", .timeout) }
  return limit
}

/// "a, b or c".
private func alternatives(_ names: [String]) -> String {
  guard let last = names.last, names.count > 1 else { return names.joined() }
  return names.dropLast().joined(separator: ", ") + " or " + last
}

extension Target: ExpressibleByArgument {
  /// - Parameter argument: A target's name, or LLVM's name of it.
  public init?(argument: String) {
    guard let target = Target.all.first(where: { [$0.name, $0.triple].contains(argument) }) else {
      return nil
    }
    self = target
  }
  public static var allValueStrings: [String] { Target.all.map(\.name) }
  public var defaultValueDescription: String { name }
  static var help: String { alternatives(allValueStrings) }
}

extension Emit: ExpressibleByArgument {}
extension ProcessorChoice: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
  public static var allValueStrings: [String] { ProcessorChoice.commonNames }
}

extension UnknownImports: ExpressibleByArgument {}
extension BoundsChecks: ExpressibleByArgument {}

extension OptimizationLevel: ExpressibleByArgument {}

extension HostString: ExpressibleByArgument {
  /// See `Swasmc.main`.
  public init?(argument: String) { self.init(escaped: argument) }
}
