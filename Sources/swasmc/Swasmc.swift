// The command line: `swasmc app.wasm -o app`, `swasmc run app.wasm`. Words become options here; the Driver does the
// work. A wrong command line ends with ArgumentParser's status, 64 (EX_USAGE).

import ArgumentParser
import CLinker
import Driver
import Glibc
import Policy
import System
import WasmProgram

@main
struct Swasmc: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swasmc",
    abstract: "Compile a WebAssembly program to a native executable, inside a sandbox.",
    usage: """
      swasmc [<options>] <module.wasm> [-o <output>]
      swasmc run [<options>] <module.wasm> [<argument> ...]
      swasmc bench [<options>] <module.wasm> [-- <argument> ...]
      swasmc inspect [--json] <file>
      swasmc wasi [<name>]
      swasmc cache info|clear
      swasmc explain [<code>]
      """,
    discussion: """
      An executable may use its standard streams, arguments, clocks and random numbers. It may use nothing else \
      unless it is granted here, or in SWASM_DIR, SWASM_ENV, SWASM_LISTEN, SWASM_CONNECT and SWASM_RESOLVE by the \
      person who starts it.

      EXAMPLES
        swasmc app.wasm -o app
            compile; then run ./app
        swasmc --dir data::/data:ro app.wasm
            the program may read ./data, which it sees as /data
        swasmc run --dir . app.wasm --verbose
            compile and run at once; --verbose is the program's
        swasmc run --invoke add lib.wasm 1 2
            call an export of a module that is no command
        swasmc --plug store.wasm app.wasm
            app.wasm is a component; what store.wasm exports satisfies its imports
        swasmc inspect app.wasm
            what the program is, what it can do, and which grants it can use
        swasmc bench app.wasm -- --fast
            compare its speed with that of other engines

      EXIT STATUS
        0   success
        1   the module is not valid, or a file cannot be read or written
        64  the command line is wrong
        70  a bug of swasmc
        75  there is not enough memory to compile
        With `run`, the program's, or 134 after a trap. With `bench`, 1 also when an engine's run differs.

      `swasmc help compile` lists all options.
      """,
    version: "swasmc \(swasmcVersion)",
    subcommands: [
      CompileCommand.self, RunCommand.self, BenchCommand.self, InspectCommand.self,
      WASICommand.self, CacheCommand.self, ExplainCommand.self,
    ],
    defaultSubcommand: CompileCommand.self)

  /// The parser gets escaped arguments, so that any bytes pass through it (HostStringEscapes.swift). Its messages are
  /// made safe to print.
  static func main() {
    if HostString.processArguments.isEmpty {
      writeToStandardError(
        "\(DriverError.text(.system, "/proc is not mounted, and swasmc needs it"))\n")
      Glibc.exit(1)
    }
    if HostString.processArguments[0].split(at: "/").last == "ld.lld" { runLinker() }
    // A write beyond the limit of a file's size (ulimit -f) is an error then, which is reported like others.
    signal(SIGXFSZ, SIG_IGN)
    do {
      var command = try parse(words: HostString.processArguments.dropFirst().map(\.escaped))
      try command.run()
      finishOutput()
    } catch {
      let status = exitCode(for: error)
      let message = Message(parserText: fullMessage(for: error))
      if !message.text.isEmpty {
        if status.isSuccess {
          print(message)
        } else {
          writeToStandardError("\(withCode(message))\n")
        }
      }
      if status.isSuccess { finishOutput() }
      exit(withError: status)
    }
  }
}

/// The parser's message about a wrong command line, in our form.
private func withCode(_ message: Message) -> Message {
  let begin = "Error: "
  guard message.text.hasPrefix(begin) else { return message }
  return DriverError.text(
    .commandLine, Message(lines: withNearNamesOnly(String(message.text.dropFirst(begin.count)))))
}

