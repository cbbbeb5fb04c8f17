// The grants and limits that are baked into an executable, and their records. runtime-c/abi/policy.def has a row for
// each option, and policy_options.h beside it tells the format. The reader is runtime-c/src/policy.c. It refuses a tag
// that it does not know, so that no restriction is overlooked.

import CSwasmABI
import ObjectFile  // numbers as bytes
import System

/// What a program may use, and its limits. A limit that is nil is the runtime's default.
public struct Policy: Sendable, Equatable {
  public var directories: [DirectoryGrant] = []
  public var environment: [EnvironmentGrant] = []
  public var inheritEnvironment = false
  /// Ignore the SWASM_ variables of the person who starts the program.
  public var sealed = false
  /// The most that all memories may have together.
  public var maxMemory: ByteSize?
  /// The size of the guest's stack.
  public var stack: ByteSize?
  /// The name that the program sees as its own.
  public var argv0: HostString?
  /// The export to call instead of `_start`.
  public var invoke: HostString?
  public var hardening = Hardening.standard
  /// Sockets for the program, in order, after its directories. For a component: where it may listen.
  public var listeners: [ListenGrant] = []
  /// Whom a component may connect or send to.
  public var connections: [ConnectGrant] = []
  /// Names that a component may look up, beside the names in `connections`.
  public var names: [ResolveGrant] = []
  /// The most descriptors that the program may have at once, including its standard streams.
  public var maxDescriptors: UInt32?
  /// The wall time after which the program is ended.
  public var timeout: TimeLimit?
  /// Makes runs repeatable: clocks and random numbers follow from this number, and NaNs have one form.
  public var deterministicSeed: UInt64?
  public var standardStreams = StandardStreams()
  /// What a report of a trap shows of the call stack.
  public var backtrace = Backtrace.on
  /// Put what prints the program's calls into the executable; nil: do not.
  public var trace: Trace?
  /// The features that the code needs of the processor: bits for the rows of processor.def. The pipeline sets it.
  package var processorFeatures: UInt64 = 0

  public init() {}

  /// The records, in the order of their tags. The records of a list are in the order of the list.
  package func encoded() -> [UInt8] {
    var records = RecordWriter()
    for grant in directories { records.add(grant) }
    for variable in environment { records.add(SWASM_POLICY_ENV, variable.text) }
    records.add(SWASM_POLICY_INHERIT_ENV, inheritEnvironment)
    records.add(SWASM_POLICY_SEALED, sealed)
    records.add(SWASM_POLICY_MAX_MEMORY, maxMemory?.bytes)
    records.add(SWASM_POLICY_STACK, stack?.bytes)
    records.add(SWASM_POLICY_ARGV0, argv0)
    records.add(SWASM_POLICY_INVOKE, invoke)
    records.add(SWASM_POLICY_PROCESSOR, processorFeatures, unless: 0)
    records.add(SWASM_POLICY_HARDEN, hardening.number, unless: 0)
    for listener in listeners { records.add(SWASM_POLICY_LISTEN, listener.text) }
    records.add(SWASM_POLICY_MAX_FDS, maxDescriptors.map { UInt64($0) })
    records.add(SWASM_POLICY_TIMEOUT, timeout?.nanoseconds)
    records.add(SWASM_POLICY_DETERMINISTIC, deterministicSeed)
    records.add(SWASM_POLICY_STDIN, standardStreams.input.number, unless: 0)
    records.add(SWASM_POLICY_STDOUT, standardStreams.output.number, unless: 0)
    records.add(SWASM_POLICY_STDERR, standardStreams.error.number, unless: 0)
    for connection in connections { records.add(SWASM_POLICY_CONNECT, connection.text) }
    for name in names { records.add(SWASM_POLICY_RESOLVE, name.text) }
    records.add(SWASM_POLICY_BACKTRACE, backtrace.number, unless: 0)
    records.add(SWASM_POLICY_TRACE, trace?.number)
    return records.finish()
  }
}

/// Writes records in the format of policy_options.h. It has a method for each kind of payload.
private struct RecordWriter {
  private var bytes: [UInt8] = []

  /// A switch.
  mutating func add(_ tag: swasm_policy_tag, _ isOn: Bool) {
    if isOn { add(tag, payload: []) }
  }

  mutating func add(_ tag: swasm_policy_tag, _ text: HostString?) {
    if let text { add(tag, payload: text.bytes) }
  }

  /// - Parameter absent: The number for which there is no record.
  mutating func add(_ tag: swasm_policy_tag, _ number: UInt64?, unless absent: UInt64? = nil) {
    guard let number, number != absent else { return }
    var payload: [UInt8] = []
    payload.append(littleEndian: number)
    add(tag, payload: payload)
  }

  mutating func add(_ grant: DirectoryGrant) {
    var payload: [UInt8] = []
    payload.append(littleEndian: grant.readOnly ? UInt32(SWASM_DIR_READ_ONLY) : 0)
    for name in [grant.host, grant.guest] {
      payload.append(littleEndian: UInt32(name.bytes.count))
      payload += name.bytes
    }
    add(SWASM_POLICY_DIR, payload: payload)
  }

  private mutating func add(_ tag: swasm_policy_tag, payload: [UInt8]) {
    bytes.append(littleEndian: tag.rawValue)
    bytes.append(littleEndian: UInt32(payload.count))
    bytes += payload
    bytes.pad(toMultipleOf: 4)
  }

  consuming func finish() -> [UInt8] {
    add(SWASM_POLICY_END, payload: [])
    return bytes
  }
}
