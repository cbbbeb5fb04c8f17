// `swasmc run` with the compile cache, through the launcher that users start and through the compiler alone: the same
// behaviour each time, and never a program that is not the module's.

import Foundation
import TestSupport
import Testing

/// A launcher beside the compiler under test, and a cache of its own.
final class CachedInstallation: Sendable {
  let scratch: ScratchDirectory
  let launcher: String
  var cache: String { scratch.path + "/cache" }

  /// What `make build` has made.
  static let launcherPath = Workspace.current.buildDirectory + "/bin/swasmc"
  static var isBuilt: Bool {
    FileManager.default.isExecutableFile(atPath: launcherPath) && GuestProgram.isBuildable(.c)
  }

  init() throws {
    scratch = try ScratchDirectory()
    launcher = scratch.path + "/swasmc"
    let files = FileManager.default
    try files.copyItem(atPath: Self.launcherPath, toPath: launcher)
    let compiler = try #require(Workspace.current.swasmc, "swasmc is not built")
    try files.createSymbolicLink(
      atPath: launcher + "-compiler", withDestinationPath: compiler)
  }

  func environment(_ more: [String: String] = [:]) -> [String: String] {
    var environment = ProcessInfo.processInfo.environment
    environment["SWASMC_CACHE_DIR"] = cache
    environment["SWASMC_CACHE_SIZE"] = nil
    return environment.merging(more) { $1 }
  }

  func run(
    _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:]
  ) throws -> ProcessRun {
    try ProcessRun.run(
      launcher, arguments, input: input, environment: self.environment(environment),
      directory: scratch.path)
  }

  /// Runs a script with the launcher as `$S` and the cache as `$C`.
  func shell(_ script: String, environment: [String: String] = [:]) throws -> ProcessRun {
    try ProcessRun.run(
      "/bin/bash", ["-c", script],
      environment: self.environment(["S": launcher, "C": cache].merging(environment) { $1 }),
      directory: scratch.path)
  }

  func names(_ kind: String) -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: cache)) ?? []
    return all.filter { $0.hasPrefix(kind + "-") }.sorted()
  }

  func hits() throws -> Int {
    let text = try run(["cache", "info"]).outputText
    let line = text.split(separator: "\n").first { $0.hasPrefix("hits") }
    return Int(line?.split(separator: " ").last ?? "") ?? -1
  }

  /// Copies a module, so that a test can change it.
  func module(_ wasm: String, as name: String = "app.wasm") throws -> String {
    let path = scratch.path + "/" + name
    try? FileManager.default.removeItem(atPath: path)
    try FileManager.default.copyItem(atPath: wasm, toPath: path)
    return path
  }
}

@Suite(
  .enabled(if: CachedInstallation.isBuilt, "needs `make build` and the C toolchain of `make setup`")
)
struct CacheTests {
  private func arguments() throws -> String { try GuestProgram(.c, "arguments").wasm() }

  @Test func theSecondRunIsAnsweredFromTheCache() throws {
    let here = try CachedInstallation()
    let wasm = try here.module(arguments())
    for round in 0..<3 {
      let run = try here.run(["run", "--env", "X=1", wasm, "X", "--env", "\(round)"])
      #expect(run.outputText == "1 [X] 1\n2 [--env] (unset)\n3 [\(round)] (unset)\n")
      #expect(run.status == 3)
      #expect(run.errorText == "")
    }
    #expect(here.names("p").count == 1)
    #expect(try here.hits() == 2)
  }

  /// A process with so little memory cannot load LLVM.
  @Test func aCachedRunLoadsNoCompiler() throws {
    let here = try CachedInstallation()
    let wasm = try here.module(arguments())
    let words = "run -O0 --bounds-checks explicit '\(wasm)' a"
    let little = "ulimit -v 60000; exec \"$S\" \(words)"
    #expect(try here.shell(little).status != 1)
    #expect(here.names("p").isEmpty)
    let first = try here.shell("exec \"$S\" \(words)")
    let second = try here.shell(little)
    #expect(second.output == first.output)
    #expect(second.status == first.status)
    #expect(second.errorText == "")
  }

  @Test func otherSpellingsAreForTheSameProduct() throws {
    let here = try CachedInstallation()
    let wasm = try here.module(arguments())
    let spellings = [
      ["-O1", wasm], ["-O", "1", wasm], ["-O1", "app.wasm"], ["-O1", "--", "./app.wasm"],
    ]
    for words in spellings {
      #expect(try here.run(["run"] + words + ["--"]).outputText == "1 [--] (unset)\n")
    }
    #expect(here.names("p").count == 1)
  }

