// Where things of the instance are, as LLVM values: the only code that knows the two instance modes
// from a function's point of view (the other half is FunctionSignature).
import LLVMKit
import WasmModule

extension FunctionLowering {
  func instanceField(_ offset: UInt64, _ name: LLVMName = "") -> LLVMValue {
    builder.field(instance, at: offset, name)
  }

  /// Loads what does not change once the instance is linked.
  func loadInvariant(_ type: LLVMType, _ pointer: LLVMValue, _ name: LLVMName) -> LLVMValue {
    let load = builder.load(type, pointer, alignment: type == types.i32 ? 4 : 8, name)
    load.setMetadata(metadata.invariantLoad, metadata.empty)
    return load
  }

  /// The swasm_memory. Computed once, at the function's entry.
  mutating func memoryStruct(_ memory: MemoryIndex) -> LLVMValue {
    if let known = memoryStructs[memory.int] { return known }
    let layout = context.layout
    let pointer: LLVMValue
    if context.module.isImported(memory) {
      entryBuilder.position(atStart: entry)
      let slot = entryBuilder.field(instance, at: layout.memoryPointers + 8 * UInt64(memory.raw))
      pointer = entryBuilder.load(types.pointer, slot, alignment: 8, "memory")
      pointer.setMetadata(metadata.invariantLoad, metadata.empty)
    } else {
      let position = UInt64(memory.int - context.module.importedMemoryCount)
      entryBuilder.position(atStart: entry)
      pointer = entryBuilder.field(
        instance, at: layout.memories + position * ABI.memoryStride, "memory")
    }
    memoryStructs[memory.int] = pointer
    return pointer
  }

  /// The address of a memory's first byte. It never moves, so it is loaded once, at the entry.
  mutating func memoryBase(_ memory: MemoryIndex) -> LLVMValue {
    if let known = memoryBases[memory.int] { return known }
    let pointer = memoryStruct(memory)
    positionEntryBuilder(after: pointer)
    let field = entryBuilder.field(pointer, at: ABI.memoryBase)
    let base = entryBuilder.load(types.guestPointer, field, alignment: 8, "memory.base")
    base.setMetadata(metadata.invariantLoad, metadata.empty)
    memoryBases[memory.int] = base
    return base
  }

  private func positionEntryBuilder(after value: LLVMValue) {
    if let next = value.next {
      entryBuilder.position(before: next)
    } else if value.isInstruction {
      entryBuilder.position(atEnd: entry)
    } else {
      entryBuilder.position(atStart: entry)
    }
  }

  /// The current size of a memory in bytes.
  mutating func memoryBytes(_ memory: MemoryIndex) -> LLVMValue {
    let field = builder.field(memoryStruct(memory), at: ABI.memoryBytes)
    let load = builder.load(types.i64, field, alignment: 8, "memory.bytes")
    load.setMetadata(metadata.tbaa, metadata.instance)
    return load
  }

  /// The swasm_table.
  func tableStruct(_ table: TableIndex) -> LLVMValue {
    let layout = context.layout
    if context.module.isImported(table) {
      let slot = instanceField(layout.tablePointers + 8 * UInt64(table.raw))
      return loadInvariant(types.pointer, slot, "table")
    }
    let position = UInt64(table.int - context.module.importedTableCount)
    return instanceField(layout.tables + position * ABI.tableStride, "table")
  }

  func tableLength(_ table: LLVMValue) -> LLVMValue {
    let load = builder.load(
      types.i64, builder.field(table, at: ABI.tableLength), alignment: 8, "table.length")
    load.setMetadata(metadata.tbaa, metadata.instance)
    return load
  }

  func tableElements(_ table: LLVMValue) -> LLVMValue {
    loadInvariant(types.pointer, builder.field(table, at: ABI.tableElements), "table.elements")
  }

  /// The cell of a global.
  func globalCell(_ global: GlobalIndex) -> LLVMValue {
    let layout = context.layout
    if context.module.isImported(global) {
      let slot = instanceField(layout.globalPointers + 8 * UInt64(global.raw))
      return loadInvariant(types.pointer, slot, "global")
    }
    let position = UInt64(global.int - context.module.importedGlobalCount)
    return instanceField(layout.globals + position * ABI.valueStride, "global")
  }

  /// The reference to a function: its swasm_funcref.
  func functionReference(_ function: FunctionIndex) -> LLVMValue {
    let layout = context.layout
    if let position = context.referenced.position(of: function) {
      return instanceField(layout.funcrefs + UInt64(position) * ABI.funcrefStride, "funcref")
    }
    let slot = instanceField(layout.functionPointers + 8 * UInt64(function.raw))
    return loadInvariant(types.pointer, slot, "funcref")
  }

  /// The id that a swasm_funcref of this type has.
  func typeID(_ type: TypeIndex) -> LLVMValue {
    if context.isStatic { return types.i32.constant(UInt64(context.typeTable.position(of: type))) }
    return loadInvariant(
      types.i32, instanceField(context.layout.typeIDs + 4 * UInt64(type.raw)), "type.id")
  }

  /// Where arguments and results are that do not fit registers, for the instance that is called.
  func slots(of callee: LLVMValue) -> LLVMValue {
    if context.isStatic { return instanceField(context.layout.slots) }
    return loadInvariant(types.pointer, builder.field(callee, at: ABI.instanceResults), "slots")
  }

  func store(_ value: LLVMValue, toSlot slot: UInt64, of slots: LLVMValue) {
    builder.store(value, builder.field(slots, at: slot * ABI.valueStride), alignment: 4)
      .setMetadata(metadata.tbaa, metadata.instance)
  }

  /// - Parameter slots: nil: of this function's own instance.
  func loadSlot(_ slot: UInt64, _ type: LLVMType, of slots: LLVMValue? = nil) -> LLVMValue {
    let start = slots ?? self.slots(of: instance)
    let load = builder.load(type, builder.field(start, at: slot * ABI.valueStride), alignment: 4)
    load.setMetadata(metadata.tbaa, metadata.instance)
    return load
  }
}
