// Facts about integers from branches, masks and remainders. The tests have each rule, and similar cases for which it
// gives no fact.
import Testing

/// Stores to a slot of `bytes` bytes at `%i`, after `lines`.
private func indexed(_ lines: String, bytes: Int = 16, more: String = "") -> String {
  head + """
    declare i32 @llvm.smin.i32(i32, i32)
    declare i32 @llvm.umin.i32(i32, i32)
    define fastcc void @f(i32 %a, i32 %b, i64 %w, i32 %n) {
    entry:
      %slot = alloca [\(bytes) x i8]
      \(lines)
      %p = getelementptr i8, ptr %slot, i64 %i
      store i8 1, ptr %p
      ret void
    out:
      ret void
      \(more)
    }

    """
}

/// Stores 4 bytes at 0, `step`, .. until `%limit`, after `lines`.
private func counted(_ lines: String, step: Int, bytes: Int) -> String {
  head + """
    define fastcc void @f(i32 %a, i32 %b, i64 %w, i32 %n) {
    entry:
      %slot = alloca [\(bytes) x i8]
      \(lines)
      br label %loop
    loop:
      %k = phi i64 [ 0, %go ], [ %next, %loop ]
      %p = getelementptr i8, ptr %slot, i64 %k
      store i32 1, ptr %p
      %next = add i64 %k, \(step)
      %done = icmp eq i64 %next, %limit
      br i1 %done, label %out, label %loop
    out:
      ret void
    }

    """
}

private func expectRefused(_ text: String) throws {
  #expect(try failures(text)["f"] != nil, "\(text)")
}

@Suite struct FactTests {
  /// A parameter reaches a block on two paths. Only one of them has a bound for it.
  @Test func aParameterThatArrivesOnTwoPathsHasTheWeakerBound() throws {
    func text(_ first: String, _ second: String, type: String = "i32") -> String {
      indexed(
        """
          %small = icmp ult \(type) \(first), 16
          br i1 %small, label %one, label %two
        one:
          br label %join
        two:
          br label %join
        join:
          %p1 = phi \(type) [ \(first), %one ], [ \(second), %two ]
          %i = \(type == "i64" ? "add i64 %p1, 0" : "zext i32 %p1 to i64")
        """)
    }
    try expectProven(text("%a", "7"))
    try expectRefused(text("%a", "%a"))
    try expectRefused(text("%w", "%w", type: "i64"))
    try expectRefused(text("%a", "%b"))
  }

  @Test func truncationGivesARemainder() throws {
    func text(
      _ narrow: String = "i32", mask: UInt64 = 4_294_967_295, _ order: String = "ult"
    ) -> String {
      indexed(
        """
          %t = trunc i64 %w to \(narrow)
          %c = icmp \(order) \(narrow) %t, 16
          br i1 %c, label %go, label %out
        go:
          %i = and i64 %w, \(mask)
        """)
    }
    try expectProven(text())
    try expectRefused(text(mask: 8_589_934_591))
    try expectRefused(text("i16"))
    try expectRefused(text(mask: 4_294_967_295, "ugt"))
    try expectRefused(text(mask: 4_294_967_295, "ule"))
  }

  @Test func signedBoundsShowThatASumDoesNotWrap() throws {
    func text(least: Int = 1, most: Int = 15, taken: String = "%m") -> String {
      indexed(
        """
          %m = add i32 %a, -1
          %c = icmp slt i32 %m, \(least)
          br i1 %c, label %out, label %upper
        upper:
          %d = icmp sgt i32 %m, \(most)
          br i1 %d, label %out, label %go
        go:
          %s = call i32 @llvm.smin.i32(i32 \(taken), i32 0)
          %r = sub i32 %m, %s
          %i = zext i32 %r to i64
        """)
    }
    try expectProven(text())
    try expectRefused(text(most: 16))
    try expectRefused(text(taken: "%b"))
    try expectRefused(text(least: -2_147_483_648, taken: "%b"))
  }

