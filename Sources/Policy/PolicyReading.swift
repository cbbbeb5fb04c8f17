// Reads the records of a policy back, for people who look at an executable. The bytes may be anybody's: what does not
// fit is an error. The runtime has a reader of its own (runtime-c/src/policy.c).

import CSwasmABI
import System

extension Policy {
  /// nil if the records are malformed, or have a tag that this compiler does not know.
  package init?(encoded bytes: some Collection<UInt8>) {
    self.init()
    var records = RecordReader(bytes: Array(bytes))
    while let (tag, payload) = records.next() {
      guard take(tag, payload) else { return nil }
    }
    guard records.isComplete else { return nil }
  }

  private mutating func take(_ tag: swasm_policy_tag, _ payload: [UInt8]) -> Bool {
    guard let option = swasm_policy_option_of(tag.rawValue) else { return false }
    switch swasm_policy_kind(UInt32(option.pointee.kind)) {
    case SWASM_KIND_SWITCH: return payload.isEmpty && setSwitch(tag)
    case SWASM_KIND_DIRECTORY:
      guard let grant = DirectoryGrant(payload: payload) else { return false }
      directories.append(grant)
      return true
    case SWASM_KIND_TEXT, SWASM_KIND_VARIABLE, SWASM_KIND_ADDRESS, SWASM_KIND_DESTINATION,
      SWASM_KIND_NAME:
      return setText(tag, HostString(bytes: payload))
    default:
      guard payload.count == 8 else { return false }
      return setNumber(tag, UInt64(littleEndian: payload[...]))
    }
  }

  private mutating func setSwitch(_ tag: swasm_policy_tag) -> Bool {
    switch tag {
    case SWASM_POLICY_SEALED: sealed = true
    case SWASM_POLICY_INHERIT_ENV: inheritEnvironment = true
    default: return false
    }
    return true
  }

  private mutating func setText(_ tag: swasm_policy_tag, _ text: HostString) -> Bool {
    func append<Grant>(_ grant: Grant?, to list: inout [Grant]) -> Bool {
      guard let grant else { return false }
      list.append(grant)
      return true
    }
    switch tag {
    case SWASM_POLICY_ENV: return append(EnvironmentGrant(text), to: &environment)
    case SWASM_POLICY_LISTEN: return append(text.text.flatMap { .init($0) }, to: &listeners)
    case SWASM_POLICY_CONNECT: return append(text.text.flatMap { .init($0) }, to: &connections)
    case SWASM_POLICY_RESOLVE: return append(text.text.flatMap { .init($0) }, to: &names)
    case SWASM_POLICY_ARGV0: argv0 = text
    case SWASM_POLICY_INVOKE: invoke = text
    default: return false
    }
    return true
  }

  private mutating func setNumber(_ tag: swasm_policy_tag, _ number: UInt64) -> Bool {
    func stream() -> StandardStreams.Stream? {
      StandardStreams.Stream.allCases.first { $0.number == number }
    }
    switch tag {
    case SWASM_POLICY_MAX_MEMORY: maxMemory = ByteSize(bytes: number)
    case SWASM_POLICY_STACK: stack = ByteSize(bytes: number)
    case SWASM_POLICY_PROCESSOR: processorFeatures = number
    case SWASM_POLICY_HARDEN:
      guard let value = Hardening.allCases.first(where: { $0.number == number }) else {
        return false
      }
      hardening = value
    case SWASM_POLICY_MAX_FDS: maxDescriptors = UInt32(truncatingIfNeeded: number)
    case SWASM_POLICY_TIMEOUT: timeout = TimeLimit(nanoseconds: number)
    case SWASM_POLICY_DETERMINISTIC: deterministicSeed = number
    case SWASM_POLICY_BACKTRACE:
      guard let value = Backtrace.allCases.first(where: { $0.number == number }) else {
        return false
      }
      backtrace = value
    case SWASM_POLICY_TRACE:
      guard let value = Trace(number: number) else { return false }
      trace = value
    case SWASM_POLICY_STDIN, SWASM_POLICY_STDOUT, SWASM_POLICY_STDERR:
      guard let stream = stream() else { return false }
      switch tag {
      case SWASM_POLICY_STDIN: standardStreams.input = stream
      case SWASM_POLICY_STDOUT: standardStreams.output = stream
      default: standardStreams.error = stream
      }
    default: return false
    }
    return true
  }
}

