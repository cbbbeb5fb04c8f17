// `swasmc bench [options] app.wasm [-- arguments…]`: compares the program's speed with that of other engines.

import ArgumentParser
import Bench
import Driver
import Glibc
import Policy
import System

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Compare a program's speed with that of other engines.",
    usage: "swasmc bench [<options>] <module.wasm> [-- <argument> ...]",
    discussion: """
      Compiles the module, runs it in turn with every engine in PATH, and compares processor time, memory, \
      output and exit status. Engines: \(Engine.all.map(\.name).joined(separator: ", ")). Engines that compile \
      ahead of time do so before the runs. An engine without an option for one of the grants is left out.

      The exit status is 1 when an engine's output or exit status differs from swasmc's.
      """)

  @Argument(
    help: ArgumentHelp("The module; - reads standard input.", valueName: "module.wasm"))
  var module: HostString

  @Argument(
    parsing: .postTerminator,
    help: ArgumentHelp("The program's own arguments, after --.", valueName: "argument"))
  var arguments: [HostString] = []

  @Option(help: ArgumentHelp("How often each engine runs the program.", valueName: "count"))
  var runs = 5

  @Option(
    help: ArgumentHelp(
      "Leave an engine out if one of its runs takes longer than this. (default: 60s)",
      valueName: "duration"),
    transform: timeLimit)
  var timeout: TimeLimit?

  @Option(
    help: ArgumentHelp("The standard input of each run. (default: nothing)", valueName: "file"))
  var stdin: HostString?

  @Option(
    help: ArgumentHelp(
      "The engines to run, divided by commas. (default: all)", valueName: "names"),
    transform: { try $0.split(separator: ",").map { try engine(named: String($0)) } })
  var engines: [Engine] = Engine.all

  @Flag(help: "Print a JSON object instead of a table.")
  var json = false

  @Option(help: ArgumentHelp("Also write the comparison as an SVG picture.", valueName: "file"))
  var svg: HostString?

  @OptionGroup(title: "Code") var code: CodeOptions
  @OptionGroup(title: "Grants, for every engine") var access: AccessOptions

  var request: Benchmark.Request {
    var options = CompileOptions()
    access.apply(to: &options.policy)
    code.apply(to: &options, defaultCPU: .native)
    var request = Benchmark.Request(modulePath: module, options: options)
    request.arguments = arguments
    request.optionsText =
      "-O\(options.optimization.rawValue) --cpu \(options.cpu.name(for: options.target))"
    request.inputPath = stdin
    request.runs = runs
    if let timeout { request.timeoutSeconds = Double(timeout.nanoseconds) / 1e9 }
    return request
  }

  func validate() throws {
    if runs < 1 || runs > 1000 { throw ValidationError("--runs must be from 1 to 1000") }
    if svg == "-" { throw ValidationError("--svg needs the name of a file") }
    if code.pgoGenerate {
      throw ValidationError("a program made by --pgo-generate is slow: use --pgo-use instead")
    }
  }

  func run() throws {
    var hasDisagreement = false
    try reportingErrors { () throws(DriverError) in
      defer { Self.tell("") }
      // Fail early: check where the picture goes before compiling.
      let picture =
        if let svg { try OutputFile(path: svg, input: module) } else { nil as OutputFile? }
      let report = try Benchmark(request, engines: engines, progress: Self.tell).run()
      Self.tell("")
      try picture?.write(Array(report.chart().utf8), executable: false)
      let text = json ? report.json() : report.table()
      try OutputFile(path: "-", input: module).write(Array(text.utf8), executable: false)
      hasDisagreement = report.hasDisagreement
    }
    if hasDisagreement { throw ExitCode(1) }
  }

  /// Shows progress in one line of a terminal. An empty text clears it.
  private static func tell(_ what: String) {
    guard isatty(2) == 1 else { return }
    let clear: Message = "\r\u{1b}[K"
    writeToStandardError(what.isEmpty ? clear : "\(clear)\(what)…")
  }
}

private func engine(named name: String) throws -> Engine {
  guard let engine = Engine.all.first(where: { $0.name == name }) else {
    let names = Engine.all.map(\.name).joined(separator: ", ")
    throw ValidationError("'\(name)' is no engine; the engines are \(names)")
  }
  return engine
}
