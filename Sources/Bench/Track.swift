// Runs the commands and compares them with swasmc's run. Each run overwrites the output files in the scratch directory.
// swasmc's first output stays: the others are compared with it.

import Driver
import Glibc
import System

/// The result of swasmc's run.
struct Reference {
  let end: MeasuredRun.End
  /// nil when two runs of swasmc print different things. Then outputs are not compared.
  let outputPath: HostString?
}

struct Track {
  let directory: HostString
  /// What each run reads; nil for nothing.
  let inputPath: HostString?
  let timeoutSeconds: Double

  private var outputPath: HostString { "\(directory)/.output" }
  private var errorsPath: HostString { "\(directory)/.errors" }

  func run(_ command: [HostString], output: HostString? = nil) throws(DriverError) -> MeasuredRun {
    do throws(Errno) {
      return try measureRun(
        command,
        RunStreams(input: inputPath, output: output ?? outputPath, errors: errorsPath),
        timeoutSeconds: timeoutSeconds)
    } catch {
      throw .cannot(.bench, "cannot run \(command.first ?? ""): \(error.text)")
    }
  }

  /// What the last run printed on its standard output, as text.
  func lastOutput() -> String {
    guard let file = try? FileDescriptor.open(outputPath, O_RDONLY),
      let bytes = try? file.readAll(expectedBytes: 0, limitBytes: 1 << 12)
    else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Runs swasmc's executable twice. A difference between these runs is no engine's fault.
  func reference(_ command: [HostString]) throws(DriverError) -> Reference {
    let kept: HostString = "\(directory)/.reference"
    let first = try run(command, output: kept)
    if case .timedOut = first.end {
      throw .cannot(
        .bench,
        """
        the program takes longer than \(durationText(timeoutSeconds)); --timeout allows more time. Each engine runs \
        it once more than --runs says
        """)
    }
    let second = try run(command)
    guard first.end == second.end else {
      throw .cannot(
        .bench,
        """
        the program does not do the same each time: it \(Comparison.text(first.end)), then it \
        \(Comparison.text(second.end))
        """)
    }
    let differs = try outputDifference(from: kept) != nil
    return Reference(end: first.end, outputPath: differs ? nil : kept)
  }

  /// What is wrong with an engine's last run, `run`; nil when it did the same as swasmc.
  func judge(_ run: MeasuredRun, against reference: Reference) throws(DriverError) -> Outcome? {
    if case .timedOut = run.end { return .timedOut(seconds: timeoutSeconds) }
    if run.end != .exited(0), reference.end == .exited(0) { return .failed(failure(run)) }
    if let difference = Comparison.difference(of: run.end, from: reference.end) {
      return .disagrees(difference)
    }
    guard let kept = reference.outputPath, let difference = try outputDifference(from: kept) else {
      return nil
    }
    return .disagrees(difference)
  }

  /// How the last run, `run`, failed, and its first message.
  func failure(_ run: MeasuredRun) -> String {
    let end = Comparison.text(run.end)
    guard let line = Comparison.firstLine(of: errorsPath) else { return "it \(end)" }
    return "it \(end): \(line)"
  }

  private func outputDifference(from kept: HostString) throws(DriverError) -> String? {
    do throws(Errno) {
      return try Comparison.difference(ofOutput: outputPath, from: kept)
    } catch {
      throw .cannot(.bench, "cannot read what the program printed: \(error.text)")
    }
  }
}
