// The options that commands share, in groups, and how words become the Driver's values.

import ArgumentParser
import Driver

struct CodeOptions: ParsableArguments {
  @Option(
    name: .customShort("O", allowingJoined: true),
    help: ArgumentHelp("How hard to optimise: -O0, -O1, -O2 or -O3.", valueName: "level"))
  var optimization: OptimizationLevel = .o2

  @Option(
    help: """
      The processor that the code needs: native, x86-64, x86-64-v2, x86-64-v3 or x86-64-v4. An executable \
      that is started on a lesser one says so. (default: x86-64; for run and bench: native)
      """)
  var cpu: TargetCPU?

  @Option(
    help:
      "What becomes of an import that nothing provides: an error now, or a trap when it is called.")
  var unknownImports: UnknownImports = .error

  @Option(help: "How memory accesses are checked: by guard pages, or explicitly before each.")
  var boundsChecks: BoundsChecks = .guardPages

  @Flag(
    help: ArgumentHelp(
      """
      Keep memory as the program's order has it when a trap strikes, for a host that looks at it then. \
      Costs the vectorisation of loops.
      """))
  var preciseTraps = false

  @Flag(
    help: ArgumentHelp(
      """
      Make a program that counts what it does and writes NAME.profile where it is started (or the file that \
      SWASM_PROFILE names) when it ends.
      """))
  var pgoGenerate = false

  @Option(
    name: .customLong("pgo-use"),
    help: ArgumentHelp(
      "Optimise for what runs did that wrote this profile. May be repeated: the counts are added.",
      valueName: "file"))
  var profiles: [HostString] = []

  @Flag(help: "Leave out function names and the places that a trap's message tells.")
  var strip = false

  @Flag(help: ArgumentHelp("Run LLVM's verifier after lowering.", visibility: .hidden))
  var verify = false

  @Flag(help: "Say on standard error what the check of isolation proved, and what it cost.")
  var stats = false

  func apply(to options: inout CompileOptions, defaultCPU: TargetCPU) {
    options.optimization = optimization
    options.cpu = cpu ?? defaultCPU
    options.unknownImports = unknownImports
    options.boundsChecks = boundsChecks
    options.preciseTraps = preciseTraps
    options.countsProfile = pgoGenerate
    options.profiles = profiles
    options.strip = strip
    options.verify = options.verify || verify
    options.reportsStatistics = stats
  }

  func validate() throws {
    if pgoGenerate && !profiles.isEmpty {
      throw ValidationError("--pgo-generate and --pgo-use exclude each other")
    }
  }
}

struct AccessOptions: ParsableArguments {
  @Option(
    name: .customLong("dir"),
    help: ArgumentHelp(
      """
      Let the program use a directory or a single file, under the name GUEST if one is given; with :ro only \
      read it. A relative HOST is resolved where the program is started. May be repeated.
      """, valueName: "HOST[::GUEST][:ro]"),
    transform: {
      guard let grant = DirectoryGrant(HostString(escaped: $0)) else {
        throw ValidationError("a directory needs a name")
      }
      return grant
    })
  var directories: [DirectoryGrant] = []

  @Option(
    name: .customLong("env"),
    help: ArgumentHelp(
      "Set a variable of the program's environment; without a value, pass on the one it is started with.",
      valueName: "NAME[=VALUE]"),
    transform: {
      guard let variable = EnvironmentGrant(HostString(escaped: $0)) else {
        throw ValidationError("a variable needs a name, which does not begin with SWASM_")
      }
      return variable
    })
  var environment: [EnvironmentGrant] = []

  @Flag(name: .customLong("inherit-env"), help: "Pass on the whole environment it is started with.")
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
    help: ArgumentHelp("The most that all memories may have together, as 512M.", valueName: "size"))
  var maxMemory: ByteSize?

  @Option(
    help: ArgumentHelp("The size of the program's stack, as 8M. (default: 8M)", valueName: "size"))
  var stackSize: ByteSize?

  @Flag(help: "Ignore the SWASM_ variables: nothing can be granted to it later.")
  var sealed = false

  @Option(help: ArgumentHelp("What the program sees as its own name.", valueName: "name"))
  var argv0: HostString?

  @Option(
    help: ArgumentHelp(
      "Call this export, with arguments typed as its parameters, and print its results.",
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

  func validate() throws {
    if let stackSize, !Policy.stackRange.contains(stackSize.bytes) {
      throw ValidationError("--stack-size must be from 64K to 64G")
    }
  }
}

extension Emit: ExpressibleByArgument {}
extension TargetCPU: ExpressibleByArgument {}
extension UnknownImports: ExpressibleByArgument {}
extension BoundsChecks: ExpressibleByArgument {}

extension OptimizationLevel: ExpressibleByArgument {
  public init?(argument: String) {
    guard let number = Int(argument) else { return nil }
    self.init(rawValue: number)
  }
}

extension HostString: ExpressibleByArgument {
  /// See `Swasmc.main`.
  public init?(argument: String) { self.init(escaped: argument) }
}

extension ByteSize: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
