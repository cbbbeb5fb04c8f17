// The guest's stack pointer. Exceptions restore it in place of handlers. Programs that could notice the difference stay
// as they are.
import CGuestPasses
import Testing

/// The module after the pass. `@cell` is the pointer. There is a function `@other` that can be called.
private func restored(
  _ functions: String..., shadowStack: swasm_shadow_stack = .init()
) throws -> String {
  let rest = """
    @swasm_main_state = internal global [16 x i8] zeroinitializer
    @cell = internal global i32 65536
    declare void @swasm_personality()
    declare void @swasm_throw(ptr)
    declare void @runtime() nounwind
    define internal fastcc i32 @other(i32 %n) {
      ret i32 %n
    }
    !0 = !{!1, !1, i64 0}
    !1 = !{!"global", !2, i64 0}
    !2 = !{!"swasm"}
    """
  return try split(
    functions.joined(separator: "\n") + "\n" + rest, by: "restore-shadow-stack",
    shadowStack: shadowStack)
}

/// Saves the pointer before a call. Its handler does `beforeStore`, stores the pointer back, and goes on.
private func catching(
  _ beforeStore: String = "", store: String = "store i32 %kept, ptr @cell, !tbaa !0"
) -> String {
  """
  define internal fastcc i32 @catching(i32 %n) personality ptr @swasm_personality {
  entry:
    %kept = load i32, ptr @cell, !tbaa !0
    %a = invoke fastcc i32 @lowering(i32 %n) to label %done unwind label %pad
  pad:
    %thrown = landingpad { ptr, i32 } catch ptr null
    \(beforeStore)
    \(store)
    br label %done
  done:
    %result = phi i32 [ %a, %entry ], [ 7, %pad ]
    ret i32 %result
  }
  """
}

/// Lowers the pointer for a frame, and calls. Throws if its argument is negative; otherwise raises the pointer with the
/// code `raising`.
private func lowering(
  _ linkage: String = "internal",
  raising: String = "%up = add i32 %down, 32\n  store i32 %up, ptr @cell, !tbaa !0"
) -> String {
  """
  define \(linkage) fastcc i32 @lowering(i32 %n) {
  entry:
    %found = load i32, ptr @cell, !tbaa !0
    %down = sub i32 %found, 32
    store i32 %down, ptr @cell, !tbaa !0
    %a = call fastcc i32 @other(i32 %n)
    %bad = icmp slt i32 %n, 0
    br i1 %bad, label %throw, label %good
  throw:
    call void @swasm_throw(ptr null)
    unreachable
  good:
    \(raising)
    ret i32 %a
  }
  """
}

@Suite struct ShadowStackTests {
  @Test func handlerNoLongerStores() throws {
    let text = body(of: "catching", in: try restored(catching(), lowering()))
    #expect(text.contains("landingpad"))
    #expect(!text.contains("store"))
  }

  @Test func callWithTheFrameOnTheStackPutsThePointerBack() throws {
    let text = body(of: "lowering", in: try restored(catching(), lowering()))
    let parts = text.components(separatedBy: "cleanup")
    #expect(text.contains("invoke fastcc i32 @other("))
    #expect(parts.count == 2 && parts[1].contains("store i32 %shadow, ptr @cell"))
    #expect(parts.last?.contains("resume") == true)
  }

  @Test func throwWithTheFrameOnTheStackPutsThePointerBack() throws {
    let text = body(of: "lowering", in: try restored(catching(), lowering()))
    let parts = text.components(separatedBy: "call void @swasm_throw")
    #expect(parts[0].hasSuffix("store i32 %shadow, ptr @cell, align 4\n  "))
  }

