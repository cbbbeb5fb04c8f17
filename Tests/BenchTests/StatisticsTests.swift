// Medians, spreads, ratios, and how numbers are written.

import System
import Testing

@testable import Bench

@Suite struct StatisticsTests {
  @Test(
    arguments: [
      ([3.0], 3, 0), ([1, 3], 2, 0.5), ([5, 1, 3], 3, 1), ([4, 1, 3, 2], 2.5, 0.75),
      ([10, 1, 2, 3, 4], 3, 1),
    ] as [([Double], Double, Double)])
  func medianAndHalfTheQuartileDistance(samples: [Double], median: Double, spread: Double) {
    #expect(Summary(samples) == Summary(median: median, spread: spread))
  }

  @Test func noSamplesHaveNoMedian() { #expect(Summary([]) == nil) }

  @Test func ratiosAddRelativeSpreads() throws {
    let base = Summary(median: 2, spread: 0.5)
    let ratio = try #require(Summary(median: 8, spread: 0.8).ratio(to: base))
    #expect(ratio.median == 4)
    #expect(abs(ratio.spread - 4 * (0.1 + 0.25)) < 1e-12)
  }

  @Test func aTimeOfZeroHasNoRatio() {
    let none = Summary(median: 0, spread: 0)
    #expect(Summary(median: 1, spread: 0).ratio(to: none) == nil)
    #expect(none.ratio(to: Summary(median: 1, spread: 0)) == nil)
  }

  @Test(arguments: [
    (0.0, 2, "0.00"), (1.005, 1, "1.0"), (0.05, 1, "0.1"), (12.345, 2, "12.35"), (-1.25, 1, "-1.3"),
    (-0.001, 1, "0.0"), (99.96, 1, "100.0"), (7, 0, "7"), (.infinity, 1, "–"),
  ])
  func numbersAreRounded(value: Double, digits: Int, text: String) {
    #expect(value.fixed(digits) == text)
  }

  @Test(arguments: [
    (0.0000123, "12.3 µs"), (0.00098, "980 µs"), (0.00123, "1.23 ms"), (0.0456, "45.6 ms"),
    (0.9996, "1.00 s"), (0.512, "512 ms"), (1.234, "1.23 s"), (123.4, "123 s"),
  ])
  func durationsHaveTheUnitThatSuits(seconds: Double, text: String) {
    #expect(durationText(seconds) == text)
  }

  @Test func spreadsHaveTheUnitOfTheMedian() {
    #expect(durationText(1.5, spread: 0.004) == "1.50 ± 0.00 s")
    #expect(durationText(0.0456, spread: 0.0012) == "45.6 ± 1.2 ms")
  }

  @Test(arguments: [
    (0, "0 KiB"), (812 << 10, "812 KiB"), (3 << 20, "3.0 MiB"), (1500 << 20, "1.46 GiB"),
  ])
  func sizesHaveTheUnitThatSuits(bytes: Int, text: String) { #expect(sizeText(bytes) == text) }
}
