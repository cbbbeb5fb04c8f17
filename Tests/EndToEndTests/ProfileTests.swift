// Profiles. A program that counts writes a profile, however it ends. A program that is compiled with a profile behaves
// the same.

import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: GuestProgram.isBuildable(.c), "`make setup` installs the C toolchain"))
struct ProfileTests {
  private let counting = ["-O2", "--pgo-generate"]

  private func run(
    _ program: String, _ arguments: [String], in directory: ScratchDirectory,
    _ environment: [String: String] = [:]
  ) throws -> ProcessRun {
    try ProcessRun.run(
      program, arguments, environment: environment, directory: directory.path)
  }

  private func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// The profile that a run of `name` writes to a new directory.
  private func profile(
    _ name: String, _ arguments: [String], status: Int32 = 0, _ environment: [String: String] = [:]
  ) throws -> [UInt8] {
    let scratch = try ScratchDirectory()
    let program = try GuestProgram(.c, name).compiled(counting)
    #expect(try run(program, arguments, in: scratch, environment).status == status)
    let files = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
    let file = try #require(files.first)
    #expect(files.count == 1 && file.hasSuffix(".profile"))
    return try bytes(scratch.path + "/" + file)
  }

  private func counters(_ profile: [UInt8]) -> ArraySlice<UInt8> { profile.dropFirst(24) }

  @Test(arguments: [
    ("exits", ["return", "3"], 3), ("exits", ["exit", "4"], 4), ("exits", ["_Exit", "5"], 5),
    ("traps", ["divide"], 134), ("traps", ["memory"], 134), ("traps", ["recurse"], 134),
  ])
  func everyEndWritesTheProfile(name: String, arguments: [String], status: Int32) throws {
    let profile = try profile(name, arguments, status: status)
    #expect(profile.starts(with: Array("swasmprf".utf8)))
    #expect(counters(profile).contains { $0 != 0 })
  }

  @Test func hardeningLetsTheProfileBeWritten() throws {
    let strict = try profile("exits", ["exit", "4"], status: 4, ["SWASM_HARDEN": "require"])
    #expect(strict == (try profile("exits", ["exit", "4"], status: 4, ["SWASM_HARDEN": "off"])))
  }