  @Test func aPathWithTheOppositeConditionWasNotTaken() throws {
    func text(
      _ ways: String = "label %out, label %go", then: String = "4", otherwise: String = "4000"
    ) -> String {
      indexed(
        """
          %c = icmp eq i32 %a, %b
          br i1 %c, label %yes, label %no
        yes:
          br label %join
        no:
          br label %join
        join:
          %i = phi i64 [ \(then), %no ], [ \(otherwise), %yes ]
          br i1 %c, \(ways)
        go:
        """)
    }
    try expectProven(text())
    try expectProven(text("label %go, label %out", then: "4000", otherwise: "4"))
    try expectRefused(text("label %go, label %out"))
    try expectRefused(text(then: "16"))
    // The condition of another iteration.
    try expectRefused(
      indexed(
        """
          br label %join
        join:
          %i = phi i64 [ 4, %entry ], [ 4000, %again ]
          %k = phi i32 [ %a, %entry ], [ %n, %again ]
          %c = icmp eq i32 %k, %b
          br i1 %c, label %again, label %go
        go:
        """, more: "again:\n  br label %join"))
  }

  @Test func equalOperationsGiveEqualNumbers() throws {
    func text(_ again: String) -> String {
      indexed(
        """
          %s = call i32 @llvm.smin.i32(i32 %a, i32 %b)
          %c = icmp ult i32 %s, 16
          br i1 %c, label %go, label %out
        go:
          %r = \(again)
          %i = zext i32 %r to i64
        """)
    }
    try expectProven(text("call i32 @llvm.smin.i32(i32 %a, i32 %b)"))
    try expectRefused(text("call i32 @llvm.smin.i32(i32 %a, i32 %n)"))
    try expectRefused(text("call i32 @llvm.umin.i32(i32 %a, i32 %b)"))
    try expectRefused(text("xor i32 %a, %b"))
  }

  @Test func aMaskMayClearBitsThatAreZero() throws {
    // 13 or 77: bits 4 and 5 are 0, bits 2 and 3 are not.
    func text(mask: Int = 76, added: Int = 13, step: Int = 4, bytes: Int = 76) -> String {
      counted(
        """
          %one = and i64 %w, 1
          %sixty = shl i64 %one, 6
          %y = add i64 %sixty, \(added)
          br label %go
        go:
          %limit = and i64 %y, \(mask)
        """, step: step, bytes: bytes)
    }
    try expectProven(text())
    try expectProven(text(mask: 124))
    try expectRefused(text(bytes: 72))
    try expectRefused(text(mask: 72, step: 16))
    try expectRefused(text(added: 16))
    try expectRefused(text(mask: 64, added: 29))
  }

  @Test func aSumMayClearTheRemainder() throws {
    func text(least: Int = 3, or: Int = -2, step: Int = 2) -> String {
      counted(
        """
          %x = and i64 %w, 7
          %c = icmp ult i64 %x, \(least)
          br i1 %c, label %out, label %go
        go:
          %o = or i64 %x, \(or)
          %limit = add i64 %o, %x
        """, step: step, bytes: 8)
    }
    try expectProven(text())
    try expectRefused(text(least: 2))
    try expectRefused(text(or: -4))
    try expectRefused(text(or: -1))
    try expectRefused(text(step: 4))
  }

  @Test func aConstantDistanceIsDividedExactly() throws {
    func text(_ value: Int) -> String {
      counted(
        """
          %c = icmp eq i64 %w, \(value)
          br i1 %c, label %go, label %out
        go:
          %limit = lshr i64 %w, 2
        """, step: 4, bytes: 8)
    }
    try expectProven(text(32))
    try expectRefused(text(36))
    try expectRefused(text(0))
  }

