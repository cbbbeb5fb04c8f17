// Compares the host's answers with what a plan expects.

/// What a host program answered: one line for each question.
public struct HostAnswers {
  public let lines: [Substring]
  public let externs: ExternTable
  /// Why there are fewer answers than questions, if there are.
  public let ending: String

  init(output: String, ending: String) {
    var lines = output.split(separator: "\n", omittingEmptySubsequences: true)
    // If the last line has no newline, the process ended before it had written the line.
    if !output.hasSuffix("\n"), !lines.isEmpty { lines.removeLast() }
    let header = lines.first?.split(separator: " ") ?? []
    if header.count == 3, header[0] == "externs", let base = UInt64(header[1], radix: 16),
      let stride = UInt64(header[2], radix: 16)
    {
      externs = ExternTable(base: base, stride: stride)
      lines.removeFirst()
    } else {
      externs = ExternTable(base: 0, stride: 0)
    }
    self.lines = lines
    self.ending = ending
  }

  func judge(_ check: WastCheck) -> WastOutcome {
    switch check {
    case .settled(let outcome): return outcome
    case .values(let expected, let answer):
      return withAnswer(answer) { judgeValues($0, expected: expected) }
    case .trap(let text, let answer):
      return withAnswer(answer) { Self.judgeError($0, word: "trap ", text: text) }
    case .unlinkable(let text, let answer):
      return withAnswer(answer) { Self.judgeError($0, word: "unlinkable ", text: text) }
    case .success(let answer):
      return withAnswer(answer) { $0.hasPrefix("ok") ? .passed : .failed(String($0)) }
    }
  }

  private func withAnswer(_ index: Int, _ body: (Substring) -> WastOutcome) -> WastOutcome {
    guard index < lines.count else { return .failed("no answer: " + ending) }
    return body(lines[index])
  }

  private func judgeValues(_ line: Substring, expected: [WastValue]) -> WastOutcome {
    let words = line.split(separator: " ")
    guard words.first == "ok" else { return .failed(String(line)) }
    let values = words.dropFirst().compactMap(HostValue.init)
    let wanted = expected.map(\.summary).joined(separator: ", ")
    guard values.count == expected.count else {
      return .failed("\(values.count) results, expected [\(wanted)]")
    }
    for (value, expectation) in zip(values, expected)
    where !expectation.matches(value, externs: externs) {
      return .failed("got 0x\(value), expected \(expectation.summary) in [\(wanted)]")
    }
    return .passed
  }

  /// Passes if the script's text is the beginning of the message, or the message is the beginning of the script's text.
  static func judgeError(_ line: some StringProtocol, word: String, text: String) -> WastOutcome {
    guard line.hasPrefix(word) else { return .failed("\(line), expected \(word)\(text)") }
    let message = line.dropFirst(word.count)
    // Custom page sizes: another wording of the same error, for memories only.
    let isSynonym =
      text == "memory types incompatible"
      && message.hasPrefix("incompatible import type of memory")
    if isSynonym || message.hasPrefix(text) || text.hasPrefix(message) { return .passed }
    return .failed("\(line), expected \(text)")
  }
}
