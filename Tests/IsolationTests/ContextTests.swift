// Choices of pointers. A fact that is found while a choice is still being resolved must not be remembered as its
// result.

import Testing

private let outside = "an access that may lie outside guest memory"
private let unknown = "an address of unknown origin"

private let funcref = "load ptr, ptr getelementptr (i8, ptr @swasm_main_state, i64 224)"

@Suite struct ContextTests {
  /// Callers prove bytes behind a pointer only in memories without guard pages.
  @Test func callersDoNotProveAccessesToGuardedMemory() throws {
    func text(_ base: String, _ index: String) -> String {
      function(
        """
          %i = zext i32 %a to i64
          %p = getelementptr i8, ptr \(base), i64 \(index)
          call fastcc void @f.cold(ptr %p, i32 %a)
          ret void
        """) + """
          define internal fastcc void @f.cold(ptr %p, i32 %v) {
            store i32 %v, ptr %p
            ret void
          }

          """
    }
    #expect(try failures(text("%base", "%i")) == [:])
    #expect(try failures(text("%base", "%w"))["f.cold"] == outside)
    #expect(try failures(text("%base1", "%i"))["f"] != nil)
  }

  /// Each alternative of a choice of two regions is proven once, with its own offset.
  @Test(arguments: [
    (1 << 40, -1 << 41, false), (1 << 40, -1 << 40, true), (0, 0, true), (0, -1 << 41, false),
  ])
  func eachOfTwoRegionsHasItsOwnOffset(each: Int, then: Int, isProven: Bool) throws {
    let text = function(
      """
        %s = alloca i64, align 8
        %x = getelementptr i8, ptr %base, i64 \(each)
        %t = getelementptr i8, ptr %s, i64 \(each)
        %c = icmp eq i32 %a, 0
        %p = select i1 %c, ptr %x, ptr %t
        %q = getelementptr i8, ptr %p, i64 \(then)
        store i32 1, ptr %q
        ret void
      """)
    #expect(try (failures(text)["f"] == nil) == isProven)
  }

  @Test func onlyTheLaneThatIsUsedCounts() throws {
    func text(lane: Int) -> String {
      function(
        """
          %s = alloca i64, align 8
          %far = getelementptr i8, ptr %base, i64 %w
          %m = insertelement <2 x ptr> zeroinitializer, ptr %base, i32 0
          %x = insertelement <2 x ptr> %m, ptr %base, i32 1
          %y0 = insertelement <2 x ptr> zeroinitializer, ptr %s, i32 0
          %y = insertelement <2 x ptr> %y0, ptr %s, i32 1
          %z = insertelement <2 x ptr> %m, ptr %far, i32 1
          switch i32 %a, label %one [
            i32 1, label %two
            i32 2, label %three
          ]
        one:
          br label %join
        two:
          br label %join
        three:
          br label %join
        join:
          %p = phi <2 x ptr> [ %x, %one ], [ %y, %two ], [ %z, %three ]
          %q = extractelement <2 x ptr> %p, i32 \(lane)
          store i32 7, ptr %q
          ret void
        """)
    }
    try expectProven(text(lane: 0))
    try expectRefused(text(lane: 1), outside)
  }

  @Test func eachLaneHasItsOwnType() throws {
    let text =
      function(
        """
          %any = \(funcref)
          %typed = call fastcc ptr @r(i32 0)
          %m = insertelement <2 x ptr> zeroinitializer, ptr %typed, i32 0
          %x = insertelement <2 x ptr> %m, ptr %any, i32 1
          %y = insertelement <2 x ptr> %m, ptr %typed, i32 1
          %c = icmp eq i32 %a, 0
          %p = select i1 %c, <2 x ptr> %x, <2 x ptr> %y
          %q = extractelement <2 x ptr> %p, i32 1
          %code = load ptr, ptr %q
          %v = call fastcc ptr %code(i32 7)
          ret void
        """) + "declare fastcc ptr @r(i32)\n"
    try expectRefused(text, "an indirect call whose target is not proven to have its type")
  }

  /// A choice that is still being resolved may be null so far. The place of a load that depends on it does not
  /// count as null.
  @Test func aLoadFromAnUnresolvedChoiceIsNotNull() throws {
    let text = function(
      """
        %any = \(funcref)
        %elements = load ptr, ptr getelementptr (i8, ptr @swasm_main_state, i64 256)
        %length = load i64, ptr getelementptr (i8, ptr @swasm_main_state, i64 264)
        %some = icmp ult i64 0, %length
        br i1 %some, label %loop, label %end
      loop:
        %h = phi ptr [ %any, %entry ], [ %next, %loop ]
        store ptr %h, ptr getelementptr (i8, ptr @swasm_main_state, i64 224)
        %c = icmp eq i32 %a, 0
        %p = select i1 %c, ptr %h, ptr %elements
        %next = load ptr, ptr %p
        %more = icmp eq i32 %n, 0
        br i1 %more, label %loop, label %end
      end:
        ret void
      """)
    #expect(try failures(text)["f"] != nil)
  }

