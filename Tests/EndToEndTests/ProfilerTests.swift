// Ordinary profilers of native programs show the guest's functions, and with `-g` its lines.

import Foundation
import TestSupport
import Testing

@Suite struct ProfilerTests {
  private static let program = DebugProgram("work.c", ["-O0"])
  private static let canBuild = program.missingTools.isEmpty
  private static let hasCallgrind =
    Workspace.current.tool("VALGRIND") != nil && Workspace.current.tool("CALLGRIND_ANNOTATE") != nil

  /// The instructions that callgrind counted, by place: `work.c:harmonic`, or a line of the source.
  @Test(
    .enabled(if: canBuild && hasCallgrind, "valgrind is not installed"),
    arguments: [["-O0"], ["-O2"], ["-g", "-O0"], ["-g", "-O2"]])
  func callgrindShowsFunctionsAndLines(options: [String]) throws {
    let workspace = Workspace.current
    let executable = try Self.program.compiled(options)
    let scratch = try ScratchDirectory()
    let counts = scratch.path + "/counts"
    try ProcessRun.require(
      try workspace.requiredTool("VALGRIND"),
      ["--tool=callgrind", "--callgrind-out-file=\(counts)", executable])
    // It looks for sources in the directory of the source.
    let report = try ProcessRun.run(
      try workspace.requiredTool("CALLGRIND_ANNOTATE"), ["--auto=yes", counts],
      directory: "\(workspace.root)/Tests/programs/debug", seconds: 60
    ).outputText.split(separator: "\n")
    let share = { (line: Substring) in
      line.split(separator: "(").dropFirst().first.flatMap {
        Double($0.prefix { $0 != "%" }.trimmingCharacters(in: .whitespaces))
      }
    }
    // A function that is inlined everywhere counts for its caller. At -O0 none is.
    if options.contains("-O0") {
      let function = try #require(report.first { $0.contains(":harmonic") })
      #expect(share(function) ?? 0 > 90, "\(function)")
    }
    let lines = report.filter {
      $0.contains("sum += 1.0 / i") || $0.contains("for (int i = 1; i < count; i++)")
    }
    guard options.contains("-g") else {
      #expect(lines.isEmpty)
      return
    }
    #expect(lines.count == 2)
    #expect(lines.compactMap(share).reduce(0, +) > 90, "\(lines)")
  }

  @Test(
    .enabled(if: canBuild && Workspace.current.tool("PERF") != nil, "perf is not installed"))
  func perfShowsFunctionsAndLines() throws {
    let perf = try Workspace.current.requiredTool("PERF")
    let executable = try Self.program.compiled(["-g", "-O0"])
    let scratch = try ScratchDirectory()
    let samples = scratch.path + "/samples"
    let record = try ProcessRun.run(
      perf, ["record", "-q", "-e", "cpu-clock", "-o", samples, executable], seconds: 60)
    // A container may forbid it.
    guard record.status == 0, record.outputText == "1\n" else { return }
    let report = { (key: String) in
      try ProcessRun.run(
        perf, ["report", "-i", samples, "--stdio", "-F", "overhead,\(key)"], seconds: 60
      ).outputText
    }
    #expect(try report("sym").contains("harmonic"))
    #expect(try report("srcline").contains("work.c:"))
  }
}
