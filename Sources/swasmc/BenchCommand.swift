// `swasmc bench [options] app.wasm [-- arguments…]`: the program's speed beside that of other engines.

import ArgumentParser
import Bench
import Driver
import Glibc

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Compare a program's speed with that of other engines.",
    usage: "swasmc bench [<options>] <module.wasm> [-- <argument> ...]",
    discussion: """
      Compiles the module, runs it in turn with every engine that is found in PATH, and compares processor \
      time, memory, output and exit status. Engines: \(Engine.all.map(\.name).joined(separator: ", ")); those \
      that compile ahead of time do so before the runs. A grant that an engine has no option for leaves it out.

      The exit status is 1 when an engine contradicts swasmc.
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
      "An engine that takes longer for one run is given up. (default: 60s)",
      valueName: "duration"))
  var timeout: TimeLimit?

  @Option(help: ArgumentHelp("What each run reads. (default: nothing)", valueName: "file"))
  var stdin: HostString?

  @Option(
    help: ArgumentHelp(
      "Only these, with commas between them. (default: all)", valueName: "names"),
    transform: { try $0.split(separator: ",").map { try engine(named: String($0)) } })
  var engines: [Engine] = Engine.all

  @Flag(help: "Print a JSON object instead of a table.")
  var json = false

  @Option(help: ArgumentHelp("Also write a picture of the comparison.", valueName: "file"))
  var svg: HostString?

  @OptionGroup(title: "Code") var code: CodeOptions
  @OptionGroup(title: "Grants, for every engine") var access: AccessOptions

  var request: Benchmark.Request {
    var options = CompileOptions()
    access.apply(to: &options.policy)
    code.apply(to: &options, defaultCPU: .native)
    var request = Benchmark.Request(modulePath: module, options: options)
    request.arguments = arguments
    request.optionsText = "-O\(options.optimization.rawValue) --cpu \(options.cpu.rawValue)"
    request.inputPath = stdin
    request.runs = runs
    if let timeout { request.timeoutSeconds = Double(timeout.nanoseconds) / 1e9 }
    return request
  }

  func validate() throws {
    if runs < 1 || runs > 1000 { throw ValidationError("--runs must be from 1 to 1000") }
    if svg == "-" { throw ValidationError("--svg needs the name of a file") }
    if code.pgoGenerate {
      throw ValidationError("a program that counts is slow; bench it with --pgo-use instead")
    }
  }

  func run() throws {
    var hasDisagreement = false
    try reportingErrors { () throws(DriverError) in
      defer { Self.tell("") }
      // Before the long work, what it would be in vain without.
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

  /// On a terminal, one line that changes; empty clears it.
  private static func tell(_ what: String) {
    guard isatty(2) == 1 else { return }
    let clear: Message = "\r\u{1b}[K"
    writeToStandardError(what.isEmpty ? clear : "\(clear)\(what)…")
  }
}

private func engine(named name: String) throws -> Engine {
  guard let engine = Engine.all.first(where: { $0.name == name }) else {
    let names = Engine.all.map(\.name).joined(separator: ", ")
    throw ValidationError("'\(name)' is no engine; there are \(names)")
  }
  return engine
}
