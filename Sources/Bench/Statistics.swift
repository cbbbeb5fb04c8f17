// What is said of the samples of one quantity. Input: numbers; output: numbers.

/// The middle of some samples, and how far they lie from each other.
public struct Summary: Sendable, Equatable {
  public let median: Double
  /// Half of the distance between the quartiles: what one run in two stays within.
  public let spread: Double

  /// nil without samples.
  public init?(_ samples: [Double]) {
    guard !samples.isEmpty else { return nil }
    let sorted = samples.sorted()
    median = Self.quantile(0.5, of: sorted)
    spread = (Self.quantile(0.75, of: sorted) - Self.quantile(0.25, of: sorted)) / 2
  }

  init(median: Double, spread: Double) {
    self.median = median
    self.spread = spread
  }

  /// Between two samples, on the straight line from one to the other.
  static func quantile(_ fraction: Double, of sorted: [Double]) -> Double {
    let position = fraction * Double(sorted.count - 1)
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
  }

  /// Relative to the median of `base`. The spread is the sum of both relative spreads, the most that it may be.
  /// nil when `base` took no time that could be measured.
  func ratio(to base: Summary) -> Summary? {
    guard base.median > 0, median > 0 else { return nil }
    let ratio = median / base.median
    return Summary(
      median: ratio, spread: ratio * (spread / median + base.spread / base.median))
  }
}
