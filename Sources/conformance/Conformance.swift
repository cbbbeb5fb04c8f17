// The command `conformance`: runs the specification's test suite against the compiler and prints a summary.
//
// Each .wast file has its own process (this program with --worker). So a crash of the compiler costs the assertions of
// one file and does not end the run.

import ArgumentParser
import Foundation
import System
import Targets
import TestSupport

@main
struct Conformance: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the specification's tests on natively compiled modules.",
    discussion:
      "The last line is `N passed, N failed, N skipped`; the status is 0 when nothing failed.")

  @Option(help: "The folder of the suite: one folder of .wast files for each group.")
  var suite = "../shared/conformance"

  @Option(
    help: ArgumentHelp(
      "Run the components of this suite instead.", valueName: "directory"))
  var components: String?

  @Option(help: "The groups to run, separated by spaces; all of them if empty.")
  var only = ""

  @Option(help: "Run only files whose path contains this.")
  var filter = ""

  @Option(help: "How bounds are checked: guard, explicit, or precise (guard with precise traps).")
  var boundsChecks = "guard"

  @Option(name: .customShort("O", allowingJoined: true), help: "The level of optimisation, 0 to 3.")
  var level = 1

  @Flag(help: "Compile all functions as rarely executed ones are. Overrides the level.")
  var cold = false

  @Flag(help: "Compile as at -Os. Overrides the level.")
  var size = false

  @Option(
    help: "What the modules of a script become: libraries, which the host links, or one program.")
  var product = ScriptProduct.libraries

  @Option(
    help: "The machine for which modules are compiled; other machines than this are emulated.")
  var target = Target.host.name

  @Option(help: "How many files are run at once.")
  var jobs = 2

  @Option(help: "The list of known failures.")
  var expectations: String?

  @Flag(help: "Print every failure, not only the first ten of each file.")
  var verbose = false

  @Option(help: .hidden)
  var worker: String?

  func run() throws {
    let workspace = Workspace.current
    let chosen = ModuleCompilerOptions(
      boundsChecks: boundsChecks, level: cold ? 0 : size ? 2 : level)
    guard var options = chosen else {
      throw ValidationError(
        "--bounds-checks must be guard, explicit or precise, and -O must be from 0 to 3")
    }
    guard let target = Target.all.first(where: { $0.name == target }) else {
      throw ValidationError(
        "--target must be one of \(Target.all.map(\.name).joined(separator: ", "))")
    }
    options.target = target
    options.isCold = cold
    options.forSize = size
    if let worker, components != nil {
      let runner = ComponentRunner(
        workspace: workspace, options: options,
        directory: Self.directory(of: worker, workspace))
      for result in runner.run(worker) { print(result.encoded) }
      return
    }
    if let worker {
      let runner = WastRunner(
        workspace: workspace, options: options, product: product,
        directory: Self.directory(of: worker, workspace))
      for result in runner.run(worker) { print(result.encoded) }
      return
    }
    // Make the host program's object once, before all workers try to make it.
    _ = try WastRunner.hostObject(workspace, for: target)
    let name = components == nil ? "expectations" : "component-expectations"
    let list = expectations ?? workspace.root + "/Tests/conformance/\(name).txt"
    let known = try WastExpectations(parsing: String(contentsOfFile: list, encoding: .utf8))
    let files = try findFiles()
    guard !files.isEmpty else {
      throw ValidationError("no .wast files in \(suite) for groups '\(only)', filter '\(filter)'")
    }
    let reports = runWorkers(files).map { report in
      FileReport(
        file: report.file, results: known.apply(to: report.results, file: report.file.name))
    }
    let summary = Summary(reports: reports, verbose: verbose)
    summary.printAll()
    if summary.total.failed > 0 { throw ExitCode.failure }
  }

  /// The directory for the products of one file. Files of different groups may have the same stem, so each group has
  /// its own directory.
  static func directory(of wast: String, _ workspace: Workspace) -> String {
    let components = wast.split(separator: "/").suffix(2)
    let stem = components.joined(separator: "/").dropLast(".wast".count)
    return workspace.buildDirectory + "/conformance/" + stem
  }

  // MARK: Files and workers

  private func findFiles() throws -> [WastFile] {
    let groups = only.split(separator: " ").map(String.init)
    let suite = components ?? suite
    guard let paths = FileManager.default.enumerator(atPath: suite) else {
      throw ValidationError(
        "the suite \(suite) cannot be read; name a folder with --suite (make: SUITE=)")
    }
    var files: [WastFile] = []
    for case let path as String in paths where path.hasSuffix(".wast") {
      let file = WastFile(name: path, path: suite + "/" + path)
      let isWanted = groups.isEmpty || groups.contains { path.hasPrefix($0 + "/") }
      if isWanted && (filter.isEmpty || path.contains(filter)) { files.append(file) }
    }
    return files.sorted { $0.name < $1.name }
  }

  private func runWorkers(_ files: [WastFile]) -> [FileReport] {
    let reports = Locked([FileReport?](repeating: nil, count: files.count))
    let next = Locked(0)
    let arguments =
      [
        "--bounds-checks", boundsChecks, "-O", String(level), "--product", product.rawValue,
        "--target", target,
      ] + (cold ? ["--cold"] : []) + (size ? ["--size"] : [])
      + (components.map { ["--components", $0] } ?? [])
    DispatchQueue.concurrentPerform(iterations: max(1, jobs)) { _ in
      while true {
        let index = next.withValue { value in
          value += 1
          return value - 1
        }
        guard index < files.count else { return }
        let report = runWorker(files[index], arguments: arguments)
        reports.withValue { $0[index] = report }
      }
    }
    return reports.withValue { $0.compactMap { $0 } }
  }

  private func runWorker(_ file: WastFile, arguments: [String]) -> FileReport {
    let failure: String
    do {
      let run = try ProcessRun.run(
        CommandLine.arguments[0], arguments + ["--worker", file.path], seconds: 600)
      let results = run.outputText.split(separator: "\n").compactMap(WastResult.init)
      if run.status == 0 { return FileReport(file: file, results: results) }
      let said = run.errorText.split(separator: "\n").first { !$0.isEmpty } ?? ""
      failure = "the compiler ended with status \(run.status): \(said)"
    } catch {
      failure = "\(error)"
    }
    return FileReport(file: file, results: allFailed(file, because: failure))
  }

  /// The results of a file whose worker failed: a failure for the file, and one for each of its assertions.
  private func allFailed(_ file: WastFile, because reason: String) -> [WastResult] {
    [WastResult(line: 0, kind: "file", outcome: .failed(reason))]
      + assertions(of: file).map {
        WastResult(line: $0.line, kind: $0.kind, outcome: .failed(reason))
      }
  }

  private func assertions(of file: WastFile) -> [(line: Int, kind: String)] {
    let workspace = Workspace.current
    let directory = Self.directory(of: file.path, workspace)
    if components != nil {
      return ComponentRunner(workspace: workspace, options: .init(), directory: directory)
        .commands(file.path)
    }
    let runner = WastRunner(
      workspace: workspace, options: ModuleCompilerOptions(), directory: directory)
    let commands = (try? runner.convert(file.path))?.commands ?? []
    return commands.filter(\.type.isAssertion).map { ($0.line, $0.type.rawValue) }
  }
}

extension ScriptProduct: ExpressibleByArgument {}

struct WastFile: Sendable {
  /// The name within the suite, such as `core/br.wast`.
  let name: String
  let path: String

  var group: String { (name as NSString).deletingLastPathComponent }
}

struct FileReport: Sendable {
  let file: WastFile
  let results: [WastResult]
}
