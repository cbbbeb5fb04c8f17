// Accesses to guest memory, the instance and constants. Each is proven, and is refused if one part of the proof is
// missing.
import Testing

private let outside = "an access that may lie outside guest memory"

@Suite struct GuardedMemoryTests {
  private func access(_ address: String, _ type: String = "i32", base: String = "%base") -> String {
    function("  \(address)\n  %v = load \(type), ptr %p\n  ret void")
  }

  @Test func anIndexOf32BitsPlusItsOffsetIsProven() throws {
    try expectProven(
      access(
        "%z = zext i32 %a to i64\n  %q = getelementptr i8, ptr %base, i64 %z\n"
          + "  %p = getelementptr i8, ptr %q, i64 4294967295", "<16 x i32>"))
  }

  @Test(arguments: [
    "%z = sext i32 %a to i64\n  %q = getelementptr i8, ptr %base, i64 %z\n  %p = getelementptr i8, ptr %q, i64 -17179869184",
    "%p = getelementptr i8, ptr %base, i64 %w",
    "%z = zext i32 %a to i64\n  %p = getelementptr i128, ptr %base, i64 %z",
    "%z = zext i32 %a to i64\n  %q = getelementptr i8, ptr %base, i64 %z\n  %p = getelementptr i8, ptr %q, i64 34359738368",
    "%z = zext i32 %a to i64\n  %s = shl i64 %z, 4\n  %p = getelementptr i8, ptr %base, i64 %s",
    "%z = zext i32 %a to i64\n  %s = mul i64 %z, %w\n  %p = getelementptr i8, ptr %base, i64 %s",
  ])
  func farIndexIsRefused(address: String) throws {
    try expectRefused(access(address), outside)
  }

  @Test func flagsOfInstructionsProveNothing() throws {
    try expectRefused(
      access("%s = add nuw nsw i64 %w, 1\n  %p = getelementptr inbounds nuw i8, ptr %base, i64 %s"),
      outside)
    try expectRefused(
      access(
        "%i = load i64, ptr getelementptr (i8, ptr @swasm_main_state, i64 192), !range !0\n"
          + "  %p = getelementptr i8, ptr %base, i64 %i") + "!0 = !{i64 0, i64 8}\n", outside)
  }

  @Test func assumptionsProveNothing() throws {
    try expectRefused(
      access(
        "%c = icmp ult i64 %w, 8\n  call void @llvm.assume(i1 %c)\n"
          + "  %p = getelementptr i8, ptr %base, i64 %w"), outside)
  }

  @Test func onlyADominatingComparisonProvesAnAccess() throws {
    func text(_ predicate: String, _ limit: String = "8589934592") -> String {
      function(
        """
          %c = icmp \(predicate) i64 %w, \(limit)
          br i1 %c, label %ok, label %no
        ok:
          %p = getelementptr i8, ptr %base, i64 %w
          store i8 1, ptr %p
          ret void
        no:
          call void @llvm.ubsantrap(i8 5)
          unreachable
        """)
    }
    try expectProven(text("ult"))
    try expectRefused(text("ugt"), outside)
    try expectRefused(text("slt"), outside)
    try expectRefused(text("ne"), outside)
    try expectRefused(text("ult", "68719476736"), outside)
  }

  @Test func aComparisonOnOnePathProvesNothingOnTheOther() throws {
    try expectRefused(
      function(
        """
          %c = icmp ult i64 %w, 100
          br i1 %c, label %ok, label %join
        ok:
          br label %join
        join:
          %p = getelementptr i8, ptr %base, i64 %w
          store i8 1, ptr %p
          ret void
        """), outside)
  }

  @Test func everyIncomingValueOfAPhiIsChecked() throws {
    func text(_ second: String) -> String {
      function(
        """
          %z = zext i32 %a to i64
          %c = icmp eq i32 %b, 0
          br i1 %c, label %one, label %join
        one:
          %o = add i64 %z, 16
          br label %join
        join:
          %i = phi i64 [ %o, %one ], [ \(second), %entry ]
          %p = getelementptr i8, ptr %base, i64 %i
          store i8 1, ptr %p
          ret void
        """)
    }
    try expectProven(text("%z"))
    try expectRefused(text("%w"), outside)
  }

  @Test func lengthsOfTransfersAreChecked() throws {
    func text(_ length: String) -> String {
      function(
        """
          %z = zext i32 %a to i64
          %l = zext i32 %n to i64
          %p = getelementptr i8, ptr %base, i64 %z
          call void @llvm.memset.p0.i64(ptr %p, i8 0, i64 \(length), i1 false)
          call void @llvm.memmove.p0.p0.i64(ptr %base, ptr %p, i64 \(length), i1 false)
          ret void
        """)
    }
    try expectProven(text("%l"))
    try expectProven(text("64"))
    try expectRefused(text("%w"), outside)
  }

