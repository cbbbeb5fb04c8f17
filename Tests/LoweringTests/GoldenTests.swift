// Golden IR, with one function for each family of instructions. The goldens are documentation: read them.
//
// After an intended change, run SWASMC_UPDATE_GOLDENS=1 swift test --filter LoweringTests and review the goldens.
import LLVMKit
import Lowering
import Testing
import WasmModule

struct GoldenTests {
  private func golden(
    _ name: String, _ parameters: [Type], _ results: [Type], locals: [(UInt64, Type)] = [],
    options: LoweringOptions = LoweringOptions(), memory: UInt64? = nil, table: UInt64? = nil,
    body: [[UInt8]]
  ) throws {
    var module = Assembler()
    module.memory = memory
    module.table = table
    module.function(parameters, results, locals: locals, body)
    try expectGolden(name, LoweredModule(module, options).function("f0"))
  }

  @Test func signedDivisionTrapsTwice() throws {
    try golden("signed-division", [.i32, .i32], [.i32], body: [get(0), get(1), op(.i32DivS)])
  }

  @Test func signedRemainderByMinusOneIsZero() throws {
    try golden("signed-remainder", [.i64, .i64], [.i64], body: [get(0), get(1), op(.i64RemS)])
  }

  @Test func shiftCountsAreMasked() throws {
    try golden(
      "shift", [.i32, .i32], [.i32], body: [get(0), get(1), op(.i32Shl), get(1), op(.i32Rotl)])
  }

  @Test func minimumQuietensAndOrdersZeros() throws {
    try golden("minimum", [.f32, .f32], [.f32], body: [get(0), get(1), op(.f32Min)])
  }

  @Test func truncationChecksItsBounds() throws {
    try golden("truncation", [.f64], [.i32], body: [get(0), op(.i32TruncF64S)])
  }

  @Test func comparisonFeedsBranchWithoutWidening() throws {
    try golden(
      "branch-on-comparison", [.i32, .i32], [.i32],
      body: [
        get(0), get(1), op(.i32LtS), op(.if, [0x7f]), get(0), op(.else), get(1), op(.end),
      ])
  }

  @Test func loopHasPhisForWhatItSets() throws {
    try golden(
      "loop", [.i32, .i32], [.i32], locals: [(1, .i32)],
      body: [
        op(.loop, [0x40]), get(2), get(1), op(.i32Add), set(2), get(0), i32(1), op(.i32Sub),
        op(.localTee, leb(0)), op(.brIf, [0x00]), op(.end), get(2),
      ])
  }

  @Test func brTableSharesEdgesOfOneLabel() throws {
    try golden(
      "br-table", [.i32], [.i32],
      body: [
        op(.block, [0x40]), op(.block, [0x40]), get(0), op(.brTable, [0x03, 0, 0, 1, 1]), op(.end),
        i32(7), op(.return), op(.end), i32(9),
      ])
  }

  @Test func guardedLoadHasNoCheck() throws {
    try golden(
      "load-guarded", [.i32], [.i64], memory: 1, body: [get(0), op(.i64Load32S, [0x02, 0x10])])
  }

  @Test func explicitCheckComesFirst() throws {
    try golden(
      "load-explicit", [.i32], [.i32], options: LoweringOptions(boundsChecks: .explicit), memory: 1,
      body: [get(0), op(.i32Load, [0x02, 0x10])])
  }

  @Test func copyChecksBothRangesFirst() throws {
    try golden(
      "memory-copy", [.i32, .i32, .i32], [], memory: 1,
      body: [get(0), get(1), get(2), op(.memoryCopy, [0x00, 0x00])])
  }

  private func indirectCall(_ elements: [UInt64], written: Bool) throws -> String {
    var module = Assembler()
    module.table = 4
    module.function([.i32], [.i32], [get(0), get(0), op(.callIndirect, [0x00, 0x00])])
    module.function([.i32], [.i32], [get(0)])
    module.function([], [], written ? [i32(0), op(.refNull, [0x70]), op(.tableSet, [0x00])] : [])
    module.element(elements)
    return try LoweredModule(module).function("f0")
  }

  @Test func indirectCallChecksBoundsNullAndType() throws {
    try expectGolden("call-indirect", indirectCall([0, 1, 2], written: true))
  }

  @Test func constantTableIsAnArrayOfCode() throws {
    try expectGolden("call-indirect-constant", indirectCall([0, 1, 2], written: false))
  }

  @Test func onlyTargetOfItsTypeIsCalledDirectly() throws {
    try expectGolden("call-indirect-alone", indirectCall([2, 1], written: false))
  }

  @Test func resultsBeyondTheThirdGoThroughTheInstance() throws {
    try golden(
      "many-results", [.i32], [.i32, .i32, .i32, .i32, .i32],
      body: [get(0), get(0), get(0), get(0), get(0)])
  }

  @Test func parameterInstanceComesFirst() throws {
    var module = Assembler()
    module.global(.i32, mutable: true, i32(0))
    module.function([.i32], [], [get(0), op(.globalSet, leb(0))])
    let options = LoweringOptions(product: .library(symbolPrefix: "m_"))
    try expectGolden("parameter-instance", LoweredModule(module, options).function("m_f0"))
  }
}
