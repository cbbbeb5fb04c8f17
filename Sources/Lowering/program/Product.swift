// What a compilation makes, and what follows from it. Other files ask for the properties here.

import CGuestIR

/// What a compilation makes.
public enum Product: Sendable, Equatable {
  /// The state is the symbol `swasm_main_state`; the descriptor is `swasm_main_program`.
  case executable
  /// The state is the first parameter of every function, so that there may be many states. The descriptor is
  /// `<symbolPrefix>program`. Other programs may link with this one.
  case library(symbolPrefix: String)

  /// Whether functions take the state's address as their first parameter.
  var passesState: Bool { self != .executable }

  /// Whether all code that ever links with the program is known now. Then the program can number its types itself, and
  /// its functions need not suit other programs.
  var isClosed: Bool { self == .executable }

  /// Whether a host always runs it. For executables the options decide.
  var needsHost: Bool { self != .executable }

  /// The prefix of the names of its symbols.
  var symbolPrefix: String {
    if case .library(let prefix) = self { prefix } else { "" }
  }

  /// The name of its descriptor.
  var descriptorName: String { self == .executable ? SWASM_IR_PROGRAM : symbolPrefix + "program" }

  /// Whether the runtime looks for references to exceptions in the program's state.
  var stateIsSearched: Bool { self == .executable }
}