  @Test func everyLaneOfAGatherIsChecked() throws {
    func text(_ widen: String) -> String {
      function(
        """
          %v = load <4 x i32>, ptr %base, align 1
          %z = \(widen) <4 x i32> %v to <4 x i64>
          %s = \(widen == "zext" ? "add" : "mul") <4 x i64> %z, splat (i64 4)
          %p = getelementptr i8, ptr %base, <4 x i64> %s
          %g = call <4 x i32> @llvm.masked.gather.v4i32.v4p0(<4 x ptr> align 1 %p, <4 x i1> splat (i1 true), <4 x i32> poison)
          store <4 x i32> %g, ptr %base, align 1
          ret void
        """)
        + "declare <4 x i32> @llvm.masked.gather.v4i32.v4p0(<4 x ptr>, <4 x i1>, <4 x i32>)\n"
    }
    try expectProven(text("zext"))
    let wide = text("zext").replacing(
      "add <4 x i64> %z, splat (i64 4)", with: "mul <4 x i64> %z, <i64 1, i64 1, i64 1, i64 9>")
    try expectRefused(wide, outside)
  }

  @Test func theOriginOfAnAddressDecides() throws {
    try expectRefused(
      function("  %p = inttoptr i64 %w to ptr\n  store i8 0, ptr %p\n  ret void"),
      "an address of unknown origin")
    try expectRefused(
      function(
        "  %p = load ptr, ptr getelementptr (i8, ptr @swasm_main_state, i64 72)\n  store i8 0, ptr %p\n  ret void"
      ),
      "an access to a number as an address")
    try expectRefused(
      function("  store ptr %base, ptr %base\n  ret void"), "a store of a host address")
  }
}

@Suite struct ComparedMemoryTests {
  /// The check that Lowering makes before an access of 4 bytes at `offset` 8, with some things to change.
  private func text(
    least: String = "icmp ult i64 %bytes1, 12", beyond: String = "icmp ugt i64 %z, %last",
    last: String = "sub i64 %bytes1, 12", both: String = "or", offset: Int = 8,
    base: String = "%base1",
    swapped: Bool = false
  ) -> String {
    function(
      """
        %z = zext i32 %a to i64
        %short = \(least)
        %last = \(last)
        %far = \(beyond)
        %bad = \(both) i1 %short, %far
        br i1 %bad, label \(swapped ? "%ok, label %no" : "%no, label %ok")
      ok:
        %q = getelementptr i8, ptr \(base), i64 %z
        %p = getelementptr i8, ptr %q, i64 \(offset)
        %v = load i32, ptr %p, align 1
        ret void
      no:
        call void @llvm.ubsantrap(i8 5)
        unreachable
      """)
  }

  @Test func anAccessBehindItsCheckIsProven() throws {
    try expectProven(text())
    try expectProven(text(offset: 0))
  }

  @Test func aCheckWithOneThingChangedProvesNothing() throws {
    for changed in [
      text(offset: 9), text(both: "and"), text(beyond: "icmp ult i64 %z, %last"),
      text(last: "sub i64 %bytes1, 11"),
      text(least: "icmp ult i64 %bytes1, 2"), text(last: "add i64 %bytes1, 12"),
      text(least: "icmp ult i64 %bytes, 12", last: "sub i64 %bytes, 12"),
      text(beyond: "icmp ugt i64 %w, %last"), text(beyond: "icmp eq i64 %z, %last"),
      text(last: "sub i64 %w, 12"), text(swapped: true),
    ] {
      let found = try failures(changed)
      #expect(found["f"] == outside, "\(changed)")
    }
  }

  @Test func anAccessBeforeItsCheckIsRefused() throws {
    try expectRefused(
      function(
        """
          %z = zext i32 %a to i64
          %p = getelementptr i8, ptr %base1, i64 %z
          %v = load i8, ptr %p
          %bad = icmp uge i64 %z, %bytes1
          br i1 %bad, label %no, label %ok
        ok:
          ret void
        no:
          call void @llvm.ubsantrap(i8 5)
          unreachable
        """), outside)
  }

