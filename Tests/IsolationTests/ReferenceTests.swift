// References that loops pass round. Their type is assumed, and then proven for all of them together.
import Testing

/// `r` is called through the reference that it returned before. `f` makes the first call of `r`.
private func loop(
  _ call: String = "%p", first: String = "%first", next: String = "%q", in extra: String = ""
) -> String {
  function(
    """
      %first = call fastcc ptr @r(i32 1)
      br label %x
    x:
      %p = phi ptr [ \(first), %entry ], [ \(next), %x ]
      \(extra)
      %code = load ptr, ptr \(call)
      %q = call fastcc ptr %code(i32 1)
      %c = icmp eq i32 %a, 0
      br i1 %c, label %x, label %y
    y:
      ret void
    """) + "declare fastcc ptr @r(i32)\n"
}

private let funcref = "load ptr, ptr getelementptr (i8, ptr @swasm_main_state, i64 224)"
private let unknown = "an address of unknown origin"

@Suite struct CircularReferenceTests {
  @Test func aFunctionMayCallTheReferenceThatItReturned() throws {
    try expectProven(loop())
    try expectProven(loop(first: "null"))
    try expectProven(loop("%s", in: "%s = select i1 true, ptr %p, ptr %first"))
    try expectProven(loop("%s", next: "%s", in: "%s = select i1 true, ptr %first, ptr %p"))
  }

  /// If only its own results were called, there would be no first call.
  @Test func aLoopWithoutAFirstReferenceIsAccepted() throws {
    try expectProven(loop(first: "null", in: "%d = load ptr, ptr %p"))
  }

  @Test func severalReferencesAreAssumedTogether() throws {
    func text(_ last: String) -> String {
      function(
        """
          %first = call fastcc ptr @r(i32 1)
          br label %x
        x:
          %p = phi ptr [ %first, %entry ], [ %v, %last ]
          %s = phi ptr [ null, %entry ], [ %u, %last ]
          br label %z
        z:
          %t = phi ptr [ %p, %x ], [ \(last), %z ]
          %code = load ptr, ptr %t
          %u = call fastcc ptr %code(i32 1)
          %other = load ptr, ptr %s
          %v = call fastcc ptr %other(i32 1)
          %c = icmp eq i32 %a, 0
          %d = icmp eq i32 %b, 0
          br i1 %c, label %z, label %last
        last:
          br i1 %d, label %x, label %y
        y:
          ret void
        """) + "declare fastcc ptr @r(i32)\n"
    }
    try expectProven(text("%u"))
    try expectProven(text("%s"))
    try expectRefused(text("%code"), unknown)
    try expectRefused(text("%base"), unknown)
  }

  /// References that are kept in the frame.
  @Test func referencesMayBeKeptInTheFrame() throws {
    func text(first: String, second: String = "%q") -> String {
      function(
        """
          %slot = alloca ptr
          %first = call fastcc ptr @r(i32 1)
          %other = \(funcref)
          \(first)
          br label %x
        x:
          %p = load volatile ptr, ptr %slot
          %code = load ptr, ptr %p
          %q = call fastcc ptr %code(i32 1)
          store volatile ptr \(second), ptr %slot
          %c = icmp eq i32 %a, 0
          br i1 %c, label %x, label %y
        y:
          ret void
        """) + "declare fastcc ptr @r(i32)\n"
    }
    try expectProven(text(first: "store volatile ptr %first, ptr %slot"))
    try expectProven(text(first: "store volatile ptr null, ptr %slot"))
    try expectRefused(text(first: ""), unknown)
    try expectRefused(
      text(first: "store volatile ptr %first, ptr %slot", second: "%other"),
      "an indirect call whose target is not proven to have its type")
    try expectRefused(text(first: "store ptr %first, ptr %slot\nstore i64 %w, ptr %slot"), unknown)
  }

  /// If anything else comes in, at any time, the check finds it.
  @Test func aLoopThatReceivesAnotherReferenceIsRefused() throws {
    let target = "an indirect call whose target is not proven to have its type"
    try expectRefused(loop(next: "%g", in: "%g = \(funcref)"), target)
    try expectRefused(loop(first: "%base"), unknown)
    try expectRefused(loop(next: "%base"), unknown)
    try expectRefused(loop(next: "%s", in: "%s = select i1 true, ptr %first, ptr %base"), unknown)
    try expectRefused(
      loop(next: "%i", in: "%i = inttoptr i64 %w to ptr"), unknown)
    // An address inside a reference is no reference.
    try expectRefused(
      loop(next: "%g", in: "%g = getelementptr i8, ptr %p, i64 8"),
      "an access to a reference at a place that is not constant")
    try expectRefused(loop("%g", in: "%g = getelementptr i8, ptr %p, i64 8"), unknown)
    // A value that is read from it is no reference.
    try expectRefused(loop(next: "%g", in: "%g = load ptr, ptr %p"), unknown)
    let isNull = "%s = select i1 true, ptr %p, ptr null\n"
    try expectRefused(loop(next: "%g", in: isNull + "%g = load ptr, ptr %s"), unknown)
    try expectRefused(
      loop(
        first: "null", next: "%t",
        in: "%g = load ptr, ptr %p\n%t = select i1 true, ptr %base, ptr %g"), unknown)
  }

  /// If code generation sees that an address is null, it may remove the access and the code after it.
  @Test func accessesAtNullAreRefused() throws {
    let null = "an address that is null"
    func straight(_ access: String) -> String { function("\(access)\nret void") }
    try expectRefused(straight("%r = load i64, ptr null"), null)
    try expectRefused(straight("store i64 %w, ptr getelementptr (i8, ptr null, i64 8)"), null)
    try expectRefused(
      straight("%s = select i1 true, ptr null, ptr null\n%r = load i64, ptr %s"), null)
    func near(_ offset: String) -> String {
      loop(
        first: "null", in: "%at = getelementptr i8, ptr %p, i64 \(offset)\n%d = load i64, ptr %at")
    }
    try expectProven(near("4088"))
    for offset in ["4089", "-1", "%w"] { try expectRefused(near(offset), null) }
  }
}
