// Code generation and the SLP vectoriser take time that grows with the square of a block's length. So long blocks are
// cut, left scalar, and generated plainly.

import CGuestPasses
import CLLVM
import Targets
import Testing

@testable import LLVMKit

@Suite struct LongBlockTests {
  /// A function of one block that adds 1 to `stores` neighbouring floats, after the whole pipeline.
  private func optimized(stores: Int, attributes: String = "") throws -> String {
    let lines = (0..<stores).map { index in
      "  %p\(index) = getelementptr float, ptr %p, i64 \(index)\n  %x\(index) = load float, ptr %p\(index)\n"
        + "  %y\(index) = fadd float %x\(index), 1.0\n  store float %y\(index), ptr %p\(index)\n"
    }
    return try withParsed(
      "define void @f(ptr %p) \(attributes) {\n\(lines.joined())  ret void\n}\n"
    ) { module in
      let machine = try LLVMTargetMachine(.x64, level: .standard)
      let options = swasm_optimize_options(
        streams: false, precise_traps: false, verify: true,
        registers: swasm_argument_registers(general: 6, vector: 8),
        shadow_stack: swasm_shadow_stack(), for_size: false)
      if let message = swasm_optimize(module, machine.handle, 2, options) {
        throw LLVMError(takeMessage(message))
      }
    }
  }

  @Test func longBlockIsLeftScalarAndGeneratedPlainly() throws {
    let text = try optimized(stores: 3_000)
    #expect(text.contains("optnone"))
    #expect(!text.contains("<4 x float>"))
  }

  /// The block has 12,000 instructions, and the cuts add some. It is cut even if Lowering says that nothing is optimised.
  @Test(arguments: ["", "noinline optnone"])
  func longBlockIsCut(_ attributes: String) throws {
    let text = try optimized(stores: 3_000, attributes: attributes)
    let pieces = text.split(separator: #/\n\n?[0-9.a-z]+: /#)
    #expect(pieces.count >= 10)
    #expect(pieces.allSatisfy { $0.split(separator: "\n").count < 2_200 })
    #expect(text.ranges(of: " = fadd float").count == 3_000)
  }

  @Test func blockOfAThousandIsOptimised() throws {
    let text = try optimized(stores: 250)
    #expect(!text.contains("br label"))
    #expect(!text.contains("optnone"))
    #expect(text.contains("<4 x float>"))
  }
}
