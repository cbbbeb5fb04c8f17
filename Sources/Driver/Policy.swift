// The grants and limits that are baked into an executable, and their encoding.
//
// Output: records `u32 tag, u32 length, payload`, little-endian, each padded to 4 bytes (the length does not
// count the padding), ended by a record of tag 0. The reader is runtime-c/src/policy.c, which refuses a tag
// that it does not know: a grant must not be widened by being overlooked.

/// The processor levels of the x86-64 psABI, as the runtime compares them with what `cpuid` says.
public enum ProcessorLevel: UInt32, Sendable, Comparable {
  case baseline = 1
  case v2, v3, v4

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

public struct Policy: Sendable, Equatable {
  public var directories: [DirectoryGrant] = []
  public var environment: [EnvironmentGrant] = []
  public var inheritEnvironment = false
  /// Ignore the SWASM_ variables of the person who starts the program.
  public var sealed = false
  /// All memories together are capped at this.
  public var maxMemory: ByteSize?
  public var stack: ByteSize?
  public var argv0: HostString?
  /// The export to call instead of `_start`.
  public var invoke: HostString?
  public var hardening = Hardening.standard
  /// Sockets for the program, in order, after its directories.
  public var listeners: [ListenGrant] = []
  /// The most descriptors that the program may have at once, its standard streams among them.
  public var maxDescriptors: UInt32?
  public var timeout: TimeLimit?
  /// Clocks and random numbers follow from this number, and NaNs have one form.
  public var deterministicSeed: UInt64?
  public var standardStreams = StandardStreams()
  /// Set by the pipeline: what the code was generated for.
  var processorLevel = ProcessorLevel.baseline

  /// What a stack size may be, in bytes.
  public static let stackRange: ClosedRange<UInt64> = (64 << 10)...(64 << 30)

  public init() {}

  enum Tag: UInt32 {
    case end = 0
    case directory, environment, flags, maxMemory, stack, argv0, invoke, inheritEnvironment,
      processor, hardening, listen, maxDescriptors, timeout, deterministic, standardStreams
  }

  func encoded() -> [UInt8] {
    var records = RecordWriter()
    for grant in directories {
      records.add(.directory) {
        $0.append(littleEndian: UInt32(grant.readOnly ? 1 : 0))
        $0.append(counted: grant.host)
        $0.append(counted: grant.guest)
      }
    }
    for variable in environment { records.add(.environment) { $0 += variable.text.bytes } }
    if inheritEnvironment { records.add(.inheritEnvironment) { _ in } }
    if sealed { records.add(.flags) { $0.append(littleEndian: UInt32(1)) } }
    if let maxMemory { records.add(.maxMemory) { $0.append(littleEndian: maxMemory.bytes) } }
    if let stack { records.add(.stack) { $0.append(littleEndian: stack.bytes) } }
    if let argv0 { records.add(.argv0) { $0 += argv0.bytes } }
    if let invoke { records.add(.invoke) { $0 += invoke.bytes } }
    if processorLevel > .baseline {
      records.add(.processor) { $0.append(littleEndian: processorLevel.rawValue) }
    }
    encodeRun(into: &records)
    records.add(.end) { _ in }
    return records.bytes
  }
}

extension Policy {
  /// What concerns the run rather than the grants.
  private func encodeRun(into records: inout RecordWriter) {
    if hardening != .standard {
      records.add(.hardening) { $0.append(littleEndian: hardening.code) }
    }
    for listener in listeners { records.add(.listen) { $0 += listener.text.utf8 } }
    if let maxDescriptors {
      records.add(.maxDescriptors) { $0.append(littleEndian: maxDescriptors) }
    }
    if let timeout { records.add(.timeout) { $0.append(littleEndian: timeout.nanoseconds) } }
    if let deterministicSeed {
      records.add(.deterministic) { $0.append(littleEndian: deterministicSeed) }
    }
    if standardStreams.nullMask != 0 {
      records.add(.standardStreams) { $0.append(littleEndian: standardStreams.nullMask) }
    }
  }
}

private struct RecordWriter {
  private(set) var bytes: [UInt8] = []

  mutating func add(_ tag: Policy.Tag, _ fill: (inout [UInt8]) -> Void) {
    var payload: [UInt8] = []
    fill(&payload)
    bytes.append(littleEndian: tag.rawValue)
    bytes.append(littleEndian: UInt32(payload.count))
    bytes += payload
    bytes.pad(toMultipleOf: 4)
  }
}

extension [UInt8] {
  mutating func append(littleEndian value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }

  fileprivate mutating func append(counted text: HostString) {
    append(littleEndian: UInt32(text.bytes.count))
    append(contentsOf: text.bytes)
  }

  mutating func pad(toMultipleOf alignment: Int) {
    while count % alignment != 0 { append(0) }
  }
}
