// A report for programs. Times are in seconds, sizes in bytes. The names of members do not change.

import System

extension Report {
  /// One JSON object and a newline.
  public func json() -> String {
    var writer = JSONWriter()
    writer.object {
      $0.add("module", module)
      $0.add("arguments", arguments)
      $0.add("runs", runs)
      $0.add("swasmcOptions", optionsText)
      $0.add("notes", notes)
      $0.objects("engines", results) { writer, result in add(result, to: &writer) }
    }
    return writer.text + "\n"
  }

  private func add(_ result: EngineResult, to writer: inout JSONWriter) {
    writer.add("name", result.name)
    writer.add("version", result.version)
    writer.add("kind", result.kind.rawValue)
    writer.add("outcome", result.outcome.keyword)
    if result.cost == nil { writer.add("reason", result.outcome.reason()) }
    if let seconds = result.compileSeconds { writer.add("compileSeconds", seconds) }
    guard let cost = result.cost else { return }
    if let ratio = ratio(result) {
      writer.add("ratio", ratio.median)
      writer.add("ratioSpread", ratio.spread)
    }
    writer.add("processorSeconds", cost.processor.median)
    writer.add("processorSpread", cost.processor.spread)
    writer.add("wallSeconds", cost.wall.median)
    writer.add("wallSpread", cost.wall.spread)
    writer.add("peakBytes", cost.peakBytes)
    writer.add("processorSamples", cost.processorSamples)
    writer.add("wallSamples", cost.wallSamples)
  }
}
