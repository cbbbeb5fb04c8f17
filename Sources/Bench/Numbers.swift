// Ratios for people.

import System

/// A ratio with or without its spread: `1.38 ± 0.02`, `97.4 ± 1.1`.
func ratioText(_ ratio: Summary, spread: Bool) -> String {
  let digits = ratio.median.digitsAfterPoint(most: 2)
  let number = ratio.median.fixed(digits)
  return spread ? "\(number) ± \(ratio.spread.fixed(digits))" : number
}
