// Which loops get a jump for each of their cases. Values of the previous iteration must stay apart.
import Testing

/// An interpreter of six instructions. Three of them have a common end. One decides which instruction comes next.
private func interpreter(
  dispatch: String = "", tail: String = "", attributes: String = "", factor: Int = 1
) -> String {
  let labels = (0..<6).map { "i32 \($0 * factor), label %case\($0)" }.joined(separator: " ")
  return """
    declare void @something()
    define i32 @f(ptr %code, i32 %start) \(attributes) {
    entry:
      br label %dispatch
    dispatch:
      %at = phi i32 [ 0, %entry ], [ %next, %case0 ], [ %next, %shared ], [ %next, %case3 ], [ %next, %case4 ], [ %jump, %far ]
      %sum = phi i32 [ %start, %entry ], [ %a, %case0 ], [ %b, %shared ], [ %last, %case3 ], [ %sum, %case4 ], [ %sum, %far ]
      %last = phi i32 [ 0, %entry ], [ %current, %case0 ], [ %current, %shared ], [ %current, %case3 ], [ %current, %case4 ], [ 7, %far ]
      %place = getelementptr i32, ptr %code, i32 %at
      %current = load i32, ptr %place
      %next = add i32 %at, 1
      \(dispatch)
      switch i32 %current, label %exit [ \(labels) ]
    case0:
      %a = add i32 %sum, %last
      br label %dispatch
    case1:
      %c1 = mul i32 %sum, 3
      br label %shared
    case2:
      %c2 = xor i32 %sum, 5
      br label %shared
    shared:
      %c = phi i32 [ %c1, %case1 ], [ %c2, %case2 ], [ %sum, %case5 ]
      %b = add i32 %c, 1
      \(tail)
      br label %dispatch
    case3:
      br label %dispatch
    case4:
      %odd = trunc i32 %sum to i1
      br i1 %odd, label %dispatch, label %far
    far:
      %jump = add i32 %at, 2
      br label %dispatch
    case5:
      br label %shared
    exit:
      %result = add i32 %sum, %next
      ret i32 %result
    }
    """
}

private func switches(in text: String) -> Int {
  text.components(separatedBy: "switch i32").count - 1
}