  /// A range is filled from `%start` on, for `%count` bytes, if two comparisons let it.
  private func fill(
    start: String = "zext i32 %a to i64", count: String = "add i64 %w, 0",
    long: String = "icmp ugt i64 %count, %bytes1", far: String = "icmp ugt i64 %start, %last"
  ) -> String {
    function(
      """
        %start = \(start)
        %count = \(count)
        %long = \(long)
        %last = sub i64 %bytes1, %count
        %far = \(far)
        %bad = or i1 %long, %far
        br i1 %bad, label %no, label %ok
      ok:
        %p = getelementptr i8, ptr %base1, i64 %start
        call void @llvm.memset.p0.i64(ptr %p, i8 0, i64 %count, i1 false)
        ret void
      no:
        call void @llvm.ubsantrap(i8 5)
        unreachable
      """)
  }

  @Test func aComparedRangeMayBeFilled() throws {
    try expectProven(fill())
    try expectRefused(fill(long: "icmp ugt i64 %start, %bytes1"), outside)
    try expectRefused(fill(far: "icmp ugt i64 %count, %last"), outside)
  }

  /// The proof holds however the words that are compared and used are computed.
  @Test(arguments: [
    "sext i32 %a to i64", "sub i64 %w, %bytes", "mul i64 %w, %w", "shl i64 %w, 3", "add i64 %w, -8",
    "ashr i64 %w, 3", "xor i64 %w, -1",
  ])
  func aRangeMayBeComputedInOtherWays(made: String) throws {
    try expectProven(fill(start: made))
    try expectProven(fill(count: made))
    try expectRefused(fill(start: made, long: "icmp ugt i64 %start, %bytes1"), outside)
    try expectRefused(fill(count: made, long: "icmp ugt i64 %w, %bytes1"), outside)
    try expectRefused(fill(count: made, far: "icmp ugt i64 %bytes, %last"), outside)
  }
}

@Suite struct InstanceTests {
  private func store(_ value: String, at offset: Int) -> String {
    function(
      "  store \(value), ptr getelementptr (i8, ptr @swasm_main_state, i64 \(offset))\n  ret void"
    )
  }

  @Test func globalsSlotsAndFlagsAreWritten() throws {
    for (value, offset) in [
      ("i64 1", 192), ("<4 x i32> zeroinitializer", 208), ("i8 1", 705), ("i64 2", 560),
    ] {
      try expectProven(store(value, at: offset))
    }
  }

  @Test func storesToOtherStateAreNotProven() throws {
    for offset in [0, 16, 64, 72, 128, 256, 264, 448, 1020] {
      #expect(try failures(store("i64 1", at: offset))["f"] != nil, "\(offset)")
    }
    #expect(try failures(store("i64 1", at: 220))["f"] != nil)
    #expect(try failures(store("i64 1", at: -8))["f"] != nil)
  }

  @Test func referencesAreStoredAsWhatTheyAre() throws {
    try expectProven(store("ptr null", at: 224))
    try expectRefused(store("i64 5", at: 224), "a store of bits to a reference")
    try expectRefused(
      store("ptr @swasm_main_state", at: 224),
      "a store of a value that does not fit the reference")
  }

  /// The index is a sum, and was compared as a word.
  @Test func aSumThatWasComparedAsAWordIsAnIndex() throws {
    func text(most: Int) -> String {
      function(
        """
          %sum = add i32 %a, %b
          %c = icmp ugt i32 %sum, \(most)
          br i1 %c, label %end, label %x
        x:
          %scaled = shl i32 %sum, 2
          %o = zext i32 %scaled to i64
          %p = getelementptr i8, ptr @numbers, i64 %o
          %v = load i32, ptr %p
          br label %end
        end:
          ret void
        """) + "@numbers = internal constant [4 x i32] [i32 1, i32 2, i32 3, i32 4]\n"
    }
    try expectProven(text(most: 3))
    try expectRefused(text(most: 4), "an access that may lie outside its object")
    // 4 * 2^30 is 0 in 32 bits.
    try expectRefused(text(most: 1 << 30), "an access that may lie outside its object")
  }

  @Test func constantsAreReadWithinTheirSize() throws {
    func text(_ limit: Int, _ write: Bool = false) -> String {
      function(
        """
          %z = zext i32 %a to i64
          %c = icmp ult i32 %a, \(limit)
          br i1 %c, label %ok, label %no
        ok:
          %p = getelementptr i32, ptr @numbers, i64 %z
          \(write ? "store i32 1, ptr %p" : "%v = load i32, ptr %p")
          ret void
        no:
          ret void
        """) + "@numbers = internal constant [4 x i32] [i32 1, i32 2, i32 3, i32 4]\n"
    }
    try expectProven(text(4))
    try expectRefused(text(5), "an access that may lie outside its object")
    try expectRefused(text(4, true), "a store to a constant")
  }
}

