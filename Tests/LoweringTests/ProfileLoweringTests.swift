// The effects of a profile on the IR: weights from the counts, and comparisons with frequent targets.
import LLVMKit
import Lowering
import Testing
import WasmModule

struct ProfileLoweringTests {
  /// f0 takes a branch on its argument and calls through the table; f1 and f2 are of the call's type.
  private func assembled(written: Bool) -> Assembler {
    var module = Assembler()
    module.table = 4
    module.function(
      [.i32], [.i32],
      [
        get(0), op(.if, [0x40]), op(.unreachable), op(.end), get(0), get(0),
        op(.callIndirect, [0x00, 0x00]),
      ])
    module.function([.i32], [.i32], [get(0)])
    module.function([.i32], [.i32], [get(0), i32(1), op(.i32Add)])
    module.function([], [], written ? [i32(0), op(.refNull, [0x70]), op(.tableSet, [0x00])] : [])
    module.element([1, 2, 3])
    return module
  }

  private func number(_ value: UInt64, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }

  /// `counters` are those of f0: entry, then, else, four pairs of target and count, others.
  private func lowered(written: Bool, _ counters: [UInt64]) throws -> LoweredModule {
    let assembler = assembled(written: written)
    let module = try ModuleDecoder.decode(ModuleBytes(assembler.bytes))
    let head = Array("swasmprf".utf8) + number(1, 8) + number(Profile.hash(module), 8)
    let record = number(0, 4) + number(UInt64(counters.count), 4)
    let profile = try Profile(head + record + counters.flatMap { number($0, 8) }, of: module)
    var options = LoweringOptions()
    options.profiling = .guided(profile)
    return try LoweredModule(assembler, options)
  }

  private let counters: [UInt64] = [100, 3, 97, 3, 80, 2, 17, 0, 0, 0, 0, 0]

  @Test func countsBecomeWeights() throws {
    let text = try lowered(written: false, counters).text
    #expect(text.contains(#"!{!"function_entry_count", i64 100}"#))
    #expect(text.contains(#"!{!"branch_weights", i32 3, i32 97}"#))
    #expect(text.contains(#"!{!"branch_weights", i32 80, i32 17}"#))
  }

  @Test func largeCountsKeepTheirProportion() throws {
    var counters = counters
    counters.replaceSubrange(1...2, with: [1 << 40, 1 << 38])
    let text = try lowered(written: false, counters).text
    #expect(text.contains(#"!{!"branch_weights", i32 -2147483648, i32 536870912}"#))
  }

  @Test(arguments: [true, false])
  func frequentTargetsAreComparedFirst(written: Bool) throws {
    // Function numbers count from 1: 3 is f2, at index 1 of the table; 2 is f1, at index 0.
    let text = try lowered(written: written, counters).function("f0")
    let first = try #require(text.range(of: "call fastcc i32 @f2("))
    let second = try #require(text.range(of: "call fastcc i32 @f1("))
    #expect(first.lowerBound < second.lowerBound)
    #expect(text.contains("call fastcc i32 %code("))
    #expect(
      text.contains(written ? "%expected = icmp eq ptr %reference" : "%expected = icmp eq i64"))
    #expect(text.contains("phi i32"))
  }

  @Test(
    arguments: [
      [100, 3, 97, 4, 90, 0, 0, 0, 0, 0, 0, 0],  // f3 has another type
      [100, 3, 97, 9000, 90, 0, 0, 0, 0, 0, 0, 0],  // there is no such function
      [100, 3, 97, .max, 90, 0, 0, 0, 0, 0, 0, 0],
      [100, 3, 97, 3, 10, 0, 0, 0, 0, 0, 0, 90],  // too seldom
    ] as [[UInt64]])
  func otherTargetsAreNotComparedFirst(counters: [UInt64]) throws {
    #expect(!(try lowered(written: true, counters).function("f0").contains("expected")))
  }

  @Test func wrongNumberOfCountersIsRefused() {
    let error = #expect(throws: LoweringError.self) { try lowered(written: true, [1, 2]) }
    #expect(error?.kind == .unfitProfile)
  }

  /// The rest of the function cannot be reached. It has no counters, both when counting and when using a profile.
  @Test func callWithoutTargetsEndsBothModesAlike() throws {
    var assembler = Assembler()
    assembler.table = 1
    assembler.function(
      [.i32], [.i32],
      [get(0), get(0), op(.callIndirect, [0x00, 0x00]), op(.if, [0x40]), op(.end), get(0)])
    assembler.function([], [], [])
    assembler.element([1])
    var options = LoweringOptions()
    options.profiling = .counting
    #expect(try LoweredModule(assembler, options).text.contains("[10 x i64] zeroinitializer"))
    let module = try ModuleDecoder.decode(ModuleBytes(assembler.bytes))
    let head = Array("swasmprf".utf8) + number(1, 8) + number(Profile.hash(module), 8)
    let record = number(0, 4) + number(10, 4) + [UInt8](repeating: 0, count: 80)
    options.profiling = .guided(try Profile(head + record, of: module))
    #expect(try LoweredModule(assembler, options).text.contains("@llvm.ubsantrap"))
  }

  @Test func countingHasOneArrayForEachFunction() throws {
    var options = LoweringOptions()
    options.profiling = .counting
    let text = try LoweredModule(assembled(written: false), options).text
    for name in ["f0", "f1", "f2", "f3"] {
      #expect(text.contains("@swasm_profile_\(name) = hidden global"), "\(name)")
    }
    #expect(text.contains(#"section "swasm_profile""#))
    #expect(text.contains("call void @swasm_profile_target"))
    #expect(!(try LoweredModule(assembled(written: false)).text.contains("swasm_profile")))
  }
}