/// The parser proposes an option that has little in common with the word. Then its message names the help instead.
func withNearNamesOnly(_ text: String) -> String {
  let proposal = /^(Unknown option '([^'\n]*)')\. Did you mean '([^'\n]*)'\?/
  guard let found = text.prefixMatch(of: proposal),
    nearestName(to: String(found.2), among: [String(found.3)]) == nil
  else { return text }
  return "\(found.1); `swasmc help compile` lists the options\(text[found.range.upperBound...])"
}

/// Ends with an error if what was printed did not arrive, for example because a disk is full.
func finishOutput() {
  do throws(Errno) {
    try finishStandardOutput()
  } catch {
    writeToStandardError(
      "\(DriverError.text(.writing, "cannot write <stdout>: \(error.text)"))\n")
    Glibc.exit(1)
  }
}

/// By the name `ld.lld` this executable is the linker. So the linker runs in a process of its own, and nobody has to
/// install it.
private func runLinker() -> Never {
  withCStrings(HostString.processArguments) {
    swasmc_run_linker(Int32(HostString.processArguments.count), $0)
  }
}

extension Swasmc {
  /// Parses the command line without the name of swasmc.
  static func parse(words: [String]) throws -> any ParsableCommand {
    try refuseMisspeltCommand(words)
    guard words.first == "run" else { return try parseAsRoot(withPreinitCall(words)) }
    let command = try parseAsRoot(withWrittenValues(words))
    if let run = command as? RunCommand {
      let captured = run.moduleAndArguments.map(\.escaped)
      // The parser took a word behind the module for an option of ours. That could be a grant.
      guard words.suffix(captured.count).elementsEqual(captured) else {
        throw ValidationError("The module's name must be clear: write '--' before it.")
      }
    }
    return command
  }

  /// Writes `--preinit=EXPORT` as an option of its own, because the parser would take the word after `--preinit` for an
  /// export.
  private static func withPreinitCall(_ words: [String]) -> [String] {
    let ours = words.prefix { $0 != "--" }
    return ours.flatMap { word in
      word.hasPrefix("--preinit=")
        ? ["--preinit-call", String(word.dropFirst("--preinit=".count))] : [word]
    } + words[ours.endIndex...]
  }

  /// Refuses a first word that is neither a command nor a file, if it may be meant as a command: it is nearly one, or
  /// has only letters.
  private static func refuseMisspeltCommand(_ words: [String]) throws {
    guard let word = words.first, !word.hasPrefix("-") else { return }
    let commands = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    let near = nearestName(to: word, among: commands)
    guard !commands.contains(word), near != nil || word.allSatisfy({ $0.isASCII && $0.isLetter }),
      HostString(escaped: word).withCString({ access($0, F_OK) }) != 0
    else { return }
    let hint = near.map { "did you mean '\($0)'?" } ?? "`swasmc --help` lists the commands"
    throw ValidationError("there is no command or file '\(word)'; \(hint)")
  }

  /// An option whose value may be left out.
  private struct OptionalValue: Sendable {
    let name: String
    /// The value if none is written.
    let value: String
    let isValue: @Sendable (String) -> Bool
  }

  private static let optionalValues = [
    OptionalValue(name: "--deterministic", value: "0") {
      PolicyOption.deterministic.number($0) != nil
    },
    OptionalValue(name: "--stats", value: StatisticsFormat.text.rawValue) {
      StatisticsFormat(rawValue: $0) != nil
    },
  ]

  /// Writes the value of each option that has none: `--deterministic` becomes `--deterministic=0`. The parser tries to
  /// take the next word for the value. Afterwards it no longer knows that all words behind the module belong to the
  /// program, and would take a grant from the program's own arguments.
  private static func withWrittenValues(_ words: [String]) -> [String] {
    var words = words
    for (index, word) in words.enumerated().dropLast() {
      guard let option = optionalValues.first(where: { $0.name == word }),
        !option.isValue(words[index + 1])
      else { continue }
      let before = words[..<index] + ["\(word)=\(option.value)"]
      // Is this a word of ours? Then the parser takes a module after it for the module.
      let module = "module after it"
      guard let command = try? parseAsRoot(before + [module]) as? RunCommand,
        command.moduleAndArguments == [HostString(escaped: module)]
      else { break }
      words[index] = before[index]
    }
    return words
  }
}

/// Does the work. On an error, prints its message and ends with its status.
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
