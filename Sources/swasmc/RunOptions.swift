// The options of `compile` and `run` about the conditions of a run.

import ArgumentParser
import Policy

struct RunOptions: ParsableArguments {
  @Option(
    name: .customLong("listen"),
    help: ArgumentHelp(
      """
      Give the program a socket that listens at this address; `fds` gives it the sockets of socket activation. \
      Sockets have the descriptors after the directories', in order. With :nonblock they never block, which Go \
      programs need. A component makes its sockets itself, and may listen at these addresses; with /udp it gets \
      datagrams there. Can be repeated.
      """, valueName: "address:port[:nonblock|/udp]"),
    transform: {
      guard let grant = ListenGrant($0) else { throw mistake("--listen", .listener) }
      return grant
    })
  var listeners: [ListenGrant] = []

  @Option(
    name: .customLong("connect"),
    help: ArgumentHelp(
      """
      Let the component connect there over TCP, or, with /udp, send and get datagrams. The host is an address, a \
      range (10.0.0.0/8, [fd00::/8]), a name, *.name or *; the port is a number, first-last or *. Can be repeated.
      """, valueName: "host:port[/udp]"),
    transform: {
      guard let grant = ConnectGrant($0) else { throw mistake("--connect", .connection) }
      return grant
    })
  var connections: [ConnectGrant] = []

  @Option(
    name: .customLong("resolve"),
    help: ArgumentHelp(
      """
      Let the component look up the addresses of this name, of all names below it (*.example.com) or of all names \
      (*). It may look up the names of --connect without this. Can be repeated.
      """, valueName: "name"),
    transform: {
      guard let grant = ResolveGrant($0) else { throw mistake("--resolve", .name) }
      return grant
    })
  var names: [ResolveGrant] = []

  @Option(help: ArgumentHelp("The program's standard input: inherit or null.", valueName: "stream"))
  var stdin: StandardStreams.Stream = .inherit

  @Option(
    help: ArgumentHelp("The program's standard output: inherit or null.", valueName: "stream"))
  var stdout: StandardStreams.Stream = .inherit

  @Option(
    help: ArgumentHelp(
      "The program's standard error: inherit or null. Messages about the program still go to the host's.",
      valueName: "stream"))
  var stderr: StandardStreams.Stream = .inherit

  @Option(
    name: .customLong("max-fds"),
    help: ArgumentHelp(
      "The most descriptors that the program may have at once. (default: 1024)", valueName: "count"),
    transform: {
      guard let count = PolicyOption.maxDescriptors.number($0) else {
        throw mistake("--max-fds", .maxDescriptors)
      }
      return UInt32(count)
    })
  var maxDescriptors: UInt32?

  @Option(
    help: ArgumentHelp(
      "End the program with status 134 after this time, for example 500ms, 2s, 5m or 1h.",
      valueName: "duration"),
    transform: timeLimit)
  var timeout: TimeLimit?

  @Option(
    defaultAsFlag: 0, parsing: .next,
    help: ArgumentHelp(
      """
      Make every run the same: the clock moves only when the program reads it or waits, random numbers follow \
      from the seed (default: 0), and NaNs have one form.
      """, valueName: "seed"),
    transform: { try seedNumber($0, "--deterministic") })
  var deterministic: UInt64?

  @Option(
    help: ArgumentHelp("The seed of --deterministic.", visibility: .hidden),
    transform: { try seedNumber($0, "--seed") })
  var seed: UInt64?

  @Option(
    help: """
      Before the program runs, let the kernel (Landlock, seccomp) forbid everything that it does not need. on: as far \
      as this kernel can; require: do not start if the kernel cannot do all of it; off: not at all.
      """)
  var harden: Hardening = .standard

  @Option(
    help: """
      What a message about a trap shows of the program's call stack. 1: its functions; 0: nothing; full: 1,024 functions \
      of deep recursion, where 1 shows 32.
      """)
  var backtrace: Backtrace = .on

  @Option(
    help: ArgumentHelp(
      """
      wasi: print each WASI call of the program, with its arguments and result, to standard error. off: only if \
      SWASM_TRACE=wasi asks for it when the program is started.
      """, valueName: "what"))
  var trace: Trace?

  func apply(to policy: inout Policy) {
    policy.listeners = listeners
    policy.connections = connections
    policy.names = names
    policy.standardStreams.input = stdin
    policy.standardStreams.output = stdout
    policy.standardStreams.error = stderr
    policy.maxDescriptors = maxDescriptors
    policy.timeout = timeout
    policy.deterministicSeed = deterministic.map { seed ?? $0 }
    policy.hardening = harden
    policy.backtrace = backtrace
    policy.trace = trace
  }

  func validate() throws {
    if seed != nil, deterministic == nil { throw ValidationError("--seed needs --deterministic") }
  }
}

private func seedNumber(_ text: String, _ option: String) throws -> UInt64 {
  guard let seed = PolicyOption.deterministic.number(text) else {
    throw mistake(option, .deterministic)
  }
  return seed
}

/// Refuses a value attached to `--deterministic` that is no seed, and one attached to `--stats` that is no format. The
/// parser does not, because these options also stand alone before a module's name.
func refuseWrongAttachedValues(in words: some Sequence<String>) throws {
  let prefix = "--deterministic="
  for word in words.prefix(while: { $0 != "--" }) {
    if word.hasPrefix(prefix),
      PolicyOption.deterministic.number(String(word.dropFirst(prefix.count))) == nil
    {
      throw ValidationError("\(word): the seed must be \(PolicyOption.deterministic.says)")
    }
    try refuseWrongFormat(in: word)
  }
}

extension Backtrace: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
  public static var allValueStrings: [String] { allCases.map(\.description) }
}

extension Hardening: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

extension Trace: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
  public static var allValueStrings: [String] { allCases.map(\.description) }
}

extension StandardStreams.Stream: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