@Suite struct ConstantAddressTests {
  /// A store at a constant address of memory 1 behind a comparison of it, as it is lowered.
  private func constant(
    _ address: String, condition: String = "or i1 %small, %beyond", index: String? = nil
  ) -> String {
    function(
      """
        %small = icmp ult i64 %bytes1, 8
        %last = sub i64 %bytes1, 8
        %beyond = icmp ugt i64 \(index ?? address), %last
        %outside = \(condition)
        br i1 %outside, label %no, label %yes
      yes:
        %p = getelementptr i8, ptr %base1, i64 \(address)
        store i64 0, ptr %p, align 1
        ret void
      no:
        call void @llvm.ubsantrap(i8 2)
        unreachable
      """)
  }

  @Test func codeBehindAnAddressThatNoMemoryHasDoesNotRun() throws {
    try expectProven(constant("4096"))
    // The last 16 bytes of 2^64. No memory is that large, so no code after the comparison runs.
    try expectProven(constant("-16"))
    let outside = "an access that may lie outside guest memory"
    try expectRefused(constant("-16", condition: "or i1 %beyond, %beyond"), outside)
    try expectRefused(constant("-16", condition: "or i1 %small, %small"), outside)
    try expectRefused(constant("-16", condition: "and i1 %small, %beyond"), outside)
    try expectRefused(constant("-16", index: "%w"), outside)
    try expectRefused(constant("4104", index: "4096"), outside)
  }
}

@Suite struct SiblingTests {
  /// `q` has the values of the phi that is the place of the store, and `p` those of the phi that decides the branch.
  private func siblings(p: [String], q: [String], holds: Bool = true) -> String {
    function(
      """
        %c = icmp eq i32 %b, 0
        switch i32 %a, label %both [ i32 1, label %one
                                     i32 2, label %two ]
      one:
        br label %both
      two:
        br label %both
      both:
        %p = phi i1 [ \(p[0]), %entry ], [ \(p[1]), %one ], [ \(p[2]), %two ]
        %q = phi i64 [ \(q[0]), %entry ], [ \(q[1]), %one ], [ \(q[2]), %two ]
        br i1 %p, label %\(holds ? "yes" : "no"), label %\(holds ? "no" : "yes")
      yes:
        %at = getelementptr i8, ptr %base, i64 %q
        store i64 0, ptr %at, align 1
        ret void
      no:
        ret void
      """)
  }

  @Test func theTakenPathDecidesThePhisBesideIt() throws {
    try expectProven(siblings(p: ["false", "true", "true"], q: ["%w", "8", "8"]))
    try expectProven(siblings(p: ["true", "false", "true"], q: ["8", "%w", "8"]))
    try expectProven(siblings(p: ["true", "false", "false"], q: ["%w", "8", "8"], holds: false))
    for refused in [
      siblings(p: ["false", "true", "true"], q: ["8", "%w", "8"]),
      siblings(p: ["false", "true", "true"], q: ["8", "8", "%w"]),
      siblings(p: ["true", "true", "true"], q: ["%w", "8", "8"]),
      siblings(p: ["%c", "true", "true"], q: ["%w", "8", "8"]),
      siblings(p: ["false", "true", "true"], q: ["%w", "8", "8"], holds: false),
    ] {
      #expect(try failures(refused)["f"] == outside)
    }
  }
}

@Suite struct SizeThatIsHandedOnTests {
  /// A store after a comparison with a size that two phis pass to each other.
  private func loop(_ again: String) -> String {
    function(
      """
        %z = zext i32 %a to i64
        br label %loop
      loop:
        %size = phi i64 [ %bytes1, %entry ], [ %handed, %round ]
        %some = icmp ugt i64 %size, %z
        br i1 %some, label %store, label %end
      store:
        %p = getelementptr i8, ptr %base1, i64 %z
        store volatile i8 0, ptr %p
        %c = icmp eq i32 %b, 0
        br i1 %c, label %read, label %round
      read:
        %new = load i64, ptr getelementptr (i8, ptr @swasm_main_state, i64 \(again))
        br label %round
      round:
        %handed = phi i64 [ %size, %store ], [ %new, %read ]
        br label %loop
      end:
        ret void
      """)
  }

  @Test func aSizeMayPassBetweenPhis() throws {
    try expectProven(loop("136"))
    // The size of another memory, and a number.
    try expectRefused(loop("72"), "an access that may lie outside guest memory")
    try expectRefused(loop("192"), "an access that may lie outside guest memory")
  }
}
