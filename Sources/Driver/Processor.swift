// The processor that the code is generated for: a level of the x86-64 psABI. LLVM gets its name, and the policy gets
// the level, so that an executable can say that a machine is too old for it.
//
// `native` is the highest level of this machine. Features beyond the level are not used: so the check at the start is
// exact, and two machines of one level make the same executable.

import LLVMKit
import Policy

struct Processor: Sendable, Equatable {
  let level: ProcessorLevel

  init(_ cpu: TargetCPU, hostFeatures: () -> String = { Processor.hostFeatures }) {
    level =
      switch cpu {
      case .native: Self.level(ofFeatures: hostFeatures())
      case .baseline: .baseline
      case .v2: .v2
      case .v3: .v3
      case .v4: .v4
      }
  }

  var llvmName: String {
    switch level {
    case .baseline: "x86-64"
    case .v2: "x86-64-v2"
    case .v3: "x86-64-v3"
    case .v4: "x86-64-v4"
    }
  }

  /// Gathers and scatters are much slower where the vectoriser would use them for strided accesses.
  var llvmFeatures: String { level >= .v3 ? "+prefer-no-gather,+prefer-no-scatter" : "" }

  /// `features` in LLVM's notation, "+sse3,-avx".
  static func level(ofFeatures features: String) -> ProcessorLevel {
    let present = Set(
      features.split(separator: ",").filter { $0.hasPrefix("+") }.map { $0.dropFirst() })
    let levels: [(ProcessorLevel, [Substring])] = [
      (.v2, ["cx16", "popcnt", "sahf", "sse3", "ssse3", "sse4.1", "sse4.2"]),
      (.v3, ["avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe", "xsave"]),
      (.v4, ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]),
    ]
    return levels.prefix { present.isSuperset(of: $0.1) }.last?.0 ?? .baseline
  }

  private static var hostFeatures: String {
    (try? LLVMTargetMachine(cpu: "native"))?.features ?? ""
  }
}
