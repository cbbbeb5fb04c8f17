// IR in, IR out: which accesses become streams, and above all which do not.
import CLLVM
import CStreamPasses
import CSwasmABI
import Testing

@testable import LLVMKit

let guards = (
  before: UInt64(SWASM_GUARD_BEFORE_BYTES), span: UInt64(SWASM_GUARD_SPAN_BYTES)
)

/// The text of a module after `body` worked on it.
func withParsed(_ text: String, _ body: (LLVMModuleRef?) throws -> Void) throws -> String {
  let context = LLVMContext()
  let bytes = Array(text.utf8CString)
  let buffer = bytes.withUnsafeBufferPointer {
    LLVMCreateMemoryBufferWithMemoryRangeCopy($0.baseAddress, $0.count - 1, "test")
  }
  var module: LLVMModuleRef?
  var message: UnsafeMutablePointer<CChar>?
  if LLVMParseIRInContext(context.handle, buffer, &module, &message) != 0 {
    throw LLVMError(takeMessage(message))
  }
  defer { LLVMDisposeModule(module) }
  try body(module)
  return takeMessage(LLVMPrintModuleToString(module))
}

/// The text of a module after a pass.
func split(
  _ text: String, by pass: String = "streams", guardBefore: UInt64 = guards.before,
  guardSpan: UInt64 = guards.span
) throws -> String {
  try withParsed(text) { module in
    let options = swasm_optimize_options(
      streams: true, precise_traps: false, verify: true, guard_before_bytes: guardBefore, guard_span_bytes: guardSpan)
    if let message = swasm_run_pass(module, pass, options) {
      throw LLVMError(takeMessage(message))
    }
  }
}

/// The text of the function `name` in a module.
func body(of name: String, in text: String) -> String {
  for part in text.components(separatedBy: "\ndefine ").dropFirst() {
    let lines = part.components(separatedBy: "\n}")[0]
    if lines.prefix(while: { $0 != "\n" }).contains("@\(name)(") { return lines }
  }
  return ""
}

/// A loop that runs `count` times with `%p` = {start,+,step}; `body` follows the phis, `exit` may leave early.
private func loop(
  _ body: String, step: Int64 = 8, start: String = "%a", count: String = "%n",
  memory: String = "guarded memory", next: String = ""
) -> String {
  """
  declare void @host()
  define void @f(ptr %instance, i32 %a, i32 %b, i32 %n, i32 %s, i1 %c) {
  entry:
    %base = load ptr, ptr %instance, !invariant.load !9
    br label %head
  head:
    %i = phi i32 [ 0, %entry ], [ %i.next, %latch ]
    %p = phi i32 [ \(start), %entry ], [ %p.next, %latch ]
    %x = zext i32 %p to i64
    %q = getelementptr i8, ptr %base, i64 %x
    \(body)
    br label %latch
  latch:
    \(next)
    %p.next = add i32 %p, \(step == 0 ? "%s" : "\(step)")
    %i.next = add i32 %i, 1
    %again = icmp ne i32 %i.next, \(count)
    br i1 %again, label %head, label %exit
  exit:
    ret void
  }
  !0 = !{!1, !1, i64 0}
  !1 = !{!"\(memory)", !2, i64 0}
  !2 = !{!"swasm"}
  !9 = !{}
  """
}

private let storeHere = "store double 0.0, ptr %q, align 1, !tbaa !0"
private func isSplit(_ text: String) -> Bool { text.contains("inttoptr") }

@Suite struct StreamTests {
  @Test func storeInEveryIterationBecomesAStream() throws {
    let text = try split(loop(storeHere))
    #expect(text.contains("%stream = phi i64 [ 0, %entry ]"))
    #expect(text.contains("inttoptr"))
    #expect(!text.contains("getelementptr i8, ptr %base"))
  }

  @Test func loopOverAnotherMemoryIsLeftAlone() throws {
    #expect(!isSplit(try split(loop(storeHere, memory: "guest memory"))))
    #expect(!isSplit(try split(loop(storeHere, memory: "guarded memoryx"))))
  }

  @Test func secondMemoryHasItsOwnName() throws {
    #expect(isSplit(try split(loop(storeHere, memory: "guarded memory 1"))))
  }

  @Test func volatileAccessIsLeftAlone() throws {
    #expect(!isSplit(try split(loop("%v = load volatile i8, ptr %q, align 1, !tbaa !0"))))
  }

