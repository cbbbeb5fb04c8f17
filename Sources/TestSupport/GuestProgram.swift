// The programs in Tests/programs. They are built from source to WebAssembly, built natively, and compiled by swasmc.
// The products stay under build/programs until their inputs change.

import Foundation
import Targets

/// A program in Tests/programs.
public struct GuestProgram: Sendable, CustomStringConvertible {
  public enum Language: String, Sendable {
    case c, cpp, rust, go, zig
    /// A component of the world wasi:cli/command in C, with bindings of our own.
    case component

    var sourceExtension: String {
      switch self {
      case .rust: "rs"
      case .component: "c"
      case .c, .cpp, .go, .zig: rawValue
      }
    }

    /// The tools that are needed, by their names in scripts/setup.
    var requiredTools: [String] {
      switch self {
      case .c: ["CLANG", "WASI_C"]
      case .cpp: ["CLANGXX", "WASI_CXX"]
      case .rust: ["RUSTC"]
      case .go: ["GO"]
      case .zig: ["ZIG"]
      case .component: ["CLANG", "WASM_TOOLS"]
      }
    }
  }

  /// How a program in C or C++ is linked.
  public enum Model: Sendable {
    case command
    case reactor
    /// No library at all: wasm32-unknown-unknown.
    case bare
  }

  public let language: Language
  public let name: String
  public let model: Model
  /// More options for the module of a program in C, or for a component; a native executable does not get them.
  public let wasmOptions: [String]

  public init(
    _ language: Language, _ name: String, model: Model = .command, wasmOptions: [String] = []
  ) {
    self.language = language
    self.name = name
    self.model = model
    self.wasmOptions = wasmOptions
  }

  public var description: String { "\(language.rawValue)/\(name)" }

  public static func isBuildable(_ language: Language) -> Bool {
    if language == .component, WITInterfaces.directory == nil { return false }
    return language.requiredTools.allSatisfy { Workspace.current.tool($0) != nil }
  }

  // MARK: Building

  /// Tests run in parallel and share products. A lock for each product keeps two tests from making it at once.
  private static let locks = FileLocks()

  private var source: String {
    let workspace = Workspace.current
    return
      "\(workspace.root)/Tests/programs/\(language.rawValue)/\(name).\(language.sourceExtension)"
  }

  private func output(_ suffix: String) throws -> String {
    let directory = "\(Workspace.current.buildDirectory)/programs/\(language.rawValue)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    return "\(directory)/\(name)\(suffix)"
  }

  /// The source, and what it may include.
  private var inputs: [String] {
    let directory = (source as NSString).deletingLastPathComponent
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return [source] + names.filter { $0.hasSuffix(".h") }.map { directory + "/" + $0 }
  }

  /// Options as a part of a file's name.
  private static func label(_ options: [String]) -> String {
    String(options.joined(separator: "_").map { $0.isLetter || $0.isNumber ? $0 : "_" })
  }

  /// The path of the WebAssembly module. Its options are part of its name.
  public func wasm() throws -> String {
    try Self.make(try output(Self.label(wasmOptions) + ".wasm"), from: inputs) { output in
      try build(output: output, isNative: false)
    }
  }

  /// The path of the native executable.
  public func native() throws -> String {
    try Self.make(try output(".native"), from: [source]) { output in
      try build(output: output, isNative: true)
    }
  }

  /// The path of the executable that swasmc makes with these options; they are part of its name.
  public func compiled(_ chosen: [String] = [], for target: Target = .host) throws -> String {
    let options = chosen + (target == .host ? [] : ["--target", target.name])
    let workspace = Workspace.current
    guard let swasmc = workspace.swasmc else {
      throw ProcessRun.Failure(description: "swasmc is not built; run `make debug`, or set SWASMC")
    }
    let wasm = try wasm()
    let output = try output(Self.label(wasmOptions) + ".swasmc" + Self.label(options))
    let tools = [swasmc, workspace.runtimeArchive(target), workspace.wasiModule]
    return try Self.make(output, from: [wasm] + tools) { output in
      try ProcessRun.require(swasmc, [wasm, "-o", output] + options, seconds: 900)
    }
  }

