// The command line: `swasmc app.wasm -o app`, `swasmc run app.wasm`. Here words become options; the work is
// the Driver's. A mistake in the words ends with status 64 (EX_USAGE), as ArgumentParser has it.

import ArgumentParser
import Driver

@main
struct Swasmc: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swasmc",
    abstract: "Compile a WebAssembly program to a native executable, inside a sandbox.",
    usage: """
      swasmc [<options>] <module.wasm> [-o <output>]
      swasmc run [<options>] <module.wasm> [<argument> ...]
      swasmc bench [<options>] <module.wasm> [-- <argument> ...]
      """,
    discussion: """
      An executable may use its standard streams, arguments, clocks and random numbers, and nothing else \
      but what is granted here, or in SWASM_DIR, SWASM_ENV and SWASM_LISTEN by the person who starts it.

      EXAMPLES
        swasmc app.wasm -o app
            compile; then run ./app
        swasmc --dir data::/data:ro app.wasm
            the program may read ./data, which it sees as /data
        swasmc run --dir . app.wasm --verbose
            compile and run at once; --verbose is the program's
        swasmc run --invoke add lib.wasm 1 2
            call an export of a module that is no program
        swasmc bench app.wasm -- --fast
            compare its speed with that of other engines

      EXIT STATUS
        0   success
        1   the module is not valid, or a file cannot be read or written
        64  the command line is wrong
        70  a bug of swasmc
        75  there is not enough memory to compile
        With `run`, the program's; 134 after a trap. With `bench`, 1 also when an engine contradicts.

      `swasmc help compile` lists all options.
      """,
    version: "swasmc \(swasmcVersion)",
    subcommands: [CompileCommand.self, RunCommand.self, BenchCommand.self],
    defaultSubcommand: CompileCommand.self)

  /// The parser sees arguments escaped, so that any bytes come through it (HostString.swift), and what it says
  /// is made safe to print.
  static func main() {
    do {
      var command = try parseAsRoot(HostString.processArguments.dropFirst().map(\.escaped))
      try command.run()
    } catch {
      let status = exitCode(for: error)
      let message = Message(parserText: fullMessage(for: error))
      if !message.text.isEmpty {
        if status.isSuccess { print(message) } else { writeToStandardError("\(message)\n") }
      }
      exit(withError: status)
    }
  }
}

/// Does the work; on an error tells it and ends with its status.
func reportingErrors(_ body: () throws(DriverError) -> Void) throws {
  openStandardStreams()
  CrashReporter.install()
  do {
    try body()
  } catch {
    writeToStandardError("\(error.message)\n")
    throw ExitCode(error.exitStatus)
  }
}
