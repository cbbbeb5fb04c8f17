// Whole comparisons of a program. Scripts play the engines.

import Driver
import Foundation
import System
import Testing

@testable import Bench

/// The suite is serialized, because signal handlers find the directory of a comparison: there can be only one at a
/// time.
@Suite(.serialized) struct BenchmarkTests {
  /// `_start` prints "hi\n" by fd_write and calls proc_exit with `status`.
  private func module(status: UInt8 = 0) -> [UInt8] {
    func name(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }
    func section(_ id: UInt8, _ body: [UInt8]) -> [UInt8] { [id, UInt8(body.count)] + body }
    let wasi = name("wasi_snapshot_preview1")
    let code: [UInt8] =
      [0, 0x41, 1, 0x41, 8, 0x41, 1, 0x41, 0x14, 0x10, 0, 0x1a, 0x41, status, 0x10, 1, 0x0b]
    var bytes: [UInt8] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
    bytes += section(
      1, [3, 0x60, 4, 0x7f, 0x7f, 0x7f, 0x7f, 1, 0x7f, 0x60, 1, 0x7f, 0, 0x60, 0, 0])
    bytes += section(
      2, [2] + wasi + name("fd_write") + [0, 0] + wasi + name("proc_exit") + [0, 1])
    bytes += section(3, [1, 2]) + section(5, [1, 0, 1])
    bytes += section(7, [2] + name("memory") + [2, 0] + name("_start") + [0, 2])
    bytes += section(10, [1, UInt8(code.count)] + code)
    // An iovec at 8: address 16, 3 bytes.
    let data: [UInt8] = [16, 0, 0, 0, 3, 0, 0, 0] + Array("hi\n".utf8)
    return bytes + section(11, [1, 0, 0x41, 8, 0x0b, UInt8(data.count)] + data)
  }

  /// The report on a program that prints "hi", with these scripts as engines.
  private func report(
    _ scripts: [String: String], status: UInt8 = 0, temporary: String? = nil,
    _ change: (inout Benchmark.Request) -> Void = { _ in }
  ) throws -> Report {
    let directory = try FakeEngines(scripts)
    let path = directory.path + "/hi.wasm"
    try Data(module(status: status)).write(to: URL(fileURLWithPath: path))
    var request = Benchmark.Request(modulePath: HostString(path), options: CompileOptions())
    request.runs = 2
    change(&request)
    return try Benchmark(
      request, searchPath: HostString(directory.path),
      temporaryDirectory: temporary.map { HostString($0) }
    ).run()
  }

  private func outcome(_ name: String, _ report: Report) throws -> Outcome {
    try #require(report.results.first { $0.name == name }).outcome
  }

  @Test func anEngineWithTheSameOutputIsMeasured() throws {
    let report = try report(["wasmkit": "[ \"$1\" = --version ] && echo 9.8.7 || echo hi"])
    #expect(report.results.map(\.name) == ["swasmc"] + Engine.all.map(\.name))
    let ours = try #require(report.results[0].cost)
    #expect(ours.processorSamples.count == 2)
    #expect(ours.peakBytes > 0 && ours.peakBytes < 32 << 20)
    #expect(report.results[0].compileSeconds ?? 0 > 0)
    #expect(report.results[1].cost?.wallSamples.count == 2)
    #expect(report.results[1].version == "9.8.7")
    for result in report.results.dropFirst(2) { #expect(result.outcome == .notFound) }
    #expect(!report.hasDisagreement)
    #expect(report.notes == [])
  }

  @Test func otherOutputIsADisagreement() throws {
    let report = try report(["wasmkit": "echo ho", "wasm3": "echo hi; echo more"])
    #expect(
      try outcome("wasmkit", report)
        == .disagrees("its output differs from swasmc's at byte 1, in line 1"))
    #expect(
      try outcome("wasm3", report)
        == .disagrees("its output differs from swasmc's at byte 3, in line 2"))
    #expect(report.hasDisagreement)
  }

  @Test func aBadEndIsAFailureOfTheEngine() throws {
    let report = try report([
      "wasmkit": "echo >&2; echo 'not \u{1b}[1mtoday' >&2; exit 3", "wasm3": "kill -SEGV $$",
    ])
    #expect(
      try outcome("wasmkit", report) == .failed("it ended with status 3: not ?[1mtoday"))
    #expect(try outcome("wasm3", report) == .failed("it was ended by signal 11"))
    #expect(!report.hasDisagreement)
  }

  @Test func programsOwnStatusIsCompared() throws {
    let report = try report(
      ["wasmkit": "echo hi; exit 3", "wasm3": "echo hi; exit 4", "node": "echo hi"], status: 3)
    #expect(try #require(report.results.first { $0.name == "wasmkit" }).cost != nil)
    let ours = "with swasmc it ended with status 3"
    #expect(try outcome("wasm3", report) == .disagrees("it ended with status 4; \(ours)"))
    #expect(try outcome("node", report) == .disagrees("it ended with status 0; \(ours)"))
    #expect(report.notes == ["the program ended with status 3 in every run"])
  }

  @Test func aSlowEngineIsStopped() throws {
    let report = try report([
      "wasmkit": "[ \"$1\" = --version ] && exit 0; echo begun >> \"$0.log\"; sleep 100"
    ]) { $0.timeoutSeconds = 1 }
    #expect(try outcome("wasmkit", report) == .timedOut(seconds: 1))
    #expect(report.results[0].cost != nil)
  }

  @Test func aFailureInALaterRunCounts() throws {
    let script = """
      [ "$1" = --version ] && exit 0
      echo x >> "$0.log"; [ $(wc -l < "$0.log") -lt 3 ] && echo hi || echo ho
      """
    #expect(try report(["wasmkit": script]).hasDisagreement)
  }

  @Test func compilersAreCalledOnceAndMayFail() throws {
    let engine = """
      case $1 in
        --version) echo tool 5.6.7;;
        compile) [ -e "$0.log" ] && exit 1; cp "$2" "$4"; echo compiled > "$0.log";;
        *) echo hi;;
      esac
      """
    let report = try report(["wasmtime": engine, "wasmer": "echo broken module >&2; exit 1"])
    let wasmtime = try #require(report.results.first { $0.name == "wasmtime" })
    #expect(wasmtime.cost != nil)
    #expect(wasmtime.compileSeconds != nil)
    #expect(
      try outcome("wasmer", report)
        == .failed("compiling failed: it ended with status 1: broken module"))
  }

  @Test func everyRunReadsTheSameInput() throws {
    let directory = try FakeEngines()
    let input = try directory.add("input", "hi\n")
    let report = try report(["wasmkit": "[ \"$1\" = --version ] || cat"]) {
      $0.inputPath = HostString(input)
    }
    #expect(try #require(report.results.first { $0.name == "wasmkit" }).cost != nil)
  }

  @Test func noFilesAreLeft() throws {
    let temporary = try FakeEngines()
    for change: (inout Benchmark.Request) -> Void in [
      { _ in }, { $0.inputPath = "/no/such" }, { $0.timeoutSeconds = 0 },
    ] {
      _ = try? report([:], temporary: temporary.path, change)
      #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path) == [])
    }
  }

  @Test func programThatTakesTooLongIsAnError() throws {
    #expect(throws: DriverError.self) { try report([:]) { $0.timeoutSeconds = 0 } }
  }
}
