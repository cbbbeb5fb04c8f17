// Integers that machine words represent: equations that wrap, loops with two entries, lanes that a vector does not
// have.
import Testing

private let outside = "an access that may lie outside guest memory"
private let outsideObject = "an access that may lie outside its object"

/// A function in which `made` defines an index `%i`, which an access then uses.
private func indexed(_ made: String) -> String {
  function(
    """
      \(made)
      %p = getelementptr i8, ptr %base, i64 %i
      store i8 1, ptr %p
      ret void
    """)
}

/// A use that keeps a value from being removed.
private let keepMask =
  "store volatile i64 %m, ptr getelementptr (i8, ptr @swasm_main_state, i64 192)"

@Suite struct EquationTests {
  /// `%s` is `value << shift`, and `%m` has the bits `bits` of it. The access uses `index`.
  private func mask(shift: Int, bits: String, of value: String = "%w", index: String = "%m")
    -> String
  {
    indexed(
      """
        %s = shl i64 \(value), \(shift)
        %m = and i64 %s, \(bits)
        \(keepMask)
        %i = add i64 \(index), 0
      """)
  }

  @Test func aMaskOfAShiftedWordDoesNotBoundTheWord() throws {
    try expectProven(mask(shift: 8, bits: "65280"))
    try expectProven(indexed("%z = zext i32 %a to i64\n  %i = and i64 %z, -256"))
    try expectRefused(mask(shift: 32, bits: "1095216660480", index: "%w"), outside)
    try expectRefused(mask(shift: 8, bits: "65280", index: "%w"), outside)
    try expectRefused(mask(shift: 8, bits: "65280", index: "%s"), outside)
  }

  @Test func aRemainderDoesNotBoundAWordNear2To63() throws {
    func text(_ y: String, _ mask: String = "7") -> String {
      indexed(
        """
          %o = or i64 %w, -9223372036854775808
          %y = \(y)
          %m = and i64 %y, \(mask)
          \(keepMask)
          %i = add i64 %y, 0
        """)
    }
    try expectProven(text("and i64 %o, 4095"))
    try expectRefused(text("add i64 %o, -9223372036854775808"), outside)
    try expectRefused(text("xor i64 %o, -9223372036854775808"), outside)
    try expectRefused(text("sub i64 %o, -9223372036854775808"), outside)
    try expectRefused(text("add i64 %o, -9223372036854775808", "-8"), outside)
    try expectRefused(text("add i64 %o, -9223372036854775807"), outside)
  }

  @Test func aLoopWhoseBoundWrapsIsUnbounded() throws {
    func text(least: String, most: String, moved: String, used: String) -> String {
      function(
        """
          %c1 = icmp ugt i64 %w, \(least)
          %c2 = icmp ult i64 %w, \(most)
          %c12 = and i1 %c1, %c2
          br i1 %c12, label %pre, label %no
        pre:
          %s = add i64 %w, \(moved)
          br label %loop
        loop:
          %i = phi i64 [ %s, %pre ], [ %j, %loop ]
          %p = getelementptr i8, ptr %base, i64 \(used)
          store volatile i8 1, ptr %p
          %j = add i64 %i, 1
          %c = icmp ult i64 %j, 250
          br i1 %c, label %loop, label %no
        no:
          ret void
        """)
    }
    func near2To63(_ used: String) -> String {
      text(
        least: "9223372036854775707", most: "9223372036854775807", moved: "-9223372036854775708",
        used: used)
    }
    try expectProven(near2To63("%i"))
    try expectProven(text(least: "100", most: "201", moved: "-101", used: "%w"))
    try expectRefused(near2To63("%w"), outside)
  }

  /// A store to the element `value` mod 8 of an array that has one element. Before it, comparisons exclude some numbers
  /// for `%w` mod 8. `%w1` is `%w` + 1.
  private func neighbours(_ excluded: [Int], _ value: String = "%w1") -> String {
    let checks = excluded.enumerated().map { position, number in
      """
        %c\(position) = icmp eq i64 %r, \(number)
        br i1 %c\(position), label %no, label %k\(position)
      k\(position):
      """
    }
    return function(
      """
        %s = alloca [1 x i64]
        %r = and i64 %w, 7
        %w1 = add i64 %w, 1
        %x = and i64 \(value), 7
      \(checks.joined(separator: "\n"))
        %p = getelementptr i64, ptr %s, i64 %x
        store i64 %w, ptr %p
        ret void
      no:
        call void @llvm.ubsantrap(i8 5)
        unreachable
      """)
  }

  @Test func impossibleRemaindersExcludeNothing() throws {
    try expectProven(neighbours(Array(0...6)))
    try expectRefused(neighbours(Array(1...6)), outsideObject)
    try expectRefused(neighbours(Array(8...14)), outsideObject)
    try expectRefused(neighbours((-8...(-2)).map { $0 }), outsideObject)
    try expectRefused(neighbours(Array(0...6), "%w"), outsideObject)
  }

