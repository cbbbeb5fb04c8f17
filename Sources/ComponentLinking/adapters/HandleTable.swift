// Writes the module with the handles of all instances of components. Spec: CanonicalABI.md, Table State, Resource
// State.
//
// Memory 0 begins with the heads of all tables, 128 bytes each. An instance of a component names its table by the
// address of the head. A head has:
//   0  how many entries were ever used; their indices begin at 1
//   4  the index of the first free entry; 0: there is none
//   8  how many of the handles borrow their resource
//   4n for n from 3 to 27, once it is needed: the address of segment n, less 16 times the index of its first entry
// Segment 3 holds the indices below 16, and segment n those with n + 1 binary digits. Segments follow the heads in the
// order in which they were needed. So an entry never moves. A table has 16 entries, or at most twice as many as it
// needed at once. All tables together have less than 2^28 entries, as the memory has 4 GiB.
//
// An entry is a handle of 16 bytes:
//   0  the number of its resource type; 0: the entry is free
//   4  the representation of the resource; of a free entry: the index of the next free one, 0 for none
//   8  how many calls borrow it now
//   12 1: the handle owns the resource; 0: it borrows it
// Memory 1 is a stack with the addresses of the handles that are lent to the calls in progress.
//
// Guest code reaches neither memory: only adapters import from this module, and each passes the table of its own
// instance, which is a constant in its code.

import WasmEncoding
import WasmModule
import WasmProgram

enum HandleTable {
  enum Function: String, CaseIterable {
    /// (table, type, representation, owns) → index
    case add
    /// (table, type, index) → representation. The handle must own the resource.
    case takeOwned = "take-owned"
    /// (table, type, index) → representation. The handle is lent until `unlend`.
    case lend
    /// () → the height of the stack of handles that are lent
    case lentHeight = "lent-height"
    /// (height) → (): returns those above that height
    case unlend
    /// (table, type, index) → representation
    case representation
    /// (table, type, index) → (representation, owns)
    case remove
    /// (table) → how many handles borrow their resource
    case borrows

    var type: FunctionType {
      switch self {
      case .add: FunctionType(parameters: [.i32, .i32, .i32, .i32], results: [.i32])
      case .takeOwned, .lend, .representation:
        FunctionType(parameters: [.i32, .i32, .i32], results: [.i32])
      case .lentHeight: FunctionType(parameters: [], results: [.i32])
      case .unlend: FunctionType(parameters: [.i32], results: [])
      case .remove: FunctionType(parameters: [.i32, .i32, .i32], results: [.i32, .i32])
      case .borrows: FunctionType(parameters: [.i32], results: [.i32])
      }
    }
  }

  /// Spec: CanonicalABI.md, Table State, `MAX_LENGTH`.
  static let mostHandles: Int32 = (1 << 28) - 1
  private static let headBytes = 128

