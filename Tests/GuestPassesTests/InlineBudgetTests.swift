// Which calls in circles may be inlined, and how much code grows by them. The tests count the growth and do not measure
// time.

import CGuestPasses
import CLLVM
import Targets
import Testing

@testable import LLVMKit

/// A module of functions that add to `@g` `increments` times, and then call the functions whose numbers `calls` gives.
private func module(_ count: Int, increments: Int = 1, _ calls: (Int) -> [Int]) -> String {
  let functions = (0..<count).map { index in
    let increments = (0..<increments).map { step in
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
    let machine = try LLVMTargetMachine(.x64, level: level)
    let options = swasm_optimize_options(
      streams: false, precise_traps: false, verify: true,
      registers: swasm_argument_registers(general: 6, vector: 8),
      shadow_stack: swasm_shadow_stack(), for_size: false
    )
    if let message = swasm_optimize(module, machine.handle, UInt32(level.rawValue), options) {
      throw LLVMError(takeMessage(message))
    }
  }
}

@Suite struct InlineBudgetTests {
  /// How many bodies each function becomes if every call that may be inlined is inlined; nil if this never ends.
  private func expansion(of text: String, _ count: Int) -> [Int]? {
    let calls = (0..<count).map { index in
      body(of: "f\(index)", in: text).matches(of: #/@f([0-9]+)\(\)(?! #)/#).compactMap { Int($0.1) }
    }
    var sizes: [Int?] = Array(repeating: nil, count: count)
    for _ in 0..<count {
      for index in 0..<count where sizes[index] == nil {
        let parts = calls[index].dropFirst().map { sizes[$0] }
        if !parts.contains(nil) { sizes[index] = parts.reduce(1) { $0 + ($1 ?? 0) } }
      }
    }
    return sizes.contains(nil) ? nil : sizes.compactMap { $0 }
  }

  @Test(arguments: [0, 1, 10], [2, 5])
  func circlesGrowByAConstantForEachCall(_ increments: Int, _ calls: Int) throws {
    let count = 40
    let text = try split(
      module(count, increments: increments) { index in (1...calls).map { (index + $0) % count } },
      by: "budget-inlining")
    let sizes = try #require(expansion(of: text, count))
    // A call may bring 200 instructions; a function has at least one for each call, and the return.
    #expect((sizes.max() ?? 0) <= 1 + calls * 200 / (calls + 1))
    #expect((sizes.max() ?? 0) > 1)
  }

  @Test(arguments: [OptimizationLevel.less, .standard, .aggressive])
  func theWholePipelineLetsCirclesGrowLittle(_ level: OptimizationLevel) throws {
    let count = 200
    let text = try optimized(
      module(count, increments: 0) { index in [(index + 1) % count, (index + 2) % count] },
      level: level)
    #expect(text.components(of: "call fastcc void") < count * 20)
  }

  @Test(arguments: [OptimizationLevel.less, .standard, .aggressive])
  func circlesThroughConstantTablesGrowNoMore(_ level: OptimizationLevel) throws {
    let count = 200
    let table = (0..<count).map { "ptr @f\($0)" }.joined(separator: ", ")
    let direct = module(count, increments: 0) { index in [(index + 1) % count, (index + 2) % count]
    }
    var number = 0
    let lines = direct.split(separator: "\n").map { line -> String in
      guard let match = line.firstMatch(of: #/  call fastcc void @f([0-9]+)/#) else {
        return String(
          line.replacing("()", with: "(i32 %x)").replacing("@start(i32 %x)", with: "@start()"))
      }
      number += 1
      // The number of the callee is known where the argument is.
      return "  %i\(number) = add i32 \(number == 1 ? "0" : "%x"), \(match.1)\n"
        + "  %q\(number) = getelementptr ptr, ptr @table, i32 %i\(number)\n"
        + "  %p\(number) = load ptr, ptr %q\(number)\n"
        + "  call fastcc void %p\(number)(i32 0)"
    }
    let text = try optimized(
      "@table = internal constant [\(count) x ptr] [\(table)]\n" + lines.joined(separator: "\n"),
      level: level)
    #expect(text.components(of: "call fastcc void") < count * 20)
  }

  /// `f0` and `f1` call each other, and both call `f2`, which calls nothing or `f0`.
  private func marked(helperCallsBack: Bool, helperSize: Int) throws -> String {
    let small = module(3) { index in index == 2 ? (helperCallsBack ? [0] : []) : [1 - index, 2, 2] }
    let large = module(3, increments: 21) { index in
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
    // There are more than 200 instructions in each.
    let text = try split(
      module(2, increments: 71) { index in index == 0 ? [1, 1] : [0, 0] }, by: "budget-inlining")
    #expect(!mayInline(0, into: 1, in: text))
    #expect(!mayInline(1, into: 0, in: text))
  }

  @Test func aFunctionThatIsCalledOnceIsInlined() throws {
    let text = try split(module(2, increments: 71) { [1 - $0] }, by: "budget-inlining")
    #expect(mayInline(1, into: 0, in: text))
    #expect(!mayInline(0, into: 1, in: text))
  }
}
