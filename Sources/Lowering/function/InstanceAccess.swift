// The addresses of all parts of the program's state, as LLVM values. An item that an instance imports from another one
// lies at a constant distance, like its own. The address of an item that a host provides is in a slot of the instance.
import LLVMKit
import WasmModule
import WasmProgram

extension FunctionLowering {
  func instanceField(_ offset: UInt64, _ name: LLVMName = "") -> LLVMValue {
    builder.field(instance, at: offset, name)
  }

  /// A field of an instance of this program.
  private func field(_ offset: UInt64, of instance: InstanceIndex, _ name: LLVMName = "")
    -> LLVMValue
  {
    builder.field(state, at: context.program.layout.instances[instance.int].start + offset, name)
  }

  private func layout(_ instance: InstanceIndex) -> (InstanceLayout, Module) {
    let found = context.program.instances[instance.int]
    return (found.layout, found.module)
  }

  /// Loads a value that does not change once the instance is linked.
  func loadInvariant(_ type: LLVMType, _ pointer: LLVMValue, _ name: LLVMName) -> LLVMValue {
    let load = builder.load(type, pointer, alignment: type == types.i32 ? 4 : 8, name)
    load.setMetadata(metadata.invariantLoad, metadata.empty)
    return load
  }

  /// The swasm_memory. Computed once, at the function's entry.
  mutating func memoryStruct(_ memory: MemoryIndex) -> LLVMValue {
    if let known = memoryStructs[memory.int] { return known }
    let origin = context.origin(memory)
    let (layout, module) = layout(origin.instance)
    let pointer: LLVMValue
    entryBuilder.position(atStart: entry)
    if module.memories.isImported(origin.index) {
      let slot = entryBuilder.field(
        state, at: layout.start + layout.memoryPointers + 8 * UInt64(origin.index.raw))
      pointer = entryBuilder.load(types.pointer, slot, alignment: 8, "memory")
      pointer.setMetadata(metadata.invariantLoad, metadata.empty)
    } else {
      let position = UInt64(module.memories.definedPosition(of: origin.index))
      pointer = entryBuilder.field(
        state, at: layout.start + layout.memories + position * ABI.memoryStride, "memory")
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
    let origin = context.origin(table)
    let (layout, module) = layout(origin.instance)
    if module.tables.isImported(origin.index) {
      let slot = field(layout.tablePointers + 8 * UInt64(origin.index.raw), of: origin.instance)
      return loadInvariant(types.pointer, slot, "table")
    }
    let position = UInt64(module.tables.definedPosition(of: origin.index))
    return field(layout.tables + position * ABI.tableStride, of: origin.instance, "table")
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
    let origin = context.origin(global)
    let (layout, module) = layout(origin.instance)
    if module.globals.isImported(origin.index) {
      let slot = field(layout.globalPointers + 8 * UInt64(origin.index.raw), of: origin.instance)
      return loadInvariant(types.pointer, slot, "global")
    }
    let position = module.globals.definedPosition(of: origin.index)
    return field(layout.globals + ValueSlots.bytes(position), of: origin.instance, "global")
  }

  /// The reference to a function: its swasm_funcref.
  func functionReference(_ function: FunctionIndex) -> LLVMValue {
    let origin = context.origin(function)
    let owner = context.program.instances[origin.instance.int]
    if let position = owner.referenced.position(of: origin.index) {
      return field(
        owner.layout.funcrefs + UInt64(position) * ABI.funcrefStride, of: origin.instance,
        "funcref")
    }
    guard let position = owner.referenced.pointerPosition(of: origin.index) else {
      preconditionFailure("no reference to function \(function) was declared")
    }
    let slot = field(
      owner.layout.functionPointers + ABI.pointerStride * UInt64(position), of: origin.instance)
    return loadInvariant(types.pointer, slot, "funcref")
  }

  /// The identity of a tag, which its exceptions carry: the address of a slot in the instance that defines it.
  func tagIdentity(_ tag: TagIndex) -> LLVMValue {
    let origin = context.origin(tag)
    let (layout, module) = layout(origin.instance)
    let slot = field(
      layout.tagIDs + ABI.pointerStride * UInt64(origin.index.raw), of: origin.instance)
    // In a library the slot's address would be right, too. But it is computed from the state's address, and the
    // isolation check would not recognise it as a tag.
    if module.tags.isImported(origin.index) || !context.product.isClosed {
      return loadInvariant(types.pointer, slot, "tag.identity")
    }
    return slot
  }

  /// The id that a swasm_funcref of this type has.
  func typeID(_ type: TypeIndex) -> LLVMValue {
    let position = UInt64(context.typePosition(type))
    if context.product.isClosed { return types.i32.constant(position) }
    let field = builder.field(state, at: context.program.layout.typeIDs + 4 * position)
    return loadInvariant(types.i32, field, "type.id")
  }

  /// The slots of the called program, for arguments and results that do not fit registers.
  func slots(of callee: LLVMValue) -> ValueSlots {
    context.program.slots(of: callee, builder, metadata: metadata)
  }
}
