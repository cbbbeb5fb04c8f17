/// The value of `--cpu`.
public enum ProcessorChoice: Sendable, Hashable {
  /// The highest level of the machine that compiles.
  case native
  /// The lowest level of the target.
  case baseline
  /// A level by its name.
  case named(String)

  /// - Parameter name: "native", or the name of a level of some target; nil for anything else.
  public init?(_ name: String) {
    guard Self.names.contains(name) else { return nil }
    self = name == "native" ? .native : .named(name)
  }

  /// All values of `--cpu`.
  public static let names = ["native"] + Target.all.flatMap { $0.levels.map(\.name) }

  /// The value as it is written on the command line.
  /// - Parameter target: The target whose baseline is named.
  public func name(for target: Target) -> String {
    switch self {
    case .native: "native"
    case .baseline: target.baseline.name
    case .named(let name): name
    }
  }
}

extension Target {
  /// The chosen level; nil if this target has no level of that name.
  /// - Parameter hostFeatures: The features of the machine that compiles, in LLVM's notation, `+sse3,-avx`. Only
  ///   `native` asks.
  public func level(_ choice: ProcessorChoice, hostFeatures: () -> String) -> ProcessorLevel? {
    switch choice {
    case .native: self == .host ? highestLevel(ofFeatures: hostFeatures()) : nil
    case .baseline: baseline
    case .named(let name): levels.first { $0.name == name }
    }
  }

  /// The highest level whose features are all present.
  /// - Parameter features: In LLVM's notation.
  public func highestLevel(ofFeatures features: String) -> ProcessorLevel {
    let present = Set(
      features.split(separator: ",").filter { $0.hasPrefix("+") }.map { String($0.dropFirst()) })
    return levels.prefix { present.isSuperset(of: $0.features) }.last ?? baseline
  }
}
