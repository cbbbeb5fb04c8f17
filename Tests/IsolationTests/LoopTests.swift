// Loops over 64-bit addresses, with and without a bound of the number of iterations.
import Testing

private let outside = "an access that may lie outside guest memory"

/// A stream as the optimiser makes it, with some things to change.
private func stream(
  limit: String = "icmp ult i64 %count, 536870912", step: Int = 8, next: String = "add i64 %k, 1",
  leaves: String = "icmp uge i64 %next, %rounds"
) -> String {
  function(
    """
      %count = zext i32 %n to i64
      %z = zext i32 %a to i64
      %few = \(limit)
      br i1 %few, label %fast, label %slow
    fast:
      %rounds = add i64 %count, 1
      %root = getelementptr i8, ptr %base, i64 %z
      br label %loop
    loop:
      %k = phi i64 [ 0, %fast ], [ %next, %loop ]
      %o = mul i64 %k, \(step)
      %p = getelementptr i8, ptr %root, i64 %o
      store i64 0, ptr %p, align 1
      %next = \(next)
      %done = \(leaves)
      br i1 %done, label %slow, label %loop
    slow:
      ret void
    """)
}

@Suite struct StreamTests {
  @Test func streamsRunUpwardsAndDownwards() throws {
    try expectProven(stream())
    try expectProven(stream(step: -3))
  }

  @Test func streamsBeyondTheComparedRangeAreRefused() throws {
    for changed in [
      stream(limit: "icmp ne i64 %count, 536870912"), stream(step: 800), stream(step: -80),
      stream(next: "add i64 %k, 2", leaves: "icmp eq i64 %next, %rounds"),
      stream(leaves: "icmp uge i64 %next, %w"), stream(leaves: "icmp ult i64 %next, %rounds"),
      stream(leaves: "icmp eq i32 %b, 0"), stream(next: "add i64 %k, %w"),
      stream(next: "sub i64 %k, 1"), stream(limit: "icmp ugt i64 %count, 5", step: 16),
    ] {
      let found = try failures(changed)
      #expect(found["f"] == outside, "\(changed)")
    }
  }

  @Test func countsOf32BitsBoundALoop() throws {
    // At most 2^32 rounds of 4 bytes from an index of 32 bits.
    try expectProven(stream(limit: "icmp ult i64 %count, 4294967296", step: 4))
  }

  /// The code that LLVM's vectoriser makes from a stream.
  private func vector(
    least: Int = 16, mask: Int = -16, step: Int = 16, leaves: String = "eq i64 %next, %rest",
    upper: Int = 1_073_741_824
  ) -> String {
    function(
      """
        %count = zext i32 %n to i64
        %z = zext i32 %a to i64
        %few = icmp ult i64 %count, \(upper)
        br i1 %few, label %check, label %exit
      check:
        %rounds = add i64 %count, 1
        %short = icmp ult i64 %rounds, \(least)
        br i1 %short, label %exit, label %ready
      ready:
        %rest = and i64 %rounds, \(mask)
        %root = getelementptr i8, ptr %base, i64 %z
        br label %loop
      loop:
        %k = phi i64 [ 0, %ready ], [ %next, %loop ]
        %o = shl i64 %k, 2
        %p = getelementptr i8, ptr %root, i64 %o
        store <16 x i32> zeroinitializer, ptr %p, align 1
        %next = add nuw i64 %k, \(step)
        %done = icmp \(leaves)
        br i1 %done, label %exit, label %loop
      exit:
        ret void
      """)
  }

  @Test func anEqualityThatIsReachedEndsALoop() throws {
    try expectProven(vector())
    try expectProven(vector(step: 8))
  }

  /// The last rounds, at least one, are left to a loop behind this one.
  private func leaving(
    most: Int = 8, mask: Int = 7, compared: String = "eq i64 %part, 0", least: Int = 9,
    other: String = "%part"
  ) -> String {
    vector(least: least, step: 8).replacing(
      "%rest = and i64 %rounds, -16",
      with: """
        %part = and i64 %rounds, \(mask)
        %none = icmp \(compared)
        %left = select i1 %none, i64 \(most), i64 \(other)
        %rest = sub i64 %rounds, %left
        """)
  }

