// How people name an exported function in `--invoke`: `f`, `a:b/c#f`, or `a:b/c.f` as other engines write it. The
// interface may lack its version, or its package: `c.f`.

struct ExportName {
  private let interface: String?
  private let function: String
  /// `#` or `.`
  private let separator: Character

  init(_ text: String) {
    let place = text.lastIndex(of: "#") ?? text.lastIndex(of: ".")
    guard let place else {
      (interface, function, separator) = (nil, text, "#")
      return
    }
    interface = String(text[..<place])
    function = String(text[text.index(after: place)...])
    separator = text[place]
  }

  /// Whether this can mean the export `interface#function`.
  func names(_ export: String) -> Bool {
    let (path, name) = Self.parts(of: export)
    guard name == function else { return false }
    guard let interface else { return true }
    return Self.spellings(of: path).contains(interface)
  }

  /// The export as it would be written in this form, for a person who misspelt it.
  func likewise(_ export: String) -> String {
    let (path, name) = Self.parts(of: export)
    guard let interface, !path.isEmpty else { return name }
    let spelling = Self.spellings(of: path).first {
      $0.contains("/") == interface.contains("/") && $0.contains("@") == interface.contains("@")
    }
    return "\(spelling ?? path)\(separator)\(name)"
  }

  private static func parts(of export: String) -> (path: String, name: String) {
    guard let place = export.lastIndex(of: "#") else { return ("", export) }
    return (String(export[..<place]), String(export[export.index(after: place)...]))
  }

  /// `a:b/c@1.0.0`, `a:b/c`, `c@1.0.0` and `c`.
  private static func spellings(of path: String) -> [String] {
    let version = path.firstIndex(of: "@") ?? path.endIndex
    let short = path[..<version].lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    return [
      path, String(path[..<version]), String(path[short...]), String(path[short..<version]),
    ]
  }
}