@Suite struct DispatchCopyTests {
  /// The three cases with a common end get separate jumps.
  @Test func eachCaseGetsItsOwnJump() throws {
    let text = try split(interpreter(), by: "copy-dispatch")
    #expect(switches(in: text) == 8, "\(text)")
    #expect(text.components(separatedBy: "= load i32").count - 1 == 8)
    #expect(
      text.components(separatedBy: "add i32 %c, 1").count - 1 == 0,
      "the shared end is copied, and gone")
  }

  /// Case 3 uses the value that the previous dispatch loaded, not the value that its own copy loads.
  @Test func valueOfTheRoundBeforeIsKeptApart() throws {
    let text = try split(interpreter(), by: "copy-dispatch")
    let copy = try #require(
      text.components(separatedBy: "\n\n").first { $0.contains("; preds = %case3") })
    #expect(copy.contains("phi i32 [ %current"), "\(copy)")
  }

  @Test(arguments: [
    ("sparse cases", interpreter(factor: 5)),
    ("calls", interpreter(dispatch: "call void @something()")),
    ("a function for size", interpreter(attributes: "optsize")),
    ("a cold function", interpreter(attributes: "cold")),
    ("more than a copy should have", interpreter(dispatch: manyInstructions(12))),
  ])
  func loopStaysAsItIs(_ why: String, _ text: String) throws {
    #expect(switches(in: try split(text, by: "copy-dispatch")) == 1, "\(why)")
  }

  /// The case is reached by two edges from every copy, and needs the value only once for all that use it.
  @Test func caseOfTwoLabelsGetsOneValue() throws {
    let text = try split(
      loop(
        """
        switch i32 %x, label %exit [
          i32 0, label %c0 i32 1, label %c1 i32 2, label %c2 i32 3, label %c3 i32 4, label %twice i32 5, label %twice
          i32 6, label %dispatch ]
        """,
        """
        twice:
          store i32 %x, ptr %out
          store volatile i32 %x, ptr %out
          br label %dispatch
        """, after: ["c0", "c1", "c2", "c3", "twice", "dispatch"], cases: ["c0", "c1", "c2", "c3"]),
      by: "copy-dispatch")
    #expect(switches(in: text) == 6, "\(text)")
    let twice = try #require(text.components(separatedBy: "\n\n").first { $0.hasPrefix("twice:") })
    #expect(
      twice.components(separatedBy: "= phi").count - 1 == 2,
      "what it stores, and the next place: \(twice)")
  }

  /// Cases of the first dispatch lead to the second, even after the first has been copied.
  @Test func twoDispatchesInOneLoopAreCopied() throws {
    let first = (0..<6).map { "i32 \($0), label %a\($0)" }.joined(separator: " ")
    let second = (0..<6).map { "i32 \($0), label %b\($0)" }.joined(separator: " ")
    let blocks = (0..<6).map { i in
      """
      a\(i):
        %u\(i) = add i32 %x, \(i)
        br label %second
      b\(i):
        br label %dispatch
      """
    }
    let text = try split(
      loop(
        "switch i32 %x, label %exit [ \(first) ]",
        blocks.joined(separator: "\n") + """

          second:
            %u = phi i32 [ %u0, %a0 ], [ %u1, %a1 ], [ %u2, %a2 ], [ %u3, %a3 ], [ %u4, %a4 ], [ %u5, %a5 ]
            switch i32 %u, label %exit [ \(second) ]
          """, after: (0..<6).map { "b\($0)" }, cases: []), by: "copy-dispatch")
    #expect(switches(in: text) == 7 + 6, "\(text)")
  }

  /// Each of 127 cases would choose among 127 values of 50 variables.
  @Test func copiesThatCostTooMuchAreNotMade() throws {
    let names = (0..<127).map { "c\($0)" }
    let labels = names.enumerated().map { "i32 \($0), label %\($1)" }.joined(separator: " ")
    let variables = (0..<50).map { v in
      "%v\(v) = phi i32 [ 0, %entry ]" + names.map { ", [ %v\(v), %\($0) ]" }.joined()
    }
    let text = try split(
      loop(
        "switch i32 %x, label %exit [ \(labels) ]", "", after: names, cases: names,
        phis: variables.joined(separator: "\n")), by: "copy-dispatch")
    #expect(switches(in: text) == 1)
  }

  /// All edges to a common end that contains a call use one jump.
  @Test func endOfALoopThatCallsIsNotCopied() throws {
    let text = try split(interpreter(tail: "call void @something()"), by: "copy-dispatch")
    #expect(switches(in: text) == 6, "\(text)")
  }
}

private func manyInstructions(_ count: Int) -> String {
  (0..<count).map { "%x\($0) = add i32 %at, \($0 + 5)" }.joined(separator: "\n")
}

/// A loop that reads a word, and whose dispatch ends with `end`. The blocks `after` lead back to it; of these, `cases`
/// do nothing else.
private func loop(
  _ end: String, _ blocks: String, after: [String], cases: [String], phis: String = ""
) -> String {
  """
  define i32 @f(ptr %code, ptr %out) {
  entry:
    br label %dispatch
  dispatch:
    %at = phi i32 [ 0, %entry ]\(after.map { ", [ %next, %\($0) ]" }.joined())
    \(phis)
    %next = add i32 %at, 1
    %place = getelementptr i32, ptr %code, i32 %at
    %x = load i32, ptr %place
    \(end)
  \(cases.map { "\($0):\n  br label %dispatch" }.joined(separator: "\n"))
  \(blocks)
  exit:
    ret i32 %at
  }
  """
}
