// Emits code that counts while a program runs, or uses the counts of earlier runs.
//
// These places of a body have counters:
//
//   its entry                                                 one
//   the condition of an if, a select or a conditional branch  two
//   a br_table                                                one for each label, and one for the default
//   an indirect call                                          nine words
//
// Lowering meets these sites in the same order whenever it lowers the same file. So a position among a function's
// counters identifies a site.
import CGuestIR
import LLVMKit
import WasmModule

/// What a function's lowering does at a site.
enum ProfileSites {
  case none
  /// The counters, and how many there are so far. The array's type is set when the body is complete.
  case counting(LLVMValue, count: Int)
  case guided(FunctionCounters, next: Int)
}

extension FunctionLowering {
  mutating func beginProfile(of index: FunctionIndex) throws(LoweringError) {
    switch context.options.profiling {
    case .none: return
    case .counting:
      let placeholder = context.llvm.addGlobal("counters", type: types.i64)
      sites = .counting(placeholder, count: 0)
      addOne(at: nil)
    case .guided(let profile):
      let counters = profile.counters(of: index)
      sites = .guided(counters, next: 0)
      let count = takeCounts(1)?[0] ?? 0
      function.setGlobalMetadata(metadata.branchWeights, context.entryCount(count))
    }
  }

  mutating func endProfile(of index: FunctionIndex) throws(LoweringError) {
    switch sites {
    case .none: return
    case .counting(let placeholder, let count):
      context.defineCounters(of: index, count: count, replacing: placeholder)
    case .guided(let counters, let next):
      guard counters.count ?? next == next else {
        throw LoweringError(
          .unfitProfile,
          "the profile does not fit function \(index): it has \(counters.count ?? 0) "
            + "counters where there are \(next)")
      }
    }
  }

  /// A site of two ways: counts which one is taken, or gives the weights of both.
  mutating func profile(_ condition: LLVMValue) -> LLVMMetadata? {
    if case .none = sites { return nil }
    if case .counting = sites {
      addOne(at: builder.zeroExtend(builder.not(condition), to: types.i64), of: 2)
      return nil
    }
    return takeCounts(2).flatMap { context.branchWeights($0) }
  }

  /// A site of `labelCount` ways and a default.
  mutating func profile(_ index: LLVMValue, labelCount: Int) -> [UInt64]? {
    if case .none = sites { return nil }
    guard case .counting = sites else { return takeCounts(labelCount + 1) }
    let limit = types.i32.constant(UInt64(labelCount))
    let isBeyond = builder.compare(.unsignedGreaterOrEqual, index, limit)
    let way = builder.select(isBeyond, limit, index)
    addOne(at: builder.zeroExtend(way, to: types.i64), of: labelCount + 1)
    return nil
  }

  var isCounting: Bool { if case .counting = sites { true } else { false } }

  /// Counts the function that an indirect call is about to reach through `reference`.
  mutating func countTarget(_ reference: LLVMValue) {
    guard case .counting(let counters, let count) = sites else { return }
    sites = .counting(counters, count: count + CounterSite.targetWords)
    let index = builder.load(
      types.i32, builder.field(reference, at: ABI.funcrefFunctionIndex), alignment: 4)
    let slots = builder.field(counters, at: Self.counterOffset(count))
    _ = callBuiltin(SWASM_IR_PROFILE_TARGET, [slots, index], returning: types.void)
  }

  /// Skips the slots of an indirect call whose targets are not counted.
  mutating func passTargets() {
    guard case .counting(let counters, let count) = sites else { return }
    sites = .counting(counters, count: count + CounterSite.targetWords)
  }

  /// The targets that calls of this site reached, most often first.
  mutating func takeTargets() -> (targets: [(function: UInt64, count: UInt64)], total: UInt64) {
    guard case .guided(let counters, let next) = sites else { return ([], 0) }
    sites = .guided(counters, next: next + CounterSite.targetWords)
    return counters.targets(at: next)
  }

  private mutating func takeCounts(_ ways: Int) -> [UInt64]? {
    guard case .guided(let counters, let next) = sites else { return nil }
    sites = .guided(counters, next: next + ways)
    return (0..<ways).map { counters[next + $0] }
  }

  /// After the head: u32 function, u32 count.
  private static func counterOffset(_ position: Int) -> UInt64 { 8 + 8 * UInt64(position) }

  private mutating func addOne(at way: LLVMValue?, of ways: Int = 1) {
    guard case .counting(let counters, let count) = sites else { return }
    sites = .counting(counters, count: count + ways)
    var counter = builder.field(counters, at: Self.counterOffset(count))
    if let way {
      counter = builder.offset(counter, builder.shiftLeft(way, types.i64.constant(3)))
    }
    let before = builder.load(types.i64, counter, alignment: 8, "count")
    before.setMetadata(metadata.tbaa, metadata.instance)
    builder.store(builder.add(before, types.i64.constant(1)), counter, alignment: 8)
      .setMetadata(metadata.tbaa, metadata.instance)
  }
}

extension InstanceLowering {
  func defineCounters(of index: FunctionIndex, count: Int, replacing placeholder: LLVMValue) {
    let value = types.constantPackedStruct([
      types.i32.constant(UInt64(index.raw)), types.i32.constant(UInt64(count)),
      types.i64.array(UInt64(count)).null,
    ])
    // Not internal: LLVM would see that nothing reads it.
    let global = llvm.addGlobal(SWASM_IR_COUNTERS + "\(index)", type: value.type)
    global.setHidden()
    global.setInitializer(value)
    global.setSection(SWASM_IR_COUNTER_SECTION)
    global.setAlignment(8)
    placeholder.replaceGlobal(with: global)
  }

  func entryCount(_ count: UInt64) -> LLVMMetadata { program.metadataFactory.entryCount(count) }

  /// Weights of 32 bits in proportion to the counts; nil if nothing was counted.
  func branchWeights(_ counts: [UInt64]) -> LLVMMetadata? {
    guard let largest = counts.max(), largest > 0 else { return nil }
    let shift = UInt64(max(0, 32 - largest.leadingZeroBitCount))
    return program.metadataFactory.branchWeights(
      counts.map { UInt32(truncatingIfNeeded: $0 >> shift) })
  }
}