  @Test(arguments: [Int64(65535), 1, -1, -65535])
  func stepsBelowTheLimitAreUsed(step: Int64) throws {
    #expect(isSplit(try split(loop(storeHere, step: step))))
  }

  @Test(arguments: [Int64(65536), 1 << 30, 0x7fff_ffff, -65536, -0x8000_0000])
  func stepsFromTheLimitOnAreLeftAlone(step: Int64) throws {
    #expect(!isSplit(try split(loop(storeHere, step: step))))
  }

  @Test func stepThatIsNotConstantIsLeftAlone() throws {
    #expect(!isSplit(try split(loop(storeHere, step: 0))))
  }

  @Test func stepFromMemoryIsLeftAlone() throws {
    let body = "%s2 = load i32, ptr %q, align 1, !tbaa !0\n\(storeHere)"
    let text = loop(body, step: 0).replacingOccurrence(
      of: "add i32 %p, %s", with: "add i32 %p, %s2")
    #expect(!isSplit(try split(text)))
  }

  @Test func smallReservationTurnsStreamsOff() throws {
    #expect(!isSplit(try split(loop(storeHere), guardBefore: (1 << 29) - 1)))
    #expect(!isSplit(try split(loop(storeHere), guardSpan: 1 << 33)))
  }

  @Test func accessInSomeIterationsOnlyIsLeftAlone() throws {
    let body = """
      br i1 %c, label %some, label %latch
      some:
      \(storeHere)
      """
    #expect(!isSplit(try split(loop(body))))
  }

  @Test func conditionalAccessJoinsAStoreOfEveryIteration() throws {
    let body = """
      \(storeHere)
      br i1 %c, label %some, label %latch
      some:
      %r = getelementptr i8, ptr %q, i64 8
      store double 1.0, ptr %r, align 1, !tbaa !0
      """
    let text = try split(loop(body))
    #expect(!text.contains("getelementptr i8, ptr %base"))
  }

  /// LLVM may delete a load that nothing needs; a stream that only runs at times would lose its bound.
  @Test func conditionalAccessDoesNotRelyOnALoad() throws {
    let body = """
      %v = load double, ptr %q, align 1, !tbaa !0
      br i1 %c, label %some, label %latch
      some:
      store double %v, ptr %q, align 1, !tbaa !0
      """
    let text = try split(loop(body))
    #expect(text.contains("store double %v, ptr %q"))
  }

  @Test func conditionalAccessOfAShortLoopNeedsNoStore() throws {
    let body = """
      %v = load double, ptr %q, align 1, !tbaa !0
      br i1 %c, label %some, label %latch
      some:
      store double %v, ptr %q, align 1, !tbaa !0
      """
    let text = try split(loop(body, count: "1000"))
    #expect(!text.contains("getelementptr i8, ptr %base"))
  }

  /// A store that lies below zero after a wrap must not be moved to where it does not trap.
  @Test func downwardStreamNeedsAnAccessWithoutOffset() throws {
    let body = "%r = getelementptr i8, ptr %q, i64 64\nstore double 0.0, ptr %r, align 1, !tbaa !0"
    #expect(!isSplit(try split(loop(body, step: -8))))
    #expect(isSplit(try split(loop(body, step: 8))))
    #expect(isSplit(try split(loop(body + "\n" + storeHere, step: -8))))
  }

  @Test func callThatMayNotReturnParesFollowersFromTheirLeader() throws {
    // p + 16 runs before the leader p, and the host may end the program between them.
    let body = """
      %p2 = add i32 %p, 16
      %x2 = zext i32 %p2 to i64
      %q2 = getelementptr i8, ptr %base, i64 %x2
      store double 1.0, ptr %q2, align 1, !tbaa !0
      CALL
      \(storeHere)
      """
    let joined = try split(loop(body.replacingOccurrence(of: "CALL", with: "")))
    let apart = try split(loop(body.replacingOccurrence(of: "CALL", with: "call void @host()")))
    #expect(joined.components(of: "inttoptr") == 1)
    #expect(apart.components(of: "inttoptr") == 2)
  }

