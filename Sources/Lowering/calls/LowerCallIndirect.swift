// call_indirect and return_call_indirect. Spec: Execution, Control Instructions.
//
// In general a call loads the table's length, the reference, its type and its code. For a constant table
// (ConstantTable) it loads the code from a constant array for its type, or from one for all types if its own would be
// long. If only one element has the type, it compares the index with that element's. If a check fails, a cold block
// finds out which trap it is.
import LLVMKit
import WasmModule

extension FunctionLowering {
  /// Stack: [arguments, index] → [results]. Traps: undefined element beyond the table's end,
  /// uninitialized element for null, indirect call type mismatch.
  mutating func lowerCallIndirect(_ instruction: Instruction, isTail: Bool = false) {
    let index = popTableIndex(instruction.tableIndex2)
    let type = instruction.typeIndex
    let promoted = promotedTargets(type)
    if let contents = context.tables[instruction.tableIndex2.int],
      // The code after a call that only traps is not lowered and has no counters. That must hold both when counts are
      // taken and when they are used.
      !isCounting || contents.targets(type, context).functions.isEmpty
    {
      passTargets()
      return lowerCall(of: index, in: contents, type, promoted, isTail: isTail)
    }
    let pointer = elementPointer(instruction.tableIndex2, index, .undefinedElement)
    let reference = builder.load(types.pointer, pointer, alignment: 8, "reference")
    reference.setMetadata(metadata.tbaa, metadata.tableElement)
    let choices = promoted.map { target in
      CallChoice(function: target.function, weights: target.weights) { lowering in
        let wanted = lowering.functionReference(target.function)
        return lowering.builder.compare(.equal, reference, wanted, "expected")
      }
    }
    emitCall(choices, context.signature(type), isTail: isTail) { lowering in
      lowering.check(reference, is: type)
      lowering.countTarget(reference)
      return lowering.target(of: reference)
    }
  }

  private mutating func check(_ reference: LLVMValue, is type: TypeIndex) {
    trap(if: builder.isNull(reference, "null"), .uninitializedElement)
    let id = builder.load(
      types.i32, builder.field(reference, at: ABI.funcrefTypeID), alignment: 4, "type")
    id.setMetadata(metadata.tbaa, metadata.functionReference)
    trap(if: builder.compare(.notEqual, id, typeID(type), "mismatch"), .indirectCallType)
  }

  /// A function that a profile names as a frequent target of this call.
  private struct PromotedTarget {
    let function: FunctionIndex
    let weights: LLVMMetadata?
  }

  /// The targets that are worth a comparison: at most three, each reached by at least a third of the remaining calls
  /// and a twentieth of all.
  private mutating func promotedTargets(_ type: TypeIndex) -> [PromotedTarget] {
    let (targets, total) = takeTargets()
    let module = context.module
    var left = total
    var promoted: [PromotedTarget] = []
    for (number, count) in targets.prefix(3) {
      guard count >= left / 3, count >= total / 20, number < UInt64(module.functions.count) else {
        break
      }
      let function = FunctionIndex(UInt32(truncatingIfNeeded: number))
      let actual = module.types[module.functions[function].type].canonical
      guard actual == module.types[type].canonical,
        context.referenced.position(of: function) != nil
      else { break }
      left -= count
      let weights = context.branchWeights([count, left])
      promoted.append(PromotedTarget(function: function, weights: weights))
    }
    return promoted
  }

  private mutating func lowerCall(
    of index: LLVMValue, in contents: TableContents, _ type: TypeIndex,
    _ promoted: [PromotedTarget], isTail: Bool
  ) {
    let targets = contents.targets(type, context)
    guard let first = targets.functions.first else {
      emitTrap(ofMissing: index, in: contents, targets)
      return becomeUnreachable()
    }
    let choices = promoted.compactMap { target -> CallChoice? in
      let places = targets.indices.filter { contents.table.entries[$0] == target.function }
      guard places.count == 1, targets.functions.count > 1 else { return nil }
      return CallChoice(function: target.function, weights: target.weights) { lowering in
        let place = lowering.types.i64.constant(UInt64(places[0]))
        return lowering.builder.compare(.equal, index, place, "expected")
      }
    }
    emitCall(choices, context.signature(type), isTail: isTail) { lowering in
      lowering.markLocation()
      let missing = lowering.builder.createBlock("missing")
      lowering.deferBlock(missing)
      let code = lowering.check(index, in: contents, type, targets, missing: missing)
      let resume = lowering.builder.block
      lowering.builder.position(atEnd: missing)
      lowering.emitTrap(ofMissing: index, in: contents, targets)
      lowering.builder.position(atEnd: resume)
      return Callee(code: code ?? lowering.context.function(first), state: lowering.state)
    }
  }

