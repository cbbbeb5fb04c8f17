// More of the options that `compile` and `run` share: what surrounds a run.

import ArgumentParser
import Driver

struct RunOptions: ParsableArguments {
  @Option(
    name: .customLong("listen"),
    help: ArgumentHelp(
      """
      Hand the program a socket that listens there; with `fds`, those passed on to it by socket activation. \
      Sockets have the descriptors after the directories', in order. With :nonblock they never block, as Go \
      programs need it. May be repeated.
      """, valueName: "address:port[:nonblock]"),
    transform: {
      guard let grant = ListenGrant($0) else {
        throw ValidationError(
          "an address is 127.0.0.1:80, [::1]:80, localhost:80 or fds, each with :nonblock or without"
        )
      }
      return grant
    })
  var listeners: [ListenGrant] = []

  @Option(help: ArgumentHelp("What the program reads: inherit or null.", valueName: "stream"))
  var stdin: StandardStreams.Stream = .inherit

  @Option(help: ArgumentHelp("Where its output goes: inherit or null.", valueName: "stream"))
  var stdout: StandardStreams.Stream = .inherit

  @Option(
    help: ArgumentHelp(
      "Where its messages go: inherit or null. Those about it are not its own.", valueName: "stream"
    ))
  var stderr: StandardStreams.Stream = .inherit

  @Option(
    name: .customLong("max-fds"),
    help: ArgumentHelp(
      "The most descriptors it may have at once. (default: 1024)", valueName: "count"))
  var maxDescriptors: UInt32?

  @Option(
    help: ArgumentHelp(
      "End it after this time, as 500ms, 2s, 5m or 1h; status 134.", valueName: "duration"))
  var timeout: TimeLimit?

  @Option(
    defaultAsFlag: 0, parsing: .next,
    help: ArgumentHelp(
      """
      Make every run the same: time passes only by being looked at or waited for, random numbers follow from \
      the seed, which is 0 unless one is given, and NaNs have one form.
      """, valueName: "seed"),
    transform: {
      guard let seed = UInt64($0) else { throw ValidationError("a seed is a number of 64 bits") }
      return seed
    })
  var deterministic: UInt64?

  @Option(help: ArgumentHelp("The seed of --deterministic.", visibility: .hidden))
  var seed: UInt64?

  @Option(
    help: """
      Give up before it runs, with the kernel's help (Landlock, seccomp), what it does not need: on does what \
      this kernel can, require refuses to start without, off does not.
      """)
  var harden: Hardening = .standard

  func apply(to policy: inout Policy) {
    policy.listeners = listeners
    policy.standardStreams.input = stdin
    policy.standardStreams.output = stdout
    policy.standardStreams.error = stderr
    policy.maxDescriptors = maxDescriptors
    policy.timeout = timeout
    policy.deterministicSeed = deterministic.map { seed ?? $0 }
    policy.hardening = harden
  }

  func validate() throws {
    if seed != nil, deterministic == nil { throw ValidationError("--seed needs --deterministic") }
    if maxDescriptors == 0 { throw ValidationError("--max-fds must be above 0") }
  }
}

/// A value that `--deterministic` does not take, so that a module's name may follow, goes unnoticed where it is
/// attached.
func refuseWrongSeed(in words: some Sequence<String>) throws {
  let prefix = "--deterministic="
  for word in words.prefix(while: { $0 != "--" }) where word.hasPrefix(prefix) {
    guard UInt64(word.dropFirst(prefix.count)) != nil else {
      throw ValidationError("\(word): a seed is a number of 64 bits")
    }
  }
}

extension Hardening: ExpressibleByArgument {}
extension StandardStreams.Stream: ExpressibleByArgument {}

extension TimeLimit: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
