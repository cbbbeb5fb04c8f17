// Queries about loops take time that grows with the square of the number of loops. So functions with very many loops
// are generated plainly, and inlining brings few loops into a function.

import CGuestPasses
import CLLVM
import Targets
import Testing

@testable import LLVMKit

@Suite struct LoopBudgetTests {
  /// `count` loops, one after another. Each is entered if a number is small.
  private func function(_ name: String, loops count: Int, attributes: String = "") -> String {
    let loops = (0..<count).map { index in
      """
        %c\(index) = icmp ult i32 %n, \(index + 7)
        br i1 %c\(index), label %loop\(index), label %out
      loop\(index):
        %i\(index) = phi i32 [ 0, %\(index == 0 ? "entry" : "next\(index - 1)") ], [ %j\(index), %loop\(index) ]
        store volatile i32 %i\(index), ptr @g
        %j\(index) = add i32 %i\(index), 1
        %d\(index) = icmp ult i32 %j\(index), %n
        br i1 %d\(index), label %loop\(index), label %next\(index)
      next\(index):

      """
    }
    return "define internal fastcc void @\(name)(i32 %n) \(attributes) {\nentry:\n\(loops.joined())"
      + "  br label %out\nout:\n  ret void\n}\n"
  }

  private func optimized(_ text: String) throws -> (text: String, level: LLVMCodeGenOptLevel) {
    var level = LLVMCodeGenLevelDefault
    let result = try withParsed("@g = internal global i32 0\n" + text) { module in
      let machine = try LLVMTargetMachine(.x64, level: .standard)
      let options = swasm_optimize_options(
        streams: false, precise_traps: false, verify: true,
        registers: swasm_argument_registers(general: 6, vector: 8),
        shadow_stack: swasm_shadow_stack(), for_size: false)
      if let message = swasm_optimize(module, machine.handle, 2, options) {
        throw LLVMError(takeMessage(message))
      }
      if swasm_generates_plainly(machine.handle) { level = LLVMCodeGenLevelNone }
    }
    return (result, level)
  }

  /// Arguments are read from memory: a constant would decide all comparisons.
  private func calling(_ name: String, times: Int) -> String {
    let calls = (0..<times).map {
      "  %n\($0) = load volatile i32, ptr @g\n  call fastcc void @\(name)(i32 %n\($0))\n"
    }
    return "define void @start() {\n\(calls.joined())  ret void\n}\n"
  }

  @Test func thousandsOfLoopsStayAsTheyAre() throws {
    let result = try optimized(function("f", loops: 2_000) + calling("f", times: 1))
    #expect(result.text.contains("optnone"))
    #expect(result.level == LLVMCodeGenLevelNone)
  }

  @Test func fortyLoopsAreOptimised() throws {
    let result = try optimized(function("f", loops: 40) + calling("f", times: 1))
    #expect(!result.text.contains("optnone"))
    #expect(result.level == LLVMCodeGenLevelDefault)
  }

  private func nest(_ depth: Int) -> String {
    let heads = (0..<depth).map {
      "  br label %loop\($0)\nloop\($0):\n  store volatile i32 \($0), ptr @g\n"
    }
    let ends = (0..<depth).reversed().map {
      "  %x\($0) = load volatile i32, ptr @g\n  %c\($0) = icmp eq i32 %x\($0), %n\n"
        + "  br i1 %c\($0), label %loop\($0), label %end\($0)\nend\($0):\n"
    }
    return "define internal fastcc void @f(i32 %n) {\n\((heads + ends).joined())  ret void\n}\n"
  }

  @Test func loopsInEachOtherStayAsTheyAre() throws {
    #expect(try optimized(nest(100) + calling("f", times: 1)).text.contains("optnone"))
    #expect(!(try optimized(nest(40) + calling("f", times: 1)).text.contains("optnone")))
  }

  @Test func functionsThatLoweringMarkedAreGeneratedPlainlyIfTheyHaveManyLoops() throws {
    let few = function("f", loops: 30, attributes: "noinline optnone")
    #expect(
      try optimized(few + calling("f", times: 1)).level == LLVMCodeGenLevelDefault)
    let many = function("f", loops: 300, attributes: "noinline optnone")
    #expect(try optimized(many + calling("f", times: 1)).level == LLVMCodeGenLevelNone)
  }

  @Test(arguments: [1, 5])
  func callsBringAConstantNumberOfLoops(_ loops: Int) throws {
    let text = try split(
      "@g = internal global i32 0\n" + function("f", loops: loops) + calling("f", times: 400),
      by: "budget-inlining")
    let calls = text.components(of: "call fastcc void @f(")
    let kept = text.matches(of: #/call fastcc void @f\(i32 %n[0-9]+\) #/#).count
    #expect(calls == 400)
    #expect(calls - kept == 64 / loops)
  }

  @Test func callsOfFunctionsWithoutLoopsAreLeftToLLVM() throws {
    let text = try split(
      "@g = internal global i32 0\n" + function("f", loops: 0) + calling("f", times: 400),
      by: "budget-inlining")
    #expect(text.matches(of: #/call fastcc void @f\(i32 %n[0-9]+\) #/#).isEmpty)
  }

  /// Functions that are called once are moved, whatever their size.
  @Test func movedFunctionsBringAConstantNumberOfLoops() throws {
    let count = 100
    let functions = (0..<count).map { function("f\($0)", loops: 2) }
    let calls = (0..<count).map { "  call fastcc void @f\($0)(i32 \($0))\n" }
    let text = try split(
      "@g = internal global i32 0\n" + functions.joined()
        + "define void @start() {\n\(calls.joined())  ret void\n}\n", by: "budget-inlining")
    #expect(text.matches(of: #/call fastcc void @f[0-9]+\(i32 [0-9]+\) #/#).count == count - 32)
  }
}
