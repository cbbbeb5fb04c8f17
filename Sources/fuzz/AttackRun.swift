// Compiles a module of attacks in several ways, links all results into one host program (attack_host.c) and runs it.

import Foundation
import Targets
import TestSupport

/// One way to compile.
struct AttackConfiguration: Sendable {
  let name: String
  let level: Int
  var boundsChecks = "guard"
  var cpu = ProcessorChoice.baseline
  /// nil for the compiler's default.
  var streams: Bool?
  /// Whether all functions are compiled as cold functions are.
  var isCold = false
  /// As at -Os.
  var forSize = false

  /// After an access out of bounds, memory, globals and tables may differ from the reference (RATIONALE.md).
  var blurs: Bool { boundsChecks == "guard" && level > 0 }

  static let reference = AttackConfiguration(name: "O0", level: 0)

  /// The reference, the configurations that every module gets, and one or two more in turn.
  static func set(_ number: Int, streams: Bool? = nil) -> [AttackConfiguration] {
    var result = [
      reference, .init(name: "O1", level: 1), .init(name: "O2", level: 2),
      .init(name: "O3-native", level: 3, cpu: .native),
    ]
    result += turns[number % turns.count]
    for index in result.indices { result[index].streams = streams }
    return result
  }

  static let turns: [[AttackConfiguration]] = [
    [.init(name: "O2-explicit", level: 2, boundsChecks: "explicit")],
    [.init(name: "O3", level: 3)],
    [
      .init(name: "O3-explicit-native", level: 3, boundsChecks: "explicit", cpu: .native),
      .init(name: "O0-explicit", level: 0, boundsChecks: "explicit"),
    ],
    [.init(name: "O2-native", level: 2, cpu: .native)],
    [.init(name: "O1-explicit", level: 1, boundsChecks: "explicit")],
    [
      .init(name: "cold", level: 0, isCold: true), .init(name: "Os", level: 2, forSize: true),
    ],
    [.init(name: "O2-precise", level: 2, boundsChecks: "precise")],
  ]
}

/// A difference between one configuration and the reference.
struct AttackDifference: Sendable {
  let function: Int
  let call: Int
  let configuration: String
  /// "lost trap", "result", "state", "escape" ...
  let kind: String
  let text: String
}

/// The outcome of one call in the reference.
struct AttackReference: Sendable {
  let function: Int
  let call: Int
  /// "ok VALUE HASH", "trap MESSAGE", "skipped"
  let text: Substring
}

struct AttackAnswers: Sendable {
  var differences: [AttackDifference] = []
  var references: [AttackReference] = []
  /// The host program ran to its end.
  var isComplete = false
  var ending = ""
}

struct AttackRun {
  let profile: AttackProfile
  let configurations: [AttackConfiguration]
  let directory: String
  let workspace = Workspace.current

  /// - Parameter calls: For each call, the function's position in `bodies` and the arguments, in order of functions.
  func ask(
    _ bodies: [[AttackNode]], calls: [(function: Int, arguments: AttackArguments)],
    hashes: Bool = false
  ) throws -> AttackAnswers {
    guard let bytes = AttackModule.bytes(profile, bodies: bodies) else {
      throw ProcessRun.Failure(description: "a body cannot be encoded")
    }
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let module = directory + "/module.wasm"
    try Data(bytes).write(to: URL(fileURLWithPath: module))
    let environment = directory + "/environment.wasm"
    try Data(AttackModule.environment(profile)).write(to: URL(fileURLWithPath: environment))
    let host = try HostProgram(
      workspace: workspace, directory: directory,
      linking: try configurations.map { configuration in
        try compile(profile.hasImports ? [environment, module] : [module], configuration)
      }, source: "attack_host")
    let parts = profile.hasImports ? 2 : 1
    let lines =
      configurations.map { "configuration \($0.name) \($0.blurs ? 1 : 0) \(parts)" }
      + ["ready \(hashes ? 1 : 0)"]
      + calls.map { "call f\($0.function) \($0.arguments.hostWords)" }
    return answers(try host.run(lines, seconds: 600))
  }

  private func compile(_ paths: [String], _ configuration: AttackConfiguration) throws
    -> ModuleCompiler
  {
    guard
      var options = ModuleCompilerOptions(
        boundsChecks: configuration.boundsChecks, level: configuration.level)
    else { throw ProcessRun.Failure(description: "no such options") }
    options.cpu = configuration.cpu
    options.streams = configuration.streams
    options.isCold = configuration.isCold
    options.forSize = configuration.forSize
    let compiler = try ModuleCompiler(
      options: options, objectDirectory: directory,
      symbolPrefix: configuration.name.replacing("-", with: "_") + "_")
    for path in paths {
      let verdict = compiler.compile(path: path)
      guard case .compiled = verdict else {
        throw ProcessRun.Failure(
          description: "\(configuration.name): \(path): \(verdict.complaint)")
      }
    }
    reportRemade(by: compiler)
    return compiler
  }

  private func answers(_ run: ProcessRun) -> AttackAnswers {
    var result = AttackAnswers()
    for line in run.outputText.split(separator: "\n") {
      if line == "done" { result.isComplete = true }
      let words = line.split(separator: " ", maxSplits: 3)
      guard words.count == 4, let function = Int(words[1].dropFirst()), let call = Int(words[2])
      else { continue }
      if words[0] == "ref" {
        result.references.append(.init(function: function, call: call, text: words[3]))
      } else if words[0] == "differs" {
        let parts = words[3].split(separator: " ", maxSplits: 1)
        let reason = parts[1].split(separator: ":", maxSplits: 1)
        result.differences.append(
          .init(
            function: function, call: call, configuration: String(parts[0]),
            kind: String(reason[0]),
            text: reason.dropFirst().joined().trimmingCharacters(in: .whitespaces)))
      }
    }
    result.ending = "the host ended with status \(run.status) \(run.errorText.prefix(300))"
    return result
  }
}
