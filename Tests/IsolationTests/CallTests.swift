// Direct calls, calls through tables and constants, and calls of the runtime.
import Testing

private let unproven = "an indirect call whose target is not proven to have its type"

/// A call through table 0, with some things to change.
private func tableCall(
  bound: String = "icmp ult i64 %z, %length", id: String = "i32 1", compared: String = "eq",
  call: String = "call fastcc i32 %code(i32 %b)", scale: Int = 3, reference: String = "%reference",
  length: Int = 264
) -> String {
  function(
    """
      %z = zext i32 %a to i64
      %length = load i64, ptr getelementptr (i8, ptr @swasm_main_state, i64 \(length))
      %in = \(bound)
      br i1 %in, label %ok, label %no
    ok:
      %elements = load ptr, ptr getelementptr (i8, ptr @swasm_main_state, i64 256)
      %o = shl i64 %z, \(scale)
      %element = getelementptr i8, ptr %elements, i64 %o
      %reference = load ptr, ptr %element
      %other = load ptr, ptr getelementptr (i8, ptr @swasm_main_state, i64 224)
      %field = getelementptr i8, ptr \(reference), i64 16
      %id = load i32, ptr %field
      %same = icmp \(compared) i32 %id, \(id.dropFirst(4))
      br i1 %same, label %go, label %no
    go:
      %code = load ptr, ptr %reference
      %r = \(call)
      ret void
    no:
      call void @llvm.ubsantrap(i8 9)
      unreachable
    """)
}

@Suite struct IndirectCallTests {
  @Test func aCallThroughACheckedTableIsProven() throws { try expectProven(tableCall()) }

  @Test func aComparisonWithTheWrongTypeProvesNothing() throws {
    try expectRefused(tableCall(id: "i32 2"), unproven)
    try expectRefused(tableCall(id: "i32 3"), unproven)
    try expectRefused(tableCall(compared: "ne"), unproven)
    try expectRefused(tableCall(compared: "ule"), unproven)
    try expectRefused(tableCall(call: "call fastcc i64 %code(i32 %b)"), unproven)
    try expectRefused(tableCall(call: "call fastcc i32 %code(i32 %b, i32 %b)"), unproven)
    try expectRefused(tableCall(reference: "%other"), unproven)
    try expectRefused(
      tableCall(call: "call i32 %code(i32 %b)"), "an indirect call with another convention")
  }

  @Test func aComparisonOfTheWrongElementProvesNothing() throws {
    let outside = "an access that may lie outside a table"
    try expectRefused(tableCall(bound: "icmp ule i64 %z, %length"), outside)
    try expectRefused(tableCall(bound: "icmp ugt i64 %z, %length"), outside)
    try expectRefused(tableCall(bound: "icmp ult i64 %w, %length"), outside)
    try expectRefused(tableCall(scale: 4), outside)
    try expectRefused(tableCall(length: 328), outside)
    try expectRefused(tableCall(scale: 2), "an access to a part of a table's element")
  }

  private func constantCall(_ limit: Int, _ array: String, _ result: String = "i32") -> String {
    function(
      """
        %z = zext i32 %a to i64
        %in = icmp ult i32 %a, \(limit)
        br i1 %in, label %ok, label %no
      ok:
        %o = shl i64 %z, 3
        %element = getelementptr i8, ptr @targets, i64 %o
        %code = load ptr, ptr %element
        %r = call fastcc \(result) %code(i32 %b)
        ret void
      no:
        ret void
      """)
        + """
        @targets = internal constant [2 x ptr] [\(array)]
        define internal fastcc i32 @g(i32 %x) {
          ret i32 %x
        }
        define internal fastcc i64 @h(i32 %x) {
          ret i64 0
        }

        """
  }

  @Test func aCallThroughAConstantArrayIsProven() throws {
    try expectProven(constantCall(2, "ptr @g, ptr null"))
    try expectRefused(
      constantCall(3, "ptr @g, ptr @g"), "an access that may lie outside its object")
    try expectRefused(constantCall(2, "ptr @g, ptr @h"), unproven)
    try expectRefused(constantCall(2, "ptr @g, ptr @g", "i64"), unproven)
  }