  /// A divisor that may be 0 is at least 1 (Operands.h).
  @Test func divisionByZeroHasNoBound() throws {
    func text(_ operation: String, of value: String = "%w") -> String {
      indexed(
        """
          %y = zext i32 %b to i64
          %y1 = add i64 %y, 1
          %none = and i64 %y, 0
          %i = \(operation) i64 \(value)
        """)
    }
    try expectProven(text("urem", of: "%w, 4096"))
    try expectProven(text("urem", of: "%w, %y1"))
    try expectProven(text("udiv", of: "%w, 1073741824"))
    for (operation, value) in [("urem", "%w"), ("urem", "%y"), ("udiv", "%y")] {
      #expect(try failures(text(operation, of: "\(value), 0"))["f"] != nil)
      try expectProven(text(operation, of: "\(value), %none"))
      try expectProven(text(operation, of: "\(value), %y"))
    }
    #expect(try failures(text("udiv", of: "%w, %y"))["f"] != nil)
  }
}

@Suite struct CycleTests {
  /// Two blocks, A and B, that lead to each other. With `both` the entry leads to both. With `inner` there is another
  /// loop before the access.
  private func cycle(both: Bool, index: String = "%r", inner: Bool = false) -> String {
    let way = both ? "br i1 %c0, label %A, label %B" : "br label %A"
    let first = both ? "[ 0, %entry ], " : ""
    let to = inner ? "join" : "C"
    return function(
      """
        %c0 = icmp eq i32 %a, 0
        \(way)
      A:
        %p = phi i64 [ 0, %entry ], [ %t, %B2 ]
        %r = phi i64 [ 0, %entry ], [ %s, %B2 ]
        %c1 = icmp ult i64 %p, 2
        br i1 %c1, label %\(to), label %B
      \(inner ? "join:\n  %r2 = phi i64 [ \(index), %A ], [ %again, %join ]\n  %again = add i64 %r2, 0\n  %v = load volatile i32, ptr %base\n  %ci = icmp eq i32 %v, 0\n  br i1 %ci, label %join, label %C" : "")
      C:
        %addr = getelementptr i8, ptr %base, i64 \(inner ? "%r2" : index)
        store volatile i8 1, ptr %addr
        br label %B
      B:
        %q = phi i64 \(first)[ %p, %A ], [ %p, %C ]
        %s = shl i64 %q, 30
        %t = load volatile i64, ptr %base
        %c2 = icmp eq i64 %t, 77
        br i1 %c2, label %end, label %B2
      B2:
        br label %A
      end:
        ret void
      """)
  }

  @Test func valuesOfAnotherIterationProveNothing() throws {
    try expectProven(cycle(both: true, index: "%p"))
    try expectProven(cycle(both: false, index: "%p"))
    for inner in [false, true] {
      try expectRefused(cycle(both: true, inner: inner), outside)
      try expectRefused(cycle(both: false, inner: inner), outside)
    }
  }

  @Test func pathsThatMeetInACycleAreToldApart() throws {
    /// A diamond in a loop with one or two entries.
    func text(both: Bool) -> String {
      function(
        """
          %z = zext i32 %a to i64
          %c0 = icmp eq i32 %b, 0
          br i1 %c0, label %A, label %\(both ? "B" : "A")
        A:
          %c1 = icmp ult i64 %w, 4096
          br i1 %c1, label %small, label %join
        small:
          br label %join
        join:
          %i = phi i64 [ %w, %small ], [ %z, %A ]
          %p = getelementptr i8, ptr %base, i64 %i
          store volatile i8 1, ptr %p
          br label %B
        B:
          %t = load volatile i64, ptr %base
          %c2 = icmp eq i64 %t, 77
          br i1 %c2, label %end, label %A
        end:
          ret void
        """)
    }
    try expectProven(text(both: false))
    // The interval of each path, at its own place, needs no splitting.
    try expectProven(text(both: true))
  }
}

@Suite struct LaneTests {
  private let vector =
    "%v = shufflevector <4 x i64> <i64 1, i64 2, i64 3, i64 4>, <4 x i64> <i64 5, i64 6, i64 7, i64 8>, <2 x i32> <i32 1, i32 6>"

  @Test func lanesBeyondAVectorAreUndefined() throws {
    func text(_ lane: String, from: String = "%v") -> String {
      indexed(
        """
          \(vector)
          %u = insertelement <2 x i64> %v, i64 9, i64 1
          \(from == "%far" ? "%far = insertelement <2 x i64> %v, i64 9, i64 2" : "")
          %sum = add <2 x i64> %v, %u
          %i = extractelement <2 x i64> \(from), i64 \(lane)
        """)
    }
    for from in ["%v", "%u", "%sum", "<i64 3, i64 4>"] {
      try expectProven(text("0", from: from))
      try expectProven(text("1", from: from))
      for lane in ["2", "3", "4095", "4096", "4294967297", "-1"] {
        #expect(try failures(text(lane, from: from))["f"] != nil, "\(from) \(lane)")
      }
    }
    #expect(try failures(text("0", from: "%far"))["f"] != nil)
  }

  @Test func lanesBeyondAVectorOfPointersAreUndefined() throws {
    func text(_ lane: String, inserted: String = "0") -> String {
      function(
        """
          %one = insertelement <2 x ptr> poison, ptr %base, i64 \(inserted)
          %all = shufflevector <2 x ptr> %one, <2 x ptr> poison, <2 x i32> zeroinitializer
          %p = extractelement <2 x ptr> %all, i64 \(lane)
          store i8 1, ptr %p
          ret void
        """)
    }
    try expectProven(text("0"))
    try expectProven(text("1"))
    for lane in ["2", "3", "4095", "4096", "-1"] {
      #expect(try failures(text(lane))["f"] != nil, "\(lane)")
    }
    #expect(try failures(text("0", inserted: "2"))["f"] != nil)
  }
}