  /// A list in a memory that is compared with its size: each element is compared before the loop comes to it.
  private func list(
    second: String = "ult i64 %last, %next", ways: String = "label %out, label %loop", step: Int = 4
  ) -> String {
    function(
      """
        %z = zext i32 %a to i64
        %small = icmp ult i64 %bytes1, 4
        br i1 %small, label %out, label %first
      first:
        %last = add i64 %bytes1, -\(step)
        %c = icmp ult i64 %last, %z
        br i1 %c, label %out, label %loop
      loop:
        %i = phi i64 [ %z, %first ], [ %next, %loop ]
        %p = getelementptr i8, ptr %base1, i64 %i
        %v = load i32, ptr %p
        %next = zext i32 %v to i64
        %d = icmp \(second)
        br i1 %d, \(ways)
      out:
        ret void
      """)
  }

  @Test func eachElementOfAListIsComparedBeforeItsIteration() throws {
    try expectProven(list())
    try expectRefused(list(second: "ult i64 %last, %z"))
    try expectRefused(list(second: "ult i64 %last, %i"))
    try expectRefused(list(second: "ult i64 %w, %next"))
    try expectRefused(list(ways: "label %loop, label %out"))
    try expectRefused(list(step: 3))
  }

  /// A size minus 4. The size is read once or twice.
  private func sizes(
    again: String = "ult i64 %more, 4", one: String = "%last", two: String = "%later", less: Int = 4
  ) -> String {
    function(
      """
        %z = zext i32 %a to i64
        %small = icmp ult i64 %bytes1, 4
        br i1 %small, label %out, label %first
      first:
        %last = add i64 %bytes1, -4
        %q = icmp eq i32 %b, 0
        br i1 %q, label %second, label %join
      second:
        %more = load i64, ptr getelementptr (i8, ptr @swasm_main_state, i64 136)
        %later = add i64 %more, -\(less)
        %few = icmp \(again)
        br i1 %few, label %out, label %join
      join:
        %s = phi i64 [ \(one), %first ], [ \(two), %second ]
        %c = icmp ult i64 %s, %z
        br i1 %c, label %out, label %go
      go:
        %p = getelementptr i8, ptr %base1, i64 %z
        store i32 1, ptr %p
        br label %out
      out:
        ret void
      """)
  }

  @Test func aSizeMayPassThroughPhis() throws {
    try expectProven(sizes())
    try expectProven(sizes(two: "%last"))
    try expectRefused(sizes(again: "ult i64 %more, 3"))
    try expectRefused(sizes(again: "ugt i64 %more, 4"))
    try expectRefused(sizes(less: 3))
    try expectRefused(sizes(two: "%w"))
    try expectRefused(sizes(one: "%bytes"))
  }

  @Test func aPathThatDidNotCompareTheSizeIsRefused() throws {
    try expectRefused(
      function(
        """
          %z = zext i32 %a to i64
          %last = add i64 %bytes1, -4
          %q = icmp eq i32 %b, 0
          br i1 %q, label %first, label %second
        first:
          %small = icmp ult i64 %bytes1, 4
          br i1 %small, label %out, label %join
        second:
          br label %join
        join:
          %s = phi i64 [ %last, %first ], [ %last, %second ]
          %c = icmp ult i64 %s, %z
          br i1 %c, label %out, label %go
        go:
          %p = getelementptr i8, ptr %base1, i64 %z
          store i32 1, ptr %p
          br label %out
        out:
          ret void
        """))
  }

  @Test func aSumThatDoesNotWrapIsExact() throws {
    func text(_ amount: Int = 8, mask: Int = 255, access: String = "i32") -> String {
      function(
        """
          %x = and i32 %a, \(mask)
          %y = mul i32 %x, %x
          %far = add i32 %y, \(amount + 8)
          %near = add i32 %y, \(amount)
          %f = zext i32 %far to i64
          %c = icmp ult i64 %f, %bytes1
          br i1 %c, label %go, label %out
        go:
          %n64 = zext i32 %near to i64
          %p = getelementptr i8, ptr %base1, i64 %n64
          store \(access) 1, ptr %p
          br label %out
        out:
          ret void
        """)
    }
    try expectProven(text())
    try expectRefused(text(-12))
    try expectRefused(text(mask: 65535, access: "i128"))
    try expectRefused(text(access: "i128"))
  }
}
