// Writes the module with the handles of one instance of a component. Spec: CanonicalABI.md, Table State, Resource
// State.
//
// A handle is 16 bytes in memory 0, at 16 times its index:
//   0  the number of its resource type; 0: the entry is free
//   4  the representation of the resource; of a free entry: the next free one, 0 for none
//   8  how many calls borrow it now
//   12 1: the handle owns the resource; 0: it borrows it
// Memory 1 is a stack with the indices of the handles that are lent to the calls in progress.
// Guest code reaches neither memory: only adapters import from this module.

import WasmEncoding
import WasmModule
import WasmProgram

enum HandleTable {
  enum Function: String, CaseIterable {
    /// (type, representation, owns) → index
    case add
    /// (type, index) → representation. The handle must own the resource.
    case takeOwned = "take-owned"
    /// (type, index) → representation. The handle is lent until `unlend`.
    case lend
    /// () → the height of the stack of handles that are lent
    case lentHeight = "lent-height"
    /// (height) → (): returns those above that height
    case unlend
    /// (type, index) → representation
    case representation
    /// (type, index) → (representation, owns)
    case remove

    var type: FunctionType {
      switch self {
      case .add: FunctionType(parameters: [.i32, .i32, .i32], results: [.i32])
      case .takeOwned, .lend, .representation:
        FunctionType(parameters: [.i32, .i32], results: [.i32])
      case .lentHeight: FunctionType(parameters: [], results: [.i32])
      case .unlend: FunctionType(parameters: [.i32], results: [])
      case .remove: FunctionType(parameters: [.i32, .i32], results: [.i32, .i32])
      }
    }
  }

  static let borrowCountName = "borrows"
  /// Spec: CanonicalABI.md, Table State, `MAX_LENGTH`.
  static let mostHandles: Int32 = (1 << 28) - 1

  static func module() -> AdapterModule {
    let table = HandleTableWriter()
    table.write()
    return table.module
  }
}

private final class HandleTableWriter {
  let module = AdapterModule(traps: [
    .unknownHandle, .handleType, .handleLent, .handleBorrowed, .handlesExhausted,
  ])
  private let entries: Int
  private let lent: Int
  private let length: Int
  private let firstFree: Int
  private let borrows: Int
  private let height: Int

  private static let typeOffset: UInt32 = 0
  private static let representationOffset: UInt32 = 4
  private static let lentOffset: UInt32 = 8
  private static let ownsOffset: UInt32 = 12

  init() {
    entries = module.writer.memory(minimumPages: 0)
    lent = module.writer.memory(minimumPages: 0)
    // Entry 0 is never used.
    length = module.writer.global(1)
    firstFree = module.writer.global(0)
    borrows = module.writer.global(0)
    height = module.writer.global(0)
    module.writer.exportGlobal(HandleTable.borrowCountName, borrows)
  }

  func write() {
    let entry = writeEntry()
    let free = writeFree()
    export(.add, writeAdd)
    export(.takeOwned) { f in
      let address = f.local()
      find(entry, f, address)
      trapIfLent(f, address)
      load(Self.ownsOffset, f, address)
      f.op(.i32EqualsZero)
      module.trapIfTrue(.handleBorrowed, f)
      load(Self.representationOffset, f, address)
      release(free, f, address)
    }
    export(.lend) { f in writeLend(entry, f) }
    export(.lentHeight) { f in f.getGlobal(height) }
    export(.unlend, writeUnlend)
    export(.representation) { f in
      let address = f.local()
      find(entry, f, address)
      load(Self.representationOffset, f, address)
    }
    export(.remove) { f in
      let address = f.local()
      find(entry, f, address)
      trapIfLent(f, address)
      load(Self.representationOffset, f, address)
      load(Self.ownsOffset, f, address)
      load(Self.ownsOffset, f, address)
      f.op(.i32EqualsZero)
      f.ifTrue { change(borrows, by: -1, f) }
      release(free, f, address)
    }
  }

  private func export(_ function: HandleTable.Function, _ body: (FunctionWriter) -> Void) {
    let index = module.function(
      function.type.parameters, function.type.results, name: "handle-" + function.rawValue, body)
    module.writer.exportFunction(function.rawValue, index)
  }

  // MARK: Entries

  /// (type, index) → address of the entry. Traps unless the handle exists and has that type.
  private func writeEntry() -> Int {
    module.function([.i32, .i32], [.i32], name: "handle-entry") { f in
      let (type, index) = (f.parameters[0], f.parameters[1])
      let found = f.local()
      f.get(index)
      f.getGlobal(length)
      f.op(.i32GreaterOrEqual)
      module.trapIfTrue(.unknownHandle, f)
      f.get(index)
      f.op(.i32EqualsZero)
      module.trapIfTrue(.unknownHandle, f)
      f.get(index)
      f.i32(4)
      f.op(.i32ShiftLeft)
      f.set(index)
      load(Self.typeOffset, f, index)
      f.tee(found)
      f.op(.i32EqualsZero)
      module.trapIfTrue(.unknownHandle, f)
      f.get(found)
      f.get(type)
      f.op(.i32NotEqual)
      module.trapIfTrue(.handleType, f)
      f.get(index)
    }
  }