  @Test func unrolledCopiesShareOneObject() throws {
    let body = """
      \(storeHere)
      %p2 = add i32 %p, 8
      %x2 = zext i32 %p2 to i64
      %q2 = getelementptr i8, ptr %base, i64 %x2
      store double 1.0, ptr %q2, align 1, !tbaa !0
      %r = getelementptr i8, ptr %q, i64 16
      store double 2.0, ptr %r, align 1, !tbaa !0
      """
    let text = try split(loop(body, step: 24))
    #expect(text.components(of: "inttoptr") == 1)
    #expect(!text.contains("getelementptr i8, ptr %base"))
  }

  @Test func startsThatVaryInAnOuterLoopKeepTheirDistance() throws {
    let text = try split(
      """
      define void @f(ptr %instance, i32 %a, i32 %n) {
      entry:
        %base = load ptr, ptr %instance, !invariant.load !9
        br label %outer
      outer:
        %row = phi i32 [ %a, %entry ], [ %row.next, %outer.latch ]
        br label %head
      head:
        %i = phi i32 [ 0, %outer ], [ %i.next, %head ]
        %p = add i32 %row, %i
        %x = zext i32 %p to i64
        %q = getelementptr i8, ptr %base, i64 %x
        store double 0.0, ptr %q, align 1, !tbaa !0
        %p2 = add i32 %p, 8
        %x2 = zext i32 %p2 to i64
        %q2 = getelementptr i8, ptr %base, i64 %x2
        store double 1.0, ptr %q2, align 1, !tbaa !0
        %i.next = add i32 %i, 16
        %again = icmp ne i32 %i.next, 1600
        br i1 %again, label %head, label %outer.latch
      outer.latch:
        %row.next = add i32 %row, 1600
        %more = icmp ne i32 %row.next, %n
        br i1 %more, label %outer, label %exit
      exit:
        ret void
      }
      !0 = !{!1, !1, i64 0}
      !1 = !{!"guarded memory", !2, i64 0}
      !2 = !{!"swasm"}
      !9 = !{}
      """)
    #expect(text.components(of: "inttoptr") == 1)
    #expect(!text.contains("getelementptr i8, ptr %base"))
  }

  @Test func addressThatVariesInAnOuterLoopOnlyIsAnObject() throws {
    let text = try split(
      """
      define void @f(ptr %instance, i32 %a, i32 %b, i32 %n) {
      entry:
        %base = load ptr, ptr %instance, !invariant.load !9
        br label %outer
      outer:
        %p = phi i32 [ %b, %entry ], [ %p.next, %outer.latch ]
        %x = zext i32 %p to i64
        %q = getelementptr i8, ptr %base, i64 %x
        br label %head
      head:
        %i = phi i32 [ %a, %outer ], [ %i.next, %head ]
        %factor = load double, ptr %q, align 1, !tbaa !0
        %y = zext i32 %i to i64
        %r = getelementptr i8, ptr %base, i64 %y
        store double %factor, ptr %r, align 1, !tbaa !0
        %i.next = add i32 %i, 8
        %again = icmp ne i32 %i.next, 1600
        br i1 %again, label %head, label %outer.latch
      outer.latch:
        %p.next = add i32 %p, 8
        %more = icmp ne i32 %p.next, %n
        br i1 %more, label %outer, label %exit
      exit:
        ret void
      }
      !0 = !{!1, !1, i64 0}
      !1 = !{!"guarded memory", !2, i64 0}
      !2 = !{!"swasm"}
      !9 = !{}
      """)
    #expect(text.components(of: "inttoptr") == 2)
    #expect(text.contains("load double, ptr %root"))
  }

  @Test func arraysThatDoNotVaryTogetherAreObjectsOfTheirOwn() throws {
    let body = """
      \(storeHere)
      %p2 = add i32 %p, %b
      %x2 = zext i32 %p2 to i64
      %q2 = getelementptr i8, ptr %base, i64 %x2
      store double 1.0, ptr %q2, align 1, !tbaa !0
      """
    #expect(try split(loop(body)).components(of: "inttoptr") == 2)
  }

  @Test func noFactAboutThirtyTwoBitsIsAdded() throws {
    let text = try split(loop(storeHere))
    #expect(!text.contains("llvm.assume"))
    #expect(!text.contains("add nuw i32") && !text.contains("add nsw i32"))
  }
}

extension String {
  func components(of part: String) -> Int {
    var count = 0
    var rest = self[...]
    while let range = rest.firstRange(of: part) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }

  func replacingOccurrence(of part: String, with other: String) -> String {
    replacing(part, with: other)
  }
}
