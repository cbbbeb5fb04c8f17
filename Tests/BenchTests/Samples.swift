// Common parts of the tests of this target: a report with every kind of outcome, a directory, and fake engines.

import Driver
import Foundation
import System
import Testing

@testable import Bench

func cost(_ processor: [Double], peakBytes: Int = 3 << 20) throws -> Cost {
  try #require(
    Cost(
      processor.map {
        MeasuredRun(
          end: .exited(0), processorSeconds: $0, wallSeconds: $0 * 1.25, peakBytes: peakBytes)
      }))
}

func sampleReport() throws -> Report {
  var report = Report(
    module: "demo/app & more.wasm", arguments: ["10%"], runs: 3, optionsText: "-O2 --cpu native",
    results: [
      EngineResult(
        name: "swasmc", version: "1.2.3", kind: .aheadOfTime, compileSeconds: 0.85,
        outcome: .measured(try cost([0.120, 0.123, 0.125]))),
      EngineResult(
        name: "wasmkit", version: "0.1.6", kind: .interpreter,
        outcome: .measured(try cost([12, 13, 12.5], peakBytes: 200 << 20))),
      EngineResult(
        name: "wasmtime", version: "49.0.3", kind: .aheadOfTime, compileSeconds: 0.0312,
        outcome: .measured(try cost([0.170, 0.171, 0.175], peakBytes: 812 << 10))),
      EngineResult(name: "wasmer", kind: .justInTime, outcome: .notFound),
      EngineResult(
        name: "wasmedge", version: "0.14.1", kind: .interpreter, outcome: .timedOut(seconds: 60)),
      EngineResult(
        name: "iwasm", kind: .interpreter, outcome: .failed("it ended with status 1: <no> \"x\"")),
      EngineResult(
        name: "wasm3", kind: .interpreter, outcome: .leftOut("it has no option for variables")),
      EngineResult(
        name: "node", version: "20.20.2", kind: .justInTime,
        outcome: .disagrees("its output differs from swasmc's at byte 7, in line 2")),
    ])
  report.notes = ["the program ended with status 3 in every run"]
  return report
}

/// A directory with executable scripts, as a search path.
final class FakeEngines: Sendable {
  let path: String

  init(_ scripts: [String: String] = [:]) throws {
    path = NSTemporaryDirectory() + "swasmc-bench-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, text) in scripts { try add(name, "#!/bin/sh\n" + text) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func add(_ name: String, _ text: String, mode: Int = 0o755) throws -> String {
    let file = "\(path)/\(name)"
    try text.write(toFile: file, atomically: false, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
    return file
  }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
  }
}
