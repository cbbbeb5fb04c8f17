// Finds the test suite and the tool that converts it, and reads what the tool wrote.

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

  static let tool: URL? = {
    let environment = ProcessInfo.processInfo.environment
    var folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
    folders.insert(repository.appendingPathComponent("build/tools/bin").path, at: 0)
    if let tools = environment["SWASMC_TOOLS"] {
      folders.insert(contentsOf: [tools, tools + "/bin"], at: 0)
    }
    let candidates = folders.map { URL(fileURLWithPath: $0).appendingPathComponent("wasm-tools") }
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }()

  static var available: Bool {
    tool != nil && FileManager.default.fileExists(atPath: root.path)
  }

  static func all() -> [URL] {
    let enumerator = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
    let files = (enumerator?.allObjects ?? []).compactMap { $0 as? URL }
    return files.filter { $0.pathExtension == "wast" }.sorted { $0.path < $1.path }
  }

  /// The commands of a script that bring a module in the binary format; nil where the tool cannot
  /// convert the script.
  static func convert(_ file: URL, into scratch: URL) throws -> [Command]? {
    guard let tool else { return nil }
    let name = file.pathComponents.suffix(2).joined(separator: "-")
    let folder = scratch.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let output = folder.appendingPathComponent("commands.json")
    let process = Process()
    process.executableURL = tool
    process.arguments = [
      "json-from-wast", file.path, "-o", output.path, "--wasm-dir", folder.path,
    ]
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    let json = try JSONSerialization.jsonObject(with: try Data(contentsOf: output))
    let commands = (json as? [String: Any])?["commands"] as? [[String: Any]] ?? []
    return commands.flatMap { flatten($0) }.compactMap { command($0, folder) }
  }

  /// Threads carry commands of their own.
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
