// Makes a text that somebody else wrote safe for a terminal: a module's names, a path, a tool's output.
//
// In: any text. Out: the same text with "?" for each character that a terminal obeys or that changes how the rest is
// read: control characters, line breaks, and controls of the direction of writing. The runtime's messages do the same.

/// `text` as one line that is safe to print.
public func printable(_ text: some StringProtocol) -> String {
  if text.utf8.allSatisfy({ 0x20 <= $0 && $0 < 0x7f }) { return String(text) }
  var result = ""
  for scalar in text.unicodeScalars { result.unicodeScalars.append(shown(scalar)) }
  return result
}

/// As `printable`, but keeps line breaks and tabs, for a text whose writer has laid it out for people.
public func printableLines(_ text: some StringProtocol) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    result.unicodeScalars.append(scalar == "\n" || scalar == "\t" ? scalar : shown(scalar))
  }
  return result
}

private func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar { scalar.isHidden ? "?" : scalar }

extension Unicode.Scalar {
  /// Whether a terminal could obey the character, or people would not see it.
  public var isHidden: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    // These are invisible, and most of them change the direction of the text after them. Joiners do not, and some
    // scripts need them.
    case .format: self != "\u{200c}" && self != "\u{200d}"
    default: false
    }
  }
}
