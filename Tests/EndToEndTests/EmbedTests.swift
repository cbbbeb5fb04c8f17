// Directories inside the executable: --embed.

import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: GuestProgram.isBuildable(.c), "`make setup` installs the C toolchain"))
struct EmbedTests {
  private func yard() throws -> ScratchDirectory {
    let scratch = try ScratchDirectory()
    try FileManager.default.createDirectory(
      atPath: scratch.path + "/tree/inner", withIntermediateDirectories: true)
    for file in ["tree/file", "tree/inner/module.py"] {
      try "answer = 42".write(
        toFile: scratch.path + "/" + file, atomically: false, encoding: .utf8)
    }
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path + "/tree/link", withDestinationPath: "inner")
    return scratch
  }

  /// The program's own grant is unnecessary, and the directory may be gone.
  @Test(arguments: Hardening.allCases)
  func aDirectoryIsPartOfTheExecutable(hardening: Hardening) throws {
    let scratch = try yard()
    let wasm = try GuestProgram(.c, "access").wasm()
    let program = scratch.path + "/program"
    let made = try runSwasmc(["--embed", scratch.path + "/tree::/lib", wasm, "-o", program])
    #expect(made.status == 0, "\(made.errorText)")
    try FileManager.default.removeItem(atPath: scratch.path + "/tree")
    let run = try ProcessRun.run(
      program,
      [
        "r", "/lib/file", "r", "/lib/link/module.py", "l", "/lib/inner", "r", "/lib/none", "w",
        "/lib/file", "w", "/lib/new", "r", "/lib/../etc/passwd", "r", "/etc/passwd", "s", "file",
        "/lib/new",
      ], environment: hardening.environment)
    let answers = run.outputText.split(separator: "\n").map { $0.hasSuffix("allowed") }
    #expect(
      answers == [true, true, true, false, false, false, false, false, false], "\(run.outputText)")
  }

  @Test func runNoticesThatAFileHasChanged() throws {
    let scratch = try yard()
    let wasm = try GuestProgram(.c, "access").wasm()
    let swasmc = try #require(Workspace.current.swasmc)
    let cache = ["SWASMC_CACHE_DIR": scratch.path + "/cache", "SWASMC_CACHE_SIZE": "1G"]
    func run() throws -> String {
      try ProcessRun.run(
        swasmc, ["run", "--embed", "tree::/lib", wasm, "r", "/lib/new"],
        environment: ProcessInfo.processInfo.environment.merging(cache) { $1 },
        directory: scratch.path
      ).outputText
    }
    #expect(try run() == "/lib/new: refused (absent)\n")
    #expect(try run() == "/lib/new: refused (absent)\n")
    try "".write(toFile: scratch.path + "/tree/new", atomically: false, encoding: .utf8)
    #expect(try run() == "/lib/new: allowed\n")
  }

  @Test func theErrorNamesTheFile() throws {
    let scratch = try yard()
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path + "/tree/out", withDestinationPath: "/etc")
    let wasm = try GuestProgram(.c, "access").wasm()
    let run = try runSwasmc(
      ["--embed", "tree::/lib", wasm, "-o", "program"], directory: scratch.path)
    #expect(run.status == 1)
    #expect(
      run.errorText.contains("the symbolic link tree/out leads out of the directory, to /etc"))
    #expect(!FileManager.default.fileExists(atPath: scratch.path + "/program"))
  }
}
