// Files that the runtime writes when the host wishes it: core dumps and profiles. An earlier run of the guest may have
// left anything under their names.

import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: GuestProgram.isBuildable(.c), "`make setup` installs the C toolchain"))
struct WrittenFileTests {
  enum Kind: CaseIterable {
    case coreDump, profile

    /// Runs a program that writes `path`.
    func write(_ path: String, in directory: String) throws -> ProcessRun {
      switch self {
      case .coreDump:
        let program = try GuestProgram(.c, "traps").compiled(["--coredump", ""])
        return try ProcessRun.run(
          program, ["divide"], environment: ["SWASM_COREDUMP": path], directory: directory,
          seconds: 20)
      case .profile:
        let program = try GuestProgram(.c, "exits").compiled(["-O2", "--pgo-generate"])
        return try ProcessRun.run(
          program, [], environment: ["SWASM_PROFILE": path], directory: directory, seconds: 20)
      }
    }
  }

  /// `inside` is where a guest could write. The link `away` leads out of it.
  private func yard() throws -> ScratchDirectory {
    let scratch = try ScratchDirectory()
    let manager = FileManager.default
    for name in ["inside/deep", "outside"] {
      try manager.createDirectory(
        atPath: scratch.path + "/" + name, withIntermediateDirectories: true)
    }
    try "precious".write(
      toFile: scratch.path + "/outside/file", atomically: false, encoding: .utf8)
    for (link, target) in [
      ("away", "../outside"), ("link", "../outside/file"), ("dangling", "../outside/new"),
      ("absolute", scratch.path + "/outside/file"),
    ] {
      try manager.createSymbolicLink(
        atPath: scratch.path + "/inside/" + link, withDestinationPath: target)
    }
    return scratch
  }

  @Test(
    arguments: Kind.allCases,
    [
      ("link", "link"), ("dangling", "dangling"), ("absolute", "absolute"), ("away/file", "away"),
      ("away/new", "away"), ("deep/../away/new", "deep/../away"), (".//away//new", ".//away"),
    ])
  func noLinkIsFollowed(kind: Kind, named: (path: String, link: String)) throws {
    let scratch = try yard()
    for prefix in ["inside/", scratch.path + "/inside/"] {
      let run = try kind.write(prefix + named.path, in: scratch.path)
      #expect(run.status == 1)
      let reason = "through a symbolic link, which is not followed: \(prefix)\(named.link)\n"
      #expect(run.errorText.hasSuffix(reason), "\(run.errorText)")
    }
    let outside = scratch.path + "/outside"
    #expect(try FileManager.default.contentsOfDirectory(atPath: outside) == ["file"])
    #expect(try String(contentsOfFile: outside + "/file", encoding: .utf8) == "precious")
  }

  @Test(arguments: Kind.allCases)
  func onlyARegularFileWithOneNameIsWritten(kind: Kind) throws {
    let scratch = try yard()
    let outside = scratch.path + "/outside/file"
    try FileManager.default.linkItem(atPath: outside, toPath: scratch.path + "/inside/hard")
    #expect(mkfifo(scratch.path + "/inside/pipe", 0o600) == 0)
    for (name, says) in [
      ("inside/hard", "a hard link"), ("inside/pipe", "no regular file"),
      ("/dev/null", "no regular file"), ("inside/deep", "cannot be written"),
      ("inside/", "cannot be written"), ("inside/absent/file", "cannot be written"),
    ] {
      let run = try kind.write(name, in: scratch.path)
      #expect(run.status == 1)
      #expect(run.errorText.contains(says), "\(name): \(run.errorText)")
    }
    #expect(try String(contentsOfFile: outside, encoding: .utf8) == "precious")
  }

  @Test(arguments: Kind.allCases)
  func theFileIsItsOwnersAlone(kind: Kind) throws {
    let scratch = try yard()
    let file = scratch.path + "/inside/deep/new"
    _ = try kind.write("inside/deep/../deep/new", in: scratch.path)
    let attributes = try FileManager.default.attributesOfItem(atPath: file)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    let bytes = try #require(attributes[.size] as? Int)
    #expect(bytes > 0)
    // What was longer before is gone.
    try Data(repeating: 65, count: bytes + 100).write(to: URL(fileURLWithPath: file))
    _ = try kind.write("inside/deep/new", in: scratch.path)
    #expect(try Data(contentsOf: URL(fileURLWithPath: file)).count == bytes)
  }
}
