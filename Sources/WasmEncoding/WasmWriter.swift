// Writes the parts of the binary format. It knows the encodings, but not the rules of validation.

public struct WasmWriter: Sendable {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  /// A module with sections of these bytes, in this order.
  public static func module(_ sections: [(id: UInt8, contents: WasmWriter)]) -> [UInt8] {
    var writer = WasmWriter()
    writer.raw([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00])
    for section in sections {
      writer.raw([section.id])
      writer.sized(section.contents)
    }
    return writer.bytes
  }

  public mutating func raw(_ values: [UInt8]) { bytes += values }

  public mutating func unsigned(_ value: UInt64) {
    var rest = value
    repeat {
      let byte = UInt8(rest & 0x7f)
      rest >>= 7
      bytes.append(rest == 0 ? byte : byte | 0x80)
    } while rest != 0
  }

  public mutating func unsigned(_ value: Int) { unsigned(UInt64(value)) }

  public mutating func signed(_ value: Int64) {
    var rest = value
    while true {
      let byte = UInt8(truncatingIfNeeded: rest & 0x7f)
      rest >>= 7
      let ends = rest == 0 && byte & 0x40 == 0 || rest == -1 && byte & 0x40 != 0
      bytes.append(ends ? byte : byte | 0x80)
      if ends { return }
    }
  }

  public mutating func name(_ text: String) {
    unsigned(text.utf8.count)
    bytes += Array(text.utf8)
  }

  /// Writes the length of `other`, then its bytes.
  public mutating func sized(_ other: WasmWriter) {
    unsigned(other.bytes.count)
    bytes += other.bytes
  }

  /// A count and that many items.
  public static func vector(_ count: Int, _ item: (inout WasmWriter, Int) -> Void) -> WasmWriter {
    var writer = WasmWriter()
    writer.unsigned(count)
    for index in 0..<count { item(&writer, index) }
    return writer
  }

  public static func of(_ values: [UInt8]) -> WasmWriter {
    var writer = WasmWriter()
    writer.raw(values)
    return writer
  }
}
