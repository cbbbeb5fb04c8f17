// Writes code that visits each leaf of a value, in memory or in core values: scalars, flags, discriminants, strings,
// lists and handles. The leaves of a type are numbered in the order of the visits; parts come before what holds them.

import WasmEncoding
import WasmModule

/// Where a value or a part of it is.
enum ValuePlace {
  case memory(Local, offset: UInt32)
  /// In a variant the locals may be wider than the value's own core types.
  case flat(ArraySlice<Local>)
}

enum ValueLeaf {
  case scalar(ComponentType.Scalar)
  case flags(Int)
  case discriminant(cases: Int)
  case string
  case list(ComponentType)
  case handle(isOwned: Bool)
}

/// One visit.
struct LeafVisit {
  let leaf: ValueLeaf
  let place: ValuePlace
  let number: Int
  let f: FunctionWriter
  let memory: Int

  /// The bytes and the core type of the leaf's first core value.
  private var form: (bytes: UInt32, type: ValueType) {
    switch leaf {
    case .scalar(let scalar): (scalar.bytes, scalar.core)
    case .flags(let count): (ComponentType.flags(count).bytes, .i32)
    case .discriminant(let cases): (ComponentType.discriminantBytes(cases), .i32)
    case .string, .list, .handle: (4, .i32)
    }
  }

  var isFlat: Bool { if case .flat = place { true } else { false } }

  /// The local of the leaf's first core value.
  var lane: Local? {
    if case .flat(let lanes) = place { lanes[lanes.startIndex] } else { nil }
  }

  /// Pushes the leaf's core value; of a string or a list the address.
  func get() {
    let (bytes, type) = form
    switch place {
    case .memory(let base, let offset):
      f.get(base)
      let isSigned: Bool =
        switch leaf {
        case .scalar(.s8), .scalar(.s16): true
        default: false
        }
      f.access(.load(bytes, type, isSigned: isSigned), memory: memory, offset: offset)
    case .flat(let lanes):
      let lane = lanes[lanes.startIndex]
      f.get(lane)
      f.narrow(lane.type, to: type)
    }
  }

  /// Pushes the length of a string or list.
  func getLength() {
    switch place {
    case .memory(let base, let offset):
      f.get(base)
      f.access(.i32Load, memory: memory, offset: offset + 4)
    case .flat(let lanes):
      let lane = lanes[lanes.startIndex + 1]
      f.get(lane)
      f.narrow(lane.type, to: .i32)
    }
  }

  /// Sets the leaf's core value.
  func set(_ value: () -> Void) {
    let (bytes, type) = form
    switch place {
    case .memory(let base, let offset):
      f.get(base)
      value()
      f.access(.store(bytes, type), memory: memory, offset: offset)
    case .flat(let lanes):
      let lane = lanes[lanes.startIndex]
      value()
      f.widen(type, to: lane.type)
      f.set(lane)
    }
  }
}

final class ValueWalk {
  private let f: FunctionWriter
  private let memory: Int
  private var next = 0
  private let visit: (LeafVisit) -> Void
  /// Gets the core values of a variant that the present case does not use.
  private let unused: (ArraySlice<Local>) -> Void

  static func write(
    _ types: [ComponentType], at place: ValuePlace, memory: Int, _ f: FunctionWriter,
    unused: @escaping (ArraySlice<Local>) -> Void = { _ in },
    visit: @escaping (LeafVisit) -> Void
  ) {
    let walk = ValueWalk(f, memory, visit, unused)
    walk.walk(fields: types, place)
  }

  private init(
    _ f: FunctionWriter, _ memory: Int, _ visit: @escaping (LeafVisit) -> Void,
    _ unused: @escaping (ArraySlice<Local>) -> Void
  ) {
    self.f = f
    self.memory = memory
    self.visit = visit
    self.unused = unused
  }

  private func walk(fields: [ComponentType], _ place: ValuePlace) {
    switch place {
    case .memory(let base, let start):
      for (field, offset) in zip(fields, ComponentType.offsets(fields).offsets) {
        walk(field, .memory(base, offset: start + offset))
      }
    case .flat(var lanes):
      for field in fields {
        let count = field.flat.count
        walk(field, .flat(lanes.prefix(count)))
        lanes = lanes.dropFirst(count)
      }
    }
  }

