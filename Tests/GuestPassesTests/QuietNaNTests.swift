// Where fences are put between values and operations, and which of them stay.
import CGuestPasses
import Testing

@testable import LLVMKit

private func function(_ lines: String, result: String = "float") -> String {
  "define \(result) @f(float %x, float %y, double %d, i1 %c, ptr %p, <4 x float> %v) {\n\(lines)\n"
    + "  ret \(result) %r\n}\n"
}

private let fence = "call float @llvm.arithmetic.fence.f32"
private let declaration = "declare float @llvm.arithmetic.fence.f32(float)\n"

@Suite struct GuardOperandsTests {
  private func fences(_ lines: String, result: String = "float") throws -> Int {
    try split(function(lines, result: result), by: "guard-operands")
      .components(of: "@llvm.arithmetic.fence") - 1
  }

  @Test func operandsThatMayBeReturnedGetFences() throws {
    // The declaration counts once, and is not there without a fence.
    #expect(try fences("%r = fadd float %x, %y") == 2)
    #expect(try fences("%r = fdiv float %x, %y") == 1)
    #expect(try fences("%r = fmul float %x, -1.0") == 1)
    #expect(try fences("%r = fsub float -0.0, %x") == 1)
    #expect(try fences("%r = fpext float %x to double", result: "double") == 1)
    #expect(
      try fences(
        "%r = fmul <4 x float> %v, <float 2.0, float 1.0, float 2.0, float 2.0>",
        result: "<4 x float>")
        == 1)
  }

  @Test func operandsThatArithmeticChangesNeedNoFence() throws {
    #expect(try fences("%r = fmul float %x, 2.0") == -1)
    #expect(try fences("%r = fadd float 1.0, %x") == -1)
    #expect(try fences("%r = fdiv float 1.0, %x") == -1)
  }

  @Test func resultsOfArithmeticNeedNoFence() throws {
    #expect(try fences("%a = fmul float %x, 2.0\n%n = fneg float %a\n%r = fadd float %n, %a") == -1)
    #expect(
      try fences(
        "%a = sitofp i32 7 to float\n%s = select i1 %c, float %a, float 3.0\n%r = fmul float %s, %s"
      ) == -1)
    #expect(
      try fences(
        "%a = fmul <4 x float> %v, splat (float 2.0)\n%i = bitcast <4 x float> %a to <2 x i64>\n"
          + "%b = bitcast <2 x i64> %i to <4 x float>\n%r = fadd <4 x float> %b, %b",
        result: "<4 x float>") == -1)
  }

  @Test func bitsOfOtherLanesProveNothing() throws {
    #expect(
      try fences(
        "%w = bitcast <4 x float> %v to <2 x double>\n%a = fmul <2 x double> %w, splat (double 2.0)\n"
          + "%b = bitcast <2 x double> %a to <4 x float>\n%r = fadd <4 x float> %b, splat (float 0.0)",
        result: "<4 x float>") == 1)
  }

  @Test func sumInALoopNeedsNoFence() throws {
    let text = try split(
      """
      define float @f(float %start, ptr %p, i32 %n) {
      entry:
        br label %head
      head:
        %sum = phi float [ 0.0, %entry ], [ %next, %head ]
        %i = phi i32 [ 0, %entry ], [ %j, %head ]
        %x = load float, ptr %p
        %next = fadd float %sum, %x
        %j = add i32 %i, 1
        %again = icmp ult i32 %j, %n
        br i1 %again, label %head, label %exit
      exit:
        ret float %next
      }
      """, by: "guard-operands")
    #expect(text.contains("\(fence)(float %x)"))
    #expect(!text.contains("\(fence)(float %sum)"))
  }

  @Test func constantIsMadeQuiet() throws {
    let text = try split(function("%r = fmul float 0x7FF4000000000000, %x"), by: "guard-operands")
    #expect(text.contains("fmul float 0x7FFC000000000000"))
  }

  /// A `v128.const` has lanes of 32 bits, whatever instruction uses it.
  @Test func constantOfOtherLanesIsMadeQuiet() throws {
    let constant = "bitcast (<4 x i32> <i32 0, i32 0, i32 1, i32 2146697216> to <2 x double>)"
    let whole = try split(
      function(
        "%w = bitcast <4 x float> %v to <2 x double>\n%r = fadd <2 x double> %w, \(constant)",
        result: "<2 x double>"),
      by: "guard-operands")
    #expect(whole.contains("<double 0.000000e+00, double 0x7FFC000000000001>"))
    #expect(!whole.contains("i32 2146697216"))
    let lane = try split(
      function(
        "%r = fadd double %d, extractelement (<2 x double> \(constant), i32 1)", result: "double"),
      by: "guard-operands")
    #expect(lane.contains("fadd double %") && lane.contains("0x7FFC000000000001"))
  }

  /// The address of a global is unknown before linking, so it stays behind a fence.
  @Test func constantThatDoesNotShowIsFenced() throws {
    let text = try split(
      "@g = external global i8\n"
        + function(
          "%r = fadd double %d, bitcast (i64 ptrtoint (ptr @g to i64) to double)", result: "double"),
      by: "guard-operands")
    #expect(text.contains("arithmetic.fence.f64(double bitcast"))
  }
}

