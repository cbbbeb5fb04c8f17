// Which loops get a jump for each of their cases, and that values of the round before stay those.
import Testing

/// An interpreter of six instructions. Two share how they end; one decides which instruction comes next.
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
  /// The two that share their end share no jump.
  @Test func eachWayGetsItsOwnJump() throws {
    let text = try split(interpreter(), by: "copy-dispatch")
    #expect(switches(in: text) == 8, "\(text)")
    #expect(text.components(separatedBy: "= load i32").count - 1 == 8)
    #expect(
      text.components(separatedBy: "add i32 %c, 1").count - 1 == 0,
      "the shared end is copied, and gone")
  }

  /// What case 3 takes over is what the dispatch before this one had loaded, not what its own copy loads.
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

  /// Then the ways to the shared end have one jump.
  @Test func endThatCallsIsNotCopied() throws {
    let text = try split(interpreter(tail: "call void @something()"), by: "copy-dispatch")
    #expect(switches(in: text) == 6, "\(text)")
  }
}

private func manyInstructions(_ count: Int) -> String {
  (0..<count).map { "%x\($0) = add i32 %at, \($0 + 5)" }.joined(separator: "\n")
}
