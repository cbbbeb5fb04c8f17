// Finds the test suite and the tool that converts it, and reads the output of the tool.

import Foundation

enum SuiteFiles {
  struct Command {
    let type: String
    let line: Int
    let text: String
    let bytes: [UInt8]
  }

  static let root: URL = {
    let environment = ProcessInfo.processInfo.environment
    if let path = environment["SWASMC_SUITE"] { return URL(fileURLWithPath: path) }
    return repository.appendingPathComponent("../shared/conformance").standardizedFileURL
  }()

  static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static let wasmTools = tool("WASM_TOOLS", "wasm-tools")
  /// For the scripts of legacy exceptions, which wasm-tools does not read.
  private static let wast2json = tool("WAST2JSON", "wast2json")

  /// The value of `key` in the environment or in build/tools/env.sh, or a program of that name in PATH.
  private static func tool(_ key: String, _ program: String) -> URL? {
    let environment = ProcessInfo.processInfo.environment
    var candidates = environment[key].map { [$0] } ?? []
    let settings = try? String(
      contentsOf: repository.appendingPathComponent("build/tools/env.sh"), encoding: .utf8)
    for line in (settings ?? "").split(separator: "\n") where line.hasPrefix(key + "=") {
      candidates.append(String(line.dropFirst(key.count + 1)))
    }
    let folders = (environment["PATH"] ?? "").split(separator: ":")
    candidates += folders.map { "\($0)/\(program)" }
    let path = candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
    return path.map { URL(fileURLWithPath: $0) }
  }

  static var available: Bool {
    wasmTools != nil && FileManager.default.fileExists(atPath: root.path)
  }

  static func all() -> [URL] {
    let enumerator = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
    let files = (enumerator?.allObjects ?? []).compactMap { $0 as? URL }
    return files.filter { $0.pathExtension == "wast" }.sorted { $0.path < $1.path }
  }

  /// The commands of a script that have a module in the binary format; nil if no tool here can convert the script.
  static func convert(_ file: URL, into scratch: URL) throws -> [Command]? {
    let name = file.pathComponents.suffix(2).joined(separator: "-")
    let folder = scratch.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let output = folder.appendingPathComponent("commands.json")
    let isLegacy = file.pathComponents.contains("legacy-exceptions")
    let arguments =
      isLegacy
      ? [file.path, "-o", output.path]
      : ["json-from-wast", file.path, "-o", output.path, "--wasm-dir", folder.path]
    guard let tool = isLegacy ? wast2json : wasmTools, try run(tool, arguments) else { return nil }
    let json = try JSONSerialization.jsonObject(with: try Data(contentsOf: output))
    let commands = (json as? [String: Any])?["commands"] as? [[String: Any]] ?? []
    return commands.flatMap { flatten($0) }.compactMap { command($0, folder) }
  }

  private static func run(_ tool: URL, _ arguments: [String]) throws -> Bool {
    let process = Process()
    process.executableURL = tool
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  /// A thread command contains other commands.
  private static func flatten(_ command: [String: Any]) -> [[String: Any]] {
    let inner = command["commands"] as? [[String: Any]] ?? []
    return [command] + inner.flatMap { flatten($0) }
  }

  private static func command(_ json: [String: Any], _ folder: URL) -> Command? {
    guard let type = json["type"] as? String else { return nil }
    let isText = json["module_type"] as? String == "text"
    let name = (json["binary_filename"] as? String) ?? (isText ? nil : json["filename"] as? String)
    guard let name, let data = try? Data(contentsOf: folder.appendingPathComponent(name)) else {
      return nil
    }
    return Command(
      type: type, line: json["line"] as? Int ?? 0, text: json["text"] as? String ?? "",
      bytes: [UInt8](data))
  }
}
