// The message about imports of components that nothing provides: a line for each interface, and for each function that
// is imported without one.

import ComponentLinking
import System

struct UnknownInterfaces {
  private struct Interface: Hashable {
    let file: Int
    let name: String
  }

  private let input: InputFile
  /// In the order of their first use.
  private var interfaces: [Interface] = []
  private var functions: [Interface: [String]] = [:]

  private static let mostLines = 1000
  private static let mostFunctions = 20

  init(_ imports: [UnknownImport], of input: InputFile) {
    self.input = input
    for item in imports {
      let name = item.interface.isEmpty ? item.name : item.interface
      let interface = Interface(file: item.file, name: name)
      if functions[interface] == nil { interfaces.append(interface) }
      functions[interface, default: []] += item.interface.isEmpty ? [] : [item.name]
    }
  }

  /// nil if there are none.
  var message: Message? {
    guard let first = interfaces.first else { return nil }
    if interfaces.count == 1 {
      let used = uses(first).map { "\n  it uses \($0)" as Message } ?? ""
      return """
        \(file(first)) imports \(first.name), which nothing provides; provide it with --plug FILE, or let its calls \
        trap with --unknown-imports trap\(used)
        """
    }
    let isOneFile = interfaces.allSatisfy { $0.file == first.file }
    let subject: Message = isOneFile ? "\(file(first)) imports" : "there are"
    let lines = interfaces.prefix(Self.mostLines).map { interface -> Message in
      let used = uses(interface).map { " (\($0))" as Message } ?? ""
      let importer: Message = isOneFile ? "" : "\(file(interface)) imports "
      return "\n  \(importer)\(interface.name)\(used)"
    }
    let more = interfaces.count - Self.mostLines
    return """
      \(subject) interfaces that nothing provides; provide them with --plug FILE, or let their calls trap \
      with --unknown-imports trap:\(lines.joined(separator: ""))\(more > 0 ? "\n  and \(more) more" as Message : "")
      """
  }

  private func file(_ interface: Interface) -> HostString { input.parts[interface.file].name }

  /// The functions that are used; nil if the import is a function itself.
  private func uses(_ interface: Interface) -> Message? {
    let names = functions[interface] ?? []
    guard !names.isEmpty else { return nil }
    let shown = names.prefix(Self.mostFunctions).map { "\($0)" as Message }.joined(separator: ", ")
    return names.count > Self.mostFunctions ? "\(shown), …" : shown
  }
}
