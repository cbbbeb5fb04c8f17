// Prepares each engine: asks for its version, compiles ahead of time if it can, and builds the command to measure. An
// engine for which this fails has its outcome at once.

import Driver
import Glibc
import System

/// One row of the report while it is being measured.
struct Contestant {
  var result: EngineResult
  /// The program and its arguments.
  var command: [HostString] = []
  var runs: [MeasuredRun] = []
  /// Set when it is known. Until then the engine takes part in every round.
  var outcome: Outcome?
}

struct Preparation {
  let modulePath: HostString
  let invocation: Invocation
  let searchPath: HostString
  let track: Track

  func prepare(_ engine: Engine) throws(DriverError) -> Contestant {
    var contestant = Contestant(
      result: EngineResult(name: engine.name, kind: engine.kind, outcome: .notFound))
    guard let found = FoundEngine(engine, searchPath: searchPath) else {
      contestant.outcome = .notFound
      return contestant
    }
    contestant.result.kind = found.kind
    if let why = engine.refusal(invocation) {
      contestant.outcome = .leftOut(why)
      return contestant
    }
    var paths = Engine.Paths(
      program: found.program, compiler: found.compiler ?? "", module: modulePath,
      compiled: modulePath)
    paths.version = try version(of: found.program)
    contestant.result.version = paths.version
    if let helper = engine.helper {
      paths.helper = "\(track.directory)/\(helper.name)"
      try write(helper.text, to: paths.helper)
    }
    if found.compiler != nil, let compile = engine.compile {
      paths.compiled = "\(track.directory)/.\(engine.name)"
      let run = try track.run(compile(paths, invocation))
      contestant.result.compileSeconds = run.processorSeconds
      if run.end != .exited(0) {
        contestant.outcome =
          run.end == .timedOut
          ? .failed("compiling took longer than \(durationText(track.timeoutSeconds))")
          : .failed("compiling failed: \(track.failure(run))")
      }
    }
    contestant.command = engine.run(paths, invocation)
    return contestant
  }

  /// Empty when the engine does not say it.
  private func version(of program: HostString) throws(DriverError) -> String {
    let run = try track.run([program, "--version"])
    return run.end == .exited(0) ? versionNumber(in: track.lastOutput()) : ""
  }

  private func write(_ text: String, to path: HostString) throws(DriverError) {
    do throws(Errno) {
      try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
        .write(Array(text.utf8))
    } catch {
      throw .cannot(.bench, "cannot write \(path): \(error.text)")
    }
  }
}
