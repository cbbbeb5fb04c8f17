// Values of a script as the host program takes and gives them: 128 bits in two halves. An expected value is
// compared by the rules of the specification's scripts (NaN patterns, alternatives, references).

/// A value that a host reads from or writes to a swasm_value.
public struct HostValue: Equatable, Sendable, CustomStringConvertible {
  public let low: UInt64
  public let high: UInt64

  public init(low: UInt64, high: UInt64 = 0) {
    self.low = low
    self.high = high
  }

  /// "LOW:HIGH" in hexadecimal.
  public init?(_ text: Substring) {
    let halves = text.split(separator: ":")
    guard halves.count == 2, let low = UInt64(halves[0], radix: 16),
      let high = UInt64(halves[1], radix: 16)
    else { return nil }
    self.init(low: low, high: high)
  }

  public var description: String {
    String(low, radix: 16) + ":" + String(high, radix: 16)
  }

  /// The `index`th group of `bits` bits.
  func lane(_ index: Int, bits: Int) -> UInt64 {
    let position = index * bits
    let word = position < 64 ? low : high
    return (word >> UInt64(position % 64)) & mask(bits)
  }
}

/// Where the host keeps its external references: extern:N is at base + N * stride.
public struct ExternTable: Sendable {
  let base: UInt64
  let stride: UInt64

  /// The N of the extern:N that is at `address`.
  public func number(at address: UInt64) -> UInt64? {
    guard stride > 0, address >= base, (address - base) % stride == 0 else { return nil }
    return (address - base) / stride
  }
}

private func mask(_ bits: Int) -> UInt64 { bits == 64 ? .max : (1 << UInt64(bits)) - 1 }

private func laneBits(_ type: String) -> Int? {
  switch type {
  case "i8": 8
  case "i16": 16
  case "i32", "f32": 32
  case "i64", "f64": 64
  default: nil
  }
}

/// Signed or unsigned decimal, cut to `bits`.
private func parseBits(_ text: String, bits: Int) -> UInt64? {
  if let signed = Int64(text) { return UInt64(bitPattern: signed) & mask(bits) }
  return UInt64(text).map { $0 & mask(bits) }
}

extension WastValue {
  /// The argument in the notation of the host's script; nil if a host cannot pass it.
  var argument: String? {
    if type == "v128" { return vectorArgument }
    if let bits = laneBits(type) {
      guard let text = texts?.first, let value = parseBits(text, bits: bits) else { return nil }
      return HostValue(low: value).description
    }
    guard type.hasSuffix("ref") || type == "refnull" else { return nil }
    guard let text = texts?.first, text != "null" else { return HostValue(low: 0).description }
    return "extern:" + text
  }

  private var vectorArgument: String? {
    guard let laneType, let bits = laneBits(laneType), let texts, texts.count * bits == 128 else {
      return nil
    }
    var halves: [UInt64] = [0, 0]
    for (index, text) in texts.enumerated() {
      guard let lane = parseBits(text, bits: bits) else { return nil }
      halves[index * bits / 64] |= lane << UInt64(index * bits % 64)
    }
    return HostValue(low: halves[0], high: halves[1]).description
  }

  /// Whether `value` is what the script expects here.
  func matches(_ value: HostValue, externs: ExternTable) -> Bool {
    if let alternatives {
      return alternatives.contains { $0.matches(value, externs: externs) }
    }
    if type == "v128" {
      guard let laneType, let bits = laneBits(laneType), let texts, texts.count * bits == 128 else {
        return false
      }
      return texts.enumerated().allSatisfy { index, text in
        matchesNumber(value.lane(index, bits: bits), expected: text, type: laneType)
      }
    }
    if let bits = laneBits(type) {
      guard let text = texts?.first else { return false }
      return matchesNumber(value.low & mask(bits), expected: text, type: type)
    }
    return matchesReference(value, externs: externs)
  }

  private func matchesReference(_ value: HostValue, externs: ExternTable) -> Bool {
    if type == "refnull" || type.hasPrefix("null") { return value.low == 0 }
    guard let text = texts?.first else { return value.low != 0 }
    if text == "null" { return value.low == 0 }
    guard let number = UInt64(text) else { return false }
    return value.low == externs.base + number * externs.stride
  }

  /// What the script expects, for a message.
  var summary: String {
    if let alternatives { return "either " + alternatives.map(\.summary).joined(separator: " or ") }
    let value = texts.map { " " + $0.joined(separator: " ") } ?? ""
    return type + (laneType.map { " " + $0 } ?? "") + value
  }
}

/// Whether `bits` are the number of a decimal text, or fit `nan:canonical` or `nan:arithmetic`.
private func matchesNumber(_ bits: UInt64, expected: String, type: String) -> Bool {
  guard let width = laneBits(type) else { return false }
  let quiet: UInt64 = width == 32 ? 0x7fc0_0000 : 0x7ff8_0000_0000_0000
  let sign: UInt64 = 1 << UInt64(width - 1)
  switch expected {
  case "nan:canonical": return bits & ~sign == quiet
  case "nan:arithmetic": return bits & quiet == quiet
  default: return parseBits(expected, bits: width) == bits
  }
}
