// The results of a comparison, as values. The renderers (TextTable, ReportJSON, ReportChart) make no decisions.

import System

/// The cost of a program in one engine.
public struct Cost: Sendable, Equatable {
  /// User + system seconds of each run, in the order of the runs.
  public let processorSamples: [Double]
  public let wallSamples: [Double]
  /// The most resident memory of any run.
  public let peakBytes: Int
  public let processor: Summary
  public let wall: Summary

  /// nil without runs.
  init?(_ runs: [MeasuredRun]) {
    processorSamples = runs.map(\.processorSeconds)
    wallSamples = runs.map(\.wallSeconds)
    peakBytes = runs.map(\.peakBytes).max() ?? 0
    guard let processor = Summary(processorSamples), let wall = Summary(wallSamples) else {
      return nil
    }
    self.processor = processor
    self.wall = wall
  }
}

/// The outcome of one engine.
public enum Outcome: Sendable, Equatable {
  case measured(Cost)
  case notFound
  /// It cannot run the program with these arguments and grants.
  case leftOut(String)
  /// It could not compile the module, or ended badly where swasmc did not.
  case failed(String)
  case timedOut(seconds: Double)
  /// The program printed other output than with swasmc, or ended in another way.
  case disagrees(String)
}

/// One row of a report.
public struct EngineResult: Sendable, Equatable {
  public var name: String
  public var version = ""
  public var kind: Engine.Kind
  /// User + system time of compiling ahead of time, once.
  public var compileSeconds: Double?
  public var outcome: Outcome

  var cost: Cost? {
    guard case .measured(let cost) = outcome else { return nil }
    return cost
  }
}

/// The results of all engines for one program.
public struct Report: Sendable, Equatable {
  public var module: HostString
  public var arguments: [HostString]
  public var runs: Int
  /// swasmc's options, as they are typed.
  public var optionsText = ""
  /// swasmc comes first, the others in the order of the table of engines.
  public var results: [EngineResult]
  /// Remarks about the comparison.
  public var notes: [String] = []

  /// Whether any engine contradicts swasmc.
  public var hasDisagreement: Bool {
    results.contains { if case .disagrees = $0.outcome { true } else { false } }
  }

  /// Processor time relative to swasmc's.
  func ratio(_ result: EngineResult) -> Summary? {
    guard let base = results.first?.cost?.processor else { return nil }
    return result.cost?.processor.ratio(to: base)
  }
}

extension Outcome {
  /// The text for a row that has no figures.
  func reason() -> String {
    switch self {
    case .measured: ""
    case .notFound: "not found"
    case .leftOut(let why): "left out: \(why)"
    case .failed(let how): "FAILED: \(how)"
    case .timedOut(let seconds): "not done after \(durationText(seconds))"
    case .disagrees(let how): "DISAGREES: \(how)"
    }
  }

  /// The word for programs that read the report.
  var keyword: String {
    switch self {
    case .measured: "measured"
    case .notFound: "not found"
    case .leftOut: "left out"
    case .failed: "failed"
    case .timedOut: "timed out"
    case .disagrees: "disagrees"
    }
  }
}