  @Test func anAddressIsNoCode() throws {
    try expectRefused(
      function("  call fastcc void %base()\n  ret void"), unproven)
    try expectRefused(
      function("  %p = inttoptr i64 %w to ptr\n  call fastcc void %p()\n  ret void"), unproven)
  }
}

@Suite struct DirectCallTests {
  private let callee = "define internal fastcc i32 @g(i32 %x) {\n  ret i32 %x\n}\n"

  @Test func directCallsHaveTheTypeAndConventionOfTheCallee() throws {
    try expectProven(function("  %r = call fastcc i32 @g(i32 %a)\n  ret void") + callee)
    try expectRefused(
      function("  %r = call i32 @g(i32 %a)\n  ret void") + callee,
      "a call with another convention than its function has")
    try expectRefused(
      function("  %r = call fastcc i32 @g(i32 %a, i32 %b)\n  ret void") + callee,
      "a call with another type than its function has")
  }

  @Test func unknownFunctionsAreNotCalled() throws {
    try expectRefused(
      function("  call void @system(ptr %base)\n  ret void") + "declare void @system(ptr)\n",
      "a call of a function that is not known")
    try expectRefused(
      function("  call void asm sideeffect \"syscall\", \"\"()\n  ret void"), "assembly")
    // Registers have names, too.
    try expectRefused(
      function("  call void asm sideeffect \"\", \"{rsp}\"(i64 %w)\n  ret void"), "assembly")
  }

  @Test func callsOfTheRuntimeHaveArgumentsOfTheInstance() throws {
    func grow(_ memory: String) -> String {
      function("  %r = call i64 @swasm_memory_grow(ptr \(memory), i64 1)\n  ret void")
    }
    try expectProven(grow("getelementptr (i8, ptr @swasm_main_state, i64 128)"))
    try expectRefused(
      grow("getelementptr (i8, ptr @swasm_main_state, i64 136)"), "what is passed is no memory")
    try expectRefused(grow("%base"), "what is passed is no memory")
    func fill(_ table: Int, _ value: String) -> String {
      function(
        """
          %f = load ptr, ptr getelementptr (i8, ptr @swasm_main_state, i64 224)
          %r = call i32 @swasm_table_fill(ptr getelementptr (i8, ptr @swasm_main_state, i64 \(table)), i64 0, ptr \(value), i64 1)
          ret void
        """)
    }
    try expectProven(fill(256, "%f"))
    try expectProven(fill(320, "null"))
    let reason = "what is passed is no reference of the table's type"
    try expectRefused(fill(320, "%f"), reason)
    try expectRefused(fill(256, "%base"), reason)
  }

  /// The arguments of a function that a pass split off.
  @Test func aFunctionThatWasSplitOffIsCheckedWithItsArguments() throws {
    func text(_ given: String) -> String {
      function(
        """
          %z = zext i32 %a to i64
          %p = getelementptr i8, ptr %base, i64 %z
          call void @part(ptr %p)
          call void @part(ptr \(given))
          ret void
        """) + """
          define internal void @part(ptr %p) {
            store i32 0, ptr %p
            ret void
          }

          """
    }
    try expectProven(text("%base"))
    #expect(try failures(text("@swasm_main_state")) != [:])
    #expect(try failures(text("%base1")) != [:])
  }
}

@Suite struct ExceptionTests {
  private func text(_ count: Int, _ offset: Int, _ value: String = "i32 7") -> String {
    function(
      """
        %x = call ptr @swasm_exception_new(ptr @swasm_main_state, i32 0, i32 \(count))
        %p = getelementptr i8, ptr %x, i64 \(offset)
        store \(value), ptr %p
        call void @swasm_throw(ptr %x)
        unreachable
      """)
  }

  @Test func anExceptionHasTheValuesOfItsTag() throws {
    try expectProven(text(1, 48))
    try expectRefused(text(1, 64), "an access behind the values of an exception")
    try expectRefused(text(1, 0), "an access to the head of an exception")
    try expectRefused(text(1, 8), "an access to the head of an exception")
    try expectRefused(text(2, 48), "what is passed is not the number of the tag's values")
    try expectRefused(
      text(1, 48, "ptr null"), "an access to an exception's value as something else")
  }
}

