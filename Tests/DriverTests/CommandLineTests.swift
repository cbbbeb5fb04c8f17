// How words of the command line become options, and which words are refused.

import Policy
import System
import Testing

@testable import Driver
@testable import swasmc

@Suite struct CommandLineTests {
  private func compile(_ words: String...) throws -> CompileCommand {
    try #require(try Swasmc.parseAsRoot(words) as? CompileCommand)
  }

  private func run(_ words: String...) throws -> RunCommand {
    try #require(try Swasmc.parseAsRoot(words) as? RunCommand)
  }

  @Test func compilingIsTheDefault() throws {
    let command = try compile("app.wasm", "-o", "app")
    #expect(command.input == "app.wasm")
    #expect(command.output == "app")
    #expect(command.compileOptions.emit == .exe)
    #expect(command.compileOptions.optimization == .o2)
    #expect(command.compileOptions.cpu == .baseline)
  }

  /// The help shows a value as a user writes it, not as it is stored.
  @Test func helpNamesValuesByTheirWords() {
    let help = Swasmc.helpMessage(for: CompileCommand.self, columns: 200)
    for values in [
      "values: inherit, null; default: inherit", "values: on, require, off; default: on",
    ] {
      #expect(help.contains(values), "\(help)")
    }
  }

  private func refusal(_ words: String...) -> String {
    do {
      _ = try Swasmc.parse(words: words)
      return ""
    } catch {
      return Swasmc.message(for: error)
    }
  }

