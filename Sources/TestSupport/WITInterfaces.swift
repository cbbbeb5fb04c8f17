// The interfaces of WASI 0.2 as WIT, beside the source tree, and the components that wasm-tools makes with them.

import Foundation

/// The interfaces of WASI 0.2, and tools that read them.
public enum WITInterfaces {
  /// The directory that has a folder for each package; nil if it is absent.
  public static var directory: String? {
    guard let shared = Workspace.current.sharedDirectory else { return nil }
    let path = shared + "/wit/0.2.9"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  /// Whether there are the interfaces, and the tool that reads them.
  public static var areAvailable: Bool {
    directory != nil && Workspace.current.tool("WASM_TOOLS") != nil
  }

  /// A world of our own.
  public struct World: Sendable {
    let name: String
    /// What is in its package, as text.
    let package: String

    public init(_ name: String, package: String) {
      self.name = name
      self.package = package
    }

    public static let command = World(
      "command", package: "world command { include wasi:cli/command@0.2.9; }")
  }

  /// Writes the package of a world, with all packages that it needs.
  private static func write(_ world: World, to path: String) throws {
    guard let directory else {
      throw ProcessRun.Failure(description: "the interfaces of WASI 0.2 are not in ../shared/wit")
    }
    let files = FileManager.default
    try files.createDirectory(atPath: path + "/deps", withIntermediateDirectories: true)
    try "package test:programs;\n\(world.package)\n".write(
      toFile: path + "/world.wit", atomically: false, encoding: .utf8)
    for name in try files.contentsOfDirectory(atPath: directory) {
      try files.createSymbolicLink(
        atPath: "\(path)/deps/\(name)", withDestinationPath: "\(directory)/\(name)")
    }
  }

  /// Makes a component from a C program whose imports and exports have the names of the canonical ABI.
  public static func component(
    fromC source: String, _ world: World = .command, options: [String] = [], to output: String
  ) throws {
    let scratch = try ScratchDirectory()
    let core = scratch.path + "/core.wasm"
    let target = ["--target=wasm32-unknown-unknown", "-nostdlib", "-Wl,--no-entry"]
    try ProcessRun.require(
      try Workspace.current.requiredTool("CLANG"),
      target + [
        "-std=c11", "-ffreestanding", "-mbulk-memory", "-O2", "-Wall", "-Wextra", "-Werror",
      ]
        + options + [source, "-o", core])
    try componentize(core, world, embedding: [], scratch, to: output)
  }

  /// Makes a component from an application in Python. A command has the class `Run`.
  public static func component(
    fromPython source: String, _ world: World = .command, to output: String
  ) throws {
    let scratch = try ScratchDirectory()
    let wit = scratch.path + "/wit"
    try write(world, to: wit)
    let file = URL(fileURLWithPath: source)
    let name = file.deletingPathExtension().lastPathComponent
    try ProcessRun.require(
      try Workspace.current.requiredTool("COMPONENTIZE_PY"),
      ["-d", wit, "-w", world.name, "componentize", name, "-o", output]
        + ["-p", file.deletingLastPathComponent().path],
      environment: ProcessInfo.processInfo.environment, directory: scratch.path, seconds: 600)
  }

  /// Makes a component that imports every function of the world of commands.
  public static func importingEverything() throws -> [UInt8] {
    let scratch = try ScratchDirectory()
    let output = scratch.path + "/everything.wasm"
    try componentize(nil, .command, embedding: ["--dummy"], scratch, to: output)
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: output)))
  }

  private static func componentize(
    _ core: String?, _ world: World, embedding: [String], _ scratch: ScratchDirectory,
    to output: String
  ) throws {
    let tool = try Workspace.current.requiredTool("WASM_TOOLS")
    let (wit, embedded) = (scratch.path + "/wit", scratch.path + "/embedded.wasm")
    try write(world, to: wit)
    try ProcessRun.require(
      tool,
      ["component", "embed"] + embedding + ["--world", world.name, wit] + (core.map { [$0] } ?? [])
        + ["--features", "cli-exit-with-code,network-error-code", "-o", embedded])
    try ProcessRun.require(tool, ["component", "new", embedded, "-o", output])
  }
}
