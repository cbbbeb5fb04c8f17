// The questions of a script to the host, and how answers are judged.

import Foundation
import Testing

@testable import TestSupport

private let script = """
  {"commands": [
    {"type": "module", "line": 1, "name": "A", "filename": "a.wasm", "module_type": "binary"},
    {"type": "register", "line": 2, "name": "A", "as": "lib"},
    {"type": "module", "line": 3, "filename": "b.wasm", "module_type": "binary"},
    {"type": "assert_return", "line": 4, "action": {"type": "invoke", "module": "A", "field": "f",
      "args": [{"type": "i32", "value": "5"}]}, "expected": [{"type": "i32", "value": "6"}]},
    {"type": "assert_trap", "line": 5, "action": {"type": "invoke", "field": "", "args": []},
      "text": "undefined element"},
    {"type": "assert_invalid", "line": 6, "filename": "bad.wasm", "module_type": "binary", "text": "t"},
    {"type": "assert_malformed", "line": 7, "filename": "x.wat", "module_type": "text", "text": "t"},
    {"type": "assert_unlinkable", "line": 8, "filename": "c.wasm", "module_type": "binary",
      "text": "unknown import"},
    {"type": "module", "line": 9, "filename": "bad.wasm", "module_type": "binary"},
    {"type": "assert_return", "line": 10, "action": {"type": "get", "field": "g"},
      "expected": [{"type": "i32", "value": "1"}]}
  ]}
  """

private func makePlan() throws -> WastPlan {
  let modules = ["a.wasm", "b.wasm", "c.wasm"]
  func verdict(_ file: String) -> ModuleVerdict {
    modules.firstIndex(of: file).map { .compiled(index: $0) } ?? .invalid("no good")
  }
  return WastPlan(
    try WastScript(json: Data(script.utf8)), preludes: [], compile: verdict, inspect: verdict)
}

private func judge(_ answers: [String]) throws -> [Int: WastOutcome] {
  let output = "externs 1000 10\n" + answers.map { $0 + "\n" }.joined()
  let host = HostAnswers(output: output, ending: "it ended")
  let outcomes = try makePlan().steps.map { ($0.command.line, host.judge($0.check)) }
  return Dictionary(uniqueKeysWithValues: outcomes)
}

@Suite struct WastPlanTests {
  @Test func namesAndTheCurrentModuleBecomeSlots() throws {
    #expect(
      try makePlan().hostLines == [
        "new 0 0", "register 0 6c6962", "new 1 1", "invoke 0 66 5:0", "invoke 1 -", "new 2 2",
      ])
  }

  @Test func expectedAnswersPass() throws {
    let outcomes = try judge([
      "ok", "ok", "ok", "ok 6:0", "trap undefined element", "unlinkable unknown import",
    ])
    for line in [1, 2, 3, 4, 5, 6, 8] { #expect(outcomes[line] == .passed, "line \(line)") }
    #expect(outcomes[7] == .skipped("text format"))
  }

  @Test func memoriesThatDoNotFitHaveASecondWording() {
    let host = HostAnswers(
      output: """
        externs 1000 10
        unlinkable incompatible import type of memory
        unlinkable incompatible import type
        unlinkable unknown import

        """, ending: "it ended")
    let wording = "memory types incompatible"
    #expect(host.judge(.unlinkable(wording, answer: 0)) == .passed)
    #expect(host.judge(.unlinkable("incompatible import type", answer: 0)) == .passed)
    #expect(host.judge(.unlinkable(wording, answer: 1)) != .passed)
    #expect(host.judge(.unlinkable(wording, answer: 2)) != .passed)
  }

  @Test func otherAnswersFail() throws {
    let outcomes = try judge([
      "ok", "ok", "trap unreachable", "ok 7:0", "ok", "unlinkable incompatible import type",
    ])
    for line in [3, 4, 5, 8] {
      guard case .failed = outcomes[line] else {
        Issue.record("line \(line): \(String(describing: outcomes[line]))")
        continue
      }
    }
  }

  @Test func aModuleThatDoesNotCompileFailsWhatNeedsIt() throws {
    guard case .failed(let reason) = try judge([])[10] else {
      Issue.record("it did not fail")
      return
    }
    #expect(reason.contains("line 9"))
  }

  @Test func missingAnswersFail() throws {
    let outcomes = try judge(["ok", "ok", "ok"])
    #expect(outcomes[3] == .passed)
    #expect(outcomes[4] == .failed("no answer: it ended"))
    #expect(outcomes[5] == .failed("no answer: it ended"))
  }

  @Test func tooFewResultsFail() throws {
    let outcomes = try judge(["ok", "ok", "ok", "ok", "trap undefined element"])
    #expect(outcomes[4] == .failed("0 results, expected [i32 6]"))
  }
}

@Suite struct WastExpectationsTests {
  private let results = [
    WastResult(line: 3, kind: "assert_return", outcome: .passed),
    WastResult(line: 4, kind: "assert_return", outcome: .failed("x")),
  ]

  @Test func anExpectedFailureIsSkipped() throws {
    let list = try WastExpectations(parsing: "# comment\n\ng/a.wast:4 because # more\n")
    let applied = list.apply(to: results, file: "g/a.wast")
    #expect(applied.map(\.outcome) == [.passed, .skipped("expected failure: because ")])
  }

  @Test func anUnexpectedPassFails() throws {
    let list = try WastExpectations(parsing: "g/a.wast:3 because")
    let applied = list.apply(to: results, file: "g/a.wast")
    #expect(applied[0].outcome == .failed("passed, but is listed as a failure: because"))
    #expect(applied[1].outcome == .failed("x"))
  }

  @Test func aListedFileThatPassesFails() throws {
    let list = try WastExpectations(parsing: "g/a.wast because")
    #expect(
      list.apply(to: results, file: "g/a.wast").map(\.outcome) == [
        .passed, .skipped("expected failure: because"),
      ])
    let passing = list.apply(to: [results[0]], file: "g/a.wast")
    guard case .failed = passing.last?.outcome else {
      Issue.record("\(passing)")
      return
    }
  }

  @Test func aLineWithoutAReasonIsRefused() {
    #expect(throws: WastExpectations.SyntaxError.self) {
      try WastExpectations(parsing: "g/a.wast")
    }
  }

  @Test func resultsSurviveTheirLineFormat() throws {
    // A tab in a reason becomes a space.
    for (outcome, again) in [
      (WastOutcome.passed, WastOutcome.passed), (.failed("a b\tc"), .failed("a b c")),
      (.skipped(""), .skipped("")),
    ] {
      let result = WastResult(line: 12, kind: "assert_trap", outcome: outcome)
      let read = try #require(WastResult(encoded: Substring(result.encoded)))
      #expect(read.line == 12 && read.kind == "assert_trap" && read.outcome == again)
    }
  }
}
