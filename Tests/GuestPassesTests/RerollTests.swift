// Which loops that another compiler has unrolled are rolled up, and which must not be.
import Testing

/// A loop over the arrays of 32-bit numbers at `%a` and `%b`. It has 100 iterations of 12 bytes, so three copies fit.
private func unrolled(_ body: String) -> String {
  """
  define void @f(ptr %instance, i32 %a, i32 %b, i32 %k) {
  entry:
    %base = load ptr addrspace(1), ptr %instance, !invariant.load !9
    br label %head
  head:
    %i = phi i32 [ 0, %entry ], [ %i.next, %head ]
    %pa = add i32 %a, %i
    %xa = zext i32 %pa to i64
    %a0 = getelementptr i8, ptr addrspace(1) %base, i64 %xa
    %a1 = getelementptr i8, ptr addrspace(1) %a0, i64 4
    %a2 = getelementptr i8, ptr addrspace(1) %a0, i64 8
    %pb = add i32 %b, %i
    %xb = zext i32 %pb to i64
    %b0 = getelementptr i8, ptr addrspace(1) %base, i64 %xb
    %b1 = getelementptr i8, ptr addrspace(1) %b0, i64 4
    %b2 = getelementptr i8, ptr addrspace(1) %b0, i64 8
    \(body.replacing("GUEST", with: "align 1"))
    %i.next = add i32 %i, 12
    %again = icmp ne i32 %i.next, 1200
    br i1 %again, label %head, label %exit
  exit:
    ret void
  }
  !9 = !{}
  """
}

private func copy(_ n: Int, _ operation: String = "add") -> String {
  """
  %v\(n) = load i32, ptr addrspace(1) %b\(n), GUEST
  %s\(n) = \(operation) i32 %v\(n), %k
  store i32 %s\(n), ptr addrspace(1) %a\(n), GUEST

  """
}

private func isRolledUp(_ text: String) -> Bool { text.contains("%step = phi") }

@Suite struct RerollTests {
  @Test func threeCopiesBecomeOne() throws {
    let text = try split(unrolled(copy(0) + copy(1) + copy(2)))
    #expect(isRolledUp(text))
    // There are three more in the copy that runs if the ranges are not inside.
    #expect(text.components(of: "store i32") == 1 + 3)
    #expect(text.components(of: "load i32") == 1 + 3)
    #expect(text.contains("icmp ult i64 %step.next, 300"))
    #expect(text.contains("mul i64 %step, 4"))
  }

  @Test func copiesThatDifferAreLeftAlone() throws {
    #expect(!isRolledUp(try split(unrolled(copy(0) + copy(1, "sub") + copy(2)))))
  }

  /// A vector that would not be next to that of the next iteration could not become wider: there is nothing to gain.
  @Test(arguments: [4, 8]) func vectorsAreRolledUpOnlyIfTheyBecomeNeighbours(bytes: Int) throws {
    // Three copies of 4 bytes are neighbours. In three copies of 8, each vector leaves out the second half.
    var changes = [("i64 8\n", "i64 \(2 * bytes)\n"), ("i64 4\n", "i64 \(bytes)\n")]
    changes += [("%i, 12", "%i, \(3 * bytes)"), ("%i.next, 1200", "%i.next, \(300 * bytes)")]
    let copies = (0..<3).map {
      """
      %v\($0) = load <4 x i8>, ptr addrspace(1) %b\($0), GUEST
      %s\($0) = xor <4 x i8> %v\($0), <i8 1, i8 2, i8 3, i8 4>
      store <4 x i8> %s\($0), ptr addrspace(1) %a\($0), GUEST

      """
    }
    let text = changes.reduce(unrolled(copies.joined())) { $0.replacing($1.0, with: $1.1) }
    #expect(isRolledUp(try split(text)) == (bytes == 4))
  }

  @Test func copyThatIsMissingLeavesTheLoopAlone() throws {
    #expect(!isRolledUp(try split(unrolled(copy(0) + copy(2)))))
  }

