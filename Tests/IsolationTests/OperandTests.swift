// Operands for which an operation has no result (Operands.h). Code generation may find them although no operand is a
// constant. Then the result is another one at each use.
import Testing

@Suite struct OperandTests {
  private func shift(_ type: String, _ amount: String, _ operation: String = "shl") throws -> String
  {
    try hardened(
      head + "define fastcc void @f(\(type) %x, \(type) %k, ptr %out) {\n  \(amount)\n"
        + "  %v = \(operation) \(type) %x, %m\n  store \(type) %v, ptr %out\n  ret void\n}\n")
  }

  @Test(arguments: ["shl", "lshr", "ashr"])
  func amountsOfShiftsAreBelowTheWidth(operation: String) throws {
    let text = try shift("i64", "%m = or i64 %k, 64", operation)
    #expect(text.contains("and i64 %m, 63") && !text.contains("\(operation) i64 %x, %m"))
    #expect(try shift("i33", "%m = or i33 %k, 64", operation).contains("umin.i33(i33 %m, i33 32)"))
    #expect(
      try shift("<2 x i8>", "%m = or <2 x i8> %k, splat (i8 8)", operation).contains(
        "and <2 x i8> %m, splat (i8 7)"))
  }

  @Test func smallAmountsStay() throws {
    let small = [
      ("i64", "%m = and i64 %k, 63"), ("i64", "%t = trunc i64 %k to i6\n  %m = zext i6 %t to i64"),
      ("<2 x i8>", "%m = and <2 x i8> %k, <i8 7, i8 3>"),
    ]
    for (type, amount) in small {
      #expect(try shift(type, amount).contains("shl \(type) %x, %m"), "\(amount)")
    }
    #expect(try !shift("i64", "%m = and i64 %k, 64").contains("shl i64 %x, %m"))
    #expect(
      try !shift("<2 x i8>", "%m = and <2 x i8> %k, <i8 7, i8 8>").contains("shl <2 x i8> %x, %m"))
  }

  @Test func lanesAreThoseOfTheVector() throws {
    func access(_ lanes: Int, _ index: String) throws -> String {
      try hardened(
        function(
          "  %i = \(index)\n  %l = load <\(lanes) x i64>, ptr %base, align 1\n"
            + "  %x = extractelement <\(lanes) x i64> %l, i64 %i\n"
            + "  %y = insertelement <\(lanes) x i64> %l, i64 %x, i64 %i\n"
            + "  store <\(lanes) x i64> %y, ptr %base, align 1\n  ret void"))
    }
    let text = try access(4, "or i64 %w, 4")
    #expect(text.contains("and i64 %i, 3") && !text.contains("i64 %i\n"))
    #expect(try access(3, "or i64 %w, 4").contains("umin.i64(i64 %i, i64 2)"))
    #expect(try access(4, "and i64 %w, 3").contains("extractelement <4 x i64> %l, i64 %i"))
  }

  /// A division, after a comparison of its divisor or without one.
  private func division(
    _ before: String, _ operation: String = "udiv", _ type: String = "i64", _ by: String = "%w"
  )
    -> String
  {
    function(
      """
        \(before)
      ok:
        %v = \(operation) \(type) \(type == "i64" ? "7" : "splat (i64 7)"), \(by)
        store \(type) %v, ptr %base, align 1
        ret void
      no:
        call void @llvm.ubsantrap(i8 1)
        unreachable
      """)
  }

  @Test(arguments: ["udiv", "urem", "sdiv", "srem"])
  func divisorsAreNotZero(operation: String) throws {
    let free = division("br label %ok", operation)
    #expect(try hardened(free).contains("umax.i64(i64 %w, i64 1)"))
    try expectProven(free)
    for guarded in [
      "%c = icmp eq i64 %w, 0\n  br i1 %c, label %no, label %ok",
      "%s = add i64 %w, 8\n  %c = icmp ugt i64 %w, 9\n  br i1 %c, label %ok, label %no",
      "switch i64 %w, label %ok [ i64 0, label %no i64 -1, label %no ]",
    ] {
      let text = division(guarded, operation)
      #expect(try !hardened(text).contains("umax"), "\(guarded)")
      try expectProven(text)
    }
    for wrong in [
      "%c = icmp eq i64 %w, 1\n  br i1 %c, label %no, label %ok",
      "%c = icmp eq i64 %w, 0\n  br i1 %c, label %ok, label %no",
      "switch i64 %w, label %ok [ i64 0, label %ok i64 -1, label %no ]",
      "switch i64 %w, label %ok [ i64 1, label %no i64 -1, label %no ]",
    ] {
      #expect(try hardened(division(wrong, operation)).contains("umax"), "\(wrong)")
    }
  }

  @Test func divisorsInEveryLaneAreNotZero() throws {
    let one =
      "%a1 = insertelement <2 x i64> <i64 0, i64 5>, i64 %w, i64 LANE\n"
      + "  %c = icmp eq i64 %w, 0\n  br i1 %c, label %no, label %ok"
    func text(_ lane: Int) throws -> String {
      try hardened(division(one.replacing("LANE", with: "\(lane)"), "udiv", "<2 x i64>", "%a1"))
    }
    #expect(try !text(0).contains("umax"))
    #expect(try text(1).contains("umax.v2i64"))
  }

  /// Code generation computes a constant expression again at each use.
  @Test func constantsAreTheSameAtEachUse() throws {
    func text(_ constant: String) -> String {
      function(
        """
          %c = icmp ult i64 \(constant), 100
          br i1 %c, label %ok, label %no
        ok:
          %p = getelementptr i8, ptr %base, i64 \(constant)
          store i8 1, ptr %p
          ret void
        no:
          ret void
        """)
    }
    try expectProven(text("ptrtoint (ptr @swasm_main_state to i64)"))
    try expectProven(text("ptrtoint (ptr getelementptr (i8, ptr @swasm_main_state, i64 8) to i64)"))
    let vector = "<2 x i64> bitcast (<4 x i32> <i32 1, i32 0, i32 2, i32 3> to <2 x i64>)"
    try expectProven(text("extractelement (\(vector), i64 1)"))
    let reason = "a constant that is another number at each use"
    let number = "ptrtoint (ptr @f to i64)"
    try expectRefused(
      text("extractelement (<2 x i64> <i64 undef, i64 \(number)>, i64 \(number))"), reason)
  }
}
