// More of the options that `compile` and `run` share: what surrounds a run.

import ArgumentParser
import Driver

struct RunOptions: ParsableArguments {
  @Option(
    name: .customLong("listen"),
    help: ArgumentHelp(
      """
      Hand the program a socket that listens there; with `fds`, those passed on to it by socket activation. \
      Sockets have the descriptors after the directories', in order. May be repeated.
      """, valueName: "address:port"),
    transform: {
      guard let grant = ListenGrant($0) else {
        throw ValidationError("an address is 127.0.0.1:80, [::1]:80, localhost:80 or fds")
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

  @Flag(
    help: """
      Make every run the same: time passes only by being looked at or waited for, random numbers follow from \
      --seed, and NaNs have one form.
      """)
  var deterministic = false

  @Option(help: ArgumentHelp("With --deterministic. (default: 0)", valueName: "number"))
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
    policy.deterministicSeed = deterministic ? seed ?? 0 : nil
    policy.hardening = harden
  }

  func validate() throws {
    if seed != nil, !deterministic { throw ValidationError("--seed needs --deterministic") }
    if maxDescriptors == 0 { throw ValidationError("--max-fds must be above 0") }
  }
}

extension Hardening: ExpressibleByArgument {}
extension StandardStreams.Stream: ExpressibleByArgument {}

extension TimeLimit: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
