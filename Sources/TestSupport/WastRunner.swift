// Runs one .wast file: converts it, compiles its modules, links them with the host program and the runtime
// into one native executable, runs that and judges its answers. All files go to one directory of its own. The modules
// become libraries, one for each, which the host links with each other. Or they become one program, whose instances
// were linked with each other when they were compiled.

import Foundation
import Targets

/// What the modules of a script are compiled to.
public enum ScriptProduct: String, Sendable, CaseIterable {
  case libraries, program
}

/// Runs scripts of the specification's suite.
public struct WastRunner: Sendable {
  public let workspace: Workspace
  public let options: ModuleCompilerOptions
  public let product: ScriptProduct
  /// The directory for all products, without a final slash.
  public let directory: String

  public init(
    workspace: Workspace, options: ModuleCompilerOptions, product: ScriptProduct = .libraries,
    directory: String
  ) {
    self.workspace = workspace
    self.options = options
    self.product = product
    self.directory = directory
  }

  /// Never throws. A file that cannot be run at all gives one failed result of kind "file".
  public func run(_ wast: String) -> [WastResult] {
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      return try run(script: try convert(wast), source: wast)
    } catch {
      return [WastResult(line: 0, kind: "file", outcome: .failed("\(error)"))]
    }
  }

  /// Converts `wast` to commands and one file for each module.
  public func convert(_ wast: String) throws -> WastScript {
    let json = directory + "/script.json"
    if wast.contains("/legacy-exceptions/") {
      try ProcessRun.require(
        try workspace.requiredTool("WAST2JSON"),
        [URL(fileURLWithPath: wast).path, "-o", json], directory: directory)
    } else {
      try ProcessRun.require(
        try workspace.requiredTool("WASM_TOOLS"),
        ["json-from-wast", wast, "-o", json, "--wasm-dir", directory])
    }
    return try WastScript(json: Data(contentsOf: URL(fileURLWithPath: json)))
  }

  private func run(script: WastScript, source: String) throws -> [WastResult] {
    let compiler = try ModuleCompiler(options: options, objectDirectory: directory)
    let (plan, host) =
      switch product {
      case .libraries: try makeLibraries(script, source, compiler)
      case .program: try makeProgram(script, source, compiler)
      }
    let answers = try host.ask(plan.hostLines, seconds: 120)
    return plan.steps.compactMap { step in
      let outcome = answers.judge(step.check)
      // A command that asserts nothing counts only if it failed.
      if case .passed = outcome, !step.command.type.isAssertion { return nil }
      return WastResult(line: step.command.line, kind: step.command.type.rawValue, outcome: outcome)
    }
  }

  private func makeLibraries(
    _ script: WastScript, _ source: String, _ compiler: ModuleCompiler
  ) throws -> (WastPlan, HostProgram) {
    let folder = directory
    let plan = WastPlan(
      script, preludes: try compilePreludes(for: source, compile: compiler.compile),
      compile: { compiler.compile(path: folder + "/" + $0) },
      inspect: { compiler.inspect(path: folder + "/" + $0) })
    return (plan, try HostProgram(workspace: workspace, directory: directory, linking: compiler))
  }

  private func makeProgram(
    _ script: WastScript, _ source: String, _ compiler: ModuleCompiler
  ) throws -> (WastPlan, HostProgram) {
    let folder = directory
    let linker = ScriptLinker(compiler: compiler)
    let plan = WastPlan(
      script, preludes: try compilePreludes(for: source, compile: linker.compile),
      compile: { linker.compile(path: folder + "/" + $0) },
      inspect: { compiler.inspect(path: folder + "/" + $0) },
      instantiate: linker.instantiate)
    let object = directory + "/program.o"
    try linker.emit(to: object)
    let host = try HostProgram(
      workspace: workspace, directory: directory, objects: [object], instances: linker.instances,
      target: options.target)
    return (plan, host)
  }

  /// Compiles the scripts' host module `spectest`, which is itself WebAssembly. Parts that need a later version of the
  /// language are compiled only if the script names them.
  private func compilePreludes(for source: String, compile: (String) -> ModuleVerdict) throws
    -> [(name: String, index: Int)]
  {
    let text = try String(contentsOfFile: source, encoding: .utf8)
    // `spectest` is always needed, because a module in binary form may hide its name.
    var names = ["spectest"]
    if text.contains("\"table64\"") { names.append("spectest-table64") }
    if text.contains("\"shared_memory\"") { names.append("spectest-shared-memory") }
    var preludes: [(name: String, index: Int)] = []
    for name in names {
      let output = "\(directory)/\(name).wasm"
      try ProcessRun.require(
        try workspace.requiredTool("WASM_TOOLS"),
        ["parse", "\(workspace.root)/Tests/conformance/\(name).wat", "-o", output])
      let verdict = compile(output)
      guard case .compiled(let index) = verdict else {
        // Nearly every script needs the base, but only some commands need a later part.
        if name == "spectest" {
          throw ProcessRun.Failure(description: "\(name): \(verdict.complaint)")
        }
        continue
      }
      preludes.append(("spectest", index))
    }
    return preludes
  }

  /// As `HostProgram.object`, for scripts.
  public static func hostObject(_ workspace: Workspace, for target: Target) throws -> String {
    try HostProgram.object(workspace, for: target)
  }
}