  /// The arrays may overlap: a load must not move behind a store of an earlier copy.
  @Test func loadsBeforeTheStoresOfEarlierCopiesStayThere() throws {
    let loads = (0..<3).map { "%v\($0) = load i32, ptr addrspace(1) %b\($0), GUEST\n" }.joined()
    let stores = (0..<3).map { "store i32 %v\($0), ptr addrspace(1) %a\($0), GUEST\n" }.joined()
    #expect(!isRolledUp(try split(unrolled(loads + stores))))
  }

  /// In one array the distances are known.
  @Test func loadsOfTheSameStreamMayPassStoresThatTheyDoNotTouch() throws {
    let loads = (0..<3).map { "%v\($0) = load i32, ptr addrspace(1) %a\($0), GUEST\n" }.joined()
    let sums = (0..<3).map { "%s\($0) = add i32 %v\($0), %k\n" }.joined()
    let stores = (0..<3).map { "store i32 %s\($0), ptr addrspace(1) %a\($0), GUEST\n" }.joined()
    #expect(isRolledUp(try split(unrolled(loads + sums + stores))))
  }

  @Test func copiesMayReadWhatLaterOnesWriteButNotWhatEarlierOnesWrite() throws {
    // Copy n stores the value that the next element had before the iteration.
    let loads =
      "%v0 = load i32, ptr addrspace(1) %a1, GUEST\n%v1 = load i32, ptr addrspace(1) %a2, GUEST\n"
      + "%a3 = getelementptr i8, ptr addrspace(1) %a0, i64 12\n%v2 = load i32, ptr addrspace(1) %a3, GUEST\n"
    let descending = (0..<3).reversed().map {
      "store i32 %v\($0), ptr addrspace(1) %a\($0), GUEST\n"
    }.joined()
    #expect(isRolledUp(try split(unrolled(loads + descending))))
    // Copy n stores to the next element the value that its own had before the iteration.
    let previous =
      "%v0 = load i32, ptr addrspace(1) %a0, GUEST\n%v1 = load i32, ptr addrspace(1) %a1, GUEST\n"
      + "%v2 = load i32, ptr addrspace(1) %a2, GUEST\n%a3 = getelementptr i8, ptr addrspace(1) %a0, i64 12\n"
      + "store i32 %v0, ptr addrspace(1) %a1, GUEST\nstore i32 %v1, ptr addrspace(1) %a2, GUEST\nstore i32 %v2, ptr addrspace(1) %a3, GUEST\n"
    #expect(!isRolledUp(try split(unrolled(previous))))
  }

  @Test func valueThatEscapesTheLoopLeavesItAlone() throws {
    let text = unrolled(copy(0) + copy(1) + copy(2))
      .replacing("define void", with: "define i32")
      .replacing("ret void", with: "%last = phi i32 [ %s2, %head ]\n  ret i32 %last")
    #expect(!isRolledUp(try split(text)))
  }

  /// Other compilers unroll a loop, and after the loop go on from where it ended.
  @Test func inductionThatIsUsedBehindTheLoopIsComputedThere() throws {
    let text = unrolled(copy(0) + copy(1) + copy(2))
      .replacing("define void", with: "define i64")
      .replacing(
        "ret void",
        with: "%last = phi i32 [ %pa, %head ]\n  %far = phi i64 [ %xb, %head ]\n"
          + "  %wide = zext i32 %last to i64\n  %sum = add i64 %wide, %far\n  ret i64 %sum")
    let rolled = try split(text)
    #expect(isRolledUp(rolled))
    #expect(rolled.contains("add i32 %a, 1188"))
    #expect(rolled.contains("add i32 %b, 1188"))
    #expect(rolled.components(of: "store i32") == 1 + 3)
  }

  @Test func counterThatIsStoredLeavesTheLoopAlone() throws {
    let stores = (0..<3).map { "store i32 %i, ptr addrspace(1) %a\($0), GUEST\n" }.joined()
    #expect(!isRolledUp(try split(unrolled(stores))))
  }
}
