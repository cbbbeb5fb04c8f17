// The places of the parts of a program's state. Its instances come first: each has the head that swasm_abi.h lays out,
// then the parts that its module needs. The parts that all instances share follow. The same offsets go into the
// descriptors, so the runtime and generated code agree by construction.
import WasmModule
import WasmProgram

struct StateLayout {
  let instances: [InstanceLayout]
  /// The offset of the ids of the program's types, in the order of the descriptor's types. There are none if the ids
  /// are constants.
  let typeIDs: UInt64
  let typeIDCount: Int
  /// The offset of the slots for arguments and results that do not fit registers.
  let slots: UInt64
  let slotCount: Int
  let bytes: UInt64

  /// - Parameters:
  ///   - referenced: The referenced functions of each instance.
  ///   - elements: The element segments of each instance.
  ///   - slotCount: The most slots that a function of the program's types needs.
  init(
    _ program: Program, referenced: [ReferencedFunctions], elements: [ElementPlan],
    typeIDCount: Int, slotCount: Int
  ) {
    self.typeIDCount = typeIDCount
    self.slotCount = slotCount
    var end: UInt64 = 0
    var instances: [InstanceLayout] = []
    for (position, instance) in program.instances.enumerated() {
      let layout = InstanceLayout(
        instance.module, at: end, referenced: referenced[position],
        ownReferences: elements[position].ownReferenceCounts)
      instances.append(layout)
      end = (layout.start + layout.bytes + 15) / 16 * 16
    }
    self.instances = instances
    slots = end
    typeIDs = slots + ValueSlots.bytes(slotCount)
    bytes = (typeIDs + UInt64(typeIDCount) * 4 + 63) / 64 * 64
  }
}

/// Offsets of an instance's parts from the instance's beginning, in bytes.
struct InstanceLayout {
  /// The offset of the instance in the state.
  let start: UInt64
  let memoryPointers: UInt64
  let memories: UInt64
  let tablePointers: UInt64
  let tables: UInt64
  let globalPointers: UInt64
  let globals: UInt64
  let functionPointers: UInt64
  let funcrefs: UInt64
  let tagIDs: UInt64
  let elementReferences: [UInt64]
  let dropped: UInt64
  let bytes: UInt64

  /// - Parameter ownReferences: For each element segment, how many references it keeps in the instance itself.
  init(
    _ module: Module, at start: UInt64, referenced: ReferencedFunctions, ownReferences: [Int]
  ) {
    self.start = start
    var end = ABI.instanceHead
    func reserve(_ count: Int, _ stride: UInt64, alignment: UInt64) -> UInt64 {
      let start = (end + alignment - 1) / alignment * alignment
      end = start + UInt64(count) * stride
      return start
    }
    let pointer = ABI.pointerStride
    // The most used parts come first, so that their displacements are short.
    memories = reserve(module.memories.defined.count, ABI.memoryStride, alignment: 16)
    globals = reserve(module.globals.defined.count, ABI.valueStride, alignment: 16)
    tables = reserve(module.tables.defined.count, ABI.tableStride, alignment: 16)
    memoryPointers = reserve(module.memories.count, pointer, alignment: pointer)
    tablePointers = reserve(module.tables.count, pointer, alignment: pointer)
    globalPointers = reserve(module.globals.importedCount, pointer, alignment: pointer)
    functionPointers = reserve(referenced.pointerCount, pointer, alignment: pointer)
    funcrefs = reserve(referenced.indices.count, ABI.funcrefStride, alignment: 16)
    tagIDs = reserve(module.tags.count, pointer, alignment: pointer)
    elementReferences = ownReferences.map { reserve($0, pointer, alignment: pointer) }
    dropped = reserve(module.elements.count + module.data.count, 1, alignment: 1)
    bytes = end
  }
}

/// For debuggers: where the state of a program has what debug information of an instance refers to.
public struct StatePlaces: Sendable {
  /// The address of the memory with the index 0. nil for an instance without memory, and where a host provides it.
  public let memory: UInt64?
  /// The values of globals. nil where a host provides one.
  public let globals: [UInt64?]

  /// The places of each instance.
  public static func all(of program: Program, _ options: LoweringOptions) -> [StatePlaces] {
    let references = ReferencedFunctions.all(of: program, options: options)
    let layout = StateLayout(
      program, referenced: references,
      elements: program.instances.enumerated().map { position, instance in
        ElementPlan(instance.module, referenced: references[position])
      }, typeIDCount: 0, slotCount: 0)
    return program.indices.map { StatePlaces(program, $0, layout) }
  }

  private init(_ program: Program, _ instance: InstanceIndex, _ layout: StateLayout) {
    let module = program[instance].module
    memory = module.memories.indices.first.flatMap { index in
      let origin = program.origin(Item(instance, index))
      let memories = program[origin.instance].module.memories
      guard !memories.isImported(origin.index) else { return nil }
      let place = layout.instances[origin.instance.int]
      return place.start + place.memories + ABI.memoryBase
        + UInt64(memories.definedPosition(of: origin.index)) * ABI.memoryStride
    }
    globals = module.globals.indices.map { index in
      let origin = program.origin(Item(instance, index))
      let globals = program[origin.instance].module.globals
      guard !globals.isImported(origin.index) else { return nil }
      let place = layout.instances[origin.instance.int]
      return place.start + place.globals
        + ValueSlots.bytes(globals.definedPosition(of: origin.index))
    }
  }
}
