// A C compiler with a C library for each target, and the emulator that runs what it makes. Zig has the libraries of all
// targets, so no other package is needed.

import Foundation
import Targets

struct CrossTools {
  private let compiler: String
  private let options: [String]
  /// What a program that is linked with a runtime archive needs.
  let linkOptions: [String]

  init(_ workspace: Workspace, _ target: Target) throws {
    if target == .host {
      compiler = try workspace.requiredTool("CLANG")
      (options, linkOptions) = ([], ["-fuse-ld=lld", "-pie"])
    } else {
      compiler = try workspace.requiredTool("ZIG")
      (options, linkOptions) = (["cc", "-target", "\(target.processor)-linux-musl"], ["-static"])
    }
  }

  func run(_ arguments: [String]) throws {
    var environment = ProcessInfo.processInfo.environment
    let cache = Workspace.current.buildDirectory + "/cache/zig"
    environment["ZIG_GLOBAL_CACHE_DIR"] = cache
    environment["ZIG_LOCAL_CACHE_DIR"] = cache
    try ProcessRun.require(compiler, options + arguments, environment: environment)
  }
}

extension Target {
  /// The first part of its name.
  var processor: Substring { name.prefix { $0 != "-" } }

  /// The user-mode emulator that runs this target's programs; nil if it is not installed.
  public var emulator: String? {
    let path = "/usr/bin/qemu-\(processor)"
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }

  /// The command that runs a program of this target, under the emulator if the target is not the host.
  public func command(_ program: String, _ arguments: [String]) throws -> [String] {
    if self == .host { return [program] + arguments }
    guard let emulator else {
      throw ProcessRun.Failure(
        description: "qemu-\(processor) is not installed; `make setup` installs it")
    }
    return [emulator, program] + arguments
  }
}