  private func walk(_ type: ComponentType, _ place: ValuePlace) {
    if let fields = type.fields { return walk(fields: fields, place) }
    if let cases = type.cases { return walk(cases: cases, place) }
    switch type {
    case .list(let element):
      walk(elements: element, place)
      leaf(.list(element), place)
    case .string: leaf(.string, place)
    case .scalar(let scalar): leaf(.scalar(scalar), place)
    case .flags(let count): leaf(.flags(count), place)
    case .own: leaf(.handle(isOwned: true), place)
    case .borrow: leaf(.handle(isOwned: false), place)
    default: preconditionFailure("\(type) has parts")
    }
  }

  private func leaf(_ leaf: ValueLeaf, _ place: ValuePlace) {
    visit(LeafVisit(leaf: leaf, place: place, number: next, f: f, memory: memory))
    next += 1
  }

  private func walk(elements element: ComponentType, _ place: ValuePlace) {
    let list = LeafVisit(leaf: .list(element), place: place, number: 0, f: f, memory: memory)
    let (address, count) = (f.local(), f.local())
    list.get()
    f.set(address)
    list.getLength()
    f.set(count)
    f.block { done in
      f.loop { again in
        f.get(count)
        f.op(.i32EqualsZero)
        f.branchIf(done)
        walk(element, .memory(address, offset: 0))
        f.add(Int32(element.bytes), to: address)
        f.add(-1, to: count)
        f.branch(again)
      }
    }
  }

  private func walk(cases: [ComponentType?], _ place: ValuePlace) {
    let kind = ValueLeaf.discriminant(cases: cases.count)
    let discriminant = f.local()
    LeafVisit(leaf: kind, place: place, number: 0, f: f, memory: memory).get()
    f.set(discriminant)
    for (position, payload) in cases.enumerated() {
      // The payload, or nothing but unused core values.
      let inside: ValuePlace
      switch place {
      case .memory(let base, let offset):
        if payload == nil { continue }
        inside = .memory(base, offset: offset + ComponentType.payloadOffset(cases))
      case .flat(let lanes):
        if payload == nil, lanes.count == 1 { continue }
        inside = .flat(lanes.dropFirst().prefix(payload?.flat.count ?? 0))
      }
      f.get(discriminant)
      f.i32(Int32(position))
      f.op(.i32Equal)
      f.ifTrue {
        if let payload { walk(payload, inside) }
        if case .flat(let lanes) = place {
          unused(lanes.dropFirst(1 + (payload?.flat.count ?? 0)))
        }
      }
    }
    leaf(kind, place)
  }
}

// MARK: - Instructions

extension MemoryAccess {
  static func load(_ bytes: UInt32, _ type: ValueType, isSigned: Bool) -> MemoryAccess {
    switch (bytes, type) {
    case (1, _): isSigned ? .i32Load8Signed : .i32Load8
    case (2, _): isSigned ? .i32Load16Signed : .i32Load16
    case (_, .f32): .f32Load
    case (_, .i64): .i64Load
    case (_, .f64): .f64Load
    default: .i32Load
    }
  }

  static func store(_ bytes: UInt32, _ type: ValueType) -> MemoryAccess {
    switch (bytes, type) {
    case (1, _): .i32Store8
    case (2, _): .i32Store16
    case (_, .f32): .f32Store
    case (_, .i64): .i64Store
    case (_, .f64): .f64Store
    default: .i32Store
    }
  }
}

extension FunctionWriter {
  func add(_ number: Int32, to local: Local) {
    get(local)
    i32(number)
    op(.i32Add)
    set(local)
  }

  /// Takes a value out of a core value of a variant.
  func narrow(_ have: ValueType, to want: ValueType) {
    if have == want { return }
    if have == .i64, want != .f64 { op(.i32WrapI64) }
    if want == .f32 { op(.f32ReinterpretI32) }
    if want == .f64 { op(.f64ReinterpretI64) }
  }

  /// Makes a core value of a variant.
  func widen(_ have: ValueType, to want: ValueType) {
    if have == want { return }
    if have == .f32 { op(.i32ReinterpretF32) }
    if have == .f64 { op(.i64ReinterpretF64) }
    if want == .i64, have != .f64 { op(.i64ExtendI32) }
  }
}
