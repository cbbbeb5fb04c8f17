// A load that is out of bounds traps even if nothing needs its value: what the whole pipeline leaves of it.
import CLLVM
import CStreamPasses
import Testing

@testable import LLVMKit

/// A module after the whole pipeline.
func optimized(_ text: String, level: UInt32 = 3) throws -> String {
  try withParsed(text) { module in
    let machine = try LLVMTargetMachine(level: .aggressive)
    let options = swasm_optimize_options(
      streams: true, precise_traps: false, verify: true, guard_before_bytes: guards.before, guard_span_bytes: guards.span)
    if let message = swasm_optimize(module, machine.handle, level, options) {
      throw LLVMError(takeMessage(message))
    }
  }
}

private func function(_ body: String, _ parameters: String = "i32 %a, i32 %b, i1 %c") -> String {
  """
  declare void @use(i32)
  define i32 @f(ptr %instance, \(parameters)) {
  entry:
    %base = load ptr, ptr %instance, !invariant.load !9
    %xa = zext i32 %a to i64
    %pa = getelementptr i8, ptr %base, i64 %xa
    \(body.replacing("GUEST", with: "align 1, !tbaa !0"))
  }
  !0 = !{!1, !1, i64 0}
  !1 = !{!"guarded memory", !2, i64 0}
  !2 = !{!"swasm"}
  !9 = !{}
  """
}

private func guestLoads(_ text: String) -> Int { text.components(of: ", align 1, !tbaa") }
private func keptLoads(_ text: String) -> Int { text.components(of: "load volatile i32") }

@Suite struct DeadLoadTests {
  @Test(arguments: [UInt32(1), 2, 3])
  func loadWithoutUseIsKept(level: UInt32) throws {
    let text = try optimized(function("%v = load i32, ptr %pa, GUEST\nret i32 0"), level: level)
    #expect(keptLoads(text) == 1)
    #expect(!text.contains("asm sideeffect"))
  }

  @Test func loadWhoseValueCancelsOutIsKept() throws {
    let body = """
      %v = load i32, ptr %pa, GUEST
      %n = mul i32 %v, 3
      %m = sub i32 %n, %v
      %t = shl i32 %v, 1
      %z = sub i32 %m, %t
      ret i32 %z
      """
    let text = try optimized(function(body))
    #expect(text.contains("ret i32 0") && keptLoads(text) == 1)
  }

  @Test func loopThatOnlyLoadsIsKept() throws {
    let body = """
      br label %head
      head:
      %i = phi i32 [ 0, %entry ], [ %i.next, %head ]
      %sum = phi i32 [ 0, %entry ], [ %sum.next, %head ]
      %p = add i32 %a, %i
      %x = zext i32 %p to i64
      %q = getelementptr i8, ptr %base, i64 %x
      %v = load i32, ptr %q, GUEST
      %sum.next = add i32 %sum, %v
      %i.next = add i32 %i, 4
      %again = icmp ult i32 %i.next, %b
      br i1 %again, label %head, label %exit
      exit:
      ret i32 1
      """
    #expect(keptLoads(try optimized(function(body))) >= 1)
  }

  @Test func loadOfAnInlinedFunctionWhoseResultIsIgnoredIsKept() throws {
    let text = try optimized(
      function("%r = call i32 @g(ptr %instance, i32 %a)\nret i32 7") + """

        define internal i32 @g(ptr %instance, i32 %a) {
          %base = load ptr, ptr %instance, !invariant.load !9
          %x = zext i32 %a to i64
          %p = getelementptr i8, ptr %base, i64 %x
          %v = load i32, ptr %p, align 1, !tbaa !0
          ret i32 %v
        }
        """)
    #expect(keptLoads(text) == 1)
  }

  @Test func loadsOfAnUnrolledLoopThatSelectsOneAreKept() throws {
    let body = """
      br label %head
      head:
      %i = phi i32 [ 0, %entry ], [ %i.next, %head ]
      %r = phi i32 [ 0, %entry ], [ %r.next, %head ]
      %o = shl i32 %i, 16
      %p = add i32 %a, %o
      %x = zext i32 %p to i64
      %q = getelementptr i8, ptr %base, i64 %x
      %v = load i32, ptr %q, GUEST
      %hit = icmp eq i32 %i, 2
      %r.next = select i1 %hit, i32 %v, i32 %r
      %i.next = add i32 %i, 1
      %again = icmp ne i32 %i.next, 4
      br i1 %again, label %head, label %exit
      exit:
      ret i32 %r.next
      """
    let text = try optimized(function(body))
    #expect(guestLoads(text) == 4)
  }

  /// Used in one branch only: it must not move there.
  @Test func loadThatOneBranchUsesStaysBeforeIt() throws {
    let body = """
      %v = load i32, ptr %pa, GUEST
      br i1 %c, label %yes, label %no
      yes:
      call void @use(i32 %v)
      br label %no
      no:
      ret i32 0
      """
    let text = try optimized(function(body))
    let load = try #require(text.firstRange(of: ", align 1, !tbaa"))
    let branch = try #require(text.firstRange(of: "br i1 %c"))
    #expect(load.lowerBound < branch.lowerBound)
  }

  @Test func loadThatIsUsedIsAnOrdinaryLoad() throws {
    let text = try optimized(function("%v = load i32, ptr %pa, GUEST\nret i32 %v"))
    #expect(keptLoads(text) == 0 && guestLoads(text) == 1)
  }

  /// The store has the same trap, so the load that reads it back is not needed.
  @Test func loadOfWhatWasStoredIsStillForwarded() throws {
    let body = """
      store i32 %b, ptr %pa, GUEST
      %v = load i32, ptr %pa, GUEST
      ret i32 %v
      """
    let text = try optimized(function(body))
    #expect(text.components(of: " load ") == 1 && text.contains("ret i32 %b"))
  }

  @Test func equalLoadsAreStillOne() throws {
    let body = """
      %v = load i32, ptr %pa, GUEST
      %w = load i32, ptr %pa, GUEST
      %s = add i32 %v, %w
      ret i32 %s
      """
    #expect(guestLoads(try optimized(function(body))) == 1)
  }
}
