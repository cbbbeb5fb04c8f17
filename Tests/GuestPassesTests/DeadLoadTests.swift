// A load that is out of bounds traps even if nothing needs its value. These tests check what the whole pipeline leaves
// of such loads.

import CGuestPasses
import CLLVM
import Targets
import Testing

@testable import LLVMKit

/// A module after the whole pipeline.
func optimized(_ text: String, level: UInt32 = 3) throws -> String {
  try withParsed(text) { module in
    let machine = try LLVMTargetMachine(.x64, level: .aggressive)
    let options = swasm_optimize_options(
      streams: true, precise_traps: false, verify: true,
      registers: swasm_argument_registers(general: 6, vector: 8),
      shadow_stack: swasm_shadow_stack(), for_size: false
    )
    if let message = swasm_optimize(module, machine.handle, level, options) {
      throw LLVMError(takeMessage(message))
    }
  }
}

/// Bodies that came along to be inlined are not code of the module.
@Suite struct InlinableBodyTests {
  @Test(arguments: [0, 1, 2] as [UInt32])
  func bodiesOfOtherPartitionsGo(level: UInt32) throws {
    let text = try optimized(
      """
      define available_externally hidden fastcc i32 @small(i32 %a) {
        %b = add i32 %a, 1
        ret i32 %b
      }
      define hidden fastcc i32 @f(i32 %a) {
        %b = call fastcc i32 @small(i32 %a)
        ret i32 %b
      }
      """, level: level)
    #expect(!text.contains("define available_externally"))
    #expect(text.contains("call fastcc i32 @small") == (level == 0))
  }
}

private func function(_ body: String, _ parameters: String = "i32 %a, i32 %b, i1 %c") -> String {
  """
  declare void @use(i32)
  define i32 @f(ptr %instance, \(parameters)) {
  entry:
    %base = load ptr addrspace(1), ptr %instance, !invariant.load !9
    %xa = zext i32 %a to i64
    %pa = getelementptr i8, ptr addrspace(1) %base, i64 %xa
    \(body.replacing("GUEST", with: "align 1"))
  }
  !9 = !{}
  """
}

private func guestAccesses(_ text: String) -> Int { text.components(of: ", align 1") }
private func keptLoads(_ text: String) -> Int { text.components(of: "load volatile i32") }

@Suite struct DeadLoadTests {
  @Test(arguments: [UInt32(1), 2, 3])
  func loadWithoutUseIsKept(level: UInt32) throws {
    let text = try optimized(
      function("%v = load i32, ptr addrspace(1) %pa, GUEST\nret i32 0"), level: level)
    #expect(keptLoads(text) == 1)
    #expect(!text.contains("asm sideeffect"))
  }

  @Test func loadWhoseValueCancelsOutIsKept() throws {
    let body = """
      %v = load i32, ptr addrspace(1) %pa, GUEST
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
      %q = getelementptr i8, ptr addrspace(1) %base, i64 %x
      %v = load i32, ptr addrspace(1) %q, GUEST
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
          %base = load ptr addrspace(1), ptr %instance, !invariant.load !9
          %x = zext i32 %a to i64
          %p = getelementptr i8, ptr addrspace(1) %base, i64 %x
          %v = load i32, ptr addrspace(1) %p, align 1
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
      %q = getelementptr i8, ptr addrspace(1) %base, i64 %x
      %v = load i32, ptr addrspace(1) %q, GUEST
      %hit = icmp eq i32 %i, 2
      %r.next = select i1 %hit, i32 %v, i32 %r
      %i.next = add i32 %i, 1
      %again = icmp ne i32 %i.next, 4
      br i1 %again, label %head, label %exit
      exit:
      ret i32 %r.next
      """
    let text = try optimized(function(body))
    #expect(guestAccesses(text) == 4)
  }

  /// Only one branch uses the load, but it must not move there.
  @Test func loadThatOneBranchUsesStaysBeforeIt() throws {
    let body = """
      %v = load i32, ptr addrspace(1) %pa, GUEST
      br i1 %c, label %yes, label %no
      yes:
      call void @use(i32 %v)
      br label %no
      no:
      ret i32 0
      """
    let text = try optimized(function(body))
    let load = try #require(text.firstRange(of: "load volatile i32"))
    let branch = try #require(text.firstRange(of: "br i1 %c"))
    #expect(load.lowerBound < branch.lowerBound)
  }

  @Test func loadThatIsUsedKeepsItsTrapItself() throws {
    let text = try optimized(function("%v = load i32, ptr addrspace(1) %pa, GUEST\nret i32 %v"))
    #expect(keptLoads(text) == 1 && guestAccesses(text) == 1)
  }

  @Test func loadOfWhichAByteIsUsedKeepsItsWidth() throws {
    let body = """
      %v = load i32, ptr addrspace(1) %pa, GUEST
      %byte = and i32 %v, 255
      ret i32 %byte
      """
    #expect(keptLoads(try optimized(function(body))) == 1)
  }

  /// The two addresses are computed apart, but LLVM sees that they are equal. The difference of the loads is 0, so
  /// nothing needs either of them.
  @Test func differenceOfEqualLoadsIsKept() throws {
    let body = """
      %p4 = getelementptr i8, ptr addrspace(1) %pa, i64 4
      %v = load i32, ptr addrspace(1) %p4, GUEST
      %q4 = getelementptr i8, ptr addrspace(1) %pa, i64 4
      %w = load i32, ptr addrspace(1) %q4, GUEST
      %d = sub i32 %v, %w
      ret i32 %d
      """
    let text = try optimized(function(body))
    #expect(text.contains("ret i32 0") && keptLoads(text) == 1)
  }

  /// The store of a value that is already there is removed. The load would be removed with it, but its trap must stay.
  @Test func loadForAStoreOfTheSameIsKept() throws {
    let body = """
      %v = load i32, ptr addrspace(1) %pa, GUEST
      store i32 %v, ptr addrspace(1) %pa, GUEST
      ret i32 0
      """
    #expect(keptLoads(try optimized(function(body))) == 1)
  }

  @Test func trapsOfTwoLoadsKeepTheirOrder() throws {
    let body = """
      %v = load i32, ptr addrspace(1) %pa, GUEST
      call void @use(i32 1)
      %xb = zext i32 %b to i64
      %pb = getelementptr i8, ptr addrspace(1) %base, i64 %xb
      %w = load i32, ptr addrspace(1) %pb, GUEST
      ret i32 0
      """
    let text = try optimized(function(body))
    let call = try #require(text.firstRange(of: "call void @use"))
    let first = try #require(text.firstRange(of: "load volatile i32"))
    #expect(keptLoads(text) == 2 && first.lowerBound < call.lowerBound)
    #expect(text[call.upperBound...].contains("load volatile i32"))
  }

  /// The store has the same trap and keeps it, so the load that reads it back is not needed.
  @Test func loadOfWhatWasStoredIsStillForwarded() throws {
    let body = """
      store i32 %b, ptr addrspace(1) %pa, GUEST
      %v = load i32, ptr addrspace(1) %pa, GUEST
      ret i32 %v
      """
    let text = try optimized(function(body))
    #expect(text.components(of: " load ") == 1 && text.contains("ret i32 %b"))
    #expect(text.contains("store volatile"))
  }

  @Test func equalLoadsAreStillOne() throws {
    let body = """
      %v = load i32, ptr addrspace(1) %pa, GUEST
      %w = load i32, ptr addrspace(1) %pa, GUEST
      %s = add i32 %v, %w
      ret i32 %s
      """
    #expect(guestAccesses(try optimized(function(body))) == 1)
  }
}