/// Takes one record after another. Spec: policy_options.h.
private struct RecordReader {
  let bytes: [UInt8]
  private var position = 0
  /// Whether the record that ends the list was read, and nothing malformed before it.
  private(set) var isComplete = false

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// nil at the end of the list, and where the bytes are no record.
  mutating func next() -> (tag: swasm_policy_tag, payload: [UInt8])? {
    guard bytes.count - position >= 8 else { return nil }
    let tag = UInt32(littleEndian: bytes[position..<position + 4])
    let count = Int(UInt32(littleEndian: bytes[position + 4..<position + 8]))
    position += 8
    if tag == SWASM_POLICY_END.rawValue {
      isComplete = true
      return nil
    }
    guard count <= bytes.count - position else { return nil }
    let payload = Array(bytes[position..<position + count])
    position = min(position + (count + 3) / 4 * 4, bytes.count)
    return (swasm_policy_tag(tag), payload)
  }
}

extension DirectoryGrant {
  /// u32 flags, then two names, each after its length.
  fileprivate init?(payload: [UInt8]) {
    guard payload.count >= 8 else { return nil }
    let flags = UInt32(littleEndian: payload[0..<4])
    var names: [HostString] = []
    var rest = payload[4...]
    while rest.count >= 4, names.count < 2 {
      let count = Int(UInt32(littleEndian: rest.prefix(4)))
      rest = rest.dropFirst(4)
      guard count > 0, count <= rest.count else { return nil }
      names.append(HostString(bytes: rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    guard names.count == 2, rest.isEmpty, flags <= UInt32(SWASM_DIR_READ_ONLY) else { return nil }
    self.init(
      host: names[0], guest: names[1], readOnly: flags & UInt32(SWASM_DIR_READ_ONLY) != 0)
  }
}

extension FixedWidthInteger {
  /// The number that these bytes mean, the lowest first.
  fileprivate init(littleEndian bytes: ArraySlice<UInt8>) {
    self = bytes.reversed().reduce(0) { $0 << 8 | Self($1) }
  }
}

// As a command line.
extension Policy {
  /// An option that grants or limits something, as a command line has it.
  package struct Option: Sendable, Equatable {
    /// `--dir`
    package let name: String
    /// nil: the option has none.
    package let value: HostString?

    init(_ name: String, _ value: HostString? = nil) {
      self.name = name
      self.value = value
    }
  }

  /// The options that make this policy. None: the program has what every program has.
  package var commandLine: [Option] {
    var options: [Option] = []
    for grant in directories { options.append(Option("--dir", grant.text)) }
    for variable in environment { options.append(Option("--env", variable.text)) }
    if inheritEnvironment { options.append(Option("--inherit-env")) }
    for listener in listeners { options.append(Option("--listen", listener.text)) }
    for connection in connections { options.append(Option("--connect", connection.text)) }
    for name in names { options.append(Option("--resolve", name.text)) }
    if let maxMemory { options.append(Option("--max-memory", "\(maxMemory.bytes)")) }
    if let stack { options.append(Option("--stack-size", "\(stack.bytes)")) }
    if let maxDescriptors { options.append(Option("--max-fds", "\(maxDescriptors)")) }
    if let timeout { options.append(Option("--timeout", timeout.text)) }
    if let deterministicSeed {
      options.append(Option("--deterministic", "\(deterministicSeed)"))
    }
    let streams = [
      ("--stdin", standardStreams.input), ("--stdout", standardStreams.output),
      ("--stderr", standardStreams.error),
    ]
    for (name, stream) in streams where stream != .inherit {
      options.append(Option(name, HostString(stream.description)))
    }
    if let argv0 { options.append(Option("--argv0", argv0)) }
    if let invoke { options.append(Option("--invoke", invoke)) }
    if hardening != .standard {
      options.append(Option("--harden", HostString(hardening.description)))
    }
    if backtrace != .on {
      options.append(Option("--backtrace", HostString(backtrace.description)))
    }
    if let trace { options.append(Option("--trace", HostString(trace.description))) }
    if sealed { options.append(Option("--sealed")) }
    return options
  }
}

extension DirectoryGrant {
  fileprivate var text: HostString { "\(host)::\(guest)\(readOnly ? ":ro" : "")" }
}

extension TimeLimit {
  /// Times are written in milliseconds or longer units.
  fileprivate var text: HostString {
    let milliseconds = nanoseconds / 1_000_000
    return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
  }
}
