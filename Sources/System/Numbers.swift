// Numbers for people, without Foundation: few digits, and a unit that fits.

extension Double {
  /// With this many digits after the point, rounded.
  package func fixed(_ digits: Int) -> String {
    guard isFinite else { return "–" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = (magnitude * scale).rounded()
    guard scaled < 9e15 else { return String(self) }
    let number = String(UInt64(scaled))
    let sign = self < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return sign + number }
    let padded = String(repeating: "0", count: max(0, digits + 1 - number.count)) + number
    return sign + padded.dropLast(digits) + "." + padded.suffix(digits)
  }

  /// How many digits after the point make three significant ones, at most `most`.
  package func digitsAfterPoint(most: Int) -> Int {
    switch magnitude {
    case ..<9.995: min(2, most)
    case ..<99.95: min(1, most)
    default: 0
    }
  }
}

/// A duration in a unit that fits, perhaps with its spread in the same unit: `1.23 s`, `45.6 ± 0.3 ms`.
package func durationText(_ seconds: Double, spread: Double? = nil) -> String {
  let (factor, unit): (Double, String) =
    seconds < 0.9995e-3 ? (1e6, "µs") : seconds < 0.9995 ? (1e3, "ms") : (1, "s")
  let digits = (seconds * factor).digitsAfterPoint(most: 2)
  let number = (seconds * factor).fixed(digits)
  guard let spread else { return "\(number) \(unit)" }
  return "\(number) ± \((spread * factor).fixed(digits)) \(unit)"
}

/// A size in a binary unit that fits: `812 KiB`, `3.1 MiB`.
package func sizeText(_ bytes: Int) -> String {
  let kibibytes = Double(bytes) / 1024
  if kibibytes < 1023.5 { return "\(kibibytes.fixed(0)) KiB" }
  let mebibytes = kibibytes / 1024
  return mebibytes < 1023.5
    ? "\(mebibytes.fixed(mebibytes < 99.95 ? 1 : 0)) MiB" : "\((mebibytes / 1024).fixed(2)) GiB"
}
