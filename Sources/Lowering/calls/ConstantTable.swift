// Tables whose contents are known at compile time, and the constants that indirect calls through them need.
//
// Only the module's own instructions, and modules that get the table as an export, can change a table. A table is
// constant if no instruction writes it, if it is neither imported nor visible to others, and if segments at constant
// places fill it. Then the code that calls of one type can reach is a constant array.
import LLVMKit
import WasmModule
import WasmProgram

struct ConstantTable {
  /// The function at each index; nil for null. The length never changes.
  let entries: [FunctionIndex?]

  /// Larger tables are left to the runtime: their constants would be large too.
  static let maximumLength: UInt64 = 1 << 16

  /// The most elements that an array for one type may have. If more are needed, all types share one array.
  static let ownArrayLength = 512

  /// nil if the contents may change or are not known, or if there are too many.
  init?(_ index: TableIndex, of context: InstanceLowering) {
    let module = context.module
    let table = module.tables[index]
    guard !module.tables.isImported(index), !context.validated.isTableWritten[index.int],
      !Self.isSeen(index, by: context), table.initializer == nil
    else { return nil }
    let length = table.type.limits.minimum
    guard length <= Self.maximumLength else { return nil }
    var entries = [FunctionIndex?](repeating: nil, count: Int(length))
    for segment in module.elements {
      guard case .active(let target, let offset) = segment.mode, target == index else { continue }
      guard let start = Self.constant(offset, module),
        let items = Self.functions(segment.items, module),
        start <= length, UInt64(items.count) <= length - start
      else { return nil }
      entries.replaceSubrange(Int(start)..<Int(start) + items.count, with: items)
    }
    guard entries.allSatisfy({ $0.map(context.hasCode) ?? true }) else { return nil }
    self.entries = entries
  }

  /// Whether others can reach the table, or can call this instance's functions before the table is complete. They can
  /// call them if a segment puts functions into a table of another instance or a host: the functions stay there even if
  /// a later segment traps.
  private static func isSeen(_ index: TableIndex, by context: InstanceLowering) -> Bool {
    let module = context.module
    let program = context.program.program
    let isExported = module.exports.contains {
      if case .table(let exported) = $0.entity { exported == index } else { false }
    }
    let isLinked = program.instances.contains { instance in
      instance.tables.contains {
        guard case .instance(let item) = $0 else { return false }
        return item == Item(context.instance, index)
      }
    }
    return isLinked || isExported && !context.product.isClosed
      || module.elements.contains {
        if case .active(let table, _) = $0.mode { module.tables.isImported(table) } else { false }
      }
  }

  private static func constant(_ expression: ConstantExpression, _ module: Module) -> UInt64? {
    guard let instruction = expression.onlyInstruction(in: module) else { return nil }
    if instruction.opcode == .i32Const { return UInt64(UInt32(bitPattern: instruction.i32)) }
    return instruction.opcode == .i64Const ? instruction.value : nil
  }

  private static func functions(_ items: ElementSegment.Items, _ module: Module)
    -> [FunctionIndex?]?
  {
    switch items {
    case .functions(let functions): return functions
    case .expressions(let expressions):
      var functions: [FunctionIndex?] = []
      for expression in expressions {
        guard let instruction = expression.onlyInstruction(in: module) else { return nil }
        if instruction.opcode == .refFunc {
          functions.append(instruction.functionIndex)
        } else if instruction.opcode == .refNull {
          functions.append(nil)
        } else {
          return nil
        }
      }
      return functions
    }
  }
}

/// The functions that calls of one type can reach through a constant table.
struct IndirectTargets {
  /// The entries of the type, by ascending index.
  let indices: [Int]
  /// The functions among them, in order of their first index.
  let functions: [FunctionIndex]

  init(_ table: ConstantTable, type: TypeIndex, module: Module) {
    let canonical = module.types[type].canonical
    var indices: [Int] = []
    var functions: [FunctionIndex] = []
    var seen: Set<FunctionIndex> = []
    for (index, entry) in table.entries.enumerated() {
      guard let entry, module.types[module.functions[entry].type].canonical == canonical else {
        continue
      }
      indices.append(index)
      if seen.insert(entry).inserted { functions.append(entry) }
    }
    self.indices = indices
    self.functions = functions
  }

  /// The indices from the first to the last entry of the type.
  var span: Range<Int> {
    guard let first = indices.first, let last = indices.last else { return 0..<0 }
    return first..<last + 1
  }
}
