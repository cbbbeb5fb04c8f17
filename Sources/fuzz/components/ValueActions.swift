// What generated code does to the leaves of values: it adds bits that must be ignored, checks that none arrive, and
// stores core values in memory.

import ComponentLinking
import WasmEncoding
import WasmModule

extension ComponentSignature {
  /// Where the parameters of a core function are.
  func place(_ f: FunctionWriter) -> ValuePlace {
    areParametersFlat
      ? .flat(f.parameters.prefix(flat.count)) : .memory(f.parameters[0], offset: 0)
  }
}

enum ValueActions {
  private static let garbage: UInt32 = 0xdead_bee5

  // MARK: Bits without meaning

  /// Adds bits that lifting must ignore, and makes `true` another number than 1.
  static func addGarbage(
    _ types: [ComponentType], at place: ValuePlace, _ f: FunctionWriter
  ) {
    ValueWalk.write(
      types, at: place, memory: PartModule.memory, f,
      unused: { fill($0, f) },
      visit: { visit in
        switch visit.leaf {
        case .scalar(.bool):
          visit.set {
            visit.get()
            f.i32(visit.isFlat ? 31 : 7)
            f.op(.i32ShiftLeft)
          }
        case .scalar(let scalar) where scalar.bytes < 4 && visit.isFlat:
          setBits(visit, UInt32.max << (8 * scalar.bytes) & garbage)
        case .flags(let count) where count < 32:
          setBits(visit, UInt32.max << UInt32(count) & garbage)
        default: break
        }
        guard let lane = visit.lane, lane.type == .i64 else { return }
        switch visit.leaf {
        case .scalar(.u64), .scalar(.s64), .scalar(.f64): return
        default: break
        }
        f.get(lane)
        f.i64(Int64(bitPattern: UInt64(garbage) << 32))
        f.op(.i64Or)
        f.set(lane)
      })
  }

  private static func fill(_ lanes: ArraySlice<Local>, _ f: FunctionWriter) {
    for lane in lanes {
      f.i64(Int64(bitPattern: UInt64(garbage) << 32 | UInt64(garbage)))
      f.narrow(.i64, to: lane.type)
      f.set(lane)
    }
  }

  private static func setBits(_ visit: LeafVisit, _ bits: UInt32) {
    visit.set {
      visit.get()
      visit.f.u32(bits)
      visit.f.op(.i32Or)
    }
  }

  /// Traps if there is a bit that lowering must not pass on.
  static func checkClean(_ types: [ComponentType], at place: ValuePlace, _ f: FunctionWriter) {
    ValueWalk.write(
      types, at: place, memory: PartModule.memory, f,
      unused: { requireZero($0, f) },
      visit: { visit in
        if let most = mostOf(visit.leaf) {
          visit.get()
          switch visit.leaf {
          case .scalar(.s8), .scalar(.s16):
            // In range as a signed number.
            f.i32(Int32(most / 2 + 1))
            f.op(.i32Add)
          default: break
          }
          f.u32(most)
          f.op(.i32Greater)
          f.ifTrue { f.op(.unreachable) }
        }
        guard let lane = visit.lane, lane.type == .i64 else { return }
        switch visit.leaf {
        case .scalar(.u64), .scalar(.s64), .scalar(.f64): return
        default: break
        }
        f.get(lane)
        f.i64(32)
        f.op(.i64ShiftRight)
        f.op(.i64EqualsZero)
        f.op(.i32EqualsZero)
        f.ifTrue { f.op(.unreachable) }
      })
  }

  private static func requireZero(_ lanes: ArraySlice<Local>, _ f: FunctionWriter) {
    for lane in lanes {
      f.get(lane)
      if lane.type == .f32 { f.op(.i32ReinterpretF32) }
      if lane.type == .f64 { f.op(.i64ReinterpretF64) }
      f.op(lane.type == .i64 || lane.type == .f64 ? .i64EqualsZero : .i32EqualsZero)
      f.op(.i32EqualsZero)
      f.ifTrue { f.op(.unreachable) }
    }
  }

  /// The number of values of the leaf's type, less one; nil: the leaf is not checked.
  private static func mostOf(_ leaf: ValueLeaf) -> UInt32? {
    switch leaf {
    case .scalar(.bool): 1
    case .scalar(let scalar): scalar.bytes < 4 ? (1 << (8 * scalar.bytes)) - 1 : nil
    case .flags(let count): count < 32 ? (1 << UInt32(count)) - 1 : nil
    case .discriminant, .string, .list, .handle: nil
    }
  }

  // MARK: Stores

  /// Stores core values in memory.
  static func store(
    _ types: [ComponentType], _ lanes: ArraySlice<Local>, at address: Local,
    offset start: UInt32 = 0,
    _ f: FunctionWriter
  ) {
    var rest = lanes
    for (type, offset) in zip(types, ComponentType.offsets(types).offsets) {
      let own = rest.prefix(type.flat.count)
      rest = rest.dropFirst(type.flat.count)
      store(type, own, at: address, start + offset, f)
    }
  }

  private static func store(
    _ type: ComponentType, _ lanes: ArraySlice<Local>, at address: Local, _ offset: UInt32,
    _ f: FunctionWriter
  ) {
    if let fields = type.fields { return store(fields, lanes, at: address, offset: offset, f) }
    func put(_ lane: Local, _ natural: ValueType, _ bytes: UInt32, _ offset: UInt32) {
      f.get(address)
      f.get(lane)
      f.narrow(lane.type, to: natural)
      f.access(.store(bytes, natural), memory: PartModule.memory, offset: offset)
    }
    let first = lanes[lanes.startIndex]
    guard let cases = type.cases else {
      let natural = type.flat[0]
      if type.hasPointer { put(lanes[lanes.startIndex + 1], .i32, 4, offset + 4) }
      return put(first, natural, type.hasPointer ? 4 : type.bytes, offset)
    }
    put(first, .i32, ComponentType.discriminantBytes(cases.count), offset)
    for (position, payload) in cases.enumerated() {
      guard let payload else { continue }
      f.get(first)
      f.narrow(first.type, to: .i32)
      f.i32(Int32(position))
      f.op(.i32Equal)
      f.ifTrue {
        store(
          payload, lanes.dropFirst().prefix(payload.flat.count), at: address,
          offset + ComponentType.payloadOffset(cases), f)
      }
    }
  }
}
