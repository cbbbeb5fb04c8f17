// `swasmc run [options] app.wasm [arguments…]`: everything after the module's name belongs to the program.

import ArgumentParser
import CompileCache
import Driver
import System

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Compile a module and run it at once.",
    usage: "swasmc run [<options>] <module.wasm> [<argument> ...]",
    discussion: """
      Everything after the module's name belongs to the program, even what looks like an option. The exit \
      status is the program's, or 134 after a trap.

      The next run of the same module with the same options takes the program from the compile cache (`swasmc \
      help cache`). With --no-cache nothing is left on disk.
      """)

  @OptionGroup var plug: PlugOptions
  @OptionGroup var embed: EmbedOptions
  @OptionGroup(title: "Code") var code: CodeOptions
  @OptionGroup(title: "Grants and limits") var grants: GrantOptions

  @Flag(inversion: .prefixedNo, help: "Keep the compiled program for the next run.")
  var cache = true

  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp(
      "The module, component or OCI layout, then the program's own arguments.",
      valueName: "module.wasm"))
  var moduleAndArguments: [HostString] = []

  /// The module and the program's arguments. A "--" before the module belongs to neither.
  var invocation: (module: HostString, arguments: [HostString])? {
    let words =
      moduleAndArguments.first == "--" ? moduleAndArguments.dropFirst() : moduleAndArguments[...]
    return words.first.map { ($0, Array(words.dropFirst())) }
  }

  /// The command line as the cache knows it: the words up to and including the module. nil if the cache is off, or for
  /// a module that is read from the standard input.
  var cacheRequest: CacheRequest? {
    guard cache, let invocation, invocation.module != "-" else { return nil }
    let programWords = invocation.arguments.count
    return CacheRequest(wordCount: HostString.processArguments.count - 1 - programWords)
  }

  var compileOptions: CompileOptions {
    var options = CompileOptions()
    options.policy = grants.policy
    options.embedded = embed.directories
    code.apply(to: &options, defaultCPU: .native)
    return options
  }

  func validate() throws {
    let ours = HostString.processArguments.dropLast(moduleAndArguments.count)
    try refuseWrongAttachedValues(in: ours.map(\.escaped))
    guard let module = invocation?.module else {
      throw ValidationError("Missing expected argument '<module.wasm>'")
    }
    // With passthrough, the parser takes unknown options as the first argument, and also its own `--help`.
    switch moduleAndArguments.first {
    case "--help", "-h", "-help": throw CleanExit.helpRequest(self)
    case "--version": throw CleanExit.message(Swasmc.configuration.version)
    default: break
    }
    if moduleAndArguments.first != "--", module.hasPrefix("-"), module != "-" {
      // The parser knows names that are near only where it takes no word for the program's.
      do { _ = try RunWords.parse([module.escaped]) } catch {
        throw ValidationError(RunWords.message(for: error))
      }
      throw ValidationError("Unknown option '\(module.escaped)'")
    }
  }

  func run() throws {
    guard let (module, arguments) = invocation else { return }
    let options = compileOptions
    let request = cacheRequest
    try reportingErrors { () throws(DriverError) in
      try runFile(
        module, plugs: plug.paths, arguments: arguments, options, request: request)
    }
  }
}

/// The options of `run` alone.
private struct RunWords: ParsableArguments {
  @OptionGroup var plug: PlugOptions
  @OptionGroup var code: CodeOptions
  @OptionGroup var grants: GrantOptions
  @Flag(inversion: .prefixedNo) var cache = true
}
