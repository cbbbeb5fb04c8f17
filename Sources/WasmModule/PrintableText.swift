// What a terminal may be shown of a text that somebody else wrote: a module's names, a path, a tool's output.
//
// In: any text. Out: the same with "?" for what a terminal obeys or what changes how the rest is read: control
// characters, line breaks, controls of the direction of writing. The runtime's messages do likewise.

/// `text` as one line that is safe to print.
public func printable(_ text: some StringProtocol) -> String {
  if text.utf8.allSatisfy({ 0x20 <= $0 && $0 < 0x7f }) { return String(text) }
  var result = ""
  for scalar in text.unicodeScalars { result.unicodeScalars.append(shown(scalar)) }
  return result
}

/// As `printable`, of a text whose line breaks and tabs are the layout of whoever wrote it for people.
public func printableLines(_ text: some StringProtocol) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    result.unicodeScalars.append(scalar == "\n" || scalar == "\t" ? scalar : shown(scalar))
  }
  return result
}

private func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
  switch scalar.properties.generalCategory {
  case .control, .lineSeparator, .paragraphSeparator: "?"
  // Invisible, and most of them change the direction of what follows. Joiners do not, and scripts need them.
  case .format: scalar == "\u{200c}" || scalar == "\u{200d}" ? scalar : "?"
  default: scalar
  }
}
