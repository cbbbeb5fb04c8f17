// The message about imports of a component that nothing provides: a line for each interface.

import ComponentLinking

struct UnknownInterfaces {
  private var interfaces: [String] = []
  private var functions: [String: [String]] = [:]

  private static let mostLines = 50

  init(_ imports: [UnknownImport]) {
    for item in imports {
      let interface = item.interface.isEmpty ? item.name : item.interface
      if functions[interface] == nil { interfaces.append(interface) }
      functions[interface, default: []] += item.interface.isEmpty ? [] : [item.name]
    }
  }

  /// nil if there are none.
  var message: String? {
    guard let first = interfaces.first else { return nil }
    let rest = "--unknown-imports trap ends the program when it calls one of them"
    if interfaces.count == 1 { return "it imports \(text(first)), which nothing provides; \(rest)" }
    let lines = interfaces.prefix(Self.mostLines).map { "\n  \(text($0))" }.joined()
    let more = interfaces.count - Self.mostLines
    return "it imports interfaces that nothing provides; \(rest):\(lines)"
      + (more > 0 ? "\n  and \(more) more" : "")
  }

  /// The name of an interface, with the functions that are used.
  private func text(_ interface: String) -> String {
    let names = functions[interface] ?? []
    guard !names.isEmpty else { return interface }
    let shown = names.prefix(5).joined(separator: ", ")
    return "\(interface) (\(shown)\(names.count > 5 ? ", …" : ""))"
  }
}
