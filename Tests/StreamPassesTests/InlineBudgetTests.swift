// Which calls in circles may be inlined, and how much comes of them. Growth is counted, not timed.
import CLLVM
import CStreamPasses
import Testing

@testable import LLVMKit

/// A module of functions that add one to `@g` and then call the functions that `calls` says, by number.
private func module(_ count: Int, extra: Int = 0, _ calls: (Int) -> [Int]) -> String {
  let functions = (0..<count).map { index in
    let increments = (0...extra).map { step in
      "  %a\(step) = load volatile i32, ptr @g\n  %b\(step) = add i32 %a\(step), 1\n"
        + "  store volatile i32 %b\(step), ptr @g\n"
    }
    let called = calls(index).map { "  call fastcc void @f\($0)()\n" }
    return "define internal fastcc void @f\(index)() {\n" + (increments + called).joined()
      + "  ret void\n}\n"
  }
  return
    "@g = internal global i32 0\ndefine void @start() {\n  call fastcc void @f0()\n  ret void\n}\n"
    + functions.joined()
}

private func optimized(_ text: String, level: OptimizationLevel) throws -> String {
  try withParsed(text) { module in
    let machine = try LLVMTargetMachine(triple: "x86_64-unknown-linux-gnu", level: level)
    let options = swasm_optimize_options(
      streams: false, precise_traps: false, verify: true)
    if let message = swasm_optimize(module, machine.handle, UInt32(level.rawValue), options) {
      throw LLVMError(takeMessage(message))
    }
  }
}

@Suite struct InlineBudgetTests {
  @Test(arguments: [OptimizationLevel.less, .standard, .aggressive])
  func circlesGrowByAConstantForEachCall(_ level: OptimizationLevel) throws {
    for count in [15, 300] {
      for calls in [2, 5] {
        let text = try optimized(
          module(count) { index in (1...calls).map { (index + $0) % count } }, level: level)
        // A store each; a call may bring 200 instructions, of which four are one function's.
        #expect(text.components(of: "store volatile") < count * (1 + calls * 50))
      }
    }
  }

  @Test(arguments: [OptimizationLevel.less, .standard, .aggressive])
  func circlesThroughConstantTablesGrowNoMore(_ level: OptimizationLevel) throws {
    let count = 15
    let table = (0..<count).map { "ptr @f\($0)" }.joined(separator: ", ")
    let direct = module(count) { index in [(index + 1) % count, (index + 2) % count] }
    var number = 0
    let lines = direct.split(separator: "\n").map { line -> String in
      guard let match = line.firstMatch(of: #/  call fastcc void @f([0-9]+)/#) else {
        return String(line)
      }
      number += 1
      return "  %p\(number) = load ptr, ptr getelementptr (ptr, ptr @table, i32 \(match.1))\n"
        + "  call fastcc void %p\(number)()"
    }
    let text = try optimized(
      "@table = internal constant [\(count) x ptr] [\(table)]\n" + lines.joined(separator: "\n"),
      level: level)
    #expect(text.components(of: "call fastcc void %") == 0)
    #expect(text.components(of: "store volatile") < count * 100)
  }

  /// `f0` and `f1` call each other, and both call `f2`, which calls nothing or `f0`.
  private func marked(helperCallsBack: Bool, helperSize: Int) throws -> String {
    let small = module(3) { index in index == 2 ? (helperCallsBack ? [0] : []) : [1 - index, 2, 2] }
    let large = module(3, extra: 20) { index in
      index == 2 ? (helperCallsBack ? [0] : []) : [1 - index, 2, 2]
    }
    let helper = body(of: "f2", in: helperSize == 0 ? small : large)
    return try split(
      large.replacing(body(of: "f2", in: large), with: helper), by: "budget-inlining")
  }

  private func mayInline(_ callee: Int, into caller: Int, in text: String) -> Bool {
    let call = "call fastcc void @f\(callee)()"
    let from = body(of: "f\(caller)", in: text)
    #expect(from.contains(call))
    return !from.contains(call + " #")
  }

  @Test func smallFunctionIsInlinedIntoLargerOnesOfItsCircle() throws {
    let text = try marked(helperCallsBack: true, helperSize: 0)
    #expect(mayInline(2, into: 0, in: text))
    #expect(mayInline(2, into: 1, in: text))
    #expect(!mayInline(0, into: 2, in: text))
  }

  @Test func oneOfTwoThatCallEachOtherIsInlined() throws {
    let text = try marked(helperCallsBack: false, helperSize: 0)
    #expect(mayInline(0, into: 1, in: text) != mayInline(1, into: 0, in: text))
  }

  @Test func callsOutOfTheCircleAreLeftToLLVM() throws {
    let text = try marked(helperCallsBack: false, helperSize: 20)
    #expect(mayInline(2, into: 0, in: text))
    #expect(mayInline(2, into: 1, in: text))
  }

  @Test func whatIsLargerThanLLVMTakesIsNotInlined() throws {
    // 200 instructions in each
    let text = try split(
      module(2, extra: 70) { index in index == 0 ? [1, 1] : [0, 0] }, by: "budget-inlining")
    #expect(!mayInline(0, into: 1, in: text))
    #expect(!mayInline(1, into: 0, in: text))
  }

  @Test func onlyCallMayAlwaysBeInlined() throws {
    let text = try split(module(2, extra: 70) { [1 - $0] }, by: "budget-inlining")
    #expect(mayInline(1, into: 0, in: text))
    #expect(!mayInline(0, into: 1, in: text))
  }
}