  @Test func misspeltWordsAreAnsweredWithTheNearestName() {
    #expect(
      refusal("inspct", "a.wasm") == "there is no command or file 'inspct'; did you mean 'inspect'?"
    )
    #expect(
      refusal("run", "--drr", ".", "a.wasm") == "Unknown option '--drr'. Did you mean '--dir'?")
    #expect(refusal("--drr", ".", "a.wasm").contains("Did you mean '--dir'?"))
    #expect(
      refusal("frobnicate")
        == "there is no command or file 'frobnicate'; `swasmc --help` lists the commands")
    #expect(
      withNearNamesOnly("Unknown option '--opt'. Did you mean '--cpu'?\nUsage: …")
        == "Unknown option '--opt'; `swasmc help compile` lists the options\nUsage: …")
    let near = "Unknown option '--drr'. Did you mean '--dir'?"
    #expect(withNearNamesOnly(near) == near)
    #expect(refusal("a.wasm") == "")
    #expect(refusal("wasi") == "")
  }

  @Test func runningUsesThisMachinesProcessor() throws {
    #expect(try run("run", "app.wasm").compileOptions.cpu == .native)
    #expect(try run("run", "--cpu", "x86-64", "app.wasm").compileOptions.cpu == .named("x86-64"))
  }

  @Test(arguments: [
    ("-O0", OptimizationLevel.o0), ("-O1", .o1), ("-O2", .o2), ("-O3", .o3), ("-Os", .os),
  ])
  func optimizationLevelsAreWrittenWithoutASpace(word: String, level: OptimizationLevel) throws {
    #expect(try compile(word, "app.wasm").compileOptions.optimization == level)
  }

  @Test(arguments: Emit.allCases)
  func everyKindOfOutputCanBeNamed(emit: Emit) throws {
    #expect(try compile("--emit", emit.rawValue, "app.wasm").compileOptions.emit == emit)
  }

  @Test func grantsAndLimitsReachThePolicy() throws {
    let policy = try compile(
      "--dir", "data::/data:ro", "--dir", ".", "--env", "A=1", "--env", "B", "--sealed",
      "--max-memory", "64M", "--stack-size", "1MiB", "--argv0", "x", "--invoke", "add", "app.wasm"
    ).compileOptions.policy
    #expect(
      policy.directories == [
        DirectoryGrant(host: "data", guest: "/data", readOnly: true),
        DirectoryGrant(host: ".", guest: "."),
      ])
    #expect(policy.environment == [EnvironmentGrant("A=1"), EnvironmentGrant("B")])
    #expect(policy.sealed)
    #expect(policy.maxMemory == ByteSize(bytes: 64 << 20))
    #expect(policy.stack == ByteSize(bytes: 1 << 20))
    #expect(policy.argv0 == "x")
    #expect(policy.invoke == "add")
  }

  @Test(
    arguments: [
      ([], nil), (["--deterministic"], 0), (["--deterministic=7"], 7),
      (["--deterministic", "7"], 7),
      (["--deterministic", "--seed", "9"], 9), (["--deterministic", "--strip"], 0),
      (["--deterministic=18446744073709551615"], UInt64.max),
    ] as [([String], UInt64?)])
  func deterministicRunsMayNameASeed(words: [String], seed: UInt64?) throws {
    for command in [[], ["run"]] {
      let parsed = try Swasmc.parseAsRoot(command + words + ["app.wasm"])
      let options = (parsed as? RunCommand)?.grants ?? (parsed as? CompileCommand)?.grants
      #expect(options?.policy.deterministicSeed == seed)
      #expect((parsed as? RunCommand)?.invocation?.module ?? "app.wasm" == "app.wasm")
      #expect((parsed as? CompileCommand)?.input ?? "app.wasm" == "app.wasm")
    }
  }

  @Test(arguments: ["x", "", "-1", "18446744073709551616", "0x10"])
  func wrongSeedsAreRefused(word: String) {
    #expect(throws: (any Error).self) {
      try refuseWrongAttachedValues(in: ["swasmc", "--deterministic=" + word, "app.wasm"])
    }
  }

  @Test(
    arguments: [
      ([], nil), (["--stats"], .text), (["--stats=json"], .json), (["--stats=text"], .text),
      (["--stats", "--strip"], .text),
    ] as [([String], StatisticsFormat?)])
  func statisticsHaveAFormat(words: [String], format: StatisticsFormat?) throws {
    for command in [[], ["run"]] {
      let parsed = try Swasmc.parseAsRoot(command + words + ["app.wasm"])
      let options =
        (parsed as? RunCommand)?.compileOptions ?? (parsed as? CompileCommand)?.compileOptions
      #expect(options?.conditions.statistics == format)
      #expect((parsed as? RunCommand)?.invocation?.module ?? "app.wasm" == "app.wasm")
    }
    #expect(throws: (any Error).self) {
      try refuseWrongAttachedValues(in: ["swasmc", "--stats=xml", "app.wasm"])
    }
  }

  @Test func threadsAndMemoryCanBeLimited() throws {
    for words in [["-j4"], ["-j", "4"], ["--jobs=4"], ["--jobs", "4"]] {
      let parsed = try Swasmc.parseAsRoot(words + ["--compile-memory", "2G", "app.wasm"])
      let conditions = try #require(parsed as? CompileCommand).compileOptions.conditions
      #expect(conditions.threadCount == 4)
      #expect(conditions.memoryLimitBytes == 2 << 30)
    }
    let conditions = CompileConditions()
    #expect(conditions.threadCount == Machine.usableProcessors)
    #expect(conditions.memoryLimitBytes > 0)
  }

  @Test(arguments: [
    "--jobs=0", "--jobs=-1", "--jobs=x", "--jobs=1025", "--compile-memory=0",
    "--compile-memory=1000", "--compile-memory=2MB", "--compile-memory=x",
  ])
  func wrongLimitsAreRefused(word: String) {
    #expect(throws: (any Error).self) { try Swasmc.parseAsRoot([word, "app.wasm"]) }
  }

  @Test func whatFollowsTheModuleBelongsToTheProgram() throws {
    let command = try run(
      "run", "--dir", "a", "app.wasm", "--dir", "b", "--help", "--", "-O3", "--version")
    #expect(command.grants.access.directories == [DirectoryGrant(host: "a", guest: "a")])
    #expect(command.invocation?.module == "app.wasm")
    #expect(
      command.invocation?.arguments == ["--dir", "b", "--help", "--", "-O3", "--version"])
    #expect(command.compileOptions.optimization == .o2)
  }

  /// What follows the module grants nothing, whether or not the option before it has a value.
  @Test func statsTakesNoArgumentOfTheProgram() throws {
    for words in [
      ["--stats"], ["--stats=json"], ["--stats", "json"], ["--deterministic", "--stats"],
      ["--stats", "--deterministic"], ["--stats", "--"],
    ] {
      for arguments in [["--dir", "/"], ["--stats", "--inherit-env"], ["json", "--dir", "/"]] {
        let command = try #require(
          try Swasmc.parse(words: ["run"] + words + ["app.wasm"] + arguments) as? RunCommand)
        #expect(command.grants.access.directories == [])
        #expect(command.invocation?.module == "app.wasm")
        #expect(command.invocation?.arguments == arguments.map { HostString($0) })
        #expect(command.compileOptions.conditions.statistics != nil)
      }
    }
  }

  /// The same for a seed.
  @Test func deterministicTakesNoArgumentOfTheProgram() throws {
    for words in [["--deterministic"], ["--deterministic", "7"], ["--deterministic=7"]] {
      for arguments in [
        ["--dir", "/"], ["x", "--sealed"], ["--deterministic", "x", "--dir", "/"],
      ] {
        let command = try #require(
          try Swasmc.parse(words: ["run"] + words + ["app.wasm"] + arguments) as? RunCommand)
        #expect(command.grants.access.directories == [])
        #expect(!command.grants.sealed)
        #expect(command.invocation?.module == "app.wasm")
        #expect(command.invocation?.arguments == arguments.map { HostString($0) })
        #expect(
          command.compileOptions.policy.deterministicSeed
            == (words.count == 1 && !words[0].contains("=") ? 0 : 7))
      }
    }
  }

  @Test func twoDashesBeforeTheModuleAreNotPassedToTheProgram() throws {
    let command = try run("run", "--", "-odd.wasm", "--", "x")
    #expect(command.invocation?.module == "-odd.wasm")
    #expect(command.invocation?.arguments == ["--", "x"])
  }

  @Test func benchTakesTheProgramsArgumentsAfterTwoDashes() throws {
    let command = try #require(
      try Swasmc.parseAsRoot([
        "bench", "--dir", "a", "app.wasm", "--timeout", "500ms", "-O3", "--env", "A=1", "--",
        "--json", "--", "-x",
      ]) as? BenchCommand)
    let request = command.request
    #expect(request.modulePath == "app.wasm")
    #expect(request.arguments == ["--json", "--", "-x"])
    #expect(!command.json)
    #expect(request.timeoutSeconds == 0.5)
    #expect(request.runs == 5)
    #expect(request.optionsText == "-O3 --cpu native")
    #expect(request.options.policy.directories == [DirectoryGrant(host: "a", guest: "a")])
    #expect(request.options.policy.environment == [EnvironmentGrant("A=1")])
  }

  @Test(arguments: [
    ["--bogus", "app.wasm"], ["run", "--bogus", "app.wasm"], ["run"], [], ["a.wasm", "b.wasm"],
    ["-O4", "app.wasm"], ["--cpu", "z80,", "app.wasm"], ["--dir", "", "app.wasm"],
    ["--dir", "::/x", "app.wasm"], ["--env", "=1", "app.wasm"],
    ["--env", "SWASM_DIR=/", "app.wasm"],
    ["--max-memory", "12MB", "app.wasm"], ["--stack-size", "1K", "app.wasm"],
    ["--emit", "exe2", "app.wasm"], ["--seed", "1", "app.wasm"], ["--stdin", "file", "app.wasm"],
    ["--listen", "80", "app.wasm"], ["--connect", "80", "app.wasm"],
    ["--resolve", "a b", "app.wasm"], ["--timeout", "0", "app.wasm"],
    ["--max-fds", "0", "app.wasm"],
    ["--harden", "yes", "app.wasm"], ["--backtrace", "yes", "app.wasm"],
  ])
  func mistakesAreUsageErrors(words: [String]) throws {
    let error = #expect(throws: (any Error).self) { try Swasmc.parseAsRoot(words) }
    #expect(Swasmc.exitCode(for: try #require(error)).rawValue == 64)
  }
}
