/// The value of `--cpu`: a processor, and what is added to it or taken from it. `x86-64-v3,+gfni,-fma`.
public struct ProcessorChoice: Sendable, Hashable {
  public enum Base: Sendable, Hashable {
    /// The machine that compiles.
    case native
    /// The least processor of the target.
    case baseline
    /// LLVM's name of a processor, or the name of a target's baseline.
    case named(String)
  }

  public var base: Base
  /// Features in LLVM's notation, `+a` or `-b`, in order.
  public var changes: [String] = []

  public static let native = ProcessorChoice(base: .native)
  public static let baseline = ProcessorChoice(base: .baseline)

  public static func named(_ name: String) -> ProcessorChoice {
    ProcessorChoice(base: .named(name))
  }

  public init(base: Base, changes: [String] = []) {
    self.base = base
    self.changes = changes
  }

  /// - Parameter text: A name, changes, or both. Changes alone begin with the baseline. nil for anything else.
  public init?(_ text: String) {
    var parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    base = .baseline
    if let first = parts.first, !Self.isChange(first) {
      guard Self.isName(first) else { return nil }
      base = first == "native" ? .native : .named(first)
      parts.removeFirst()
    }
    guard parts.allSatisfy({ Self.isChange($0) && Self.isName(String($0.dropFirst())) }) else {
      return nil
    }
    changes = parts
  }

  private static func isChange(_ part: String) -> Bool {
    part.hasPrefix("+") || part.hasPrefix("-")
  }

  private static func isName(_ part: String) -> Bool {
    (1...64).contains(part.utf8.count)
      && part.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
          UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  /// The values that people use most: the machine, and the levels of each target.
  public static let commonNames = ["native"] + Target.all.flatMap(\.levels)

  /// The value as it is written on the command line.
  /// - Parameter target: The target whose baseline is named.
  public func name(for target: Target) -> String {
    let name =
      switch base {
      case .native: "native"
      case .baseline: target.baselineName
      case .named(let name): name
      }
    return ([name] + changes).joined(separator: ",")
  }
}
