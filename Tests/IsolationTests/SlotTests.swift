// Slots: references that are passed beside registers.
import Testing

private let slot = "ptr getelementptr (i8, ptr @swasm_main_instance, i64 512)"
private let other = "ptr getelementptr (i8, ptr @swasm_main_instance, i64 528)"
private let global = "ptr getelementptr (i8, ptr @swasm_main_instance, i64 224)"

/// `f` with this body and a function reference, besides `k`, which takes one in a slot, and `r`, which returns one.
private func calling(_ body: String) -> String {
  function("  %reference = load ptr, \(global)\n" + body)
    + "declare fastcc void @k()\ndeclare fastcc i32 @r()\n"
}

@Suite struct SlotTests {
  private let unpassed = "a slot that does not hold what the function expects"
  private let unreturned = "a slot that does not hold what the function promises"
  private let untyped = "a store to a reference of something that is not of its type"

  @Test func arguments() throws {
    let passes = "  store ptr %reference, \(slot)\n"
    let calls = "  call fastcc void @k()\n  ret void"
    try expectProven(calling(passes + calls))
    try expectProven(calling("  store ptr null, \(slot)\n" + calls))
    try expectProven(calling(passes + "  store i64 %w, \(other)\n" + calls))
    for changed in [
      "", "  store ptr %reference, \(other)\n", passes + "  store i64 %w, \(slot)\n",
      passes + "  store <2 x i64> zeroinitializer, \(slot)\n",
      passes + "  call fastcc void @k()\n",
      passes + "  call fastcc i32 @r()\n  store i8 0, \(slot)\n",
    ] {
      try expectRefused(calling(changed + calls), unpassed)
    }
  }

  @Test func argumentsOnSeveralWays() throws {
    func ways(_ left: String, _ right: String) -> String {
      calling(
        """
          %c = icmp eq i32 %a, 0
          br i1 %c, label %left, label %right
        left:
          \(left)
          br label %both
        right:
          \(right)
          br label %both
        both:
          call fastcc void @k()
          ret void
        """)
    }
    let passes = "store ptr %reference, \(slot)"
    try expectProven(ways(passes, passes))
    try expectRefused(ways(passes, ""), unpassed)
    try expectRefused(ways(passes, "store i64 0, \(slot)"), unpassed)
  }

  @Test func results() throws {
    let calls = "  %n1 = call fastcc i32 @r()\n"
    let takes = "  %result = load ptr, \(slot)\n  store ptr %result, \(global)\n  ret void"
    try expectProven(calling(calls + takes))
    try expectRefused(calling(takes), untyped)
    try expectRefused(calling(calls + "  store i64 %w, \(slot)\n" + takes), untyped)
    let another = "  store ptr %reference, \(slot)\n  call fastcc void @k()\n"
    try expectRefused(calling(calls + another + takes), untyped)
    try expectRefused(
      calling(calls + takes.replacing("512", with: "528")), untyped)
  }

  @Test func parametersAndReturns() throws {
    func defined(_ body: String) throws -> String? {
      try failures(
        function("  ret void") + "define internal fastcc i32 @r() {\n" + body + "\n  ret i32 0\n}\n"
      )["r"]
    }
    let loads = "  %p = load ptr, \(global)\n"
    #expect(try defined(loads + "  store ptr %p, \(slot)") == nil)
    #expect(try defined(loads) == unreturned)
    #expect(try defined(loads + "  store ptr %p, \(other)") == unreturned)
    #expect(try defined("  store i64 4096, \(slot)") == unreturned)

    func taking(_ before: String) throws -> String? {
      try failures(
        function("  ret void") + "declare fastcc i32 @g(i32)\ndefine internal fastcc void @k() {\n"
          + before
          + "\n  %p = load ptr, \(slot)\n  store ptr %p, \(global)\n  ret void\n}\n")["k"]
    }
    #expect(try taking("") == nil)
    #expect(try taking("  %x = call fastcc i32 @g(i32 0)") == untyped)
    #expect(try taking("  store i64 4096, \(slot)") == untyped)
  }
}
