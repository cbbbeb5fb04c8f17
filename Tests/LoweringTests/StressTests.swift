// Modules at the limits. Neither the compiler's stack nor its time may depend badly on nesting.
import LLVMKit
import Lowering
import Testing
import WasmModule

struct StressTests {
  @Test func aHundredThousandNestedBlocksAreLowered() throws {
    let depth = 100_000
    var body = Array(repeating: op(.block, [0x40]), count: depth)
    body.append(get(0) + op(.brIf, leb(UInt64(depth - 1))))
    body += Array(repeating: op(.end), count: depth)
    var module = Assembler()
    module.function([.i32], [], body)
    #expect(try LoweredModule(module).text.contains("ret void"))
  }

  @Test func manyNestedBlocksMaySetALocal() throws {
    let depth = 20_000
    var body: [[UInt8]] = []
    for _ in 0..<depth { body.append(op(.block, [0x40]) + get(0) + op(.brIf, [0x00])) }
    body.append(i32(5) + set(0))
    body += Array(repeating: op(.end), count: depth)
    body.append(get(0))
    var module = Assembler()
    module.function([.i32], [.i32], body)
    #expect(try LoweredModule(module).text.contains("phi i32"))
  }

  @Test func nearlyFiftyThousandLocalsAreLowered() throws {
    let count: UInt64 = 49_000
    var body: [[UInt8]] = []
    for local in 1..<count { body.append(get(local - 1) + i32(1) + op(.i32Add) + set(local)) }
    body.append(get(count - 1))
    var module = Assembler()
    module.function([.i32], [.i32], locals: [(count, .i32)], body)
    #expect(try LoweredModule(module).text.contains("ret i32"))
  }

  /// Each loop sets all locals, and each local gets the next one's value in every iteration. So every pair of a loop
  /// and a local would need a phi.
  private func nestedLoops(_ depth: Int, locals: UInt64) throws -> String {
    var body = Array(repeating: op(.loop, [0x40]), count: depth)
    for local in 0..<locals { body.append(get((local + 1) % locals) + set(local)) }
    body += Array(repeating: get(0) + op(.brIf, [0x00]) + op(.end), count: depth)
    var module = Assembler()
    module.function([], [.i32], locals: [(locals, .i32)], body + [get(0)])
    return try LoweredModule(module).text
  }

  @Test func nestedLoopsOverManyLocalsHaveNoPhis() throws {
    let few = try nestedLoops(20, locals: 30)
    #expect(few.ranges(of: " phi ").count >= 500)
    #expect(!few.contains("volatile"))
    let many = try nestedLoops(1_000, locals: 2_000)
    #expect(!many.contains(" phi "))
    #expect(many.ranges(of: "load volatile i32").count == 3_001)
    #expect(many.contains("optnone") && !few.contains("optnone"))
  }

  /// Two of three results have the same value on every edge. The last one differs at the end of the block.
  @Test func aValueThatEveryEdgeCarriesNeedsNoPhi() throws {
    let results = Array(repeating: Type.i32, count: 3)
    var module = Assembler()
    module.function(results, results, (0..<3).map { get($0) })
    let block = [op(.block, [0x00]), get(0) + op(.brIf, [0x00])]
    let change = [op(.drop), get(1), op(.end)]
    module.function(
      results, results, (0..<3).map { get($0) } + block + change)
    let text = try LoweredModule(module).text
    #expect(text.ranges(of: " phi ").count == 1)
  }

  @Test func valuesThatMeetAreLimited() throws {
    // A block of 1,000 results that is left 3,000 times.
    let results = Array(repeating: Type.i32, count: 1_000)
    var module = Assembler()
    module.function(results, results, (0..<1_000).map { get($0) })
    var body = Array(repeating: i32(1), count: 1_000) + [op(.block, [0x00])]
    body += Array(repeating: i32(0) + op(.brIf, [0x00]), count: 3_000) + [op(.end)]
    module.function([], [], body + Array(repeating: op(.drop), count: 1_000))
    #expect {
      _ = try LoweredModule(module)
    } throws: { error in (error as? LoweringError)?.kind == .limit }
  }

  /// The values at many edges are found in one walk for each local. With one walk for each edge it would take minutes.
  @Test func manyEdgesMayMeetInOneBlock() throws {
    let count: UInt64 = 1_200
    var body = [op(.block, [0x40])]
    for local in 0..<count { body.append(i32(1) + set(local) + get(0) + op(.brIf, [0x00])) }
    body.append(op(.end) + i32(0))
    for local in 0..<count { body.append(get(local) + op(.i32Add)) }
    var module = Assembler()
    module.function([], [.i32], locals: [(count, .i32)], body)
    #expect(try LoweredModule(module).text.ranges(of: " phi ").count == count - 1)
  }

  @Test func manyGlobalsAreSetPlainly() throws {
    func initialize(_ count: Int) throws -> String {
      var module = Assembler()
      for _ in 0..<count { module.global(.i32, mutable: true, i32(7)) }
      module.function([], [], [])
      return try LoweredModule(module).text
    }
    #expect(try initialize(200).contains("optnone"))
    #expect(try !initialize(50).contains("optnone"))
  }

  @Test func aBranchTableMayHaveAHundredThousandTargets() throws {
    let targets = (0..<100_000).map { UInt8($0 % 3) }
    let table = op(.brTable, leb(UInt64(targets.count)) + targets + [2])
    var module = Assembler()
    module.function(
      [.i32], [.i32],
      [
        op(.block, [0x40]), op(.block, [0x40]), op(.block, [0x40]), get(0), table, op(.end), i32(1),
        op(.return), op(.end), i32(2), op(.return), op(.end), i32(3),
      ])
    #expect(try LoweredModule(module).text.contains("switch i32 %0"))
  }
}
