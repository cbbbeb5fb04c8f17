// Everything that decides a product is in its key. The words before a module alone decide which word is the module.

import CompileCache
import Glibc
import System
import Testing

@testable import Driver
@testable import swasmc

@Suite struct CacheKeyTests {
  private func key(
    _ words: [String], _ module: [UInt8] = TinyModule().bytes, name: HostString = "a/app.wasm"
  ) throws -> CacheKey {
    let command = try #require(try Swasmc.parseAsRoot(words + ["app.wasm"]) as? CompileCommand)
    let input = InputFile(name: name, bytes: module)
    return try #require(productKey(input, CacheKey(of: module), command.compileOptions))
  }

  /// Words for every option. An option that is not here fails the test below.
  private static let samples: [String: [[String]]] = [
    "-O": [["-O0"], ["-O1"], ["-O3"]],
    "--cpu": [["--cpu", "native"], ["--cpu", "x86-64-v2"]],
    "--unknown-imports": [["--unknown-imports", "trap"]],
    "--bounds-checks": [["--bounds-checks", "explicit"]],
    "--precise-traps": [["--precise-traps"]], "--pgo-generate": [["--pgo-generate"]],
    "--strip": [["--strip"]], "-g": [["-g"]],
    "--emit": [["--emit", "obj"], ["--emit", "asm"]],
    "--dir": [["--dir", "."], ["--dir", ".:ro"], ["--dir", ".::/"]],
    "--env": [["--env", "A"], ["--env", "A=1"]], "--inherit-env": [["--inherit-env"]],
    "--max-memory": [["--max-memory", "1M"]], "--stack-size": [["--stack-size", "1M"]],
    "--sealed": [["--sealed"]], "--argv0": [["--argv0", "x"]], "--invoke": [["--invoke", "x"]],
    "--listen": [["--listen", "127.0.0.1:80"]], "--connect": [["--connect", "a.b:80"]],
    "--resolve": [["--resolve", "a.b"]], "--stdin": [["--stdin", "null"]],
    "--stdout": [["--stdout", "null"]], "--stderr": [["--stderr", "null"]],
    "--max-fds": [["--max-fds", "9"]], "--timeout": [["--timeout", "1s"]],
    "--deterministic": [["--deterministic"], ["--deterministic=1"]],
    "--harden": [["--harden", "off"], ["--harden", "require"]],
    "--backtrace": [["--backtrace", "0"], ["--backtrace", "full"]],
    "--target": [["--target", "aarch64-linux"]],
    "--coredump": [["--coredump", "core"]],
    "--trace": [["--trace", "wasi"], ["--trace", "off"]],
  ]

  /// These options do not change the product, are tested below, or exclude the cache (--preinit).
  private static let others: Set<String> = [
    "--output", "--cache", "--no-cache", "--pgo-use", "--version", "--help", "--jobs",
    "--compile-memory", "--stats", "--plug", "--preinit", "--preinit-dir", "--preinit-env",
    "--embed", "--verbose", "--keep-temps", "--remarks",
  ]

  @Test func everyOptionIsInTheKey() throws {
    let help = Swasmc.helpMessage(for: CompileCommand.self, columns: 200)
    var names: Set<String> = []
    for line in help.split(separator: "\n") {
      let head = line.trimmingPrefix(while: { $0 == " " })
      guard head.hasPrefix("-") else { continue }
      for word in head.split(whereSeparator: { " ,/=<()".contains($0) })
      where word.hasPrefix("--") || word.hasPrefix("-O") || word == "-g" {
        names.insert(String(word))
      }
    }
    #expect(names.isSuperset(of: Self.samples.keys), "\(Set(Self.samples.keys).subtracting(names))")
    let missing = names.subtracting(Self.samples.keys).subtracting(Self.others)
      .filter { !$0.hasPrefix("-O") }
    #expect(missing == [], "these options have no sample here: \(missing)")

    var keys: [CacheKey: [String]] = [try key([]): []]
    for sample in Self.samples.values.joined() {
      let before = keys.updateValue(sample, forKey: try key(sample))
      #expect(before == nil, "\(sample) has the key of \(before ?? [])")
    }
  }

  @Test func embeddedContentsAndNamesAreInTheKey() throws {
    let scratch = try Scratch()
    try scratch.write("file", [1])
    func embedding(_ guest: String) throws -> CacheKey {
      try key(["--embed", "\(scratch.path.text ?? "")::\(guest)"])
    }
    let before = try embedding("/a")
    #expect(try before == embedding("/a"))
    #expect(try before != key([]))
    #expect(try before != embedding("/b"))
    try scratch.write("file", [2])
    #expect(try before != embedding("/a"))
  }