@Suite struct HandedOnCodeTests {
  private let targets = """
    @targets = internal constant [2 x ptr] [ptr @g, ptr null]
    @others = internal constant [2 x ptr] [ptr @h, ptr null]
    define internal fastcc i32 @g(i32 %x) {
      ret i32 %x
    }
    define internal fastcc i64 @h(i32 %x) {
      ret i64 0
    }

    """

  /// A part that was split off a function gets code as an argument.
  private func given(_ code: String, _ result: String = "i32") -> String {
    function(
      """
        %c = icmp ult i32 %a, 2
        br i1 %c, label %go, label %no
      go:
        %z = zext i32 %a to i64
        %q = shl i64 %z, 3
        %p = getelementptr i8, ptr @targets, i64 %q
        %code = load ptr, ptr %p
        call fastcc void @part(ptr \(code), i32 %b)
        ret void
      no:
        ret void
      """) + targets
        + """
        define internal fastcc void @part(ptr %code, i32 %x) noinline {
          %r = call fastcc \(result) %code(i32 %x)
          ret void
        }

        """
  }

  @Test func codeMayBeAnArgumentOfAFunctionThatWasSplitOff() throws {
    try expectProven(given("%code"))
    #expect(try failures(given("%code", "i64"))["part"] == unproven)
    #expect(try failures(given("%base"))["part"] == unproven)
    // Another call passes code of another type.
    let another = """
      define internal fastcc void @also(i32 %a) {
        %code = load ptr, ptr @others
        call fastcc void @part(ptr %code, i32 %a)
        ret void
      }

      """
    #expect(try failures(given("%code") + another)["part"] == unproven)
    #expect(
      try failures(given("%code") + another.replacing("@others", with: "@targets"))["part"] == nil)
  }

  private func looping(_ second: String) -> String {
    function(
      """
        %z = and i32 %a, 1
        %o = zext i32 %z to i64
        %q = shl i64 %o, 3
        %p1 = getelementptr i8, ptr @targets, i64 %q
        %p2 = getelementptr i8, ptr @others, i64 %q
        %first = load ptr, ptr %p1
        %other = load ptr, ptr %p2
        br label %loop
      loop:
        %code = phi ptr [ %first, %entry ], [ \(second), %loop ]
        %r = call fastcc i32 %code(i32 %b)
        %c = icmp eq i32 %r, 0
        br i1 %c, label %loop, label %end
      end:
        ret void
      """) + targets
  }

  @Test func codeMayPassThroughTheIterationsOfALoop() throws {
    try expectProven(looping("%first"))
    try expectRefused(looping("%other"), unproven)
    try expectRefused(looping("%base"), unproven)
  }
}

@Suite struct HandedOnExceptionTests {
  /// A part of a function gets an exception that was caught, and throws it again.
  private func thrownOn(_ given: String, _ linkage: String = "internal") -> String {
    function(
      """
        %r = invoke fastcc i32 @g(i32 %a) to label %end unwind label %caught
      caught:
        %pad = landingpad { ptr, i32 } catch ptr null
        %other = insertvalue { ptr, i32 } %pad, ptr %base, 0
        call fastcc void @part({ ptr, i32 } \(given))
        ret void
      end:
        ret void
      """
    ).replacing(") {\nentry", with: ") personality ptr @swasm_personality {\nentry")
      + """
      declare i32 @swasm_personality(...)
      declare fastcc i32 @g(i32)
      define \(linkage) fastcc void @part({ ptr, i32 } %pad) {
        %exception = extractvalue { ptr, i32 } %pad, 0
        call void @swasm_throw(ptr %exception)
        unreachable
      }

      """
  }

  @Test func everyCallerMustGiveAnException() throws {
    try expectProven(thrownOn("%pad"))
    let reason = "what is passed is no exception"
    #expect(try failures(thrownOn("%other"))["part"] == reason)
    #expect(try failures(thrownOn("zeroinitializer"))["part"] == reason)
    let another = """
      define internal fastcc void @also({ ptr, i32 } %x) {
        call fastcc void @part({ ptr, i32 } undef)
        ret void
      }

      """
    #expect(try failures(thrownOn("%pad") + another)["part"] == reason)
    #expect(
      try failures(thrownOn("%pad", "hidden"))["part"]
        == "a function of unknown type that others can call")
  }
}
