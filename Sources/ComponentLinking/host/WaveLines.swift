// A string of several lines in WAVE text: `"""` and a line break, lines, and `"""` on a line of its own. The blanks
// before the closing quotes are taken off each line. The last line break is no part of the string.
// Spec: the component model's WAVE text format, multiline-string.

extension WaveParser {
  /// Whether such a string is next.
  mutating func startsLines() -> Bool {
    skipSpace()
    return isAtQuotes
  }

  private var isAtQuotes: Bool { text[position...].starts(with: "\"\"\"".unicodeScalars) }

  mutating func lines() throws(WaveError) -> [Unicode.Scalar] {
    position += 3
    guard takeLineBreak() else { throw fail("a line break must follow the opening \"\"\"") }
    var lines: [(blanks: Int, content: [Unicode.Scalar])] = []
    while true {
      let blanks = takeBlanks()
      if isAtQuotes {
        position += 3
        return try joined(lines, without: blanks)
      }
      lines.append((blanks, try restOfLine()))
    }
  }

  /// Returns their number.
  private mutating func takeBlanks() -> Int {
    let start = position
    while position < text.count, text[position] == " " { position += 1 }
    return position - start
  }

  /// Takes what follows up to a line break, and the line break.
  private mutating func restOfLine() throws(WaveError) -> [Unicode.Scalar] {
    var content: [Unicode.Scalar] = []
    while position < text.count {
      if takeLineBreak() { return content }
      if isAtQuotes { throw fail("the closing \"\"\" must be on a line of its own") }
      let scalar = text[position]
      position += 1
      content.append(scalar == "\\" ? try escape() : scalar)
    }
    throw fail("the closing \"\"\" is missing")
  }

  private mutating func takeLineBreak() -> Bool {
    for lineBreak in ["\r\n", "\n"] where text[position...].starts(with: lineBreak.unicodeScalars) {
      position += lineBreak.unicodeScalars.count
      return true
    }
    return false
  }

  private func joined(
    _ lines: [(blanks: Int, content: [Unicode.Scalar])], without indent: Int
  ) throws(WaveError) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    for (position, line) in lines.enumerated() {
      guard line.blanks >= indent || line.content.isEmpty else {
        throw fail("a line begins with fewer blanks than the closing \"\"\"")
      }
      if position > 0 { result.append("\n") }
      result += Array(repeating: " ", count: max(0, line.blanks - indent)) + line.content
    }
    return result
  }
}