  @Test func callWithThePointerAsFoundStaysACall() throws {
    let calling = lowering().replacingOccurrences(
      of: "ret i32 %a", with: "%b = call fastcc i32 @other(i32 %a)\n  ret i32 %b")
    #expect(
      body(of: "lowering", in: try restored(catching(), calling))
        .contains("%b = call fastcc i32 @other"))
  }

  @Test func handlerMayCallTheRuntimeFirst() throws {
    expectChange(try restored(catching("call void @runtime()"), lowering()))
  }

  @Test func handlerMayThrowOn() throws {
    let code = catching(store: "call void @swasm_throw(ptr null)\n  unreachable")
      .replacingOccurrences(of: "  br label %done\ndone", with: "done")
      .replacingOccurrences(of: ", [ 7, %pad ]", with: "")
    let other = catching().replacingOccurrences(of: "@catching", with: "@another")
    expectChange(try restored(code, other, lowering()))
  }

  /// After a call of memset, clang uses the result of memset as the address of the frame.
  @Test func frameFoundByAReturnedArgumentIsTheSame() throws {
    let raising = """
      %same = call fastcc i32 @other(i32 %down)
        %up = add i32 %same, 32
        store i32 %up, ptr @cell, !tbaa !0
      """
    expectChange(try restored(catching(), lowering(raising: raising)))
  }

  // MARK: Where something can tell

  @Test func handlerThatReadsFirstPreventsTheChange() throws {
    let code = catching("%found = load i32, ptr @cell, !tbaa !0")
    expectNoChange(try restored(code, lowering()))
  }

  @Test func handlerThatCallsFirstPreventsTheChange() throws {
    let code = catching("%b = call fastcc i32 @other(i32 1)")
    expectNoChange(try restored(code, lowering()))
  }

  @Test func handlerThatCallsIndirectlyFirstPreventsTheChange() throws {
    let code = catching("%code = load ptr, ptr null\n  call fastcc void %code()")
    expectNoChange(try restored(code, lowering()))
  }

  @Test func handlerThatReturnsFirstPreventsTheChange() throws {
    let other = catching(store: "").replacingOccurrences(of: "@catching", with: "@another")
    expectNoChange(try restored(catching(), other, lowering()))
  }

  @Test func functionThatLeavesThePointerLoweredPreventsTheChange() throws {
    expectNoChange(try restored(catching(), lowering(raising: "")))
  }

  @Test func functionThatRaisesByTooMuchPreventsTheChange() throws {
    let raising = "%up = add i32 %down, 48\n  store i32 %up, ptr @cell, !tbaa !0"
    expectNoChange(try restored(catching(), lowering(raising: raising)))
  }

  @Test func functionThatRaisesAnotherFunctionsResultPreventsTheChange() throws {
    let raising = """
      %same = call fastcc i32 @another(i32 %down)
        %up = add i32 %same, 32
        store i32 %up, ptr @cell, !tbaa !0
      """
    let another = """
      define internal fastcc i32 @another(i32 %n) {
      entry:
        %even = and i32 %n, -2
        %is = icmp eq i32 %n, %even
        br i1 %is, label %plain, label %changed
      plain:
        ret i32 %n
      changed:
        ret i32 %even
      }
      """
    expectNoChange(try restored(catching(), another, lowering(raising: raising)))
  }

  /// Raises only the value that it found in the first iteration.
  @Test func loopThatLowersMoreThanItRaisesPreventsTheChange() throws {
    let loop = """
      define internal fastcc void @loop(i32 %n) {
      entry:
        br label %again
      again:
        %left = phi i32 [ %n, %entry ], [ %less, %again ]
        %found = load i32, ptr @cell, !tbaa !0
        %down = sub i32 %found, 16
        store i32 %down, ptr @cell, !tbaa !0
        %less = sub i32 %left, 1
        %more = icmp ne i32 %less, 0
        br i1 %more, label %again, label %done
      done:
        %up = add i32 %down, 16
        store i32 %up, ptr @cell, !tbaa !0
        ret void
      }
      """
    expectNoChange(try restored(catching(), lowering(), loop))
  }

  @Test func functionOfAnotherPartitionPreventsTheChange() throws {
    let declared = "declare fastcc void @elsewhere()"
    expectNoChange(try restored(catching(), lowering(), declared))
  }

  @Test func functionThatAnotherPartitionSeesPreventsTheChange() throws {
    expectNoChange(try restored(catching(), lowering("hidden")))
  }

  @Test func accessOfAnotherWidthPreventsTheChange() throws {
    let narrow = """
      define internal fastcc i8 @narrow() {
        %low = load i8, ptr @cell, !tbaa !0
        ret i8 %low
      }
      """
    expectNoChange(try restored(catching(), lowering(), narrow))
  }

  @Test func addressThatEscapesPreventsTheChange() throws {
    let escaping = """
      define internal fastcc ptr @escaping() {
        ret ptr @cell
      }
      """
    expectNoChange(try restored(catching(), lowering(), escaping))
  }

  // MARK: Partitions

  private func inState(_ text: String) -> String {
    text.replacingOccurrences(
      of: "ptr @cell", with: "ptr getelementptr inbounds (i8, ptr @swasm_main_state, i64 8)")
  }

  @Test func aPartitionDoesWhatWasFoundForTheProgram() throws {
    let text = try restored(
      inState(catching()), inState(lowering("hidden")),
      shadowStack: swasm_shadow_stack(offset: 8, bits: 32))
    #expect(!body(of: "catching", in: text).contains("store"))
    #expect(body(of: "lowering", in: text).contains("resume"))
  }

  /// The partition with the functions that lower the pointer need not have a handler.
  @Test func aPartitionWithoutHandlersDoesItToo() throws {
    let text = try restored(
      inState(lowering("hidden")), shadowStack: swasm_shadow_stack(offset: 8, bits: 32))
    #expect(body(of: "lowering", in: text).contains("resume"))
  }

  @Test(arguments: [(UInt64(4), UInt32(32)), (8, 64)])
  func anotherGlobalStaysAsItIs(offset: UInt64, bits: UInt32) throws {
    expectNoChange(
      try restored(
        inState(catching()), inState(lowering("hidden")),
        shadowStack: swasm_shadow_stack(offset: offset, bits: bits)))
  }

  private func expectChange(
    _ text: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(text.contains("resume"), sourceLocation: sourceLocation)
  }

  private func expectNoChange(
    _ text: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(!text.contains("resume") && !text.contains("shadow"), sourceLocation: sourceLocation)
    #expect(
      body(of: "catching", in: text).contains("store i32 %kept"), sourceLocation: sourceLocation)
  }
}
