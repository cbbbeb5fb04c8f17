// The process of a program: where its memory lies, what the host left in it, and what the standard streams can be used
// for.

import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: GuestProgram.isBuildable(.c), "`make setup` installs the C toolchain"))
struct ProcessTests {
  private static let program = GuestProgram(.c, "process")
  /// The kernel's files about the process, which the program can read.
  private static let itself = ["--dir", "/proc/self::/self:ro"]

  /// Runs `command` in a shell, where `$0` is the program.
  private func shell(
    _ command: String, options: [String], environment: [String: String] = [:],
    in directory: String = "/"
  ) throws -> ProcessRun {
    try ProcessRun.run(
      "/bin/bash", ["-c", command, Self.program.compiled(options)],
      environment: ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }, directory: directory,
      seconds: 60)
  }

  // MARK: Distance

  private struct Mapping {
    let begin, end: UInt64
    let isReserved: Bool
    let name: String
  }

  private func parsed(_ text: String) -> [Mapping] {
    text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
      let ends = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
      guard ends.count == 2 else { return nil }
      return Mapping(
        begin: ends[0], end: ends[1], isReserved: fields[1].hasPrefix("---"),
        name: fields.count > 5 ? String(fields[5]) : "")
    }
  }

  /// The memory's base comes after the 16 GiB that are reserved before it.
  private func memoryBase(of mappings: [Mapping]) -> UInt64? {
    mappings.first { $0.isReserved && $0.end - $0.begin == 1 << 34 }?.end
  }

  /// This also holds without the kernel's randomisation (`setarch -R`).
  @Test(arguments: ["", "setarch -R "], Hardening.allCases)
  func distancesFromTheMemoryAreLargeAndNeverRepeat(prefix: String, hardening: Hardening) throws {
    var distances: [String: Set<UInt64>] = [:]
    let starts = 8
    let reach: UInt64 = 1 << 33
    for _ in 0..<starts {
      let run = try shell(
        "exec \(prefix)\"$0\" file /self/maps", options: Self.itself,
        environment: hardening.environment)
      let mappings = parsed(run.outputText)
      let base = try #require(memoryBase(of: mappings), "\(run.outputText) \(run.errorText)")
      for mapping in mappings where !mapping.isReserved && mapping.begin != base {
        let isNear =
          mapping.end <= base ? base - mapping.end < reach : mapping.begin &- base < reach
        #expect(!isNear, "\(run.outputText)")
      }
      let image = try #require(mappings.first { $0.name.hasPrefix("/") })
      let stack = try #require(mappings.first { $0.name == "[stack]" })
      // The guest's stack is the only large mapping between guards that is not a memory.
      let guest = try #require(
        mappings.first { $0.begin != base && !$0.isReserved && $0.end - $0.begin >= 8 << 20 })
      for (name, begin) in [
        ("image", image.begin), ("stack", stack.begin), ("guest's stack", guest.begin),
      ] {
        distances[name, default: []].insert(begin &- base)
      }
      distances["stacks", default: []].insert(guest.begin &- stack.begin)
    }
    for (name, seen) in distances { #expect(seen.count == starts, "\(name)") }
  }

  @Test(arguments: ["-O0", "-O2"])
  func memoryGrowsToAllOfItsPages(level: String) throws {
    let run = try shell("exec \"$0\" grow 0", options: [level])
    #expect(run.outputText == "1 65536 42\n", "\(run.errorText)")
  }

  /// A guarded memory reserves 48 GiB of address space, and the limit is lower.
  @Test func littleAddressSpaceIsNamed() throws {
    let guarded = try shell("ulimit -v 8000000; exec \"$0\" variable X", options: [])
    #expect(guarded.status == 1)
    #expect(guarded.output.isEmpty)
    #expect(guarded.errorText.contains("address space"), "\(guarded.errorText)")
    #expect(guarded.errorText.contains("--bounds-checks explicit"), "\(guarded.errorText)")
    let explicit = try shell(
      "ulimit -v 8000000; exec \"$0\" variable X", options: ["--bounds-checks", "explicit"])
    #expect(explicit.status == 0, "\(explicit.errorText)")
    #expect(explicit.outputText == "X=\n")
  }

  // MARK: What the host left

  @Test(arguments: Hardening.allCases)
  func aSealedExecutableHasNoDescriptorsOfTheHosts(hardening: Hardening) throws {
    let harden = hardening.environment.isEmpty ? "on" : "off"
    let run = try shell(
      "exec \"$0\" list /self/fd 7</dev/null 8<>/dev/null 200</etc/passwd",
      options: ["--sealed", "--harden", harden] + Self.itself)
    // 3 and 4 are the grant, and the directory that is being listed.
    #expect(run.outputText == "0\n1\n2\n3\n4\n", "\(run.errorText)")
  }

  @Test func aNullStreamReplacesTheStreamOfTheHost() throws {
    let run = try shell(
      "exec \"$0\" list /self/fd", options: ["--stdin", "null", "--dir", "/proc/self::/self:ro"])
    // 3 and 4 are /dev/null and the grant. The fifth number is the directory that is being listed.
    let names = run.outputText.split(separator: "\n")
    #expect(Set(names).isSuperset(of: ["1", "2", "3", "4"]), "\(run.outputText)")
    #expect(names.count == 5, "\(run.outputText)")
  }

  @Test(arguments: Hardening.allCases)
  func theHostsEnvironmentIsNotInTheProcess(hardening: Hardening) throws {
    let run = try shell(
      "exec \"$0\" variable KEPT variable SECRET file /self/environ",
      options: ["--env", "KEPT"] + Self.itself,
      environment: ["KEPT": "given", "SECRET": "hidden", "SWASM_ENV": "MORE=1"].merging(
        hardening.environment
      ) { $1 })
    #expect(run.status == 0, "\(run.errorText)")
    #expect(run.outputText.hasPrefix("KEPT=given\nSECRET=\n"), "\(run.outputText)")
    let environment = run.outputText.dropFirst("KEPT=given\nSECRET=\n".count)
      .split(separator: "\0", omittingEmptySubsequences: true)
    #expect(environment == ["KEPT=given"])
  }

  // MARK: Streams

  /// Runs the program with one terminal, open for reading and writing, as all three standard streams. Returns what the
  /// terminal shows.
  private func onTerminal(_ arguments: String, options: [String], _ hardening: Hardening) throws
    -> String
  {
    try shell(
      "export PROGRAM=$0; exec script -qec '\"$PROGRAM\" \(arguments)' /dev/null </dev/null",
      options: options, environment: hardening.environment
    ).outputText
  }

  /// Each stream works in one direction only, and no other descriptor leads around a null stream.
  @Test(arguments: Hardening.allCases)
  func streamsOfATerminalCannotBeUsedForOneAnother(hardening: Hardening) throws {
    let everything = "write 0 write 1 write 2 read 1 read 2"
    let shown = try onTerminal(everything, options: [], hardening)
    #expect(
      shown.replacing("\r\n", with: "\n")
        == "write 0: refused\n!write 1: done\n!write 2: done\nread 1: refused\nread 2: refused\n")
    let nothing = try onTerminal(
      everything, options: ["--sealed", "--stdout", "null", "--stderr", "null"], hardening)
    #expect(nothing.isEmpty)
  }

  @Test(arguments: Hardening.allCases)
  func aFileOpenForReadingCanBeSynchronised(hardening: Hardening) throws {
    let scratch = try ScratchDirectory()
    try "text".write(toFile: scratch.path + "/a", atomically: false, encoding: .utf8)
    for grant in [".", ".::.:ro"] {
      let run = try shell(
        "exec \"$0\" sync a sync .", options: [],
        environment: ["SWASM_DIR": grant].merging(hardening.environment) { $1 }, in: scratch.path)
      #expect(run.outputText == "sync a: done\nsync .: done\n", "\(grant): \(run.errorText)")
    }
  }
}