  @Test func conditionsOfACompilationAreNotInTheKey() throws {
    for words in [["--jobs", "3"], ["--compile-memory", "1G"], ["--stats"], ["--stats=json"]] {
      #expect(try key(words) == key([]))
    }
  }

  @Test func spellingsOfOneOptionHaveOneKey() throws {
    #expect(try key(["-O", "1"]) == key(["-O1"]))
    #expect(try key(["--cpu=x86-64-v2"]) == key(["--cpu", "x86-64-v2"]))
    #expect(try key(["--deterministic", "--seed", "1"]) == key(["--deterministic=1"]))
    #expect(try key([]) == key(["-O2"]))
  }

  @Test func theModuleAndItsNameAreInTheKey() throws {
    let other = TinyModule(exports: ["x"]).bytes
    #expect(try key([]) != key([], other))
    #expect(try key([]) != key([], name: "a/other.wasm"))
    #expect(try key([]) == key([], name: "b/app.wasm"))
  }

  @Test func profilesAreInTheKeyWithTheirContents() throws {
    let scratch = try Scratch()
    let path = try scratch.write("a.profile", [1])
    let first = try key(["--pgo-use", path.description])
    #expect(try first == key(["--pgo-use", path.description]))
    try scratch.write("a.profile", [2])
    #expect(try first != key(["--pgo-use", path.description]))
    #expect(try key([]) != first)
  }

  @Test func plugsAreInTheKeyWithTheirContents() throws {
    let scratch = try Scratch()
    let paths = [try scratch.write("a.wasm", [1, 2]), try scratch.write("b.wasm", [3])]
    func key(_ plugs: [HostString]) throws -> CacheKey {
      let input = try InputFile.read(path: paths[0], plugs: plugs)
      return try #require(productKey(input, CacheKey(of: input.bytes), CompileOptions()))
    }
    let both = try key(paths)
    #expect(try both == key(paths))
    #expect(try both != key([]))
    #expect(try both != key(paths.reversed()))
    // The same bytes in other files.
    try scratch.write("a.wasm", [1])
    try scratch.write("b.wasm", [2, 1, 3])
    #expect(try both != key([paths[1]]))
    try scratch.write("a.wasm", [1, 2])
    try scratch.write("b.wasm", [4])
    #expect(try both != key(paths))
    // The same file under another name, which messages of traps have.
    try scratch.write("b.wasm", [3])
    #expect(try both != key([paths[0], try scratch.write("c.wasm", [3])]))
  }

  // MARK: Requests

  private struct Parsed: Equatable {
    let wordsUpToModule: Int
    let options: String
  }

  /// nil when the words are no valid command line.
  private func parse(_ words: [String]) -> Parsed? {
    guard let command = try? Swasmc.parse(words: ["run"] + words) as? RunCommand,
      let invocation = command.invocation
    else { return nil }
    return Parsed(
      wordsUpToModule: words.count - invocation.arguments.count,
      options: String(reflecting: command.compileOptions) + "\(command.cache)")
  }

  /// The launcher looks up the words up to a module without understanding them. So what follows a module must never
  /// decide what the words before it mean.
  @Test func wordsAfterTheModuleAreNotInTheKey() throws {
    let vocabulary = [
      "app.wasm", "7", "--deterministic", "--deterministic=3", "--seed", "--dir", ".", "--", "-O1",
      "-O", "1", "--strip", "--env", "A=1", "--invoke", "--no-cache", "--cache", "--sealed", "-x",
      "--cpu", "native", "--stdin", "null", "--timeout", "1s", "-", "x", "--stats", "text",
      "--stats=json", "-j", "-j2", "--jobs", "--compile-memory", "1G",
    ]
    var random = SystemRandom(state: 7)
    var modules = 0
    for _ in 0..<25 {
      let words = (0..<Int.random(in: 1...7, using: &random)).map { _ in
        vocabulary.randomElement(using: &random)!
      }
      guard let whole = parse(words) else { continue }
      modules += 1
      let head = Array(words.prefix(whole.wordsUpToModule))
      let tails = [["--dir", "/"], ["app.wasm", "--no-cache", "7"], ["--help"]]
      for tail in tails {
        #expect(parse(head + tail) == whole, "\(head) before \(tail)")
      }
    }
    #expect(modules > 0)
  }
}

/// The same numbers in each run.
private struct SystemRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ state >> 29
  }
}
