// Turns the commands of a script into lines for the host program, and says what each answer must be. Modules are
// compiled on the way, and become instances, by functions that the caller gives. Nothing is run here.
//
// Every instance gets its own slot number. Names and "the current module" are resolved here, so that the host only
// knows slots.

/// The result of compiling a module or of making an instance. The index is the place where its maker keeps it.
public enum ModuleVerdict: Sendable {
  case compiled(index: Int)
  /// An import has no provider, or a provider of another type.
  case unlinkable(String)
  case malformed(String)
  case invalid(String)
  /// A feature, a limit or a defect of the compiler; the text says which.
  case refused(String)

  public var complaint: String {
    switch self {
    case .compiled: "it compiled"
    case .unlinkable(let text): "unlinkable: " + text
    case .malformed(let text): "malformed: " + text
    case .invalid(let text): "invalid: " + text
    case .refused(let text): text
    }
  }
}

/// The check of one command.
enum WastCheck {
  /// The outcome is known without running anything.
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

  private var current = Instance.absent("no module came before")
  private var named: [String: Instance] = [:]
  private var definitions: [String: ModuleVerdict] = [:]
  private var latestDefinition = ModuleVerdict.refused("no definition came before")
  /// The registered instances with their names, later ones last.
  private var registered: [(name: String, instance: Int)] = []
  /// For each slot, the instance in it, by the number that `instantiate` gave.
  private var instances: [Int] = []
  private let compile: (String) -> ModuleVerdict
  private let instantiate: (Int, [(name: String, instance: Int)]) -> ModuleVerdict
  /// Only decodes and validates.
  private let inspect: (String) -> ModuleVerdict

  /// - Parameters:
  ///   - preludes: Compiled modules that are instantiated first and registered under a name.
  ///   - compile: Compiles a module. The index in its verdict is passed to `instantiate`.
  ///   - instantiate: Makes an instance of a compiled module, linked with the instances registered so far. Returns the
  ///     place of the instance in the host's table.
  init(
    _ script: WastScript, preludes: [(name: String, index: Int)],
    compile: @escaping (String) -> ModuleVerdict, inspect: @escaping (String) -> ModuleVerdict,
    instantiate: @escaping (Int, [(name: String, instance: Int)]) -> ModuleVerdict = { index, _ in
      .compiled(index: index)
    }
  ) {
    self.compile = compile
    self.inspect = inspect
    self.instantiate = instantiate
    for prelude in preludes {
      guard case .compiled(let instance) = instantiate(prelude.index, registered) else { continue }
      let slot = makeSlot(of: instance)
      _ = ask("new \(instance) \(slot)")
      register(prelude.name, slot)
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
    return makeInstance(compile(file), command: command, name: command.name)
  }

  private func linked(_ verdict: ModuleVerdict) -> ModuleVerdict {
    guard case .compiled(let index) = verdict else { return verdict }
    return instantiate(index, registered)
  }

  private mutating func makeInstance(
    _ compiled: ModuleVerdict, command: WastCommand, name: String?
  ) -> WastCheck {
    let instance: Instance
    let check: WastCheck
    let verdict = linked(compiled)
    if case .compiled(let index) = verdict {
      let slot = makeSlot(of: index)
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
    return makeInstance(verdict, command: command, name: command.instance)
  }

  private mutating func planRegister(_ command: WastCommand) -> WastCheck {
    switch find(command.name) {
    case .absent(let reason): return .settled(.failed(reason))
    case .slot(let slot):
      return .success(answer: register(command.as ?? "", slot))
    }
  }

  @discardableResult
  private mutating func register(_ name: String, _ slot: Int) -> Int {
    registered.append((name, instances[slot]))
    return ask("register \(slot) \(encodeName(name))")
  }

  private mutating func planFailedInstance(_ command: WastCommand) -> WastCheck {
    guard let file = file(command) else { return .settled(.skipped("text format")) }
    let text = command.text ?? ""
    let verdict = linked(compile(file))
    if case .unlinkable(let message) = verdict, command.type == .assertUnlinkable {
      return .settled(
        HostAnswers.judgeError("unlinkable \(message)", word: "unlinkable ", text: text))
    }
    guard case .compiled(let index) = verdict else { return .settled(.failed(verdict.complaint)) }
    let answer = ask("new \(index) \(makeSlot(of: index))")
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
    case .malformed, .invalid, .refused, .unlinkable:
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

  private mutating func makeSlot(of instance: Int) -> Int {
    instances.append(instance)
    return instances.count - 1
  }

  /// Adds a line, and returns the number of its answer.
  private mutating func ask(_ line: String) -> Int {
    hostLines.append(line)
    return hostLines.count - 1
  }

  private func encodeName(_ name: String) -> String {
    if name.isEmpty { return "-" }
    return name.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
