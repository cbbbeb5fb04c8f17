// The paths of the source tree, which is found by walking up from this file, and of the tools that scripts/setup wrote
// to build/tools/env.sh. Nothing here runs a program.

import Foundation
import Targets

/// The source tree with its tools and products.
public struct Workspace: Sendable {
  /// The directory of Package.swift, without a final slash.
  public let root: String
  private let tools: [String: String]

  /// The workspace of the source tree from which this code was compiled.
  public static let current = Workspace(root: Self.root(above: #filePath))

  init(root: String) {
    self.root = root
    var tools: [String: String] = [:]
    let text = (try? String(contentsOfFile: root + "/build/tools/env.sh", encoding: .utf8)) ?? ""
    for line in text.split(separator: "\n") {
      guard let equals = line.firstIndex(of: "=") else { continue }
      tools[String(line[..<equals])] = String(line[line.index(after: equals)...])
    }
    self.tools = tools
  }

  /// The tool that scripts/setup calls `key` (`CLANG`, `WASM_TOOLS` ...); nil if it is not installed.
  public func tool(_ key: String) -> String? {
    if let chosen = ProcessInfo.processInfo.environment[key], !chosen.isEmpty { return chosen }
    return tools[key]
  }

  /// As `tool`, but throws a MissingTool if it is not installed.
  public func requiredTool(_ key: String) throws -> String {
    guard let path = tool(key) else { throw MissingTool(key: key) }
    return path
  }

  /// The directory for all products.
  public var buildDirectory: String { root + "/build" }

  /// The folder beside the source tree with the specification's tests; nil if it is absent.
  public var sharedDirectory: String? {
    let path = URL(fileURLWithPath: root + "/../shared").standardizedFileURL.path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  /// The runtime for the host.
  public var runtimeArchive: String { runtimeArchive(.host) }

  func runtimeArchive(_ target: Target) -> String {
    buildDirectory + "/runtime/\(target.runtimeArchive)"
  }

  /// The module that implements WASI 0.2.
  public var wasiModule: String { buildDirectory + "/runtime/wasi-0.2.wasm" }

  /// The swasmc under test: $SWASMC, or the swasmc beside the program that runs this, or that in .build/debug.
  public var swasmc: String? {
    if let chosen = ProcessInfo.processInfo.environment["SWASMC"], !chosen.isEmpty { return chosen }
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
    let beside = (program as NSString).deletingLastPathComponent + "/swasmc"
    for path in [beside, root + "/.build/debug/swasmc"]
    where FileManager.default.isExecutableFile(atPath: path) {
      return path
    }
    return nil
  }

  private static func root(above file: String) -> String {
    var directory = (file as NSString).deletingLastPathComponent
    while directory != "/" {
      if FileManager.default.fileExists(atPath: directory + "/Package.swift") { return directory }
      directory = (directory as NSString).deletingLastPathComponent
    }
    preconditionFailure("no Package.swift above \(file)")
  }
}

/// A tool that a test needs and that is not installed.
public struct MissingTool: Error, CustomStringConvertible {
  public let key: String
  public var description: String { "\(key) is not in build/tools/env.sh; `make setup` installs it" }
}