  @Test func theLastIterationsMayBeLeftToAnotherLoop() throws {
    try expectProven(leaving())
    try expectProven(leaving(most: 16, mask: 15, least: 17))
    for changed in [
      leaving(least: 8), leaving(most: 4), leaving(most: 9), leaving(mask: 3), leaving(mask: 6),
      leaving(most: 16),
      leaving(compared: "eq i64 %part, 1"), leaving(compared: "ne i64 %part, 0"),
      leaving(compared: "eq i64 %rounds, 0"), leaving(other: "%w"),
    ] {
      let found = try failures(changed)
      #expect(found["f"] == outside, "\(changed)")
    }
  }

  /// Two rounds at a time, if there are two. LLVM divides by multiplying, and compares what it multiplies.
  private func divided(
    by factor: Int = 858_993_459, compared: String = "eq i32 %span, 0", scale: Int = 20
  ) -> String {
    function(
      """
        %x = mul i32 %b, \(scale)
        %y = mul i32 %n, \(scale)
        %span = sub i32 %x, %y
        %m = mul i32 %span, \(factor)
        %count = lshr i32 %m, 2
        %many = zext i32 %count to i64
        %few = icmp ult i32 %m, 858993456
        br i1 %few, label %check, label %exit
      check:
        %rounds = add i64 %many, 1
        %none = icmp \(compared)
        br i1 %none, label %exit, label %ready
      ready:
        %even = and i64 %rounds, 536870910
        %z = zext i32 %a to i64
        %root = getelementptr i8, ptr %base, i64 %z
        br label %loop
      loop:
        %k = phi i64 [ 0, %ready ], [ %next, %loop ]
        %o = mul i64 %k, 20
        %p = getelementptr i8, ptr %root, i64 %o
        store i64 0, ptr %p, align 1
        %next = add i64 %k, 2
        %done = icmp eq i64 %next, %even
        br i1 %done, label %exit, label %loop
      exit:
        ret void
      """)
  }

  @Test func anOddMultipleOfANonzeroWordIsNonzero() throws {
    try expectProven(divided())
    try expectProven(divided(by: -858_993_459))
    for changed in [
      divided(by: 858_993_458), divided(scale: 10), divided(compared: "eq i32 %span, 4"),
      divided(compared: "ne i32 %span, 0"), divided(compared: "eq i32 %x, 0"),
    ] {
      let found = try failures(changed)
      #expect(found["f"] == outside, "\(changed)")
    }
  }

  @Test func anEqualityThatMayBeMissedEndsNoLoop() throws {
    for changed in [
      vector(least: 0), vector(least: 15), vector(mask: -8), vector(step: 32), vector(step: 15),
      vector(mask: -15), vector(leaves: "eq i64 %k, %rounds"),
    ] {
      let found = try failures(changed)
      #expect(found["f"] == outside, "\(changed)")
    }
  }
}

@Suite struct HardeningTests {
  @Test func assumptionsAreRemoved() throws {
    let text = try hardened(
      function(
        """
          %s = add nuw nsw i64 %w, 1
          %o = or disjoint i64 %s, 4
          %z = zext nneg i32 %a to i64
          %p = getelementptr inbounds nuw i8, ptr %base, i64 %z
          %v = load i32, ptr %p, !range !0, !noundef !1
          %c = icmp samesign ult i64 %o, 5
          call void @llvm.assume(i1 %c)
          ret void
        """) + "!0 = !{i32 0, i32 8}\n!1 = !{}\n")
    for word in [
      "nuw", "nsw", "disjoint", "nneg", "inbounds", "!range", "!noundef", "samesign",
      "call void @llvm.assume",
    ] {
      #expect(!text.contains(" \(word)"), "\(word)")
    }
  }

  @Test func unreachableCodeTraps() throws {
    let text = function("  unreachable")
    #expect(try hardened(text).contains("call void @llvm.trap()"))
    try expectProven(text)
  }

