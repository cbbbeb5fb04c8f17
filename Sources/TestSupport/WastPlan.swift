// Turns the commands of a script into lines for the host program and what each answer must be. Modules are
// compiled on the way, by a function that the caller gives; nothing is run here.
//
// Every instance gets a slot number of its own; names and "the current module" are resolved here, so that
// the host knows slots only.

/// Compiles the module in a file; the result is its place in the host's table of modules.
public enum ModuleVerdict: Sendable {
  case compiled(index: Int)
  case malformed(String)
  case invalid(String)
  /// A feature, a limit or a defect of the compiler; the text says which.
  case refused(String)

  public var complaint: String {
    switch self {
    case .compiled: "it compiled"
    case .malformed(let text): "malformed: " + text
    case .invalid(let text): "invalid: " + text
    case .refused(let text): text
    }
  }
}

/// What must hold for one command.
enum WastCheck {
  /// Settled without running anything.
  case settled(WastOutcome)
  /// The host's answer to its line `answer` decides.
  case values([WastValue], answer: Int)
  case trap(String, answer: Int)
  case unlinkable(String, answer: Int)
  /// The answer must be "ok" with whatever values; only a failure is reported.
  case success(answer: Int)
}

struct WastStep {
  let command: WastCommand
  let check: WastCheck
}

struct WastPlan {
  private(set) var steps: [WastStep] = []
  private(set) var hostLines: [String] = []

  /// A slot, or why there is none.
  private enum Instance {
    case slot(Int)
    case absent(String)
  }

  private var slotCount = 0
  private var current = Instance.absent("no module came before")
  private var named: [String: Instance] = [:]
  private var definitions: [String: ModuleVerdict] = [:]
  private var latestDefinition = ModuleVerdict.refused("no definition came before")
  private let compile: (String) -> ModuleVerdict
  /// Only decodes and validates.
  private let inspect: (String) -> ModuleVerdict

  /// - Parameter preludes: Compiled modules that are instantiated first and registered under a name.
  init(
    _ script: WastScript, preludes: [(name: String, index: Int)],
    compile: @escaping (String) -> ModuleVerdict, inspect: @escaping (String) -> ModuleVerdict
  ) {
    self.compile = compile
    self.inspect = inspect
    for prelude in preludes {
      let slot = makeSlot()
      _ = ask("new \(prelude.index) \(slot)")
      _ = ask("register \(slot) \(encodeName(prelude.name))")
    }
    for command in script.commands {
      steps.append(WastStep(command: command, check: plan(command)))
    }
  }

  private mutating func plan(_ command: WastCommand) -> WastCheck {
    switch command.type {
    case .module: return planModule(command)
    case .moduleDefinition: return planDefinition(command)
    case .moduleInstance: return planInstance(command)
    case .register: return planRegister(command)
    case .action, .assertReturn, .assertTrap, .assertExhaustion, .assertException:
      return planAction(command)
    case .assertInvalid, .assertMalformed, .assertInvalidCustom, .assertMalformedCustom:
      return planRejection(command)
    case .assertUnlinkable, .assertUninstantiable: return planFailedInstance(command)
    case .thread, .wait: return .settled(.skipped("a second thread"))
    case .assertSuspension:
      return .settled(.failed("the runner has no \(command.type.rawValue)"))
    }
  }

  // MARK: Modules

  private func file(_ command: WastCommand) -> String? {
    command.moduleType == "text" ? command.binaryFilename : command.filename
  }

  private mutating func planModule(_ command: WastCommand) -> WastCheck {
    guard let file = file(command) else {
      current = .absent("the module of line \(command.line) has no binary form")
      return .settled(.failed("no binary form"))
    }
    return instantiate(compile(file), command: command, name: command.name)
  }

