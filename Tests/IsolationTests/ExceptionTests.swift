// Values of exceptions: read and written as long as they are sure to be there.
import Testing

private let mayBeFree = "an access to values of an exception that may be free"
private let passedFree = "what is passed is an exception that may be free"

/// `f`, which makes exceptions of tag 0 and has what its callees throw.
private func exceptions(_ body: String) -> String {
  function(body)
    .replacingOccurrences(
      of: "define fastcc void @f",
      with: """
        declare void @swasm_exception_free(ptr)
        declare i32 @swasm_personality(...)
        define fastcc void @f
        """
    ).replacingOccurrences(
      of: "i32 %n) {", with: "i32 %n) personality ptr @swasm_personality {")
}

private func new(_ name: String) -> String {
  "%\(name) = call ptr @swasm_exception_new(ptr @swasm_main_state, i32 0, i32 1)\n"
    + "%\(name)v = getelementptr i8, ptr %\(name), i64 48"
}

private func free(_ name: String) -> String { "call void @swasm_exception_free(ptr %\(name))" }

@Suite struct FreedExceptionTests {
  @Test(arguments: [
    "store i32 1, ptr %ev\n\(free("e"))\nret void",
    "store i32 1, ptr %ev\ncall void @swasm_throw(ptr %e)\nret void",
    // Another one's cell.
    "\(new("o"))\n\(free("o"))\nstore i32 1, ptr %ev\n\(free("e"))\nret void",
    "\(free("e"))\n\(new("o"))\nstore i32 1, ptr %ov\ncall void @swasm_throw(ptr %o)\nret void",
    // Freed on one way, read on the other.
    "%c = icmp eq i32 %a, 0\nbr i1 %c, label %x, label %y\nx:\n\(free("e"))\nret void\n"
      + "y:\n%r = load i32, ptr %ev\n\(free("e"))\nret void",
    // The one of two that was not freed.
    "\(new("o"))\n%c = icmp eq i32 %a, 0\nbr i1 %c, label %x, label %y\nx:\n\(free("e"))\nbr label %z\n"
      + "y:\n\(free("o"))\nbr label %z\nz:\n%p = phi ptr [ %o, %x ], [ %e, %y ]\n"
      + "%pv = getelementptr i8, ptr %p, i64 48\n%r = load i32, ptr %pv\n\(free("p"))\nret void",
  ])
  func beforeTheyAreFreed(body: String) throws {
    try expectProven(exceptions(new("e") + "\n" + body))
  }

  @Test(arguments: [
    "\(free("e"))\nstore i32 1, ptr %ev\nret void",
    "\(free("e"))\n%r = load i32, ptr %ev\nret void",
    "%c = icmp eq i32 %a, 0\nbr i1 %c, label %x, label %y\nx:\n\(free("e"))\nbr label %y\n"
      + "y:\n%r = load i32, ptr %ev\nret void",
    // In an earlier round.
    "br label %x\nx:\nstore i32 1, ptr %ev\n\(free("e"))\n%c = icmp eq i32 %a, 0\n"
      + "br i1 %c, label %x, label %y\ny:\nret void",
    // By another name.
    "%c = icmp eq i32 %a, 0\n\(new("o"))\n%s = select i1 %c, ptr %e, ptr %o\n\(free("s"))\n"
      + "store i32 1, ptr %ev\nret void",
    "\(free("e"))\n%c = icmp eq i32 %a, 0\n\(new("o"))\n%s = select i1 %c, ptr %e, ptr %o\n"
      + "%sv = getelementptr i8, ptr %s, i64 48\nstore i32 1, ptr %sv\nret void",
    "\(new("o"))\n%c = icmp eq i32 %a, 0\nbr i1 %c, label %x, label %y\nx:\n\(free("e"))\nbr label %z\n"
      + "y:\nbr label %z\nz:\n%p = phi ptr [ %e, %x ], [ %o, %y ]\n"
      + "%pv = getelementptr i8, ptr %p, i64 48\n%r = load i32, ptr %pv\nret void",
    // The same, caught again.
    "invoke void @swasm_throw(ptr %e) to label %go unwind label %u\ngo:\nret void\nu:\n"
      + "%l = landingpad { ptr, i32 } catch ptr null\n%x = extractvalue { ptr, i32 } %l, 0\n"
      + "\(free("x"))\nstore i32 1, ptr %ev\nret void",
  ])
  func afterwardsTheyMayBeOthers(body: String) throws {
    try expectRefused(exceptions(new("e") + "\n" + body), mayBeFree)
  }

  @Test func onceOnly() throws {
    for use in [free("e"), "call void @swasm_throw(ptr %e)"] {
      try expectRefused(
        exceptions("\(new("e"))\n\(free("e"))\n\(use)\nret void"), passedFree)
    }
  }

  /// What was caught, with its tag compared.
  @Test func caughtOnes() throws {
    func text(before: String, after: String) -> String {
      exceptions(
        """
          invoke fastcc void @f(i32 0, i32 0, i64 0, i32 0) to label %go unwind label %u
        go:
          ret void
        u:
          %l = landingpad { ptr, i32 } catch ptr null
          %e = extractvalue { ptr, i32 } %l, 0
          \(before)
          %t = load ptr, ptr %e
          %c = icmp eq ptr %t, getelementptr (i8, ptr @swasm_main_state, i64 640)
          br i1 %c, label %mine, label %go
        mine:
          %again = extractvalue { ptr, i32 } %l, 0
          \(after)
          %ev = getelementptr i8, ptr %e, i64 48
          %r = load i32, ptr %ev
          \(free("e"))
          ret void
        """
      ).replacingOccurrences(of: "define fastcc void @f", with: "define fastcc void @f")
    }
    try expectProven(text(before: "", after: ""))
    try expectProven(text(before: "", after: "\(new("o"))\n\(free("o"))"))
    try expectRefused(text(before: free("e"), after: ""), mayBeFree)
    try expectRefused(text(before: "", after: free("again")), mayBeFree)
  }

  /// The second value of this tag is a reference.
  @Test func valuesAreReadAsWhatTheyAre() throws {
    func text(_ access: String, at offset: Int) -> String {
      exceptions(
        "%e = call ptr @swasm_exception_new(ptr @swasm_main_state, i32 1, i32 2)\n"
          + "%v = getelementptr i8, ptr %e, i64 \(48 + offset)\n\(access)\nret void")
    }
    try expectProven(text("store i64 %w, ptr %v", at: 0))
    try expectProven(text("%r = load ptr, ptr %v", at: 16))
    let other = "an access to an exception's value as something else"
    try expectRefused(text("store i64 %w, ptr %v", at: 16), other)
    try expectRefused(text("store i64 %w, ptr %v", at: 12), other)
    try expectRefused(text("%r = load i64, ptr %v", at: 12), other)
    try expectRefused(text("store <4 x i64> zeroinitializer, ptr %v", at: 0), other)
    try expectRefused(
      text("store ptr null, ptr %v", at: 20), "an access to a part of an exception's reference")
  }
}