  /// The number that names a table in calls of the functions.
  static func address(ofTable position: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: position * headBytes)
  }

  static func module(tables count: Int) -> AdapterModule {
    let table = HandleTableWriter(headBytes: count * headBytes)
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
  /// Where the next segment begins.
  private let end: Int
  private let height: Int

  private enum Head {
    static let used: UInt32 = 0
    static let firstFree: UInt32 = 4
    static let borrows: UInt32 = 8
  }

  private enum Entry {
    static let type: UInt32 = 0
    static let representation: UInt32 = 4
    static let lent: UInt32 = 8
    static let owns: UInt32 = 12
  }

  init(headBytes: Int) {
    entries = module.writer.memory(minimumPages: UInt64((headBytes + 0xffff) >> 16))
    lent = module.writer.memory(minimumPages: 0)
    end = module.writer.global(Int32(truncatingIfNeeded: headBytes))
    height = module.writer.global(0)
  }

  func write() {
    let locate = writeLocate()
    let entry = writeEntry(locate)
    let free = writeFree()
    let useNew = writeUseNew(locate, writeAddSegment(), free)
    export(.add) { f in writeAdd(locate, useNew, f) }
    export(.takeOwned) { f in
      let address = find(entry, f)
      trapIfLent(f, address)
      load(Entry.owns, f, address)
      f.op(.i32EqualsZero)
      module.trapIfTrue(.handleBorrowed, f)
      load(Entry.representation, f, address)
      release(free, f, address)
    }
    export(.lend) { f in writeLend(entry, f) }
    export(.lentHeight) { f in f.getGlobal(height) }
    export(.unlend, writeUnlend)
    export(.representation) { f in load(Entry.representation, f, find(entry, f)) }
    export(.remove) { f in
      let address = find(entry, f)
      trapIfLent(f, address)
      load(Entry.representation, f, address)
      load(Entry.owns, f, address)
      load(Entry.owns, f, address)
      f.op(.i32EqualsZero)
      f.ifTrue { change(Head.borrows, of: f.parameters[0], by: -1, f) }
      release(free, f, address)
    }
    export(.borrows) { f in load(Head.borrows, f, f.parameters[0]) }
  }

  private func export(_ function: HandleTable.Function, _ body: (FunctionWriter) -> Void) {
    let index = module.function(
      function.type.parameters, function.type.results, name: "handle-" + function.rawValue, body)
    module.writer.exportFunction(function.rawValue, index)
  }

  // MARK: Entries

  /// (table, index) → the address in the head that says where the segment of the index is.
  private func segment(_ table: Local, _ index: Local, _ f: FunctionWriter) {
    f.get(table)
    f.get(index)
    f.i32(15)
    f.op(.i32Or)
    f.op(.i32CountLeadingZeros)
    f.i32(31)
    f.op(.i32Xor)
    f.i32(2)
    f.op(.i32ShiftLeft)
    f.op(.i32Add)
  }

  /// (table, index) → address of the entry. Its segment must exist.
  private func writeLocate() -> Int {
    module.function([.i32, .i32], [.i32], name: "handle-address") { f in
      let (table, index) = (f.parameters[0], f.parameters[1])
      segment(table, index, f)
      f.access(.i32Load, memory: entries)
      f.get(index)
      f.i32(4)
      f.op(.i32ShiftLeft)
      f.op(.i32Add)
    }
  }

  /// (table, type, index) → address of the entry. Traps unless the handle exists and has that type.
  private func writeEntry(_ locate: Int) -> Int {
    module.function([.i32, .i32, .i32], [.i32], name: "handle-entry") { f in
      let (table, type, index) = (f.parameters[0], f.parameters[1], f.parameters[2])
      let (address, found) = (f.local(), f.local())
      f.get(index)
      f.i32(1)
      f.op(.i32Subtract)
      load(Head.used, f, table)
      f.op(.i32GreaterOrEqual)
      module.trapIfTrue(.unknownHandle, f)
      f.get(table)
      f.get(index)
      f.call(locate)
      f.set(address)
      load(Entry.type, f, address)
      f.tee(found)
      f.op(.i32EqualsZero)
      module.trapIfTrue(.unknownHandle, f)
      f.get(found)
      f.get(type)
      f.op(.i32NotEqual)
      module.trapIfTrue(.handleType, f)
      f.get(address)
    }
  }

  /// The address of the entry that the parameters table, type and index name.
  private func find(_ entry: Int, _ f: FunctionWriter) -> Local {
    let address = f.local()
    for parameter in f.parameters { f.get(parameter) }
    f.call(entry)
    f.set(address)
    return address
  }

  /// (table, index, address) → (): frees an entry. The entry that was freed last is used first.
  private func writeFree() -> Int {
    module.function([.i32, .i32, .i32], [], name: "handle-free") { f in
      let (table, index, address) = (f.parameters[0], f.parameters[1], f.parameters[2])
      store(Entry.type, f, address) { f.i32(0) }
      store(Entry.representation, f, address) { load(Head.firstFree, f, table) }
      store(Head.firstFree, f, table) { f.get(index) }
    }
  }

  private func release(_ free: Int, _ f: FunctionWriter, _ address: Local) {
    f.get(f.parameters[0])
    f.get(f.parameters[2])
    f.get(address)
    f.call(free)
  }

  private func writeAdd(_ locate: Int, _ useNew: Int, _ f: FunctionWriter) {
    let (table, type, representation) = (f.parameters[0], f.parameters[1], f.parameters[2])
    let owns = f.parameters[3]
    let (index, address) = (f.local(), f.local())
    load(Head.firstFree, f, table)
    f.op(.i32EqualsZero)
    f.ifTrue {
      f.get(table)
      f.call(useNew)
    }
    load(Head.firstFree, f, table)
    f.set(index)
    f.get(table)
    f.get(index)
    f.call(locate)
    f.set(address)
    store(Head.firstFree, f, table) { load(Entry.representation, f, address) }
    store(Entry.type, f, address) { f.get(type) }
    store(Entry.representation, f, address) { f.get(representation) }
    store(Entry.lent, f, address) { f.i32(0) }
    store(Entry.owns, f, address) { f.get(owns) }
    f.get(owns)
    f.op(.i32EqualsZero)
    f.ifTrue { change(Head.borrows, of: table, by: 1, f) }
    f.get(index)
  }

  /// (table) → (): makes the next entry that was never used a free one.
  private func writeUseNew(_ locate: Int, _ addSegment: Int, _ free: Int) -> Int {
    module.function([.i32], [], name: "handle-new") { f in
      let (table, index) = (f.parameters[0], f.local())
      load(Head.used, f, table)
      f.i32(1)
      f.op(.i32Add)
      f.tee(index)
      f.i32(HandleTable.mostHandles)
      f.op(.i32Greater)
      module.trapIfTrue(.handlesExhausted, f)
      f.get(table)
      f.get(index)
      f.call(addSegment)
      store(Head.used, f, table) { f.get(index) }
      f.get(table)
      f.get(index)
      f.get(table)
      f.get(index)
      f.call(locate)
      f.call(free)
    }
  }

  // MARK: Memory

  /// (table, index) → (): adds a segment if the index is the first that is used in it: 1, or a power of two from 16 on.
  /// The segment of index 1 holds 16 entries. Any other holds as many as its first index says.
  private func writeAddSegment() -> Int {
    module.function([.i32, .i32], [], name: "handle-segment") { f in
      let (table, index) = (f.parameters[0], f.parameters[1])
      let (first, bytes, newEnd) = (f.local(), f.local(), f.local(.i64))
      f.block { done in
        f.get(index)
        f.i32(1)
        f.op(.i32NotEqual)
        f.ifTrue {
          f.get(index)
          f.i32(16)
          f.op(.i32Less)
          f.branchIf(done)
          f.get(index)
          f.get(index)
          f.i32(1)
          f.op(.i32Subtract)
          f.op(.i32And)
          f.branchIf(done)
          f.get(index)
          f.i32(4)
          f.op(.i32ShiftLeft)
          f.set(first)
        }
        f.get(first)
        f.i32(256)
        f.get(first)
        f.op(.select)
        f.set(bytes)
        growEntries(by: bytes, f, newEnd)
        segment(table, index, f)
        f.getGlobal(end)
        f.get(first)
        f.op(.i32Subtract)
        f.access(.i32Store, memory: entries)
        f.get(newEnd)
        f.op(.i32WrapI64)
        f.setGlobal(end)
      }
    }
  }

  /// The end of all segments is a 32-bit number, so the last byte of the memory is never used.
  private func growEntries(by bytes: Local, _ f: FunctionWriter, _ newEnd: Local) {
    f.getGlobal(end)
    f.op(.i64ExtendI32)
    f.get(bytes)
    f.op(.i64ExtendI32)
    f.op(.i64Add)
    f.tee(newEnd)
    f.i64(0xffff_ffff)
    f.op(.i64Greater)
    module.trapIfTrue(.handlesExhausted, f)
    f.growMemory(entries, toHold: newEnd) { module.trap(.handlesExhausted, f) }
  }

  // MARK: Loans

  private func writeLend(_ entry: Int, _ f: FunctionWriter) {
    let (address, newEnd) = (find(entry, f), f.local(.i64))
    store(Entry.lent, f, address) {
      load(Entry.lent, f, address)
      f.i32(1)
      f.op(.i32Add)
    }
    f.getGlobal(height)
    f.i32(HandleTable.mostHandles)
    f.op(.i32Greater)
    module.trapIfTrue(.handlesExhausted, f)
    f.getGlobal(height)
    f.i32(1)
    f.op(.i32Add)
    f.i32(2)
    f.op(.i32ShiftLeft)
    f.op(.i64ExtendI32)
    f.set(newEnd)
    f.growMemory(lent, toHold: newEnd) { module.trap(.handlesExhausted, f) }
    f.getGlobal(height)
    f.i32(2)
    f.op(.i32ShiftLeft)
    f.get(address)
    f.access(.i32Store, memory: lent)
    changeHeight(by: 1, f)
    load(Entry.representation, f, address)
  }

  private func writeUnlend(_ f: FunctionWriter) {
    let address = f.local()
    f.block { done in
      f.loop { next in
        f.getGlobal(height)
        f.get(f.parameters[0])
        f.op(.i32LessOrEqual)
        f.branchIf(done)
        changeHeight(by: -1, f)
        f.getGlobal(height)
        f.i32(2)
        f.op(.i32ShiftLeft)
        f.access(.i32Load, memory: lent)
        f.set(address)
        store(Entry.lent, f, address) {
          load(Entry.lent, f, address)
          f.i32(1)
          f.op(.i32Subtract)
        }
        f.branch(next)
      }
    }
  }

  private func trapIfLent(_ f: FunctionWriter, _ address: Local) {
    load(Entry.lent, f, address)
    module.trapIfTrue(.handleLent, f)
  }

  private func changeHeight(by difference: Int32, _ f: FunctionWriter) {
    f.getGlobal(height)
    f.i32(difference)
    f.op(.i32Add)
    f.setGlobal(height)
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

  private func change(
    _ offset: UInt32, of address: Local, by difference: Int32, _ f: FunctionWriter
  ) {
    store(offset, f, address) {
      load(offset, f, address)
      f.i32(difference)
      f.op(.i32Add)
    }
  }
}