  @Test func grantsAreNotMixedUp() throws {
    let here = try CachedInstallation()
    let wasm = try here.module(try GuestProgram(.c, "access").wasm())
    try FileManager.default.createDirectory(
      atPath: here.scratch.path + "/d", withIntermediateDirectories: false)
    for _ in 0..<2 {
      let granted = try here.run(["run", "--dir", "d::.", wasm, "w", "new"])
      #expect(granted.outputText == "new: allowed\n")
      let readOnly = try here.run(["run", "--dir", "d::.:ro", wasm, "w", "new"])
      #expect(readOnly.outputText.contains(": refused"))
      let refused = try here.run(["run", wasm, "w", "new"])
      #expect(refused.outputText.contains(": refused"))
    }
    #expect(here.names("p").count == 3)
  }

  /// The changed module has the size and the time of the old one.
  @Test func aChangedModuleIsCompiled() throws {
    let here = try CachedInstallation()
    for (number, value) in [(1, "a"), (2, "b")] {
      let script = """
        sed 's/hello/hell\(value)/' "$M" > new.wasm && touch -d '2001-01-01' new.wasm
        cat new.wasm > app.wasm && touch -d '2001-01-01' app.wasm
        "$S" run app.wasm && "$S" run app.wasm
        """
      let hello = try Self.hello()
      let run = try here.shell(script, environment: ["M": hello])
      #expect(run.outputText == "hell\(value)\nhell\(value)\n", "\(run.errorText)")
      #expect(here.names("p").count == number)
    }
  }

  /// A module of the C toolchain that prints a line.
  static func hello() throws -> String {
    let path = Workspace.current.buildDirectory + "/programs/c/cache-hello.wasm"
    let source = Workspace.current.root + "/Benchmarks/start/hello.c"
    let clang = try Workspace.current.requiredTool("CLANG")
    let own = path + ".\(getpid()).\(UInt32.random(in: 0...UInt32.max))"
    try ProcessRun.require(
      clang,
      ["--target=wasm32-wasi", "-Wno-deprecated", "--no-wasm-opt", "-O1", source, "-o", own])
    _ = rename(own, path)
    return path
  }

  @Test func aCachedRunHasTheSameOutputMessagesAndStatus() throws {
    let here = try CachedInstallation()
    let wasm = try here.module(try GuestProgram(.c, "exports", model: .bare).wasm())
    let words = ["run", "--invoke", "add", wasm]
    for arguments in [["40", "2"], ["1"], ["1", "x"]] {
      let first = try here.run(words + arguments)
      let second = try here.run(words + arguments)
      #expect(first.output == second.output)
      #expect(first.errors == second.errors)
      #expect(first.status == second.status)
    }
    #expect(here.names("p").count == 1)
  }

  @Test func closedStreamsAreOpenedFirst() throws {
    let here = try CachedInstallation()
    let wasm = try here.module(arguments())
    for _ in 0..<2 {
      let run = try here.shell("exec \"$S\" run '\(wasm)' x 0<&- 2>&-")
      #expect(run.outputText == "1 [x] (unset)\n")
    }
  }

  @Test func withoutTheCacheNothingIsStored() throws {
    let here = try CachedInstallation()
    let wasm = try here.module(arguments())
    #expect(try here.run(["run", "--no-cache", wasm, "x"]).outputText == "1 [x] (unset)\n")
    let off = try here.run(["run", wasm, "x"], environment: ["SWASMC_CACHE_SIZE": "0"])
    #expect(off.outputText == "1 [x] (unset)\n")
    #expect(here.names("p").isEmpty)
    for _ in 0..<2 { _ = try here.run(["run", wasm, "x"]) }
    #expect(try here.hits() == 1)
    for words in [["run", "--no-cache", wasm, "x"], ["run", wasm, "x"]] {
      let size = words.count == 3 ? "0" : "1G"
      #expect(try here.run(words, environment: ["SWASMC_CACHE_SIZE": size]).status == 1)
    }
    #expect(try here.hits() == 1)
    let wrong = try here.run(["run", wasm, "x"], environment: ["SWASMC_CACHE_SIZE": "big"])
    #expect(wrong.outputText == "1 [x] (unset)\n")
    #expect(wrong.errorText.contains("SWASMC_CACHE_SIZE"))
  }

  @Test func streamsAndPipesAreModulesToo() throws {
    let here = try CachedInstallation()
    let wasm = try arguments()
    for _ in 0..<2 {
      let input = try here.shell("exec \"$S\" run - x < '\(wasm)'")
      #expect(input.outputText == "1 [x] (unset)\n", "\(input.errorText)")
      let pipe = try here.shell("exec \"$S\" run <(cat '\(wasm)') x")
      #expect(pipe.outputText == "1 [x] (unset)\n", "\(pipe.errorText)")
    }
  }

