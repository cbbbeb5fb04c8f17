// A number of bytes as people write it: "65536", "64K", "64KiB", "2G". K, M, G and T are powers of 1024,
// with or without "iB"; "MB" is refused, because people disagree about what it means.

public struct ByteSize: Sendable, Equatable {
  public let bytes: UInt64

  public init(bytes: UInt64) { self.bytes = bytes }

  /// nil when `text` is not a size or does not fit in 64 bits.
  public init?(_ text: String) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = UInt64(digits) else { return nil }
    let shift: UInt64
    switch text.dropFirst(digits.count) {
    case "", "B": shift = 0
    case "K", "k", "KiB": shift = 10
    case "M", "MiB": shift = 20
    case "G", "GiB": shift = 30
    case "T", "TiB": shift = 40
    default: return nil
    }
    let (product, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
    guard !overflow else { return nil }
    bytes = product
  }
}
