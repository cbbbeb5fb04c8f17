// Finds out whether a module has a function to run, and makes the message for a module that has none. The runtime's
// start.c calls the same functions.

import System
import WasmModule

/// A module that exports functions to call, but has no command.
struct MissingCommand: Sendable, Equatable {
  /// One for each function that could be called: its name and type.
  let exports: [Message]

  /// nil if the module has a command or a start function, or exports no function but `_initialize`.
  init?(_ module: Module) {
    let functions = module.exports.compactMap { export -> (name: Name, type: FunctionType)? in
      guard case .function(let index) = export.entity else { return nil }
      return (export.name, module.type(of: index))
    }
    let callable = functions.filter { $0.name != "_initialize" }
    let hasCommand = functions.contains { Self.isCommand($0.name, $0.type) }
    if hasCommand || module.start != nil || callable.isEmpty { return nil }
    exports = callable.map {
      "\($0.name.isEmpty ? "\"\"" : Self.shortened($0.name.text)) \(Self.shortened($0.type.description))"
    }
  }

  /// The type of `_start` is checked when the program starts. Some compilers use the empty name for a command, and
  /// others use it for any export. So the type decides.
  private static func isCommand(_ name: Name, _ type: FunctionType) -> Bool {
    name == "_start" || (name.isEmpty && type.parameters.isEmpty && type.results.isEmpty)
  }

  private static func shortened(_ text: String) -> String {
    text.unicodeScalars.count > 200 ? String(text.unicodeScalars.prefix(199)) + "…" : text
  }

  /// For the user of swasmc.
  func message(module: HostString) -> Message {
    "\(module) is no command, so it cannot run; --invoke NAME calls a function that it exports:\(list)"
  }

  /// For the person who starts the executable.
  func startText(keepsNames: Bool) -> Message {
    let what: Message = "this module is no command; compile it with --invoke NAME to call an export"
    return keepsNames ? "\(what):\(list)" : what
  }

  private var list: Message {
    let shown = exports.prefix(50).map { "\n  \($0)" as Message }.joined(separator: "")
    return exports.count > 50 ? "\(shown)\n  and \(exports.count - 50) more" : shown
  }
}