  private func find(_ entry: Int, _ f: FunctionWriter, _ address: Local) {
    f.get(f.parameters[0])
    f.get(f.parameters[1])
    f.call(entry)
    f.set(address)
  }

  /// (address) → (): frees an entry. The entry that was freed last is used first.
  private func writeFree() -> Int {
    module.function([.i32], [], name: "handle-free") { f in
      let address = f.parameters[0]
      store(Self.typeOffset, f, address) { f.i32(0) }
      store(Self.representationOffset, f, address) { f.getGlobal(firstFree) }
      f.get(address)
      f.i32(4)
      f.op(.i32ShiftRight)
      f.setGlobal(firstFree)
    }
  }

  private func release(_ free: Int, _ f: FunctionWriter, _ address: Local) {
    f.get(address)
    f.call(free)
  }

  private func writeAdd(_ f: FunctionWriter) {
    let (index, address) = (f.local(), f.local())
    f.getGlobal(firstFree)
    f.tee(index)
    f.ifTrue {
      f.get(index)
      f.i32(4)
      f.op(.i32ShiftLeft)
      f.tee(address)
      f.access(.i32Load, memory: entries, offset: Self.representationOffset)
      f.setGlobal(firstFree)
    } else: {
      f.getGlobal(length)
      f.tee(index)
      f.i32(HandleTable.mostHandles)
      f.op(.i32Greater)
      module.trapIfTrue(.handlesExhausted, f)
      f.get(index)
      f.i32(4)
      f.op(.i32ShiftLeft)
      f.set(address)
      grow(entries, toHold: address, bytes: 16, f)
      change(length, by: 1, f)
    }
    store(Self.typeOffset, f, address) { f.get(f.parameters[0]) }
    store(Self.representationOffset, f, address) { f.get(f.parameters[1]) }
    store(Self.lentOffset, f, address) { f.i32(0) }
    store(Self.ownsOffset, f, address) { f.get(f.parameters[2]) }
    f.get(f.parameters[2])
    f.op(.i32EqualsZero)
    f.ifTrue { change(borrows, by: 1, f) }
    f.get(index)
  }

  /// Grows a memory by a page if bytes at an address lie outside. `bytes` divides the size of a page.
  private func grow(_ memory: Int, toHold address: Local, bytes: UInt32, _ f: FunctionWriter) {
    f.get(address)
    f.i32(16)
    f.op(.i32ShiftRight)
    f.memorySize(memory)
    f.op(.i32GreaterOrEqual)
    f.ifTrue {
      f.i32(1)
      f.memoryGrow(memory)
      f.i32(-1)
      f.op(.i32Equal)
      module.trapIfTrue(.handlesExhausted, f)
    }
  }

  // MARK: Loans

  private func writeLend(_ entry: Int, _ f: FunctionWriter) {
    let (address, top) = (f.local(), f.local())
    find(entry, f, address)
    store(Self.lentOffset, f, address) {
      load(Self.lentOffset, f, address)
      f.i32(1)
      f.op(.i32Add)
    }
    f.getGlobal(height)
    f.i32(2)
    f.op(.i32ShiftLeft)
    f.set(top)
    f.getGlobal(height)
    f.i32(HandleTable.mostHandles)
    f.op(.i32Greater)
    module.trapIfTrue(.handlesExhausted, f)
    grow(lent, toHold: top, bytes: 4, f)
    f.get(top)
    f.get(address)
    f.access(.i32Store, memory: lent)
    change(height, by: 1, f)
    load(Self.representationOffset, f, address)
  }

  private func writeUnlend(_ f: FunctionWriter) {
    let address = f.local()
    f.block { done in
      f.loop { next in
        f.getGlobal(height)
        f.get(f.parameters[0])
        f.op(.i32LessOrEqual)
        f.branchIf(done)
        change(height, by: -1, f)
        f.getGlobal(height)
        f.i32(2)
        f.op(.i32ShiftLeft)
        f.access(.i32Load, memory: lent)
        f.set(address)
        store(Self.lentOffset, f, address) {
          load(Self.lentOffset, f, address)
          f.i32(1)
          f.op(.i32Subtract)
        }
        f.branch(next)
      }
    }
  }

  private func trapIfLent(_ f: FunctionWriter, _ address: Local) {
    load(Self.lentOffset, f, address)
    module.trapIfTrue(.handleLent, f)
  }

  // MARK: Access

  private func load(_ offset: UInt32, _ f: FunctionWriter, _ address: Local) {
    f.get(address)
    f.access(.i32Load, memory: entries, offset: offset)
  }

  private func store(
    _ offset: UInt32, _ f: FunctionWriter, _ address: Local, _ value: () -> Void
  ) {
    f.get(address)
    value()
    f.access(.i32Store, memory: entries, offset: offset)
  }

  private func change(_ global: Int, by difference: Int32, _ f: FunctionWriter) {
    f.getGlobal(global)
    f.i32(difference)
    f.op(.i32Add)
    f.setGlobal(global)
  }
}
