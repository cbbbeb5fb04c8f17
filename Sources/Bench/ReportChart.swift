// A report as an SVG picture. Each engine that was measured has a bar whose length is its processor time. A bar that
// would leave the others no room is cut, with its figure beside it. Colours follow the viewer's light or dark scheme.

import System

extension Report {
  /// A whole SVG document.
  public func chart() -> String {
    // The fastest first. Engines that are not installed are not shown.
    let measured = results.compactMap { result in ratio(result).map { (result, $0) } }
      .sorted { $0.1.median < $1.1.median }
    let others = results.filter { $0.cost == nil && $0.outcome != .notFound }
    let layout = ChartLayout(ratios: measured.map(\.1.median), remarks: others.count)
    var lines = layout.opening(title: title, subtitle: subtitle)
    for (index, (result, ratio)) in measured.enumerated() {
      lines += layout.bar(index, result, ratio, isOurs: result == results.first)
    }
    for (index, result) in others.enumerated() {
      lines.append(
        layout.text(
          ChartLayout.margin, layout.remarkY(index), "\(result.name): \(result.outcome.reason())",
          style: "note"))
    }
    return (lines + ["</svg>", ""]).joined(separator: "\n")
  }

  private var title: String {
    let name = module.split(at: "/").last ?? module
    let command = ([name] + arguments).map(\.description).joined(separator: " ")
    return command.count > 70 ? command.prefix(69) + "…" : command
  }

  private var subtitle: String {
    "processor time, median of \(runs) \(runs == 1 ? "run" : "runs"), relative to swasmc; shorter is faster"
  }
}

private struct ChartLayout {
  static let margin = 24.0
  private static let width = 760.0
  private static let barsX = 176.0
  private static let barsWidth = 384.0
  private static let top = 84.0
  private static let rowHeight = 34.0
  private static let barHeight = 20.0

  private let rows: Int
  private let remarks: Int
  /// The ratio at the end of the space for bars.
  private let full: Double

  init(ratios: [Double], remarks: Int) {
    rows = ratios.count
    self.remarks = remarks
    // A bar is cut if it is more than four times as long as the bar before it, and as swasmc's.
    let sorted = ratios.sorted()
    var full = max(1, sorted.first ?? 1)
    for ratio in sorted {
      if ratio > 4 * full { break }
      full = max(full, ratio)
    }
    self.full = full
  }

  private var height: Double {
    remarkY(remarks) + (remarks > 0 ? 6 : 0)
  }

  func remarkY(_ index: Int) -> Double {
    Self.top + Double(rows) * Self.rowHeight + 18 + Double(index) * 20
  }

  func opening(title: String, subtitle: String) -> [String] {
    let (width, height) = (Self.width.fixed(0), height.fixed(0))
    return [
      """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" \
      height="\(height)" role="img" font-family="system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif">
      """,
      """
      <style>
      .card { fill: #ffffff; stroke: #d0d7de } .name { fill: #1f2328; font-size: 14px }
      .title { fill: #1f2328; font-size: 16px; font-weight: 600 } .note { fill: #59636e; font-size: 12px }
      .ours { fill: #d9480f } .other { fill: #8c959f }
      @media (prefers-color-scheme: dark) {
      .card { fill: #0d1117; stroke: #3d444d } .name, .title { fill: #f0f6fc } .note { fill: #9198a1 }
      .ours { fill: #ff922b } .other { fill: #656c76 }
      }
      </style>
      """,
      "<title>\(Self.escaped(title)): \(Self.escaped(subtitle))</title>",
      """
      <rect class="card" x="0.5" y="0.5" width="\((Self.width - 1).fixed(0))" \
      height="\((self.height - 1).fixed(0))" rx="8"/>
      """,
      text(Self.margin, 36, title, style: "title"), text(Self.margin, 58, subtitle, style: "note"),
    ]
  }

  func bar(_ index: Int, _ result: EngineResult, _ ratio: Summary, isOurs: Bool) -> [String] {
    let y = Self.top + Double(index) * Self.rowHeight
    let isCut = ratio.median > full
    let length = max(2, Self.barsWidth * min(1, ratio.median / full))
    let end = Self.barsX + length
    let style = isOurs ? "ours" : "other"
    let shape =
      isCut
      // An arrowhead at the end of a bar shows that the bar was cut.
      ? """
      <path class="\(style)" d="M\(Self.barsX.fixed(0)) \(y.fixed(1))H\((end - 10).fixed(1))l10 \
      \((Self.barHeight / 2).fixed(1))l-10 \((Self.barHeight / 2).fixed(1))H\(Self.barsX.fixed(0))z"/>
      """
      : """
      <rect class="\(style)" x="\(Self.barsX.fixed(0))" y="\(y.fixed(1))" width="\(length.fixed(1))" \
      height="\(Self.barHeight.fixed(0))" rx="2"/>
      """
    let time = result.cost.map { durationText($0.processor.median) } ?? ""
    return [
      text(Self.margin, y + 15, Self.name(result), style: "name"), shape,
      text(end + 8, y + 15, "\(ratioText(ratio, spread: false))× · \(time)", style: "name"),
    ]
  }

  func text(_ x: Double, _ y: Double, _ content: String, style: String) -> String {
    let shown = content.count > 116 ? content.prefix(115) + "…" : content
    return """
      <text class="\(style)" x="\(x.fixed(1))" y="\(y.fixed(1))">\(Self.escaped(shown))</text>
      """
  }

  private static func name(_ result: EngineResult) -> String {
    let title = [result.name, result.version].filter { !$0.isEmpty }.joined(separator: " ")
    return title.count > 20 ? title.prefix(19) + "…" : title
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }
}