  @Test func compilingUsesTheCacheOnRequest() throws {
    let here = try CachedInstallation()
    let wasm = try here.module(arguments())
    #expect(try here.run([wasm, "-o", "plain"]).status == 0)
    #expect(here.names("p").isEmpty)
    for name in ["first", "second"] {
      #expect(try here.run(["--cache", wasm, "-o", name]).status == 0)
      #expect(
        try Data(contentsOf: URL(fileURLWithPath: here.scratch.path + "/" + name))
          == Data(contentsOf: URL(fileURLWithPath: here.scratch.path + "/plain")))
    }
    #expect(here.names("p").count == 1)
    #expect(try here.run(["--cache", "--emit", "obj", wasm, "-o", "o"]).status == 0)
    #expect(here.names("p").count == 2)
  }

  @Test func anotherCompilerHasItsOwnProducts() throws {
    let here = try CachedInstallation()
    let wasm = try here.module(arguments())
    #expect(try here.run(["run", "-O0", wasm]).status == 0)
    let compiler = here.launcher + "-compiler"
    let script = """
      real=$(readlink -f "$S-compiler"); rm "$S-compiler"; cp "$real" "$S-compiler"
      SWASMC_RUNTIME='\(Workspace.current.runtimeArchive)' exec "$S" run -O0 '\(wasm)'
      """
    let run = try here.shell(script)
    #expect(run.status == 0, "\(run.errorText)")
    #expect(here.names("p").count == 2)
    #expect(FileManager.default.isExecutableFile(atPath: compiler))
  }

  /// Another user can put a file beside a link in /tmp.
  @Test func aCompilerBesideALinkIsNotStarted() throws {
    let here = try CachedInstallation()
    let script = """
      mkdir links && ln -s "$S" links/swasmc && cd links
      printf '#!/bin/sh\necho decoy\n' > swasmc-compiler && chmod 755 swasmc-compiler
      ./swasmc --version && PATH=$PWD:$PATH swasmc --version
      printf '#!%s run\n' "$S" > script && cp swasmc-compiler script-compiler && chmod 755 script
      ./script; test $? = 1
      """
    let run = try here.shell(script)
    #expect(run.status == 0, "\(run.errorText)")
    #expect(!run.outputText.contains("decoy"))
    #expect(run.outputText.split(separator: "\n").count == 2)
  }

  /// In a new user namespace all users have the same number.
  @Test(.enabled(if: hasNamespaces, "needs user namespaces"))
  func usersThatCannotBeToldApartHaveNoCache() throws {
    let here = try CachedInstallation()
    let wasm = try here.module(arguments())
    #expect(try here.run(["run", "-O0", wasm, "x"]).status == 1)
    let run = try here.shell("exec unshare -U \"$S\" run -O0 '\(wasm)' x")
    #expect(run.outputText == "1 [x] (unset)\n")
    #expect(run.errorText.contains("is not used"))
    #expect(try here.hits() == 0)
  }

  private static var hasNamespaces: Bool {
    (try? ProcessRun.run("/usr/bin/unshare", ["-U", "true"]).status) == 0
  }

  @Test func aProductThatIsTooLargeLeavesNoRequest() throws {
    let here = try CachedInstallation()
    let run = try here.run(
      ["run", "-O0", try arguments(), "x"], environment: ["SWASMC_CACHE_SIZE": "20K"])
    #expect(run.outputText == "1 [x] (unset)\n")
    #expect(here.names("p").isEmpty && here.names("r").isEmpty)
  }

  @Test func cacheInfoAndClearWork() throws {
    let here = try CachedInstallation()
    #expect(
      try here.run(["cache", "info"]).outputText
        == "directory  \(here.cache)\nprograms   0\nobjects    0\nbytes      0\nhits       0\n")
    #expect(try here.run(["cache", "clear"]).status == 0)
    #expect(try here.run(["run", "-O0", try arguments()]).status == 0)
    #expect(try here.run(["cache", "info"]).outputText.contains("programs   1\n"))
    #expect(try here.run(["cache", "clear", "--dir", here.cache]).status == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: here.cache) == [])
    #expect(try here.run(["cache", "info", "--dir", here.scratch.path + "/no"]).status == 0)
  }

  @Test func withoutAHomeProgramsRunUncached() throws {
    let here = try CachedInstallation()
    let script = """
      unset HOME XDG_CACHE_HOME SWASMC_CACHE_DIR
      "$S" run -O0 '\(try arguments())' x && exit 9
      "$S" cache info
      """
    let run = try here.shell(script)
    #expect(run.outputText == "1 [x] (unset)\n")
    #expect(
      run.errorText.contains("neither SWASMC_CACHE_DIR, XDG_CACHE_HOME nor HOME gives a path"))
    #expect(run.errorText.split(separator: "\n").count == 1)
  }
}