  /// Whether a number is a size depends on a choice that is still being resolved. So do all values computed from it.
  @Test func numbersFromAnUnresolvedChoiceAreNotRemembered() throws {
    let text = function(
      """
        %g = load i64, ptr %base
        %c1 = icmp ult i64 %w, %bytes1
        br i1 %c1, label %go, label %end
      go:
        %q = getelementptr i8, ptr %base1, i64 %w
        %g8 = load i8, ptr %q
        br label %loop
      loop:
        %h = phi ptr [ %base, %go ], [ %next, %loop ]
        store i8 1, ptr %h
        %c = icmp eq i32 %a, 0
        %p = select i1 %c, ptr %h, ptr @swasm_main_state
        %place = getelementptr i8, ptr %p, i64 264
        %l = load i64, ptr %place
        %high = shl i64 %g, 33
        %o = or i64 %high, %l
        %less = mul i64 %high, -1
        %lessl = mul i64 %l, -1
        %d0 = add i64 %o, %less
        %d = add i64 %d0, %lessl
        %next = getelementptr i8, ptr %base, i64 %d
        %more = icmp eq i32 %n, 0
        br i1 %more, label %loop, label %end
      end:
        ret void
      """)
    try expectRefused(text, outside)
  }

  /// The result of a function is not derived from a choice in it that is still being resolved.
  @Test func resultsFromAnUnresolvedChoiceAreNotRemembered() throws {
    let text =
      function(
        """
          %p = call fastcc ptr @f.cold(i32 %a, i32 %b)
          %code = load ptr, ptr %p
          %v = call fastcc ptr %code(i32 7)
          ret void
        """
      ).replacing(
        "define fastcc void @f(",
        with: """
          declare fastcc ptr @r(i32)
          define internal fastcc ptr @f.cold(i32 %a, i32 %n) {
          entry:
            %any = \(funcref)
            %typed = call fastcc ptr @r(i32 0)
            br label %loop
          loop:
            %h = phi ptr [ %any, %entry ], [ %again, %next ]
            %c = icmp eq i32 %a, 0
            %p = select i1 %c, ptr %h, ptr %typed
            %more = icmp eq i32 %n, 0
            br i1 %more, label %next, label %end
          end:
            ret ptr %p
          next:
            %t = getelementptr i8, ptr %h, i64 16
            %id = load i32, ptr %t
            %again = call fastcc ptr @f.cold(i32 %a, i32 %id)
            br label %loop
          }
          define fastcc void @f(
          """)
    #expect(try failures(text)["f"] != nil)
  }

  /// The answer does not depend on which function is checked first.
  @Test(
    arguments: [["cold", "mid2", "mid"], ["mid", "mid2", "cold"], ["mid2", "cold", "mid"]],
    ["mid", "mid2"])
  func theOrderOfFunctionsDoesNotMatter(order: [String], second: String) throws {
    let functions = [
      "cold": "call void @swasm_exception_free(ptr %p)",
      "mid": "call fastcc void @f.cold(ptr %p)", "mid2": "call fastcc void @f.cold(ptr %p)",
    ]
    let parts = order.map {
      "define internal fastcc void @f.\($0)(ptr %p) {\n\(functions[$0] ?? "")\nret void\n}\n"
    }
    let text = function(
      """
        %e = call ptr @swasm_exception_new(ptr @swasm_main_state, i32 0, i32 1)
        %ev = getelementptr i8, ptr %e, i64 48
        call fastcc void @f.mid2(ptr %e)
        store i32 1, ptr %ev
        %k = icmp eq i32 %a, 0
        br i1 %k, label %x, label %y
      x:
        call fastcc void @f.\(second)(ptr %e)
        ret void
      y:
        ret void
      """
    ).replacing(
      "define fastcc void @f(",
      with: "declare void @swasm_exception_free(ptr)\n\(parts.joined())define fastcc void @f(")
    #expect(try failures(text)["f"] != nil)
  }

  /// Code and type id are found by their offset from the beginning of a reference.
  @Test func codeAndTypeAreFoundAtTheBeginningOfAReference() throws {
    func text(_ offset: Int) -> String {
      function(
        """
          %any = \(funcref)
          %given = getelementptr i8, ptr %any, i64 \(offset)
          call fastcc void @f.cold(ptr %given)
          ret void
        """) + """
          define internal fastcc void @f.cold(ptr %p) {
            %place = getelementptr i8, ptr %p, i64 16
            %id = load i32, ptr %place
            %c = icmp eq i32 %id, 1
            br i1 %c, label %call, label %end
          call:
            %start = getelementptr i8, ptr %p, i64 \(-offset)
            %code = load ptr, ptr %start
            %v = call fastcc i32 %code(i32 7)
            br label %end
          end:
            ret void
          }

          """
    }
    #expect(try failures(text(0)) == [:])
    #expect(try failures(text(4))["f.cold"] != nil)
  }
}