  private mutating func instantiate(_ verdict: ModuleVerdict, command: WastCommand, name: String?)
    -> WastCheck
  {
    let instance: Instance
    let check: WastCheck
    if case .compiled(let index) = verdict {
      let slot = makeSlot()
      instance = .slot(slot)
      check = .success(answer: ask("new \(index) \(slot)"))
    } else {
      instance = .absent("the module of line \(command.line) did not compile: " + verdict.complaint)
      check = .settled(.failed(verdict.complaint))
    }
    current = instance
    if let name { named[name] = instance }
    return check
  }

  private mutating func planDefinition(_ command: WastCommand) -> WastCheck {
    let verdict = file(command).map(compile) ?? .refused("no binary form")
    latestDefinition = verdict
    if let name = command.name { definitions[name] = verdict }
    if case .compiled = verdict { return .settled(.passed) }
    return .settled(.failed(verdict.complaint))
  }

  private mutating func planInstance(_ command: WastCommand) -> WastCheck {
    let verdict =
      command.module.map { definitions[$0] ?? .refused("no definition \($0)") } ?? latestDefinition
    return instantiate(verdict, command: command, name: command.instance)
  }

  private mutating func planRegister(_ command: WastCommand) -> WastCheck {
    switch find(command.name) {
    case .absent(let reason): return .settled(.failed(reason))
    case .slot(let slot):
      return .success(answer: ask("register \(slot) \(encodeName(command.as ?? ""))"))
    }
  }

  private mutating func planFailedInstance(_ command: WastCommand) -> WastCheck {
    guard let file = file(command) else { return .settled(.skipped("text format")) }
    let verdict = compile(file)
    guard case .compiled(let index) = verdict else { return .settled(.failed(verdict.complaint)) }
    let answer = ask("new \(index) \(makeSlot())")
    let text = command.text ?? ""
    return command.type == .assertUnlinkable
      ? .unlinkable(text, answer: answer) : .trap(text, answer: answer)
  }

  private func planRejection(_ command: WastCommand) -> WastCheck {
    guard command.moduleType != "text", let file = command.filename else {
      return .settled(.skipped("text format"))
    }
    let wantsMalformed = command.type == .assertMalformed || command.type == .assertMalformedCustom
    let verdict = inspect(file)
    let wanted = command.text ?? ""
    switch verdict {
    case .malformed where wantsMalformed, .invalid where !wantsMalformed: return .settled(.passed)
    case .compiled: return .settled(.failed("it was accepted; expected: " + wanted))
    case .malformed, .invalid, .refused:
      return .settled(.failed("\(verdict.complaint); expected: \(wanted)"))
    }
  }

  // MARK: Actions

  private mutating func planAction(_ command: WastCommand) -> WastCheck {
    guard let action = command.action else { return .settled(.failed("no action")) }
    let slot: Int
    switch find(action.module) {
    case .absent(let reason): return .settled(.failed(reason))
    case .slot(let number): slot = number
    }
    var words = [action.type == "get" ? "get" : "invoke", String(slot), encodeName(action.field)]
    for argument in action.args ?? [] {
      guard let word = argument.argument else {
        return .settled(.failed("the runner cannot pass \(argument.summary)"))
      }
      words.append(word)
    }
    let answer = ask(words.joined(separator: " "))
    switch command.type {
    case .assertTrap: return .trap(command.text ?? "", answer: answer)
    case .assertExhaustion: return .trap("call stack exhausted", answer: answer)
    case .assertException: return .trap("uncaught exception", answer: answer)
    case .assertReturn: return .values(command.expected ?? [], answer: answer)
    default: return .success(answer: answer)
    }
  }

  private func find(_ name: String?) -> Instance {
    guard let name else { return current }
    return named[name] ?? .absent("no module is called \(name)")
  }

  private mutating func makeSlot() -> Int {
    slotCount += 1
    return slotCount - 1
  }

  /// The number of the answer to this line.
  private mutating func ask(_ line: String) -> Int {
    hostLines.append(line)
    return hostLines.count - 1
  }

  private func encodeName(_ name: String) -> String {
    if name.isEmpty { return "-" }
    return name.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
