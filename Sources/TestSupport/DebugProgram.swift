// The programs in Tests/programs/debug, with debug information.

import Foundation

public struct DebugProgram: Sendable, CustomStringConvertible {
  /// The name of the source.
  public let source: String
  /// Options of the guest's compiler, such as a level.
  public let options: [String]

  public init(_ source: String, _ options: [String]) {
    self.source = source
    self.options = options
  }

  public var description: String { "\(source) \(options.joined(separator: " "))" }

  private var compiler: String {
    source.hasSuffix(".rs") ? "RUSTC" : source.hasSuffix(".cpp") ? "CLANGXX" : "CLANG"
  }

  /// The tools that it needs and that are not installed.
  public var missingTools: [String] {
    var tools = [compiler]
    if compiler == "CLANG" { tools.append("WASI_C") }
    if compiler == "CLANGXX" { tools.append("WASI_CXX") }
    return tools.filter { Workspace.current.tool($0) == nil }
  }

  /// The path of the module.
  public func wasm() throws -> String {
    let workspace = Workspace.current
    let source = "\(workspace.root)/Tests/programs/debug/\(source)"
    let directory = "\(workspace.buildDirectory)/programs/debug"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let output = "\(directory)/\(self.source)\(options.joined()).wasm"
    return try GuestProgram.make(output, from: [source]) { output in
      let scratch = try ScratchDirectory()
      try ProcessRun.require(
        try workspace.requiredTool(compiler), arguments(source, output), directory: scratch.path)
    }
  }

  private func arguments(_ source: String, _ output: String) -> [String] {
    if compiler == "RUSTC" {
      return ["--target", "wasm32-wasi", "-g"] + options + [source, "-o", output]
    }
    let plain = [
      "--target=wasm32-wasi", "-Wno-deprecated", "--no-wasm-opt", "-g", source, "-o", output,
    ]
    return plain + options + (compiler == "CLANGXX" ? ["-std=c++20", "-fno-exceptions"] : [])
  }

  /// The path of the executable that swasmc makes with these options.
  public func compiled(_ chosen: [String]) throws -> String {
    let workspace = Workspace.current
    guard let swasmc = workspace.swasmc else {
      throw ProcessRun.Failure(description: "swasmc is not built; run `make debug`, or set SWASMC")
    }
    let wasm = try wasm()
    let output = String(wasm.dropLast(".wasm".count)) + ".swasmc" + chosen.joined()
    return try GuestProgram.make(output, from: [wasm, swasmc, workspace.runtimeArchive]) { output in
      try ProcessRun.require(swasmc, [wasm, "-o", output] + chosen, seconds: 900)
    }
  }
}
