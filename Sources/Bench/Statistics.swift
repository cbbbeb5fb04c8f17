// Statistics about the samples of one quantity.

/// The middle of some samples, and how far they lie from each other.
public struct Summary: Sendable, Equatable {
  public let median: Double
  /// Half of the distance between the quartiles. One run in two is within it.
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

  /// Interpolates linearly between two samples.
  static func quantile(_ fraction: Double, of sorted: [Double]) -> Double {
    let position = fraction * Double(sorted.count - 1)
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
  }

  /// The ratio to the median of `base`. Its spread is the sum of both relative spreads, an upper bound. nil when
  /// `base` took no measurable time.
  func ratio(to base: Summary) -> Summary? {
    guard base.median > 0, median > 0 else { return nil }
    let ratio = median / base.median
    return Summary(
      median: ratio, spread: ratio * (spread / median + base.spread / base.median))
  }
}
