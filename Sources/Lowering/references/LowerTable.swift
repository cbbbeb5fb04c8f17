// Table instructions and elem.drop. Spec: Execution, Table Instructions.
import CGuestIR
import LLVMKit
import WasmModule

extension FunctionLowering {
  /// An index or count of a table, widened to 64 bits.
  mutating func popTableIndex(_ table: TableIndex) -> LLVMValue {
    let value = pop()
    if context.module.tables[table].type.is64 { return value }
    return builder.zeroExtend(value, to: types.i64, "index")
  }

  mutating func pushTableIndex(_ value: LLVMValue, _ table: TableIndex) {
    let is64 = context.module.tables[table].type.is64
    push(is64 ? value : builder.truncate(value, to: types.i32))
  }

  /// The address of an element. Traps with `code` beyond the table's end.
  mutating func elementPointer(_ table: TableIndex, _ index: LLVMValue, _ code: TrapCode)
    -> LLVMValue
  {
    let structure = tableStruct(table)
    // A table has fewer than 2^32 elements, so a greater constant is as far beyond its end as this one.
    let beyondAll = types.i64.constant(UInt64(UInt32.max))
    let index = (index.constantBits ?? 0) > UInt64(UInt32.max) ? beyondAll : index
    let isBeyond = builder.compare(
      .unsignedGreaterOrEqual, index, tableLength(structure), "beyond")
    trap(if: isBeyond, code)
    // The mask keeps LLVM from computing 8 times an index, known only later, that wraps: then nobody could tell that the
    // address lies in the table whenever the comparison lets it pass.
    let is64 = context.module.tables[table].type.is64
    let position = is64 ? builder.and(index, beyondAll) : index
    let scaled = builder.shiftLeft(position, types.i64.constant(3))
    return builder.offset(tableElements(structure), scaled, "element")
  }

  /// Stack: [index] → [reference]. Traps: out of bounds table access.
  mutating func lowerTableGet(_ table: TableIndex) {
    let pointer = elementPointer(table, popTableIndex(table), .tableOutOfBounds)
    let load = builder.load(types.pointer, pointer, alignment: 8, "reference")
    load.setMetadata(metadata.tbaa, metadata.tableElement)
    push(load)
  }

  /// Stack: [index, reference] → []. Traps: out of bounds table access.
  mutating func lowerTableSet(_ table: TableIndex) {
    let value = pop()
    noteEscape(of: value, toTable: table)
    let pointer = elementPointer(table, popTableIndex(table), .tableOutOfBounds)
    builder.store(value, pointer, alignment: 8)
      .setMetadata(metadata.tbaa, metadata.tableElement)
  }

  mutating func lowerTableSize(_ table: TableIndex) {
    pushTableIndex(tableLength(tableStruct(table)), table)
  }

  /// Stack: [reference, delta] → [previous length, or -1].
  mutating func lowerTableGrow(_ table: TableIndex) {
    let delta = popTableIndex(table)
    let value = pop()
    noteEscape(of: value, toTable: table)
    let previous = callBuiltin(
      SWASM_IR_TABLE_GROW, [tableStruct(table), delta, value], returning: types.i64, "length")
    pushTableIndex(previous, table)
  }

  private mutating func noteEscape(of value: LLVMValue, toTable table: TableIndex) {
    noteEscape(of: value, .reference(context.module.tables[table].type.element))
  }

  private mutating func trapUnlessZero(_ status: LLVMValue) {
    trap(if: builder.compare(.notEqual, status, types.i32.constant(0)), .tableOutOfBounds)
  }

  /// Stack: [start, reference, count] → []. Traps: out of bounds table access.
  mutating func lowerTableFill(_ table: TableIndex) {
    let count = popTableIndex(table)
    let value = pop()
    noteEscape(of: value, toTable: table)
    let start = popTableIndex(table)
    trapUnlessZero(
      callBuiltin(
        SWASM_IR_TABLE_FILL, [tableStruct(table), start, value, count], returning: types.i32,
        "status"))
  }

  /// Stack: [destination, source, count] → []. Traps: out of bounds table access.
  mutating func lowerTableCopy(_ instruction: Instruction) {
    let to = instruction.tableIndex
    let from = instruction.tableIndex2
    let isWide = [to, from].allSatisfy { context.module.tables[$0].type.is64 }
    let count = isWide ? pop() : builder.zeroExtend(pop(), to: types.i64, "count")
    let source = popTableIndex(from)
    let destination = popTableIndex(to)
    trapUnlessZero(
      callBuiltin(
        SWASM_IR_TABLE_COPY, [tableStruct(to), tableStruct(from), destination, source, count],
        returning: types.i32, "status"))
  }

  /// Stack: [destination, source, count] → []. Traps: out of bounds table access.
  mutating func lowerTableInit(_ instruction: Instruction) {
    let count = builder.zeroExtend(pop(), to: types.i64, "count")
    let source = builder.zeroExtend(pop(), to: types.i64, "source")
    let destination = popTableIndex(instruction.tableIndex2)
    trapUnlessZero(
      tableInit(
        instruction.tableIndex2, element: instruction.elementIndex, destination: destination,
        source: source, count: count))
  }

  mutating func tableInit(
    _ table: TableIndex, element: ElementIndex, destination: LLVMValue, source: LLVMValue,
    count: LLVMValue
  ) -> LLVMValue {
    callBuiltin(
      SWASM_IR_TABLE_INIT,
      [
        instance, tableStruct(table), types.i32.constant(UInt64(element.raw)), destination, source,
        count,
      ], returning: types.i32, "status")
  }

  mutating func lowerElemDrop(_ element: ElementIndex) { drop(at: UInt64(element.raw)) }
}
