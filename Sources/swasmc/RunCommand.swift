// `swasmc run [options] app.wasm [arguments…]`: everything after the module's name belongs to the program.

import ArgumentParser
import Driver
import System

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Compile a module and run it at once. Nothing is left on disk.",
    usage: "swasmc run [<options>] <module.wasm> [<argument> ...]",
    discussion: """
      Everything after the module's name belongs to the program, even what looks like an option. The exit \
      status is the program's, or 134 after a trap.
      """)

  @OptionGroup(title: "Code") var code: CodeOptions
  @OptionGroup(title: "Grants and limits") var grants: GrantOptions

  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp("The module, then the program's own arguments.", valueName: "module.wasm"))
  var moduleAndArguments: [HostString] = []

  /// The module and the program's arguments. A "--" before the module belongs to neither.
  var invocation: (module: HostString, arguments: [HostString])? {
    let words =
      moduleAndArguments.first == "--" ? moduleAndArguments.dropFirst() : moduleAndArguments[...]
    return words.first.map { ($0, Array(words.dropFirst())) }
  }

  var compileOptions: CompileOptions {
    var options = CompileOptions()
    options.policy = grants.policy
    code.apply(to: &options, defaultCPU: .native)
    return options
  }

  func validate() throws {
    let ours = HostString.processArguments.dropLast(moduleAndArguments.count)
    try refuseWrongAttachedValues(in: ours.map(\.escaped))
    guard let module = invocation?.module else {
      throw ValidationError("Missing expected argument '<module.wasm>'")
    }
    // With passthrough the parser takes any option that it does not know, even its own, as the first argument.
    switch moduleAndArguments.first {
    case "--help", "-h", "-help": throw CleanExit.helpRequest(self)
    case "--version": throw CleanExit.message(Swasmc.configuration.version)
    default: break
    }
    if moduleAndArguments.first != "--", module.hasPrefix("-"), module != "-" {
      throw ValidationError("Unknown option '\(module.escaped)'")
    }
  }

  func run() throws {
    guard let (module, arguments) = invocation else { return }
    let options = compileOptions
    try reportingErrors { () throws(DriverError) in
      try runFile(module, arguments: arguments, options)
    }
  }
}
