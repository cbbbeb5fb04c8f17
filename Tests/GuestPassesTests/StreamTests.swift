// Which accesses become streams and, above all, which do not.

import CGuestPasses
import CLLVM
import Testing

@testable import LLVMKit

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
  _ text: String, by pass: String = "streams", shadowStack: swasm_shadow_stack = .init()
) throws -> String {
  try withParsed(text) { module in
    let options = swasm_optimize_options(
      streams: true, precise_traps: false, verify: true,
      registers: swasm_argument_registers(general: 6, vector: 8), shadow_stack: shadowStack,
      for_size: false)
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

/// A loop that runs `count` times. `%p` begins at `start` and grows by `step`, and `%q` is its address; `body` follows.
private func loop(
  _ body: String, step: Int64 = 8, start: String = "%a", count: String = "%n",
  base: String = "load ptr addrspace(1), ptr %instance, !invariant.load !9"
) -> String {
  """
  declare void @host()
  define void @f(ptr %instance, i32 %a, i32 %b, i32 %n, i32 %s, i1 %c, ptr addrspace(1) %other) {
  entry:
    %base = \(base)
    br label %head
  head:
    %i = phi i32 [ 0, %entry ], [ %i.next, %latch ]
    %p = phi i32 [ \(start), %entry ], [ %p.next, %latch ]
    %x = zext i32 %p to i64
    %q = getelementptr i8, GUEST %base, i64 %x
    \(body)
    br label %latch
  latch:
    %p.next = add i32 %p, \(step == 0 ? "%s" : "\(step)")
    %i.next = add i32 %i, 1
    %again = icmp ne i32 %i.next, \(count)
    br i1 %again, label %head, label %exit
  exit:
    ret void
  }
  !9 = !{}
  """.replacing("GUEST", with: "ptr addrspace(1)")
}

private let storeHere = "store double 0.0, GUEST %q, align 1"
private let storeLoaded = "%w = fadd double %v, 1.0\nstore double %w, GUEST %q, align 1"
private let touchHere = "call void asm sideeffect \"# touch 8\", \"r\"(GUEST %q)"
private func isSplit(_ text: String) -> Bool { text.contains("inttoptr") }
/// The text without the copy of the loop: the comparisons, and the loop that runs if they hold.
private func rest(_ text: String) -> String {
  text.components(separatedBy: "\n\n").filter { !$0.contains(".guest:") && !$0.contains("define") }
    .joined(separator: "\n\n")
}

@Suite struct StreamTests {
  @Test func storeInEveryIterationBecomesAStream() throws {
    let text = try split(loop(storeHere))
    #expect(text.contains("%root = inttoptr"))
    #expect(text.contains("%way = mul i64 %k, 8"))
    #expect(rest(text).contains("store double 0.000000e+00, ptr addrspace(1) %stream.address"))
  }

  @Test func loopAsTheGuestWroteItRunsWhereTheRangeIsNotInside() throws {
    let text = try split(loop(storeHere))
    #expect(text.contains("store double 0.000000e+00, ptr addrspace(1) %q.guest"))
    #expect(text.contains("getelementptr i8, ptr addrspace(1) %base, i64 %x.guest"))
  }

  /// n < 2^32 / 8, and start + n * 8 + 8 <= bytes.
  @Test func wholeRangeIsComparedWithTheMemory() throws {
    let text = try split(loop(storeHere))
    #expect(text.contains("icmp ult i64 %1, 536870912"))
    #expect(text.contains("%memory.bytes = load i64, ptr"))
    #expect(text.contains("mul i64 %1, 8"))
    #expect(text.contains("icmp ule i64 %end, %memory.bytes"))
  }

  @Test func downwardStreamIsComparedAtBothEnds() throws {
    let text = try split(loop(storeHere, step: -24))
    #expect(text.contains("icmp ult i64 %1, 178956970"))
    #expect(text.contains("mul i64 %1, 24"))
    #expect(text.contains("%above = icmp uge i64"))
    #expect(text.contains("%inside = icmp ule i64 %end, %memory.bytes"))
  }

  /// The exit must not compare for equality: a counter that starts beyond its end would never reach it.
  @Test func fastLoopIsLeftByItsOwnCounter() throws {
    let text = try split(loop(storeHere))
    #expect(rest(text).contains("icmp ult i64 %k.next, %iterations"))
  }

  @Test func farthestAccessOfAStreamCounts() throws {
    let body = """
      \(storeHere)
      %r = getelementptr i8, GUEST %q, i64 3000000000
      store i32 1, GUEST %r, align 1
      """
    #expect(try split(loop(body)).contains("3000000004"))
  }

  @Test func conditionalAccessIsComparedToo() throws {
    let body = """
      br i1 %c, label %some, label %latch
      some:
      %r = getelementptr i8, GUEST %q, i64 512
      store double 1.0, GUEST %r, align 1
      """
    let text = try split(loop(body))
    #expect(isSplit(text) && text.contains("520"))
  }

  @Test func touchesOfTheFastLoopAreRemoved() throws {
    let text = try split(loop("\(touchHere)\n%v = load double, GUEST %q, align 1\n\(storeLoaded)"))
    #expect(isSplit(text))
    #expect(text.components(of: "# touch 8") == 1)
    #expect(text.contains("\"# touch 8\", \"r\"(ptr addrspace(1) %q.guest)"))
  }

  /// A load that is not affine may trap anywhere, so its touch must stay, and nothing can be vectorised.
  @Test func touchThatMayReachAnythingLeavesTheLoopAlone() throws {
    let body = """
      \(storeHere)
      %v = load i32, GUEST %q, align 1
      %y = zext i32 %v to i64
      %r = getelementptr i8, GUEST %base, i64 %y
      call void asm sideeffect "# touch 4", "r"(GUEST %r)
      """
    #expect(!isSplit(try split(loop(body))))
  }

  @Test func touchBelowAConstantIsComparedWithIt() throws {
    let body = """
      \(storeHere)
      %v = load i8, GUEST %q, align 1
      %y = zext i8 %v to i64
      %r = getelementptr i8, GUEST %base, i64 %y
      call void asm sideeffect "# touch 4", "r"(GUEST %r)
      """
    let text = try split(loop(body))
    #expect(text.contains("icmp ule i64 259, %memory.bytes"))
    #expect(text.components(of: "# touch 4") == 1)
  }

  @Test func callLeavesTheLoopAlone() throws {
    #expect(!isSplit(try split(loop("\(storeHere)\ncall void @host()"))))
  }

  @Test func volatileAccessLeavesTheLoopAlone() throws {
    #expect(!isSplit(try split(loop("%v = load volatile i8, GUEST %q, align 1"))))
  }

  @Test func pointerThatIsNoMemoryLeavesTheLoopAlone() throws {
    let base = "getelementptr i8, ptr addrspace(1) %other, i64 0"
    #expect(!isSplit(try split(loop(storeHere, base: base))))
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

  @Test func earlyExitLeavesTheLoopAlone() throws {
    let body = "\(storeHere)\nbr i1 %c, label %exit, label %latch\nunused:"
    #expect(!isSplit(try split(loop(body))))
  }

  @Test func unrolledCopiesShareOneObject() throws {
    let body = """
      \(storeHere)
      %p2 = add i32 %p, 8
      %x2 = zext i32 %p2 to i64
      %q2 = getelementptr i8, GUEST %base, i64 %x2
      store double 1.0, GUEST %q2, align 1
      %r = getelementptr i8, GUEST %q, i64 16
      store double 2.0, GUEST %r, align 1
      """
    let text = try split(loop(body, step: 24))
    #expect(text.components(of: "inttoptr") == 1)
  }

  /// -8 comes right before 0: the lowest of the copies is the stream's start.
  @Test func copiesBelowTheStartShareItsObject() throws {
    let body = """
      \(storeHere)
      %p2 = add i32 %p, -8
      %x2 = zext i32 %p2 to i64
      %q2 = getelementptr i8, GUEST %base, i64 %x2
      store double 1.0, GUEST %q2, align 1
      """
    let text = try split(loop(body, step: 16))
    #expect(text.components(of: "inttoptr") == 1)
    #expect(text.contains("add i32 %a, -8"))
  }

  @Test func copiesFarFromEachOtherAreObjectsOfTheirOwn() throws {
    let body = """
      \(storeHere)
      %p2 = add i32 %p, 65536
      %x2 = zext i32 %p2 to i64
      %q2 = getelementptr i8, GUEST %base, i64 %x2
      store double 1.0, GUEST %q2, align 1
      """
    #expect(try split(loop(body)).components(of: "inttoptr") == 2)
  }

  @Test func arraysThatDoNotVaryTogetherAreObjectsOfTheirOwn() throws {
    let body = """
      \(storeHere)
      %p2 = add i32 %p, %b
      %x2 = zext i32 %p2 to i64
      %q2 = getelementptr i8, GUEST %base, i64 %x2
      store double 1.0, GUEST %q2, align 1
      """
    #expect(try split(loop(body)).components(of: "inttoptr") == 2)
  }

  @Test func addressThatDoesNotVaryIsAnObject() throws {
    let body = """
      \(storeHere)
      %y = zext i32 %b to i64
      %r = getelementptr i8, GUEST %base, i64 %y
      %v = load double, GUEST %r, align 1
      \(storeLoaded)
      """
    let text = try split(loop(body))
    #expect(text.components(of: "inttoptr") == 2)
    #expect(text.contains("load double, ptr addrspace(1) %root"))
  }

  @Test func noFlagsOrAssumptionsAreAdded() throws {
    let text = rest(try split(loop(storeHere)))
    for promise in ["llvm.assume", "nuw", "nsw", "inbounds"] { #expect(!text.contains(promise)) }
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
}
