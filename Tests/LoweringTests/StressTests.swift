// Modules at the limits: neither the stack of the compiler nor its patience may depend on nesting.
import LLVMKit
import Lowering
import Testing
import WasmModule

struct StressTests {
  @Test func hundredThousandNestedBlocks() throws {
    let depth = 100_000
    var body = Array(repeating: op(.block, [0x40]), count: depth)
    body.append(get(0) + op(.brIf, leb(UInt64(depth - 1))))
    body += Array(repeating: op(.end), count: depth)
    var module = Assembler()
    module.function([.i32], [], body)
    #expect(try LoweredModule(module).text.contains("ret void"))
  }

  @Test func nestedBlocksThatSetALocal() throws {
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

  @Test func fiftyThousandLocals() throws {
    let count: UInt64 = 49_000
    var body: [[UInt8]] = []
    for local in 1..<count { body.append(get(local - 1) + i32(1) + op(.i32Add) + set(local)) }
    body.append(get(count - 1))
    var module = Assembler()
    module.function([.i32], [.i32], locals: [(count, .i32)], body)
    #expect(try LoweredModule(module).text.contains("ret i32"))
  }

  @Test func branchTableOfAHundredThousandTargets() throws {
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