  /// Continues if the element has the type. Returns its code; nil if it can only be the first target.
  private mutating func check(
    _ index: LLVMValue, in contents: TableContents, _ type: TypeIndex, _ targets: IndirectTargets,
    missing: LLVMBlock
  ) -> LLVMValue? {
    let span = targets.span
    func constant(_ value: Int) -> LLVMValue { types.i64.constant(UInt64(value)) }
    if span.count == 1 {
      leave(
        to: missing, if: builder.compare(.notEqual, index, constant(span.lowerBound), "other"))
      return nil
    }
    guard span.count <= ConstantTable.ownArrayLength else {
      let length = contents.table.entries.count
      leave(
        to: missing,
        if: builder.compare(.unsignedGreaterOrEqual, index, constant(length), "beyond"))
      let entry = builder.offset(
        contents.sharedArray(context), builder.shiftLeft(index, constant(4)), "entry")
      let id = builder.load(types.i32, builder.field(entry, at: 8), alignment: 8, "type")
      let wanted = types.i32.constant(contents.sharedID(type, context))
      leave(to: missing, if: builder.compare(.notEqual, id, wanted, "mismatch"))
      return builder.load(types.pointer, entry, alignment: 8, "code")
    }
    let position =
      span.lowerBound == 0 ? index : builder.sub(index, constant(span.lowerBound), "position")
    leave(
      to: missing,
      if: builder.compare(.unsignedGreaterOrEqual, position, constant(span.count), "beyond"))
    let isDense = targets.indices.count == span.count
    if isDense && targets.functions.count == 1 { return nil }
    let entry = builder.offset(
      contents.array(of: type, targets, context), builder.shiftLeft(position, constant(3)), "entry")
    let code = builder.load(types.pointer, entry, alignment: 8, "code")
    if !isDense { leave(to: missing, if: builder.isNull(code, "missing")) }
    return targets.functions.count == 1 ? nil : code
  }

  /// Branches to a cold block where `condition` holds.
  private mutating func leave(to cold: LLVMBlock, if condition: LLVMValue) {
    let going = builder.createBlock("ok")
    builder.branch(if: condition, then: cold, else: going)
      .setMetadata(metadata.branchWeights, metadata.unlikely)
    function.appendBlock(going)
    builder.position(atEnd: going)
  }

  /// Traps for an element that does not have the type.
  private mutating func emitTrap(
    ofMissing index: LLVMValue, in contents: TableContents, _ targets: IndirectTargets
  ) {
    let entries = contents.table.entries
    let nullCount = contents.nullCount
    let otherCount = entries.count - nullCount - targets.indices.count
    guard nullCount + otherCount > 0 else { return emitTrap(.undefinedElement) }
    let length = types.i64.constant(UInt64(entries.count))
    trap(if: builder.compare(.unsignedGreaterOrEqual, index, length, "beyond"), .undefinedElement)
    if otherCount == 0 { return emitTrap(.uninitializedElement) }
    if nullCount > 0 {
      let isNull = builder.load(
        types.i8, builder.offset(contents.nulls(context), index), alignment: 1, "null")
      let condition = builder.compare(.notEqual, isNull, types.i8.constant(0))
      trap(if: condition, .uninitializedElement)
    }
    emitTrap(.indirectCallType)
  }
}

/// A constant table and the constants that were made of it, in one LLVM module. Only their contents count, so a linker
/// may fold the constants that several modules made.
final class TableContents {
  let table: ConstantTable
  let nullCount: Int
  private var targets: [TypeIndex: IndirectTargets] = [:]
  private var arrays: [TypeIndex: LLVMValue] = [:]
  private var shared: LLVMValue?
  private var nullMap: LLVMValue?

  init(_ table: ConstantTable) {
    self.table = table
    nullCount = table.entries.count { $0 == nil }
  }

  func targets(_ type: TypeIndex, _ context: InstanceLowering) -> IndirectTargets {
    let canonical = context.module.types[type].canonical
    if let known = targets[canonical] { return known }
    let made = IndirectTargets(table, type: canonical, module: context.module)
    targets[canonical] = made
    return made
  }

  /// The code of the entries in the type's span; null for entries of other types.
  func array(of type: TypeIndex, _ targets: IndirectTargets, _ context: InstanceLowering)
    -> LLVMValue
  {
    let canonical = context.module.types[type].canonical
    if let known = arrays[canonical] { return known }
    var code = [LLVMValue](repeating: context.types.pointer.null, count: targets.span.count)
    for index in targets.indices {
      guard let function = table.entries[index] else { continue }
      code[index - targets.span.lowerBound] = context.function(function)
    }
    let array = context.constantGlobal(
      "targets", context.types.pointer.constantArray(code), alignment: 8)
    array.setUnnamedAddress()
    arrays[canonical] = array
    return array
  }

  /// The code and the type of every entry, 16 bytes each.
  func sharedArray(_ context: InstanceLowering) -> LLVMValue {
    if let shared { return shared }
    let types = context.types
    let entries = table.entries.map { entry in
      guard let entry else { return types.constantStruct([types.pointer.null, types.i64.null]) }
      let id = sharedID(context.module.functions[entry].type, context)
      return types.constantStruct([context.function(entry), types.i64.constant(id)])
    }
    let type = types.structure([types.pointer, types.i64])
    let made = context.constantGlobal("table", type.constantArray(entries), alignment: 16)
    made.setUnnamedAddress()
    shared = made
    return made
  }

  /// The number of a type in the shared array, where null has 0.
  func sharedID(_ type: TypeIndex, _ context: InstanceLowering) -> UInt64 {
    UInt64(context.module.types[type].canonical.raw) + 1
  }

  /// One byte for each entry: whether it is null.
  func nulls(_ context: InstanceLowering) -> LLVMValue {
    if let nullMap { return nullMap }
    let bytes: [UInt8] = table.entries.map { $0 == nil ? 1 : 0 }
    let value = bytes.withUnsafeBytes { context.types.constantBytes($0) }
    let made = context.constantGlobal("nulls", value, alignment: 1)
    made.setUnnamedAddress()
    nullMap = made
    return made
  }
}