  @Test func anUnreachableDefaultOfASwitchIsAccepted() throws {
    try expectProven(
      function(
        """
          switch i32 %a, label %never [
            i32 0, label %zero
            i32 1, label %zero
          ]
        never:
          unreachable
        zero:
          ret void
        """))
  }

  @Test func poisonBecomesZero() throws {
    let text = function(
      """
        %c = icmp eq i32 %b, 0
        br i1 %c, label %one, label %join
      one:
        %z = zext i32 %a to i64
        br label %join
      join:
        %i = phi i64 [ %z, %one ], [ poison, %entry ]
        %p = getelementptr i8, ptr %base, i64 %i
        store i8 1, ptr %p
        ret void
      """)
    #expect(try hardened(text).contains("[ 0, %entry ]"))
    try expectProven(text)
  }
}

@Suite struct WebTests {
  /// A state that phis pass to each other, used as an index of 64 bits.
  private func web(_ widened: String) -> String {
    function(
      """
        br label %outer
      outer:
        %x = phi i64 [ 0, %entry ], [ %y, %inner ]
        %p = getelementptr i8, ptr %base, i64 %x
        %v = load volatile i8, ptr %p
        %z = \(widened)
        %c = icmp eq i32 %a, 0
        br i1 %c, label %inner, label %other
      other:
        br label %inner
      inner:
        %y = phi i64 [ %x, %outer ], [ %z, %other ]
        %more = icmp eq i32 %n, 0
        br i1 %more, label %outer, label %end
      end:
        ret void
      """)
  }

  @Test func theFirstValuesBoundPhisThatPassThemOn() throws {
    try expectProven(web("zext i8 %v to i64"))
    try expectRefused(web("add i64 %x, 1"), outside)
    try expectRefused(web("add i64 %w, 0"), outside)
  }
}

@Suite struct OrderedExitTests {
  /// Stores 16 bytes in each iteration. If `added` is 16, the comparison shows that `%l` iterations after the first
  /// fit.
  private func fill(
    exit: String = "icmp ugt i64 %next, %l", added: Int = 16, limit: String = "zext i32 %n to i64",
    step: Int = 1
  ) -> String {
    function(
      """
        %l = \(limit)
        %s = zext i32 %a to i64
        %x = shl i64 %l, 4
        %y = add i64 %x, \(added)
        %z = add i64 %y, %s
        %fits = icmp ule i64 %z, %bytes1
        br i1 %fits, label %before, label %end
      before:
        %from = getelementptr i8, ptr %base1, i64 %s
        br label %loop
      loop:
        %i = phi i64 [ 0, %before ], [ %next, %loop ]
        %o = shl i64 %i, 4
        %p = getelementptr i8, ptr %from, i64 %o
        store <2 x i64> zeroinitializer, ptr %p
        %next = add i64 %i, \(step)
        %done = \(exit)
        br i1 %done, label %end, label %loop
      end:
        ret void
      """)
  }

  @Test func theLimitOfALoopBoundsItsIterations() throws {
    try expectProven(fill())
    try expectProven(fill(exit: "icmp uge i64 %next, %l"))
    try expectProven(fill(exit: "icmp uge i64 %next, %l", step: 3))
  }

  @Test func oneIterationTooManyIsFound() throws {
    try expectRefused(fill(added: 15), outside)
    try expectRefused(fill(added: 0), outside)
    // The first iteration runs whatever the limit is.
    try expectRefused(fill(exit: "icmp uge i64 %next, %l", added: 0), outside)
    try expectRefused(fill(exit: "icmp ugt i64 %i, %l"), outside)
    try expectRefused(fill(exit: "icmp ugt i64 %i, %l", step: 2), outside)
    // The compared value may be another number in each iteration.
    try expectRefused(fill(exit: "icmp ugt i64 %next, %w"), outside)
    // Near the largest word the sum wraps.
    try expectRefused(fill(limit: "add i64 %w, 0"), outside)
  }
}
