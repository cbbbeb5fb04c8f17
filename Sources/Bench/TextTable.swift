// A report for a terminal: a heading, a table and notes.

import System

extension Report {
  /// The whole report as lines of text, the last with its newline.
  public func table() -> String {
    var lines = [heading, ""]
    var rows = [["engine", "processor time", "× swasmc", "wall time", "peak memory", "compiling"]]
    for result in results {
      let title = [result.name, result.version].filter { !$0.isEmpty }.joined(separator: " ")
      guard let cost = result.cost else {
        rows.append([title, result.outcome.reason()])
        continue
      }
      rows.append([
        title, durationText(cost.processor.median, spread: cost.processor.spread),
        ratio(result).map { ratioText($0, spread: result != results.first) } ?? "–",
        durationText(cost.wall.median), sizeText(cost.peakBytes),
        result.compileSeconds.map { durationText($0) } ?? result.kind.shortText,
      ])
    }
    lines += Self.aligned(rows)
    lines += [
      "",
      "Times are medians, ± half the distance between the quartiles; processor time is user + system time.",
    ]
    lines += notes.map { "Note: \($0)." }
    return lines.joined(separator: "\n") + "\n"
  }

  private var heading: String {
    let command = ([module] + arguments).map(\.description).joined(separator: " ")
    let options = optionsText.isEmpty ? "" : " (swasmc \(optionsText))"
    return "\(command): \(runs) \(runs == 1 ? "run" : "runs") each, in turn\(options)"
  }

  /// Aligns the first column to the left and the others to the right. A row of two has a remark.
  private static func aligned(_ rows: [[String]]) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    var widths = [Int](repeating: 0, count: columns)
    for row in rows {
      for (column, cell) in row.enumerated() where column == 0 || row.count > 2 {
        widths[column] = max(widths[column], cell.count)
      }
    }
    return rows.map { row in
      var line = pad(row[0], to: widths[0], left: true)
      for (column, cell) in row.enumerated().dropFirst() {
        line += "  " + (row.count == 2 ? cell : pad(cell, to: widths[column], left: false))
      }
      return line
    }
  }

  private static func pad(_ text: String, to width: Int, left: Bool) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return left ? text + space : space + text
  }
}

extension Engine.Kind {
  fileprivate var shortText: String {
    switch self {
    case .interpreter: "interprets"
    case .justInTime: "at each start"
    case .aheadOfTime: ""
    }
  }
}
