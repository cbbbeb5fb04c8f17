// `swasmc bench`: one program in several engines. The module is compiled with swasmc and with each engine that compiles
// ahead of time. Each engine runs the program once without measuring. Then all run it in turn, so that a busy minute
// of the machine affects all of them alike. Each run's output and end are compared with swasmc's.

import Driver
import Glibc
import Policy
import System

/// A comparison of one program in several engines.
public struct Benchmark {
  /// What to compare, and how.
  public struct Request: Sendable {
    /// "-" is the standard input.
    public var modulePath: HostString
    public var arguments: [HostString] = []
    /// How swasmc compiles it; the policy's grants are every engine's.
    public var options: CompileOptions
    /// swasmc's options as the report shows them.
    public var optionsText = ""
    /// What each run reads; nil for nothing.
    public var inputPath: HostString?
    public var runs = 5
    public var timeoutSeconds = 60.0

    public init(modulePath: HostString, options: CompileOptions) {
      self.modulePath = modulePath
      self.options = options
    }
  }

  let request: Request
  let engines: [Engine]
  let searchPath: HostString
  let temporaryDirectory: HostString?
  /// Gets a text about each step, for a person who waits.
  let progress: (String) -> Void

  /// - Parameters:
  ///   - searchPath: Where engines are looked for; nil for the variable PATH.
  ///   - temporaryDirectory: Where files are made and removed; nil for the variable TMPDIR, or /tmp.
  public init(
    _ request: Request, engines: [Engine] = Engine.all, searchPath: HostString? = nil,
    temporaryDirectory: HostString? = nil, progress: @escaping (String) -> Void = { _ in }
  ) {
    self.request = request
    self.engines = engines
    self.searchPath = searchPath ?? .variable("PATH") ?? "/usr/bin:/bin"
    self.temporaryDirectory = temporaryDirectory
    self.progress = progress
  }

  /// Measures. Throws if a file cannot be read or written, if the program cannot be compiled or run with swasmc, or if
  /// an engine cannot be started.
  public func run() throws(DriverError) -> Report {
    let input = try InputFile.read(path: request.modulePath)
    if let path = request.inputPath, path.withCString({ access($0, R_OK) }) != 0 {
      throw .cannot(.bench, "cannot read \(path): \(Errno.last.text)")
    }
    let name: HostString = request.modulePath == "-" ? "module.wasm" : input.baseName
    progress("compiling with swasmc")
    let (executable, compileSeconds) = try compileMeasured(input, name)
    let scratch = try makeScratch()
    let track = Track(
      directory: scratch.path, inputPath: request.inputPath,
      timeoutSeconds: request.timeoutSeconds)
    let preparation = Preparation(
      modulePath: try write(name, input.bytes, to: scratch), invocation: invocation(name),
      searchPath: searchPath, track: track)
    let ours = try write(".swasmc", executable, executable: true, to: scratch)
    var contestants = [
      Contestant(
        result: EngineResult(
          name: "swasmc", version: swasmcVersion, kind: .aheadOfTime,
          compileSeconds: compileSeconds, outcome: .notFound),
        command: [ours] + request.arguments)
    ]
    progress("running with swasmc")
    let reference = try track.reference(contestants[0].command)
    for engine in engines {
      progress("preparing \(engine.name)")
      contestants.append(try preparation.prepare(engine))
    }
    try measure(&contestants, track, reference)
    return report(contestants, input.name, reference)
  }

  private func makeScratch() throws(DriverError) -> ScratchDirectory {
    let parent = temporaryDirectory ?? ScratchDirectory.defaultParent
    do throws(Errno) {
      return try ScratchDirectory(in: parent, prefix: "swasmc-bench")
    } catch {
      throw .cannot(.bench, "cannot make a directory in \(parent): \(error.text)")
    }
  }

  /// The path of the new file.
  private func write(
    _ name: HostString, _ bytes: [UInt8], executable: Bool = false,
    to scratch: borrowing ScratchDirectory
  ) throws(DriverError) -> HostString {
    let path = scratch.file(name)
    do throws(Errno) {
      try scratch.write(name, bytes, executable: executable)
      return path
    } catch {
      throw .cannot(.bench, "cannot write \(path): \(error.text)")
    }
  }

  private func compileMeasured(_ input: InputFile, _ name: HostString) throws(DriverError)
    -> (executable: [UInt8], seconds: Double)
  {
    var options = request.options
    options.emit = .exe
    options.mustRun = true
    options.policy.argv0 = name
    // SWASM_ variables of this process would change swasmc's run only.
    options.policy.sealed = true
    let before = ownProcessorSeconds()
    let executable = try compile(input, options)
    return (executable, ownProcessorSeconds() - before)
  }

  /// Runs each engine once without measuring; swasmc has had two such runs already. Then measures the runs that the
  /// request asks for, in turn. Leaves out an engine from the first run on that failed or differed.
  private func measure(
    _ contestants: inout [Contestant], _ track: Track, _ reference: Reference
  ) throws(DriverError) {
    for round in 0...max(1, request.runs) {
      for index in contestants.indices where contestants[index].outcome == nil {
        if round == 0, index == 0 { continue }
        let what = round == 0 ? "trying" : "run \(round) of \(request.runs):"
        progress("\(what) \(contestants[index].result.name)")
        let run = try track.run(contestants[index].command)
        contestants[index].outcome = try track.judge(run, against: reference)
        if round > 0 { contestants[index].runs.append(run) }
      }
    }
  }

  private func report(_ contestants: [Contestant], _ name: HostString, _ reference: Reference)
    -> Report
  {
    let results = contestants.map { contestant in
      var result = contestant.result
      result.outcome =
        contestant.outcome
        ?? Cost(contestant.runs).map(Outcome.measured) ?? .failed("it never ran")
      return result
    }
    var report = Report(
      module: name, arguments: request.arguments, runs: request.runs,
      optionsText: request.optionsText, results: results)
    if reference.outputPath == nil {
      report.notes.append(
        "the program prints something else each time, so outputs were not compared")
    }
    if reference.end != .exited(0) {
      report.notes.append("the program \(Comparison.text(reference.end)) in every run")
    }
    return report
  }

  /// The arguments and grants for the engines. A variable without a value gets the value in this process, or is left
  /// out.
  private func invocation(_ name: HostString) -> Invocation {
    let policy = request.options.policy
    var variables: [(name: HostString, value: HostString)] = []
    if policy.inheritEnvironment {
      for entry in ownEnvironment() where !entry.name.hasPrefix("SWASM_") {
        variables.append(entry)
      }
    }
    for grant in policy.environment {
      guard let value = grant.value ?? .variable(grant.name) else {
        continue
      }
      variables.removeAll { $0.name == grant.name }
      variables.append((grant.name, value))
    }
    return Invocation(
      name: name, arguments: request.arguments, directories: policy.directories,
      environment: variables)
  }
}

private func ownEnvironment() -> [(name: HostString, value: HostString)] {
  var result: [(name: HostString, value: HostString)] = []
  var next = environ
  while let entry = next.pointee {
    if let (name, value) = HostString(cString: entry).parted(at: "=") {
      result.append((name, value))
    }
    next += 1
  }
  return result
}

/// User + system time of this process, its threads, and the tools that it waited for.
private func ownProcessorSeconds() -> Double {
  var total = 0.0
  for who in [RUSAGE_SELF, RUSAGE_CHILDREN] {
    var usage = rusage()
    getrusage(who.rawValue, &usage)
    total += seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }
  return total
}
