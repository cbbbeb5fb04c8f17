// A number of bytes as people write it: "65536", "64K", "64KiB", "2G". K, M, G and T are powers of 1024, with or
// without "iB". "MB" is refused, because people disagree about what it means.

/// A number of bytes that a person can write with a unit.
public struct ByteSize: Sendable, Equatable {
  public let bytes: UInt64

  public init(bytes: UInt64) { self.bytes = bytes }

  /// nil when `text` is no size, or one that `option` does not allow.
  public init?(_ text: String, for option: PolicyOption = .maxMemory) {
    guard let bytes = option.number(text) else { return nil }
    self.bytes = bytes
  }
}
