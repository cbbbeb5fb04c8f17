// Writes JSON without Foundation: two spaces a level, members in the order in which they are added.

package struct JSONWriter {
  package private(set) var text = ""
  private var depth = 0
  private var isFirst = true

  package init() {}

  package mutating func object(_ fill: (inout JSONWriter) -> Void) { nest("{", "}", fill) }

  /// An object on a line of its own.
  package mutating func line(_ fill: (inout JSONWriter) -> Void) {
    object(fill)
    text = text.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: " ") + "\n"
  }

  package mutating func object(_ key: String, _ fill: (inout JSONWriter) -> Void) {
    begin(key)
    nest("{", "}", fill)
  }

  /// An array of objects.
  package mutating func objects<Element>(
    _ key: String, _ elements: [Element], _ fill: (inout JSONWriter, Element) -> Void
  ) {
    begin(key)
    nest("[", "]") { writer in
      for element in elements {
        writer.begin(nil)
        writer.nest("{", "}") { fill(&$0, element) }
      }
    }
  }

  package mutating func add(_ key: String, _ value: String) {
    begin(key)
    text += Self.quoted(value)
  }

  package mutating func add(_ key: String, _ values: [String]) {
    begin(key)
    text += "[" + values.map(Self.quoted).joined(separator: ", ") + "]"
  }

  package mutating func add(_ key: String, _ value: HostString) { add(key, value.anyText) }

  package mutating func add(_ key: String, _ values: [HostString]) {
    add(key, values.map(\.anyText))
  }

  package mutating func add(_ key: String, _ value: Int) {
    begin(key)
    text += String(value)
  }

  package mutating func add(_ key: String, _ value: Bool) {
    begin(key)
    text += value ? "true" : "false"
  }

  /// Six digits after the point: microseconds, for times.
  package mutating func add(_ key: String, _ value: Double) {
    begin(key)
    text += value.isFinite ? value.fixed(6) : "null"
  }

  package mutating func add(_ key: String, _ values: [Double]) {
    begin(key)
    text += "[" + values.map { $0.fixed(6) }.joined(separator: ", ") + "]"
  }

  private mutating func begin(_ key: String?) {
    if !isFirst { text += "," }
    isFirst = false
    text += "\n" + String(repeating: "  ", count: depth)
    if let key { text += Self.quoted(key) + ": " }
  }

  private mutating func nest(
    _ open: String, _ close: String, _ fill: (inout JSONWriter) -> Void
  ) {
    text += open
    depth += 1
    isFirst = true
    fill(&self)
    depth -= 1
    if !isFirst { text += "\n" + String(repeating: "  ", count: depth) }
    isFirst = false
    text += close
  }

  package static func quoted(_ value: String) -> String {
    var result = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where HostString(String(scalar)).description == "?" && scalar != "?":
        // A character that a terminal would obey. If it needs more than 16 bits, JSON writes it in two halves.
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension HostString {
  /// Bytes that are not UTF-8 are replaced, because JSON has only text.
  fileprivate var anyText: String { String(decoding: bytes, as: UTF8.self) }
}
