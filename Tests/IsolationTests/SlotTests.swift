// References that calls pass in slots (Slots.h). In these tests k has the type (funcref) -> funcref, both in slot 0.
import Testing

private let slot = "getelementptr (i8, ptr @swasm_main_state, i64 512)"
private let nextSlot = "getelementptr (i8, ptr @swasm_main_state, i64 528)"
/// A global of type funcref.
private let global = "getelementptr (i8, ptr @swasm_main_state, i64 224)"

private let keep = "store ptr %r, ptr \(global)\n"
private let load = "%r = load ptr, ptr \(slot)\n"
private let give = "%g = load ptr, ptr \(global)\nstore ptr %g, ptr \(slot)\n"
private let call = "call fastcc void @k()\n"

private func callee(_ body: String) -> String {
  head + "define fastcc void @f() {\nret void\n}\ndefine fastcc void @k() {\nentry:\n\(body)\n}\n"
}

private func caller(_ body: String) -> String {
  head + "define fastcc void @f(i1 %c, i64 %w) {\nentry:\n\(body)\n}\ndeclare fastcc void @k()\n"
}

@Suite struct SlotTests {
  @Test(arguments: [
    load + keep + "ret void",
    "store i64 5, ptr \(nextSlot)\n" + load + keep + "ret void",
    // The slot is not touched, so the argument is the result.
    "ret void",
    load + "store i64 5, ptr \(slot)\nstore ptr %r, ptr \(slot)\nret void",
    "store ptr null, ptr \(slot)\nret void",
  ])
  func calleesMayReadAndReturnReferences(body: String) throws {
    #expect(try failures(callee(body)) == [:])
  }

  @Test(arguments: [
    "%v = load i64, ptr \(slot)\nstore i64 %v, ptr \(nextSlot)\nret void",
    "store i64 5, ptr \(slot)\n" + load + keep + "store ptr null, ptr \(slot)\nret void",
    "store i32 5, ptr getelementptr (i8, ptr @swasm_main_state, i64 516)\n" + load + keep
      + "store ptr null, ptr \(slot)\nret void",
    "%r = load ptr, ptr \(nextSlot)\n" + keep + "ret void",
    "store i64 5, ptr \(slot)\nret void",
    "call void @llvm.memset.p0.i64(ptr \(slot), i8 1, i64 16, i1 false)\nret void",
  ])
  func calleesThatMisuseSlotsAreRefused(body: String) throws {
    #expect(try failures(callee(body)).keys.sorted() == ["k"])
  }

  @Test(arguments: [
    give + call + "ret void",
    give + call + load + keep + "ret void",
    give + "store i64 %w, ptr \(nextSlot)\n" + call + "ret void",
    give + "br i1 %c, label %a, label %b\na:\nbr label %b\nb:\n" + call + "ret void",
    give + call + call + "ret void",
    "br label %a\na:\n" + give + call + load + keep + "br i1 %c, label %a, label %b\nb:\nret void",
  ])
  func callersThatGiveAReferenceAreProven(body: String) throws {
    #expect(try failures(caller(body)) == [:])
  }

  @Test(arguments: [
    call + "ret void",
    "store i64 %w, ptr \(slot)\n" + call + "ret void",
    give + "store i64 %w, ptr \(slot)\n" + call + "ret void",
    "br i1 %c, label %a, label %b\na:\n" + give + "br label %b\nb:\n" + call + "ret void",
    give
      + "%i = call i64 @swasm_memory_grow(ptr getelementptr (i8, ptr @swasm_main_state, i64 64), i64 1)\n"
      + call
      + "ret void",
    give + call + "%v = load i64, ptr \(slot)\nstore i64 %v, ptr \(nextSlot)\nret void",
  ])
  func callersThatGiveNoReferenceAreRefused(body: String) throws {
    #expect(try failures(caller(body)).keys.sorted() == ["f"])
  }

  /// Arguments for a reference of the previous iteration are not in the slots of this reference's instance.
  @Test func slotsBelongToTheInstanceOfTheReference() throws {
    func text(_ laterRounds: String) -> String {
      head + """
        define fastcc void @f(ptr %i) {
        entry:
          %g = getelementptr i8, ptr %i, i64 224
          %given = load ptr, ptr %g
          %t = getelementptr i8, ptr %i, i64 732
          %own = load i32, ptr %t
          br label %round
        round:
          %n = phi i32 [ 0, %entry ], [ %m, %called ]
          %r = load ptr, ptr %g
          %ip = getelementptr i8, ptr %r, i64 8
          %other = load ptr, ptr %ip
          %dp = getelementptr i8, ptr %r, i64 16
          %id = load i32, ptr %dp
          %fits = icmp eq i32 %id, %own
          br i1 %fits, label %go, label %out
        go:
          %sp = getelementptr i8, ptr %other, i64 16
          %slots = load ptr, ptr %sp
          %isFirst = icmp eq i32 %n, 0
          br i1 %isFirst, label %first, label %later
        first:
          store ptr %given, ptr %slots
          br label %call
        later:
          \(laterRounds)
          br label %call
        call:
          %code = load ptr, ptr %r
          call fastcc void %code(ptr %other)
          br label %called
        called:
          store ptr %given, ptr %slots
          %m = add i32 %n, 1
          br label %round
        out:
          ret void
        }
        """
    }
    #expect(try failures(text("store ptr %given, ptr %slots"), stateIsSymbol: false) == [:])
    #expect(
      try failures(text(""), stateIsSymbol: false)["f"]
        == "a call whose slots are not proven to hold its arguments")
  }
}
