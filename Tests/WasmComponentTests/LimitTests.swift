// Small files that describe something huge are refused, in little time and memory.

import Testing
import WasmComponent
import WasmModule

@Suite struct LimitTests {
  private func expectLimit(_ bytes: [UInt8], _ what: String) {
    let error = refusal(bytes)
    #expect(error?.kind == .limit, "\(String(describing: error))")
    #expect(error?.message.contains(what) == true, "\(String(describing: error))")
  }

  /// Each type is a tuple of two of the type before. So type n has 2^(n + 1) parts.
  private func doubling(_ count: Int) -> [[UInt8]] {
    [[0x6f, 0x02, 0x7d, 0x7d]]
      + (0..<count).map { [0x6f, 0x02] + Bytes.signed($0) + Bytes.signed($0) }
  }

  @Test func typesThatDoubleAreLimited() {
    #expect(refusal(Bytes.component(Bytes.section(7, doubling(15)))) == nil)
    expectLimit(Bytes.component(Bytes.section(7, doubling(60))), "parts of a type")
  }

  @Test func deepTypesAreLimited() {
    func lists(_ count: Int) -> [UInt8] {
      Bytes.component(Bytes.section(7, [[0x73]] + (0..<count).map { [0x70] + Bytes.signed($0) }))
    }
    #expect(refusal(lists(99)) == nil)
    expectLimit(lists(10_000), "types inside one another")
  }

  @Test func deepInstancesAreLimited() {
    let bags = (0..<900).map { [0x01, 0x01] + Bytes.externName("a") + [0x05] + Bytes.unsigned($0) }
    expectLimit(
      Bytes.component(Bytes.section(5, [[0x01, 0x00]] + bags)), "types inside one another")
  }

  @Test func deepComponentsAreLimited() {
    func nested(_ count: Int) -> [UInt8] {
      (0..<count).reduce(Bytes.preamble) { inner, _ in Bytes.component(Bytes.raw(4, inner)) }
    }
    #expect(refusal(nested(50)) == nil)
    expectLimit(nested(51), "components and types inside one another")
    expectLimit(nested(2_000), "components and types inside one another")
  }

  @Test(arguments: [UInt8(0x41), 0x42]) func deepTypeDefinitionsAreLimited(kind: UInt8) {
    func nested(_ count: Int) -> [UInt8] {
      let open: [UInt8] = [kind, 0x01, 0x01]
      let type: [UInt8] = (0..<count - 1).flatMap { _ in open } + [kind, 0x00]
      return Bytes.component(Bytes.raw(7, [0x01] + type))
    }
    #expect(refusal(nested(50)) == nil)
    expectLimit(nested(2_000), "components and types inside one another")
  }

  /// Each component instantiates the one inside of it several times and exports all of them. Each instance has its own
  /// resource, so nothing is shared.
  @Test(arguments: [(2, 30), (10, 8), (100, 3)])
  func instancesThatDoubleAreLimited(count: Int, levels: Int) {
    var inner = Bytes.component(
      Bytes.section(7, [[0x3f, 0x7f, 0x00]]),
      Bytes.section(11, [Bytes.externName("r") + [0x03, 0x00, 0x00]]))
    for _ in 0..<levels {
      let exports = (0..<count).map { index in
        Bytes.externName("i\(index)") + [0x05] + Bytes.unsigned(index) + [0x00]
      }
      inner = Bytes.component(
        Bytes.raw(4, inner), Bytes.section(5, Array(repeating: [0x00, 0x00, 0x00], count: count)),
        Bytes.section(11, exports))
    }
    let error = refusal(inner)
    #expect(error?.kind == .limit, "\(String(describing: error))")
  }

  /// Two equal types of 2^18 parts are compared at each of 900 instantiations.
  @Test func stepsOfComparisonAreLimited() {
    let last = 17
    let inner = Bytes.component(
      Bytes.section(7, doubling(last)),
      Bytes.section(10, [Bytes.externName("x") + [0x03, 0x00] + Bytes.unsigned(last)]))
    let argument = [0x00, 0x00, 0x01] + Bytes.name("x") + [0x03] + Bytes.unsigned(last)
    expectLimit(
      Bytes.component(
        Bytes.section(7, doubling(last)), Bytes.raw(4, inner),
        Bytes.section(5, Array(repeating: argument, count: 900))), "steps in comparing types")
  }

  @Test func longChainsOfAliasesAreAccepted() {
    let aliases = (0..<100_000).map { [0x03, 0x02, 0x00] + Bytes.unsigned($0) }
    #expect(
      refusal(Bytes.component(Bytes.section(7, [[0x73]]), Bytes.section(6, aliases))) == nil)
  }

  @Test func countsLargerThanTheFileAreRefused() {
    let error = refusal(Bytes.component(Bytes.raw(7, [0xff, 0xff, 0xff, 0xff, 0x0f, 0x73])))
    #expect(error?.kind == .malformed)
  }

  @Test func coreInstancesAreLimited() {
    let module: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
    let instances = Array(repeating: [UInt8](repeating: 0, count: 3), count: 1_001)
    expectLimit(
      Bytes.component(Bytes.raw(1, module), Bytes.section(2, instances)), "instances")
  }

  @Test func listsOfFixedLengthDoNotOverflow() {
    let huge: [UInt8] = [0x67, 0x7d, 0xff, 0xff, 0xff, 0x7f]
    #expect(refusal(Bytes.component(Bytes.section(7, [huge]))) == nil)
    let twice = [0x67, 0x00, 0xff, 0xff, 0xff, 0xff, 0x0f] as [UInt8]
    let error = refusal(Bytes.component(Bytes.section(7, [huge, twice])))
    #expect(error?.message.contains("exceeds maximum byte size") == true)
  }
}