  @Test func aVariableNamesTheProfile() throws {
    let scratch = try ScratchDirectory()
    let path = scratch.path + "/elsewhere"
    let program = try GuestProgram(.c, "exits").compiled(counting)
    _ = try run(program, [], in: scratch, ["SWASM_PROFILE": path])
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["elsewhere"])
    let refused = try run(program, [], in: scratch, ["SWASM_PROFILE": scratch.path + "/no/file"])
    #expect(refused.status == 1)
    #expect(refused.outputText == "")
    #expect(refused.errorText.contains("the profile cannot be written"))
  }

  @Test func aSealedProgramIgnoresTheVariable() throws {
    let scratch = try ScratchDirectory()
    let program = try GuestProgram(.c, "exits").compiled(counting + ["--sealed"])
    _ = try run(program, [], in: scratch, ["SWASM_PROFILE": scratch.path + "/elsewhere"])
    let files = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
    #expect(files.count == 1 && files[0].hasSuffix(".profile"))
  }

  @Test func otherProgramsHaveNoProfileCode() throws {
    let plain = try bytes(GuestProgram(.c, "exits").compiled(["-O2"]))
    #expect(Data(plain).range(of: Data("swasmprf".utf8)) == nil)
    let counting = try bytes(GuestProgram(.c, "exits").compiled(counting))
    #expect(Data(counting).range(of: Data("swasmprf".utf8)) != nil)
  }

  /// Programs that are compiled with a profile of the same run print the same.
  @Test(arguments: [
    GuestProgram(.c, "compute"), GuestProgram(.c, "random_calls"), GuestProgram(.c, "streams"),
    GuestProgram(.c, "tailcalls", wasmOptions: ["-mtail-call"]),
    GuestProgram(.c, "vectors", wasmOptions: ["-msimd128"]),
  ])
  func guidedProgramBehavesTheSame(program: GuestProgram) throws {
    let scratch = try ScratchDirectory()
    let plain = try run(program.compiled(["-O2"]), [], in: scratch)
    let counted = try run(
      program.compiled(counting), [], in: scratch, ["SWASM_PROFILE": scratch.path + "/p"])
    #expect(counted.output == plain.output && counted.status == plain.status)
    for level in ["-O0", "-O1", "-O3"] {
      let guided = scratch.path + "/guided" + level
      let made = try runSwasmc([
        level, "--pgo-use", scratch.path + "/p", try program.wasm(), "-o", guided,
      ])
      #expect(made.status == 0, "\(made.errorText)")
      let run = try run(guided, [], in: scratch)
      #expect(run.output == plain.output && run.status == plain.status)
    }
  }

  @Test func trapsKeepTheirKindAndPlace() throws {
    let scratch = try ScratchDirectory()
    let program = GuestProgram(.c, "traps")
    let path = scratch.path + "/p"
    _ = try run(program.compiled(counting), [], in: scratch, ["SWASM_PROFILE": path])
    let guided = scratch.path + "/guided"
    #expect(try runSwasmc(["--pgo-use", path, try program.wasm(), "-o", guided]).status == 0)
    for kind in ["divide", "memory", "recurse", "call", "unreachable"] {
      func told(_ program: String) throws -> Substring {
        // Leave out the program's name, and the call stack, in which other functions may be inlined.
        try run(program, [kind], in: scratch).errorText.drop { $0 != ":" }.prefix { $0 != "\n" }
      }
      #expect(try told(guided) == told(program.compiled(["-O2"])))
    }
  }

  @Test func severalRunsAddUp() throws {
    let scratch = try ScratchDirectory()
    let wasm = try GuestProgram(.c, "exits").wasm()
    for (name, argument) in [("a", "exit"), ("b", "return")] {
      try Data(profile("exits", [argument])).write(
        to: URL(fileURLWithPath: scratch.path + "/" + name))
    }
    func made(_ profiles: [String]) throws -> [UInt8] {
      let options = profiles.flatMap { ["--pgo-use", scratch.path + "/" + $0] }
      let run = try runSwasmc(["--emit", "llvm-ir", "-O0", wasm, "-o", "-"] + options)
      #expect(run.status == 0, "\(run.errorText)")
      return run.output
    }
    let both = try made(["a", "b"])
    #expect(both == (try made(["b", "a"])))
    #expect(both != (try made(["a"])))
    #expect(both != (try made(["b"])))
  }

  @Test func profileThatDoesNotFitIsRefused() throws {
    let scratch = try ScratchDirectory()
    let wasm = try GuestProgram(.c, "exits").wasm()
    let good = try profile("exits", [])
    let cases: [(bytes: [UInt8], says: String)] = [
      ([], "not a profile"), (Array("hello, world".utf8), "not a profile"),
      (try profile("traps", []), "another module"), (Array(good.prefix(20)), "cut off"),
      (Array(good.dropLast(1)), "cut off"), (good + counters(good), "twice"),
      (good + [0, 0, 0, 0, 0, 0, 0, 0], "no body"),
      (Array(good.prefix(28)) + [255, 255, 255, 255], "cut off"),
      (Array(good.prefix(8)) + [2] + good[9...], "another version"),
      (Array(good.prefix(28)) + [1, 0, 0, 0] + [UInt8](repeating: 0, count: 8), "does not fit"),
    ]
    for (bytes, says) in cases {
      let path = scratch.path + "/bad"
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      let run = try runSwasmc(["--pgo-use", path, wasm, "-o", scratch.path + "/out"])
      #expect(run.status == 1)
      #expect(run.errorText.contains(says), "\(run.errorText)")
      #expect(!FileManager.default.fileExists(atPath: scratch.path + "/out"))
    }
    let absent = try runSwasmc(["--pgo-use", scratch.path + "/absent", wasm, "-o", "/dev/null"])
    #expect(absent.status == 1)
  }
}
