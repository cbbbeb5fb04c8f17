// Keeps locals in the function's frame, for functions in which they would become too many SSA values.
//
// A loop needs a phi for each local that it sets and that is read again. Nested loops over many locals need as many
// phis as loops times locals: 22 million for a module of 93 kB. A function that may come to that keeps its locals in
// memory. Each `local.get` and `local.set` is a volatile access, which LLVM does not turn into a value again. The
// function is not optimised either: each pass over loops would look at all accesses once for each surrounding loop. No
// known compiler makes such functions.
import LLVMKit
import WasmModule

/// The place of each local.
struct LocalSlots {
  let addresses: [Address]

  enum Address {
    /// At this offset in an object that all numbers share: there may be too many locals for one object each.
    case number(LLVMValue, UInt64)
    /// In an object of its own, so that its stored values can be followed.
    case reference(LLVMValue)
  }
}

extension ValueType {
  fileprivate var isReference: Bool {
    if case .reference = self { true } else { false }
  }
}

extension FunctionLowering {
  /// The most phis of loops that a function's locals may need. The largest functions of large programs need some
  /// 10,000.
  static let mostLoopPhis = 1 << 15
  /// The most values that may meet at ends of blocks and beginnings of loops. A value counts once for each edge that
  /// carries it there.
  static let mostMeetingValues = 1 << 21

  static func mayNeedTooManyPhis(loops: ArraySlice<LoopFacts>, localCount: Int) -> Bool {
    var phis = 0
    for loop in loops {
      phis += min(loop.assignments.count, localCount)
      if phis > mostLoopPhis { return true }
    }
    return false
  }

  /// Moves the locals to the frame. Until now only parameters have been set. The builder is in the entry block.
  mutating func moveLocalsToFrame() {
    var end: UInt64 = 0
    let offsets = localTypes.map { type in
      guard !type.isReference else { return 0 as UInt64 }
      let size = UInt64(context.valueTypes.bytes(type)) > 8 ? 16 : 8 as UInt64
      let start = (end + size - 1) / size * size
      end = start + size
      return start
    }
    let frame = builder.allocate(types.i8.array(end), alignment: 16, "locals")
    builder.clear(frame, bytes: types.i64.constant(end), alignment: 16)
    let slots = LocalSlots(
      addresses: zip(localTypes, offsets).map { type, offset in
        guard type.isReference else { return .number(frame, offset) }
        return .reference(builder.allocate(types.pointer, alignment: 8, "reference"))
      })
    for (index, type) in localTypes.enumerated() where type.isReference {
      set(index, types.pointer.null, in: slots)
    }
    for index in signature.type.parameters.indices { set(index, locals.get(index), in: slots) }
    localSlots = slots
    function.addFunctionAttribute(context.attributes.noInline)
    function.addFunctionAttribute(context.attributes.optimizeNone)
  }

  func get(_ local: Int, in slots: LocalSlots) -> LLVMValue {
    let type = context.valueTypes[localTypes[local]]
    let value = builder.load(type, address(of: local, in: slots), alignment: 8, "local")
    value.setVolatile()
    return value
  }

  func set(_ local: Int, _ value: LLVMValue, in slots: LocalSlots) {
    builder.store(value, address(of: local, in: slots), alignment: 8).setVolatile()
  }

  private func address(of local: Int, in slots: LocalSlots) -> LLVMValue {
    switch slots.addresses[local] {
    case .number(let frame, let offset): builder.field(frame, at: offset)
    case .reference(let slot): slot
    }
  }

  /// Fails if more values meet than any function needs. Their number is a product for each block or loop: its
  /// parameters or results, times the edges that lead to it.
  func checkMeetingValues() throws(LoweringError) {
    guard meetingValues + locals.meetingValues > Self.mostMeetingValues else { return }
    throw LoweringError(
      .limit,
      "a function has more than \(Self.mostMeetingValues) values that meet at the edges of blocks and loops",
      offset: offset)
  }
}
