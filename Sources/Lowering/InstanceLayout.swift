// Where the parts of an instance are: the head that swasm_abi.h lays out, then what this module needs.
// The same offsets go into the descriptor, so the runtime and generated code agree by construction.
import WasmModule

struct InstanceLayout {
  let memoryPointers: UInt64
  let memories: UInt64
  let tablePointers: UInt64
  let tables: UInt64
  let globalPointers: UInt64
  let globals: UInt64
  let functionPointers: UInt64
  let funcrefs: UInt64
  let typeIDs: UInt64
  let tagIDs: UInt64
  let elementReferences: [UInt64]
  let dropped: UInt64
  /// Arguments and results that do not fit registers.
  let slots: UInt64
  let bytes: UInt64

  /// - Parameters:
  ///   - importedFunctions: As the descriptor counts them; none with a static instance.
  ///   - functionCount: Entries of the descriptor's `functions`.
  ///   - typeCount: As the descriptor counts them: those of values and globals too.
  ///   - slotCount: The most that a function of the module's types needs.
  ///   - ownReferences: By element segment: how many references it keeps in the instance itself.
  init(
    module: Module, importedFunctions: Int, functionCount: Int, typeCount: Int,
    ownReferences: [Int], slotCount: Int
  ) {
    var end = ABI.instanceHead
    func reserve(_ count: Int, _ stride: UInt64, alignment: UInt64) -> UInt64 {
      let start = (end + alignment - 1) / alignment * alignment
      end = start + UInt64(count) * stride
      return start
    }
    let pointer = ABI.pointerStride
    // The most used first, so that their displacements are short.
    memories = reserve(
      module.memories.count - module.importedMemoryCount, ABI.memoryStride, alignment: 16)
    globals = reserve(
      module.globals.count - module.importedGlobalCount, ABI.valueStride, alignment: 16)
    tables = reserve(
      module.tables.count - module.importedTableCount, ABI.tableStride, alignment: 16)
    memoryPointers = reserve(module.memories.count, pointer, alignment: pointer)
    tablePointers = reserve(module.tables.count, pointer, alignment: pointer)
    globalPointers = reserve(module.importedGlobalCount, pointer, alignment: pointer)
    functionPointers = reserve(importedFunctions + functionCount, pointer, alignment: pointer)
    funcrefs = reserve(functionCount, ABI.funcrefStride, alignment: 16)
    typeIDs = reserve(typeCount, 4, alignment: 4)
    tagIDs = reserve(module.tags.count, pointer, alignment: pointer)
    elementReferences = ownReferences.map { reserve($0, pointer, alignment: pointer) }
    dropped = reserve(module.elements.count + module.data.count, 1, alignment: 1)
    slots = reserve(slotCount, ABI.valueStride, alignment: 16)
    bytes = (end + 63) / 64 * 64
  }
}
