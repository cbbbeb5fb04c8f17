// Values of exceptions may be read and written only while the exception certainly exists.
import Testing

private let mayBeFree = "an access to values of an exception that may be free"
private let passedFree = "what is passed is an exception that may be free"

private let notCaptured =
  "an exception that is not marked as captured before somebody else gets it"

/// `f`, which makes exceptions of tag 0, and can catch the exceptions of its callees.
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

private func mark(_ name: String) -> String {
  "%\(name)c = getelementptr i8, ptr %\(name), i64 28\nstore i8 1, ptr %\(name)c"
}

private let global = "ptr getelementptr (i8, ptr @swasm_main_state, i64 240)"

private func free(_ name: String) -> String { "call void @swasm_exception_free(ptr %\(name))" }

@Suite struct FreedExceptionTests {
  @Test(arguments: [
    "store i32 1, ptr %ev\n\(free("e"))\nret void",
    "store i32 1, ptr %ev\ncall void @swasm_throw(ptr %e)\nret void",
    // The cell of another exception.
    "\(new("o"))\n\(free("o"))\nstore i32 1, ptr %ev\n\(free("e"))\nret void",
    "\(free("e"))\n\(new("o"))\nstore i32 1, ptr %ov\ncall void @swasm_throw(ptr %o)\nret void",
    // Freed on one way, read on the other.
    "%c = icmp eq i32 %a, 0\nbr i1 %c, label %x, label %y\nx:\n\(free("e"))\nret void\n"
      + "y:\n%r = load i32, ptr %ev\n\(free("e"))\nret void",
    // Thrown and caught again.
    "invoke void @swasm_throw(ptr %e) to label %go unwind label %u\ngo:\nret void\nu:\n"
      + "%l = landingpad { ptr, i32 } catch ptr null\n%x = extractvalue { ptr, i32 } %l, 0\n"
      + "\(free("x"))\nret void",
    // A captured exception is never freed.
    "\(mark("e"))\n\(free("e"))\n%r = load i32, ptr %ev\n\(free("e"))\nret void",
    "\(mark("e"))\ninvoke void @swasm_throw(ptr %e) to label %go unwind label %u\ngo:\nret void\nu:\n"
      + "%l = landingpad { ptr, i32 } catch ptr null\n%x = extractvalue { ptr, i32 } %l, 0\n"
      + "\(free("x"))\n%r = load i32, ptr %ev\nret void",
    "\(mark("e"))\nstore ptr %e, \(global)\nret void",
    // The one of two that was not freed.
    "\(new("o"))\n%c = icmp eq i32 %a, 0\nbr i1 %c, label %x, label %y\nx:\n\(free("e"))\nbr label %z\n"
      + "y:\n\(free("o"))\nbr label %z\nz:\n%p = phi ptr [ %o, %x ], [ %e, %y ]\n"
      + "%pv = getelementptr i8, ptr %p, i64 48\n%r = load i32, ptr %pv\n\(free("p"))\nret void",
  ])
  func exceptionsMayBeUsedBeforeTheyAreFreed(body: String) throws {
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
    // The mark comes too late, is set on one path only, or is set on another exception.
    "\(free("e"))\n\(mark("e"))\nstore i32 1, ptr %ev\nret void",
    "%c = icmp eq i32 %a, 0\nbr i1 %c, label %x, label %y\nx:\n\(mark("e"))\nbr label %y\n"
      + "y:\n\(free("e"))\n%r = load i32, ptr %ev\nret void",
    "\(new("o"))\n\(mark("o"))\n\(free("e"))\n%r = load i32, ptr %ev\nret void",
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
  func freedExceptionsMayNotBeUsed(body: String) throws {
    try expectRefused(exceptions(new("e") + "\n" + body), mayBeFree)
  }

  @Test(arguments: [
    "store ptr %e, \(global)\nret void",
    "store ptr %e, \(global)\n\(mark("e"))\nret void",
    "%c = icmp eq i32 %a, 0\nbr i1 %c, label %x, label %y\nx:\n\(mark("e"))\nbr label %y\n"
      + "y:\nstore ptr %e, \(global)\nret void",
    "\(new("o"))\n\(mark("o"))\nstore ptr %e, \(global)\nret void",
    "%s = alloca ptr\nstore ptr %e, ptr %s\nret void",
    "%i = ptrtoint ptr %e to i64\nret void",
    "\(new("o"))\n%c = icmp eq i32 %a, 0\n%s = select i1 %c, ptr %e, ptr %o\n\(mark("e"))\n"
      + "store ptr %s, \(global)\nret void",
    // An address inside the exception counts as the exception.
    "%s = alloca ptr\nstore ptr %ev, ptr %s\nret void",
  ])
  func onlyCapturedExceptionsAreGivenToOtherCode(body: String) throws {
    try expectRefused(
      exceptions(new("e") + "\n" + body),
      notCaptured)
  }

  /// An exception that other code has is captured. So it is never freed, whoever throws and catches it.
  @Test func exceptionsFromReferencesAreNeverFreed() throws {
    let load = "%e = load ptr, \(global)\n"
    let read =
      "%t = load ptr, ptr %e\n%c = icmp eq ptr %t, getelementptr (i8, ptr @swasm_main_state, i64 640)\n"
      + "br i1 %c, label %mine, label %go\ngo:\nret void\nmine:\n%ev = getelementptr i8, ptr %e, i64 48\n"
      + "%r = load i32, ptr %ev\ncall void @swasm_throw(ptr %e)\nunreachable"
    try expectProven(exceptions(load + read))
    try expectProven(exceptions(load + free("e") + "\n" + free("e") + "\n" + read))
    try expectProven(exceptions(load + new("o") + "\n" + free("o") + "\n" + read))
  }

  @Test(arguments: ["i8 0", "i8 %v", "i16 256", "i16 1"])
  func marksOfCapturedExceptionsStay(value: String) throws {
    try expectRefused(
      exceptions(
        "\(new("e"))\n%v = trunc i32 %a to i8\n%ec = getelementptr i8, ptr %e, i64 28\n"
          + "store \(value), ptr %ec\nret void"),
      "an exception's mark is taken away")
    try expectRefused(
      exceptions(
        "\(new("e"))\n%ec = getelementptr i8, ptr %e, i64 28\n"
          + "%v = atomicrmw xor ptr %ec, i8 1 seq_cst\nret void"),
      notCaptured)
  }

  /// The part of a handler that LLVM splits off gets the handler's exception as an argument.
  @Test func exceptionsMayBeArgumentsOfFunctionsThatWereSplitOff() throws {
    func text(_ body: String, callee: String, parameters: String = "ptr %e") -> String {
      exceptions(new("e") + "\n" + body)
        + "define internal fastcc void @f.cold(\(parameters)) {\n\(callee)\n}\n"
    }
    let call = "call fastcc void @f.cold(ptr %e)\n"
    let read = "%cv = getelementptr i8, ptr %e, i64 28\nstore i8 1, ptr %cv\n"
    let give = "store ptr %e, \(global)\n"
    try expectProven(text(call + "ret void", callee: free("e") + "\nret void"))
    try expectProven(text(call + "ret void", callee: read + give + "ret void"))
    try expectProven(
      text(mark("e") + "\n" + call + "\(free("e"))\nret void", callee: give + "ret void"))
    // It comes back.
    let onlyRead = "%t = load ptr, ptr %e\nret void"
    try expectProven(text(call + "store i32 1, ptr %ev\n\(free("e"))\nret void", callee: onlyRead))
    let ends = [
      free("e") + "\nret void", "call fastcc void @f.cold(ptr %e)\n\(free("e"))\nret void",
      "%c = icmp eq ptr %e, null\nbr i1 %c, label %x, label %y\nx:\n\(free("e"))\nret void\n"
        + "y:\nret void",
    ]
    for callee in ends {
      try expectRefused(text(call + "\(free("e"))\nret void", callee: callee), passedFree)
      try expectRefused(text(call + "store i32 1, ptr %ev\nret void", callee: callee), mayBeFree)
    }
    // The callee throws it, and it is caught here or in the callee.
    let thrown = "call void @swasm_throw(ptr %e)\nunreachable"
    let invoke =
      "invoke fastcc void @f.cold(ptr %e) to label %go unwind label %u\ngo:\nret void\nu:\n"
      + "%l = landingpad { ptr, i32 } catch ptr null\n%x = extractvalue { ptr, i32 } %l, 0\n"
    try expectProven(text(invoke + "\(free("x"))\nret void", callee: thrown))
    try expectRefused(
      text(invoke + "\(free("x"))\n\(free("e"))\nret void", callee: thrown), passedFree)
    try expectRefused(text(invoke + "\(free("e"))\nret void", callee: onlyRead), passedFree)
    let caught =
      "invoke void @swasm_throw(ptr %e) to label %go unwind label %u\ngo:\nret void\nu:\n"
      + "%l = landingpad { ptr, i32 } catch ptr null\n"
      + "%x = extractvalue { ptr, i32 } %l, 0\n\(free("x"))\nret void"
    try expectRefused(
      text(call + "\(free("e"))\nret void", callee: caught).replacingOccurrences(
        of: "@f.cold(ptr %e) {", with: "@f.cold(ptr %e) personality ptr @swasm_personality {"),
      passedFree)
    #expect(
      try failures(text(call + "ret void", callee: give + "ret void"))["f.cold"]
        == notCaptured)
    #expect(
      try failures(text(call + "ret void", callee: free("e") + "\n" + free("e") + "\nret void"))[
        "f.cold"]
        == passedFree)
    // The callee's callee throws it, and the callee catches and frees it.
    let catching =
      "invoke fastcc void @f.inner(ptr %e) to label %go unwind label %u\ngo:\nret void\nu:\n"
      + "%l = landingpad { ptr, i32 } catch ptr null\n"
      + "%x = extractvalue { ptr, i32 } %l, 0\n\(free("x"))\nret void"
    let inner = "define internal fastcc void @f.inner(ptr %e) {\n\(thrown)\n}\n"
    for after in ["\(free("e"))\nret void", "store i32 1, ptr %ev\nret void"] {
      try expectRefused(
        (text(call + after, callee: catching) + inner).replacingOccurrences(
          of: "@f.cold(ptr %e) {", with: "@f.cold(ptr %e) personality ptr @swasm_personality {"),
        after.hasPrefix("store") ? mayBeFree : passedFree)
    }
    // The callee could not know that two arguments are the same exception.
    let twice = "call fastcc void @f.cold(ptr %e, ptr %e)\nret void"
    try expectRefused(
      text(twice, callee: "\(free("e"))\n\(free("o"))\nret void", parameters: "ptr %e, ptr %o"),
      notCaptured)
  }

  @Test func exceptionsAreFreedOnce() throws {
    for use in [free("e"), "call void @swasm_throw(ptr %e)"] {
      try expectRefused(
        exceptions("\(new("e"))\n\(free("e"))\n\(use)\nret void"), passedFree)
    }
    // An exception of an earlier iteration, and one that was just made.
    try expectRefused(
      exceptions(
        "\(new("e"))\nbr label %x\nx:\n%p = phi ptr [ %e, %entry ], [ %o, %x ]\n\(free("p"))\n\(new("o"))\n"
          + "%c = icmp eq i32 %a, 0\nbr i1 %c, label %x, label %y\ny:\n\(free("p"))\nret void"),
      passedFree)
  }

  /// A caught exception whose tag is compared.
  @Test func theTagOfACaughtExceptionIsComparedFirst() throws {
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
        """)
    }
    try expectProven(text(before: "", after: ""))
    try expectProven(text(before: "", after: "\(new("o"))\n\(free("o"))"))
    try expectRefused(text(before: free("e"), after: ""), mayBeFree)
    try expectRefused(text(before: "", after: free("again")), mayBeFree)
  }

  /// The second value of this tag is a reference.
  @Test func valuesAreReadWithTheirTypes() throws {
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
