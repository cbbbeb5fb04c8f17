// The modules of some seeds: generate ─▶ compile ─▶ link all into one host ─▶ ask ─▶ compare with wasmtime, and with
// wasmkit where it has the features. A batch has its own process, because a defect of the compiler may end it.

import Foundation
import TestSupport
import WasmModule

struct ModuleBatch {
  let profile: SmithProfile
  let seeds: Range<UInt64>
  let options: ModuleCompilerOptions
  let directory: String
  let workspace = Workspace.current

  private var wasmKit: WasmKit? {
    let isAble =
      profile.isCompared && !profile.hasImports && WasmKit.features.isSuperset(of: profile.features)
    guard isAble, workspace.tool("WASMKIT") != nil else { return nil }
    return WasmKit(workspace: workspace, directory: directory)
  }

  /// Reports each seed as soon as its outcome is known.
  func run(report: (UInt64, Outcome) -> Void) throws {
    let compiler = try ModuleCompiler(options: options, objectDirectory: directory)
    let environment = try profile.hasImports ? compileEnvironment(compiler) : nil
    var plans: [CallPlan] = []
    for seed in seeds {
      report(seed, .begun)
      guard let outcome = try prepare(seed, compiler, environment, &plans) else { continue }
      report(seed, outcome)
    }
    reportRemade(by: compiler)
    guard !plans.isEmpty else { return }
    let host = try HostProgram(workspace: workspace, directory: directory, linking: compiler)
    let answers = try host.ask(plans.flatMap { $0.questions.map(\.hostLine) }, seconds: 120)
    try judge(plans, answers, report: report)
  }

  /// The outcome of a module that is not compared; nil if the module was compiled and is in `plans`.
  private func prepare(
    _ seed: UInt64, _ compiler: ModuleCompiler, _ environment: (index: Int, bytes: [UInt8])?,
    _ plans: inout [CallPlan]
  ) throws -> Outcome? {
    let path = "\(directory)/\(seed).wasm"
    let imports = workspace.buildDirectory + "/fuzz/imports.wasm"
    guard try profile.generate(seed: seed, to: path, workspace, environment: imports) else {
      return .skipped("smith")
    }
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    if profile.callsReferences || profile.mayBeInvalid {
      let isValid = try Validity.isAccepted(path, workspace)
      if !isValid || profile.mayBeInvalid {
        return Validity.compare(isValid: isValid, ours: compiler.compile(path: path))
      }
    }
    if profile.features.contains("threads"), bytes.containsWait {
      return .skipped("it may wait for ever")
    }
    let verdict = compiler.compile(path: path)
    guard case .compiled(let index) = verdict else {
      return Validity.compare(isValid: true, ours: verdict)
    }
    let module = try ModuleDecoder.decode(ModuleBytes(bytes))
    let checker = try compileChecker(seed, module, compiler)
    plans.append(
      CallPlan(
        seed: seed, module: module,
        parts: .init(
          moduleIndex: index, bytes: bytes, checker: checker, environment: environment,
          firstSlot: plans.count * 3)))
    return nil
  }

  private func compileChecker(_ seed: UInt64, _ module: Module, _ compiler: ModuleCompiler) throws
    -> (index: Int, checker: StateChecker)?
  {
    guard let checker = StateChecker(of: module) else { return nil }
    let path = "\(directory)/\(seed).checker.wasm"
    try Data(checker.bytes).write(to: URL(fileURLWithPath: path))
    let verdict = compiler.compile(path: path)
    guard case .compiled(let index) = verdict else {
      throw ProcessRun.Failure(description: "\(path): \(verdict.complaint)")
    }
    return (index, checker)
  }

  private func compileEnvironment(_ compiler: ModuleCompiler) throws -> (index: Int, bytes: [UInt8])
  {
    let path = workspace.buildDirectory + "/fuzz/environment.wasm"
    let verdict = compiler.compile(path: path)
    guard case .compiled(let index) = verdict else {
      throw ProcessRun.Failure(description: "\(path): \(verdict.complaint)")
    }
    return (index, [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
  }

  private func judge(_ plans: [CallPlan], _ answers: HostAnswers, report: (UInt64, Outcome) -> Void)
    throws
  {
    var scripts: [(seed: UInt64, lines: [String])] = []
    var agreeing: Set<UInt64> = []
    var next = 0
    for plan in plans {
      let own = answers.lines.dropFirst(next).prefix(plan.questions.count)
      next += plan.questions.count
      let writer = ScriptWriter(
        externs: answers.externs, faultsBlurState: faultsBlurState(seed: plan.seed))
      let (lines, finding) = script(plan, Array(own), writer, ending: answers.ending)
      if let finding {
        report(plan.seed, finding)
        continue
      }
      switch try wasmKit?.verdict(plan, Array(own)) {
      case .disagrees(let text): report(plan.seed, .disagreed(text))
      case .agrees:
        agreeing.insert(plan.seed)
        scripts.append((plan.seed, lines))
      case nil, .some(.none): scripts.append((plan.seed, lines))
      }
    }
    let disagreements =
      profile.isCompared
      ? try Wasmtime(workspace: workspace, directory: directory).check(scripts) : []
    for script in scripts {
      let disagreement = disagreements.first { $0.seed == script.seed }
      let questions = script.lines.filter { $0.hasPrefix("(assert_") }.count
      report(
        script.seed,
        disagreement.map { .disagreed($0.message) }
          ?? .agreed(questions: questions, wasmKitToo: agreeing.contains(script.seed)))
    }
  }

  private func faultsBlurState(seed: UInt64) -> Bool {
    if profile.isOfLoads, !LoadModules.stores(seed: seed) { return false }
    return options.boundsChecks == .guardPages && !options.preciseTraps
  }

  private func script(
    _ plan: CallPlan, _ answers: [Substring], _ writer: ScriptWriter, ending: String
  )
    -> ([String], Outcome?)
  {
    var lines: [String] = []
    for (position, question) in plan.questions.enumerated() {
      guard position < answers.count else {
        return answers.isEmpty
          ? ([], .unknown) : ([], .disagreed("\(ending), asked \(question.hostLine)"))
      }
      switch writer.line(question, answer: answers[position]) {
      case .stop: return (lines, nil)
      case .finding(let text):
        return ([], .disagreed("\(text) to \(question.hostLine.prefix(200))"))
      case .last(let text): return (lines + [text], nil)
      case .statement(let text):
        lines.append(text)
        // The module could not be instantiated.
        if question.hostLine.hasPrefix("new "), !answers[position].hasPrefix("ok") {
          return (lines, nil)
        }
      }
    }
    return (lines, nil)
  }
}

extension [UInt8] {
  /// Whether memory.atomic.wait may be in these bytes.
  fileprivate var containsWait: Bool {
    zip(self, dropFirst()).contains { $0 == 0xfe && ($1 == 1 || $1 == 2) }
  }
}
