// The stages of a compilation, in their order. From `lower` to `map` each partition goes through them on its own.

enum Stage: String, CaseIterable, Sendable {
  case decode, validate, bind, plan, lower, optimise, check, emit, map, link

  /// What the compiler does, for the message of a crash and for the line of progress.
  var phase: StaticString {
    switch self {
    case .decode: "decoding the module"
    case .validate: "validating the module"
    case .bind: "linking the module's imports"
    case .plan: "dividing the module"
    case .lower: "lowering"
    case .optimise: "optimising"
    case .check: "checking isolation"
    case .emit: "emitting code"
    case .map: "mapping the code"
    case .link: "linking"
    }
  }

  /// How much of a partition's work is done when this stage begins, from 0 to 1. A rough guess, good enough for the
  /// line of progress.
  var share: Double {
    switch self {
    case .decode, .validate, .bind, .plan, .lower: 0
    case .optimise: 0.05
    case .check: 0.5
    case .emit: 0.55
    case .map, .link: 0.98
    }
  }
}
