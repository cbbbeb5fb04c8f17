// An engine: where its programs are, the commands that compile and run a module with it, and which grants it cannot
// make. Nothing here runs anything. EngineTable.swift has the engines.

import Glibc
import Policy
import System

/// The arguments and grants with which a program is started. They are the same in every engine.
public struct Invocation: Sendable {
  /// The name that the program sees as its own.
  public var name: HostString
  public var arguments: [HostString]
  public var directories: [DirectoryGrant]
  /// Names with values. The values for `--env NAME` and `--inherit-env` have been looked up.
  public var environment: [(name: HostString, value: HostString)]
}

/// Something other than swasmc that runs modules.
public struct Engine: Sendable {
  public enum Kind: String, Sendable {
    case interpreter
    case justInTime = "compiles at every start"
    case aheadOfTime = "compiled ahead of time"
  }

  /// The parts of a command.
  public struct Paths: Sendable {
    /// The engine's own program.
    var program: HostString
    /// The program that compiles ahead of time, which may be the engine's own; empty if there is none.
    var compiler: HostString
    var module: HostString
    /// The file that the compiler writes; the module if there is no compiler.
    var compiled: HostString
    /// The engine's helper file.
    var helper: HostString = ""
    /// The engine's version, `49.0.3`; empty when it is not known.
    var version = ""

    /// The first number of the version; nil when it is not known.
    var majorVersion: Int? { version.split(separator: ".").first.flatMap { Int($0) } }
  }

  public typealias Command = @Sendable (Paths, Invocation) -> [HostString]

  public let name: String
  /// How the engine runs programs if its compiler is absent.
  let kind: Kind
  /// The program that compiles ahead of time, if it is not the engine's own. It may be absent.
  let compilerName: String?
  let compile: Command?
  let run: Command
  /// Why it cannot run the program with these grants; nil when it can.
  let refusal: @Sendable (Invocation) -> String?
  /// A file that `run` needs beside the module.
  let helper: (name: String, text: String)?

  init(
    _ name: String, _ kind: Kind, compilerName: String? = nil, compile: Command? = nil,
    helper: (name: String, text: String)? = nil,
    refusal: @escaping @Sendable (Invocation) -> String? = { _ in nil }, run: @escaping Command
  ) {
    self.name = name
    self.kind = kind
    self.compilerName = compilerName
    self.compile = compile
    self.run = run
    self.refusal = refusal
    self.helper = helper
  }
}

/// An engine that is installed.
struct FoundEngine: Sendable {
  let engine: Engine
  let program: HostString
  /// nil when it does not compile ahead of time, or its compiler is absent.
  let compiler: HostString?

  var kind: Engine.Kind { compiler == nil ? engine.kind : .aheadOfTime }

  /// nil when no directory of `searchPath`, which has the form of PATH, has its program.
  init?(_ engine: Engine, searchPath: HostString) {
    guard let program = Self.find(engine.name, in: searchPath) else { return nil }
    self.engine = engine
    self.program = program
    compiler =
      engine.compile == nil
      ? nil : engine.compilerName.map { Self.find($0, in: searchPath) } ?? program
  }

  private static func find(_ name: String, in searchPath: HostString) -> HostString? {
    for directory in searchPath.split(at: ":") {
      let path: HostString = "\(directory)/\(name)"
      var status = stat()
      let isThere = path.withCString {
        stat($0, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access($0, X_OK) == 0
      }
      if isThere { return path }
    }
    return nil
  }
}

/// The first number with a point in what an engine prints about its version:
/// `wasmtime 49.0.3 (f96eabaa1 2026-10-14)` is 49.0.3.
func versionNumber(in text: String) -> String {
  for word in text.split(whereSeparator: { " \t\n,".contains($0) }) {
    let number = word.drop { $0 == "v" }.prefix { $0 == "." || ($0.isASCII && $0.isNumber) }
    if number.first?.isNumber == true, number.contains("."), number.last != "." {
      return String(number)
    }
  }
  return ""
}