  /// Makes `output` if it is absent or older than one of `inputs`. `body` writes to the path that it gets.
  public static func make(_ output: String, from inputs: [String], _ body: (String) throws -> Void)
    throws
    -> String
  {
    let lock = locks[output]
    lock.lock()
    defer { lock.unlock() }
    if let made = modified(output), inputs.allSatisfy({ (modified($0) ?? .distantFuture) <= made })
    {
      return output
    }
    let fresh = output + ".new"
    try body(fresh)
    guard rename(fresh, output) == 0 else {
      throw ProcessRun.Failure(description: "\(fresh) was not made")
    }
    return output
  }

  private static func modified(_ path: String) -> Date? {
    (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
  }

  // MARK: Compilers

  private func build(output: String, isNative: Bool) throws {
    let workspace = Workspace.current
    var environment = ProcessInfo.processInfo.environment
    let cache = workspace.buildDirectory + "/cache"
    let tool: String
    let arguments: [String]
    switch language {
    case .c:
      tool = try workspace.requiredTool("CLANG")
      let libraries = model == .bare && !isNative ? [] : ["-lm"]
      let target = isNative ? ["-ffp-contract=off"] : cTarget + wasmOptions
      arguments = target + ["-O2", source, "-o", output] + libraries
    case .cpp:
      tool = try workspace.requiredTool("CLANGXX")
      let target = isNative ? ["-ffp-contract=off"] : cTarget
      arguments = target + ["-std=c++20", "-fno-exceptions", "-O2", source, "-o", output]
    case .rust:
      tool = try workspace.requiredTool("RUSTC")
      arguments = (isNative ? [] : ["--target", "wasm32-wasi"]) + ["-O", source, "-o", output]
    case .go:
      tool = try workspace.requiredTool("GO")
      arguments = ["build", "-trimpath", "-o", output, source]
      environment["GOCACHE"] = cache + "/go"
      environment["GOPATH"] = cache + "/gopath"
      environment["GOTOOLCHAIN"] = "local"
      environment["CGO_ENABLED"] = "0"
      if !isNative {
        environment["GOOS"] = "wasip1"
        environment["GOARCH"] = "wasm"
      }
    case .zig:
      tool = try workspace.requiredTool("ZIG")
      let target = isNative ? [] : ["-target", "wasm32-wasi"]
      arguments = ["build-exe", source] + target + ["-O", "ReleaseSafe", "-femit-bin=" + output]
      environment["ZIG_GLOBAL_CACHE_DIR"] = cache + "/zig"
      environment["ZIG_LOCAL_CACHE_DIR"] = cache + "/zig"
    case .component:
      return try WITInterfaces.component(fromC: source, options: wasmOptions, to: output)
    }
    // Run outside of the source tree, because some compilers leave intermediate files in the current directory.
    let scratch = try ScratchDirectory()
    try ProcessRun.require(
      tool, arguments, environment: environment, directory: scratch.path, seconds: 600)
  }

  /// `--no-wasm-opt` prevents clang from running a wasm-opt in PATH, which may be older than clang.
  private var cTarget: [String] {
    switch model {
    case .command: ["--target=wasm32-wasi", "-Wno-deprecated", "--no-wasm-opt"]
    case .reactor:
      ["--target=wasm32-wasi", "-Wno-deprecated", "--no-wasm-opt", "-mexec-model=reactor"]
    case .bare: ["--target=wasm32-unknown-unknown", "-nostdlib", "-Wl,--no-entry"]
    }
  }
}

/// A lock for each path.
private final class FileLocks: @unchecked Sendable {
  private var locks: [String: NSLock] = [:]
  private let guardian = NSLock()

  subscript(path: String) -> NSLock {
    guardian.lock()
    defer { guardian.unlock() }
    let lock = locks[path] ?? NSLock()
    locks[path] = lock
    return lock
  }
}
