// The configurations of `wasm-tools smith`: which features its modules use, and what is compared. Some profiles make
// modules that smith cannot make.

import Foundation
import TestSupport

struct SmithProfile: Sendable {
  let name: String
  /// Features on top of WebAssembly 2.0 without SIMD, by smith's names.
  let features: [String]
  var flags: [String] = []
  /// Whether results are compared with those of wasmtime. If not, the module only has to run.
  var isCompared = true
  /// The module may import what Tests/fuzz/environment.wat exports.
  var hasImports = false
  /// Direct calls are turned into calls of typed references.
  var callsReferences = false
  /// Whether the modules come from LoadModules and not from smith.
  var isOfLoads = false
  /// Whether function bodies may be invalid. Then nothing is run, and only acceptance is compared.
  var mayBeInvalid = false

  static let all: [SmithProfile] = [
    SmithProfile(name: "wasm2", features: []),
    SmithProfile(name: "simd", features: ["simd"]),
    SmithProfile(name: "tail-calls", features: ["tail-call"]),
    SmithProfile(name: "exceptions", features: ["exceptions", "tail-call"]),
    SmithProfile(
      name: "memory64", features: ["memory64"],
      flags: ["--max-memories", "2", "--min-memories", "1"]),
    SmithProfile(
      name: "multi-memory", features: ["simd"],
      flags: ["--max-memories", "4", "--min-memories", "2"]),
    SmithProfile(
      name: "threads", features: ["threads"], flags: ["--max-memories", "2", "--min-memories", "1"]),
    SmithProfile(name: "relaxed-simd", features: ["simd", "relaxed-simd"]),
    SmithProfile(name: "wide-arithmetic", features: ["wide-arithmetic"]),
    SmithProfile(
      name: "page-sizes", features: ["custom-page-sizes", "memory64"],
      flags: ["--max-memories", "3", "--min-memories", "1"]),
    SmithProfile(name: "imports", features: ["simd", "exceptions", "tail-call"], hasImports: true),
    SmithProfile(
      name: "all", features: everything, flags: ["--max-memories", "3", "--max-tables", "3"]),
    SmithProfile(
      name: "all-nans", features: everything,
      flags: ["--max-memories", "3", "--max-tables", "3", "--canonicalize-nans", "false"],
      isCompared: false),
    SmithProfile(
      name: "references", features: ["tail-call", "exceptions", "extended-const"],
      callsReferences: true),
    SmithProfile(name: "loads", features: [], isOfLoads: true),
    SmithProfile(
      name: "invalid", features: everything,
      flags: ["--max-memories", "3", "--allow-invalid-funcs", "true"], isCompared: false,
      mayBeInvalid: true),
  ]

  private static let everything = [
    "simd", "relaxed-simd", "tail-call", "exceptions", "memory64", "threads", "wide-arithmetic",
    "custom-page-sizes", "extended-const",
  ]

  private static let switches = [
    "simd", "relaxed-simd", "tail-call", "exceptions", "memory64", "threads", "wide-arithmetic",
    "custom-page-sizes", "extended-const", "gc", "shared-everything-threads", "custom-descriptors",
    "compact-imports",
  ]

  /// The features that swasmc has, by the names of wasm-tools. Of `gc`, swasmc has recursion groups and open function
  /// types; it reports the rest as unsupported.
  static let validatorFeatures = [
    "-all", "wasm2", "gc", "gc-types", "tail-call", "function-references", "exceptions",
    "legacy-exceptions",
    "multi-memory",
    "memory64", "relaxed-simd", "threads", "wide-arithmetic", "custom-page-sizes", "extended-const",
  ].joined(separator: ",")

  /// Writes the module of `seed` to `path`. False if smith cannot make a module from these bytes, which is rare.
  func generate(seed: UInt64, to path: String, _ workspace: Workspace, environment: String) throws
    -> Bool
  {
    if isOfLoads {
      var modules = LoadModules(seed: seed)
      try Data(modules.bytes()).write(to: URL(fileURLWithPath: path))
      return true
    }
    var random = SeededRandom(seed: seed)
    let length = [400, 1_000, 2_500, 6_000][random.below(4)]
    let input = path + ".seed"
    try Data(random.bytes(length)).write(to: URL(fileURLWithPath: input))
    let arguments = ["smith", input, "-o", path] + commonFlags(seed, environment: environment)
    let run = try ProcessRun.run(try workspace.requiredTool("WASM_TOOLS"), arguments, seconds: 60)
    if run.status == 2 { return false }
    guard run.status == 0 else {
      throw ProcessRun.Failure(
        description: "smith ended with status \(run.status): \(run.errorText)")
    }
    if callsReferences { try rewriteCalls(seed, path) }
    return true
  }

  private func rewriteCalls(_ seed: UInt64, _ path: String) throws {
    let url = URL(fileURLWithPath: path)
    var calls = try ReferenceCalls([UInt8](try Data(contentsOf: url)), seed: seed)
    if let bytes = try calls.rewritten() { try Data(bytes).write(to: url) }
  }

  private func commonFlags(_ seed: UInt64, environment: String) -> [String] {
    var flags = [
      "--export-everything", "true", "--max-memory32-bytes", "1048576", "--max-memory64-bytes",
      "1048576",
      "--memory-max-size-required", "true", "--max-table-elements", "1000",
      "--table-max-size-required",
      "true", "--max-funcs", "20", "--min-funcs", "2", "--min-types", "2", "--allow-start-export",
      seed % 4 == 0 ? "true" : "false", "--disallow-traps", seed % 2 == 0 ? "true" : "false",
    ]
    for name in Self.switches {
      flags += ["--\(name)-enabled", features.contains(name) ? "true" : "false"]
    }
    flags += hasImports ? ["--available-imports", environment] : ["--max-imports", "0"]
    if !mayBeInvalid { flags += ["--ensure-termination", "--fuel", "500"] }
    // An option that is given twice is an error. An option of the profile replaces the default.
    if !self.flags.contains("--canonicalize-nans") { flags += ["--canonicalize-nans", "true"] }
    return flags + self.flags
  }
}
