// `swasmc [compile] app.wasm -o app`

import ArgumentParser
import Driver
import System
import Targets

struct CompileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compile",
    abstract: "Compile a module. This is the default command.")

  @Argument(
    help: ArgumentHelp(
      "The module or component to compile, or an OCI layout with one; - reads standard input.",
      valueName: "module.wasm"))
  var input: HostString

  @Option(
    name: [.short, .long],
    help:
      "The file to write; - writes to standard output. (default: the module's name without .wasm)")
  var output: HostString?

  @Option(help: "The kind of output.")
  var emit: Emit = .exe

  @Option(
    help: ArgumentHelp(
      "The machine on which the output runs: \(Target.help). (default: \(Target.host.name))",
      valueName: "target"))
  var target: Target = .host

  @Flag(
    inversion: .prefixedNo,
    help:
      "Take the result from the compile cache. If it is not there, compile and store the result.")
  var cache = false

  @OptionGroup var plug: PlugOptions
  @OptionGroup(title: "Initialising now") var initialisation: PreinitOptions
  @OptionGroup var embed: EmbedOptions
  @OptionGroup(title: "Code") var code: CodeOptions
  @OptionGroup(title: "Grants and limits, baked into the executable") var grants: GrantOptions

  func validate() throws {
    if initialisation.isAsked && cache {
      throw ValidationError(
        "--cache and --preinit cannot be used together: the result depends on what the initialiser reads"
      )
    }
    if code.isForDebuggers && emit != .exe { throw ValidationError("-g needs --emit exe") }
    if grants.run.trace != nil && emit != .exe {
      throw ValidationError(
        "--trace needs --emit exe: the linker puts the trace into the executable")
    }
    try refuseWrongAttachedValues(in: HostString.processArguments.map(\.escaped))
  }

  var compileOptions: CompileOptions {
    var options = CompileOptions()
    options.emit = emit
    options.target = target
    options.preinit = initialisation.preinit
    options.policy = grants.policy
    options.embedded = embed.directories
    code.apply(to: &options, defaultCPU: .baseline)
    return options
  }

  func run() throws {
    let options = compileOptions
    try reportingErrors { () throws(DriverError) in
      try compileFile(
        input, plugs: plug.paths, to: output ?? defaultOutputPath(input: input, emit: emit),
        options,
        usesCache: cache)
    }
  }
}
