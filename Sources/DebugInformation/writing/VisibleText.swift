// Names and paths come from the module, and debuggers print them to terminals as they are.

extension Sequence<UInt8> {
  /// The bytes with '?' for those of control characters, and of characters that change the direction of text.
  var visible: [UInt8] {
    var result = Array(self)
    var position = 0
    while position < result.count {
      let rest = result[position...].prefix(3)
      let hidden = rest.hiddenBytes
      for hiddenPosition in position..<position + hidden {
        result[hiddenPosition] = UInt8(ascii: "?")
      }
      position += Swift.max(1, hidden)
    }
    return result
  }
}

extension ArraySlice<UInt8> {
  /// How many bytes at the beginning are such a character, in UTF-8.
  fileprivate var hiddenBytes: Int {
    guard let first else { return 0 }
    let (second, third) = (dropFirst().first ?? 0, dropFirst(2).first ?? 0)
    switch (first, second, third) {
    case (0..<0x20, _, _), (0x7f, _, _): return 1
    case (0xc2, 0x80...0x9f, _): return 2
    // U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069.
    case (0xe2, 0x80, 0x8e...0x8f), (0xe2, 0x80, 0xa8...0xae), (0xe2, 0x81, 0xa6...0xa9): return 3
    default: return 0
    }
  }
}
