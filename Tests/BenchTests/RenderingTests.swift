// Reports as a table, as JSON and as a picture. The golden files are in Goldens. With RECORD_GOLDENS=1 they are written
// anew.

import Driver
import Foundation
import System
import Testing

@testable import Bench

@Suite struct RenderingTests {
  private func expectGolden(_ text: String, _ name: String) throws {
    let path = (#filePath as NSString).deletingLastPathComponent + "/Goldens/" + name
    if ProcessInfo.processInfo.environment["RECORD_GOLDENS"] != nil {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
  }

  @Test func tableShowsEveryOutcome() throws {
    try expectGolden(try sampleReport().table(), "report.txt")
  }

  @Test func pictureShowsEveryOutcome() throws {
    let chart = try sampleReport().chart()
    try expectGolden(chart, "report.svg")
    #expect(chart.contains("app &amp; more.wasm 10%"))
    #expect(chart.contains("&lt;no&gt; &quot;x&quot;"))
  }

  @Test func jsonHasEveryOutcome() throws {
    let text = try sampleReport().json()
    try expectGolden(text, "report.json")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let engines = try #require(object["engines"] as? [[String: Any]])
    #expect(engines.count == 8)
    #expect(engines[2]["peakBytes"] as? Int == 812 << 10)
    #expect(engines[5]["reason"] as? String == "FAILED: it ended with status 1: <no> \"x\"")
  }

  @Test func jsonEscapesItsStrings() throws {
    let text = "a\"b\\c\nd\te\u{1}f\u{7f}é"
    let decoded = try JSONSerialization.jsonObject(
      with: Data(JSONWriter.quoted(text).utf8), options: .fragmentsAllowed)
    #expect(decoded as? String == text)
  }

  @Test func controlCharactersOfNamesAreReplaced() throws {
    var report = try sampleReport()
    let hostile = "a\u{1b}[31m\u{7}\n\u{9b}\u{202e}\u{2066}z"
    report.module = HostString(hostile)
    report.arguments = [HostString(hostile), HostString(bytes: [0xff])]
    for text in [report.table(), report.json(), report.chart()] {
      for scalar in text.unicodeScalars where scalar != "\n" {
        let category = scalar.properties.generalCategory
        #expect(category != .control && category != .format, "U+\(String(scalar.value, radix: 16))")
      }
    }
    #expect(report.table().hasPrefix("a?[31m?????z a?[31m?????z \u{fffd}: "))
    let object = try JSONSerialization.jsonObject(with: Data(report.json().utf8))
    #expect((object as? [String: Any])?["module"] as? String == hostile)
  }

  @Test func anEngineThatTakesTextGetsNoOtherBytes() throws {
    let invocation = Invocation(
      name: "a", arguments: [HostString(bytes: [0xff])], directories: [], environment: [])
    for engine in Engine.all {
      #expect((engine.refusal(invocation) != nil) == (engine.name == "node"))
    }
  }

  @Test func emptyObjectsAreJSON() throws {
    var writer = JSONWriter()
    writer.object {
      $0.object("a") { _ in }
      $0.objects("b", [Int]()) { _, _ in }
      $0.add("c", [String]())
      $0.add("d", Double.nan)
    }
    let object = try JSONSerialization.jsonObject(with: Data(writer.text.utf8))
    #expect((object as? [String: Any])?.keys.sorted() == ["a", "b", "c", "d"])
  }

  @Test func withoutSwasmcsTimeThereAreNoRatios() throws {
    var report = try sampleReport()
    report.results[0].outcome = .timedOut(seconds: 60)
    #expect(report.ratio(report.results[1]) == nil)
    #expect(report.table().contains("wasmkit 0.1.6"))
    #expect(!report.chart().contains("<rect class=\"other\""))
  }

  @Test func onlyContradictionsAreDisagreements() throws {
    var report = try sampleReport()
    #expect(report.hasDisagreement)
    report.results.removeLast()
    #expect(!report.hasDisagreement)
  }
}