@Suite struct FoldGuardsTests {
  @Test func onlyAPossibleSignallingNaNStaysFenced() throws {
    let text = try split(
      declaration
        + function(
          "%a = \(fence)(float %x)\n%b = \(fence)(float 0x7FF4000000000000)\n%m = fmul float %y, 2.0\n"
            + "%n = \(fence)(float %m)\n%s = fadd float %a, %b\n%r = fadd float %s, %n"),
      by: "fold-guards")
    #expect(text.components(of: fence) == 1)
    #expect(text.contains("fadd float %a, 0x7FFC000000000000"))
    #expect(text.contains("fadd float %s, %m"))
  }
}

@Suite struct DropGuardsTests {
  private func dropped(_ lines: String, result: String = "float", by pass: String = "drop-guards")
    throws -> String
  {
    let text = try split(declaration + function(lines, result: result), by: pass)
    if pass == "drop-guards" { #expect(!text.contains(fence)) }
    return text
  }
  private func isMadeQuiet(_ text: String) -> Bool { text.contains("or i32 %bits, 4194304") }

  @Test func arithmeticNeedsNoOtherInstruction() throws {
    for line in [
      "%r = fadd float %a, %y", "%r = fadd float %a, 0.0", "%r = fmul float %a, 2.0",
      "%r = fdiv float 1.0, %a",
      "%s = select i1 %c, float %a, float %y\n%r = fmul float %s, %y",
    ] {
      let text = try dropped("%a = \(fence)(float %x)\n\(line)")
      #expect(!isMadeQuiet(text), "\(line)")
      #expect(text.contains("float %x"), "\(line)")
    }
    #expect(
      !isMadeQuiet(try dropped("%a = \(fence)(float %x)\n%r = fcmp olt float %a, %y", result: "i1"))
    )
  }

  @Test func anInstructionThatOnlyCopiesGetsAQuietValue() throws {
    #expect(isMadeQuiet(try dropped("%r = \(fence)(float %x)")))
    #expect(
      isMadeQuiet(
        try dropped("%a = \(fence)(float %x)\nstore float %a, ptr %p\n%r = fadd float %a, %y")))
    #expect(isMadeQuiet(try dropped("%a = \(fence)(float %x)\n%r = fneg float %a")))
  }

  @Test func identityThatIsLeftGetsAQuietValue() throws {
    for line in [
      "%r = fadd float %a, -0.0", "%r = fsub float %a, 0.0", "%r = fsub float -0.0, %a",
      "%r = fmul float %a, 1.0", "%r = fdiv float %a, -1.0",
      "%s = select i1 %c, float 1.0, float %y\n%r = fmul float %a, %s",
      "%s = fadd float 0.5, 0.5\n%r = fmul float %s, %a",
      "%w = fpext float %a to double\n%n = fneg double %w\n%r = fptrunc double %n to float",
    ] { #expect(isMadeQuiet(try dropped("%a = \(fence)(float %x)\n\(line)")), "\(line)") }
  }

  @Test func beforeCodeGenerationTheIdentityIsHidden() throws {
    for (line, hidden) in [
      ("%r = fadd float %a, -0.0", "-0.0"), ("%r = fadd float 0.0, %a", "0.0"),
      ("%r = fmul float %a, 1.0", "1.0"), ("%r = fdiv float %a, -1.0", "-1.0"),
      ("%s = select i1 %c, float 1.0, float %y\n%r = fmul float %a, %s", ""),
    ] {
      let text = try dropped("%a = \(fence)(float %x)\n\(line)", by: "drop-last-guards")
      #expect(!isMadeQuiet(text), "\(line)")
      #expect(text.contains("\(fence)(float \(hidden.isEmpty ? "%s" : hidden)"), "\(line)")
      #expect(!text.contains("\(fence)(float %x)"), "\(line)")
    }
    let pair = try dropped(
      "%w = fpext float %x to double\n%n = fneg double %w\n%r = fptrunc double %n to float",
      by: "drop-last-guards")
    #expect(pair.contains("arithmetic.fence.f64(double %w)"))
    let product = try dropped(
      "%a = \(fence)(float %x)\n%r = fmul float %a, %y", by: "drop-last-guards")
    #expect(!product.contains(fence))
  }

  /// If a lane is zero in both operands of a division, code generation takes the result for zero.
  @Test func zeroLanesOfQuotientsAreHidden() throws {
    let text = try dropped(
      "%z = insertelement <4 x float> %v, float 0.0, i32 1\n%r = fdiv <4 x float> <float 1.0, float 0.0, float 1.0, float 1.0>, %z",
      result: "<4 x float>", by: "drop-last-guards")
    #expect(text.contains("arithmetic.fence.v4f32(<4 x float> %z)"))
    let others = try dropped(
      "%r = fdiv <4 x float> splat (float 1.0), %v", result: "<4 x float>", by: "drop-last-guards")
    #expect(!others.contains("arithmetic.fence.v4f32"))
  }

  @Test func promotionQuietensWhereNoDemotionFollows() throws {
    let text = try dropped(
      "%a = \(fence)(float %x)\n%w = fpext float %a to double\n%s = fadd double %w, %d\n%r = fptrunc double %s to float"
    )
    #expect(!isMadeQuiet(text))
  }
}
