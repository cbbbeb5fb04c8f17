// Damaged modules: the compiler must say what wasm-tools says, within bounds of time and memory.
// Profiles: `smith` damages random modules, `suite` those of the specification's tests.

import Foundation
import Glibc
import TestSupport

struct MutantBatch {
  static let profiles = ["smith", "suite"]
  private static let secondsForOne = 60
  /// A limit of address space, so it is higher than the memory that is used.
  private static let memoryLimitBytes: UInt64 = 3 << 30

  let profile: String
  let seeds: Range<UInt64>
  let options: ModuleCompilerOptions
  let directory: String
  let workspace = Workspace.current

  func run(report: (UInt64, Outcome) -> Void) throws {
    limitAddressSpace(bytes: Self.memoryLimitBytes)
    let compiler = try ModuleCompiler(options: options, objectDirectory: directory)
    let corpus = profile == "suite" ? try Corpus.files(workspace) : []
    for seed in seeds {
      report(seed, .begun)
      var random = SeededRandom(seed: seed ^ 0xc0de)
      let sources = try (0..<2).map { try source(seed &+ $0, corpus, &random) }
      guard let module = sources[0], let donor = sources[1] else {
        report(seed, .skipped("smith"))
        continue
      }
      var mutator = Mutator(seed: seed)
      let path = "\(directory)/\(seed).wasm"
      try Data(mutator.mutate(module, donor: donor)).write(to: URL(fileURLWithPath: path))
      let isValid = try Validity.isAccepted(path, workspace)
      limitProcessorTime(seconds: Self.secondsForOne)
      let verdict = compiler.compile(path: path)
      limitProcessorTime(seconds: 0)
      report(seed, Validity.compare(isValid: isValid, ours: verdict))
    }
  }

  private func source(_ seed: UInt64, _ corpus: [String], _ random: inout SeededRandom) throws
    -> [UInt8]?
  {
    if profile == "suite" {
      guard !corpus.isEmpty else { return nil }
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: random.pick(corpus))))
    }
    let candidates = SmithProfile.all.filter { !$0.mayBeInvalid }
    let path = "\(directory)/source.wasm"
    let imports = workspace.buildDirectory + "/fuzz/imports.wasm"
    let chosen = candidates[Int(seed % UInt64(candidates.count))]
    guard try chosen.generate(seed: seed, to: path, workspace, environment: imports) else {
      return nil
    }
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }
}

/// Sets the limit of address space; nil for no limit. The process ends if it wants more.
func limitAddressSpace(bytes: UInt64?) {
  let resource = __rlimit_resource_t(RLIMIT_AS.rawValue)
  var limit = rlimit()
  getrlimit(resource, &limit)
  limit.rlim_cur = bytes.map { rlim_t($0) } ?? limit.rlim_max
  setrlimit(resource, &limit)
}

/// The process ends with SIGPROF after this much more processor time; 0 for no limit. Time of day is no measure,
/// because then a busy machine would cause findings.
func limitProcessorTime(seconds: Int) {
  var timer = itimerval()
  timer.it_value.tv_sec = seconds
  setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
}

/// The modules of the specification's tests in binary form, under build/fuzz/corpus.
enum Corpus {
  static func files(_ workspace: Workspace) throws -> [String] {
    let folder = workspace.buildDirectory + "/fuzz/corpus"
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".wasm") }.sorted().map { folder + "/" + $0 }
  }

  /// Makes the files once. Does nothing if the suite is absent.
  static func make(_ workspace: Workspace) throws {
    let folder = workspace.buildDirectory + "/fuzz/corpus"
    guard !FileManager.default.fileExists(atPath: folder), let shared = workspace.sharedDirectory
    else { return }
    let suite = shared + "/conformance"
    let fresh = folder + ".\(getpid())"
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: suite)) ?? []
    for name in names where name.hasSuffix(".wast") {
      let target = fresh + "/" + name.dropLast(".wast".count)
      try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
      // A file that cannot be converted is left out, because the others are enough.
      _ = try ProcessRun.run(
        try workspace.requiredTool("WASM_TOOLS"),
        ["json-from-wast", suite + "/" + name, "-o", target + "/script.json", "--wasm-dir", target])
    }
    rename(fresh, folder)
  }
}
