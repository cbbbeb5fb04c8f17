// What the isolation checker needs to know of the instance that code belongs to, as plain values.
//
// Every partition of a module has the same, but for the names of the functions that it holds. Nothing here comes from
// the code that is generated: it is the module's types and the layout of its instance.
import CSwasmABI
import LLVMKit
import WasmModule

/// Valid as long as the LLVM context that the module was lowered into.
public struct IsolationDescription: @unchecked Sendable {
  /// A value type: a number, a kind of reference, or a reference to functions of one type.
  public enum Value: Sendable, Equatable {
    case number, function, extern, exception
    case typed(UInt32)
  }

  public struct FunctionType {
    public let canonical: UInt32
    public let llvm: LLVMType
    public let parameters: [Value]
    /// By parameter: a position among LLVM's parameters, or -1 - its slot.
    public let places: [Int32]
    public let results: [Value]
    public let directResultCount: Int
    public let returnsSlots: Bool
    public let slotCount: Int
  }

  public enum Role: UInt32, Sendable {
    case body, initializer, thunk
  }

  public struct Function: Sendable {
    public let name: String
    public let type: UInt32
    public let role: Role
  }

  public struct Memory: Sendable {
    public let isImported: Bool
    public let isGuarded: Bool
  }

  public struct Table: Sendable {
    public let isImported: Bool
    public let element: Value
  }

  public struct Global: Sendable {
    public let isImported: Bool
    public let isMutable: Bool
    public let value: Value
  }

  public struct Element: Sendable {
    public let value: Value
    public let offset: UInt64
    public let count: UInt64
  }

  /// Offsets of the instance's parts, in bytes, and how many entries they have.
  public struct Layout: Sendable {
    public let bytes, memoryPointers, memories, tablePointers, tables, globalPointers,
      globals: UInt64
    public let functionPointers, funcrefs, typeIDs, tagIDs, dropped, slots: UInt64
    public let typeIDCount, droppedCount, slotCount: UInt64
  }

  public let isStatic: Bool
  public let callingConvention: UInt32
  public let layout: Layout
  public let types: [FunctionType]
  public let memories: [Memory]
  public let tables: [Table]
  public let globals: [Global]
  public let elements: [Element]
  public let tags: [UInt32]
  public let dataCount: Int
  /// By type id of a static instance; UInt32.max: no function type.
  public let typeOfID: [UInt32]
  public let functionPointerTypes: [UInt32]
  public let funcrefTypes: [UInt32]
  public let functions: [Function]
}

extension ModuleLowering {
  /// Asked when everything is lowered.
  func describeIsolation() -> IsolationDescription {
    let types = module.types.indices.map { isolationType(TypeIndex(UInt32($0))) }
    let imports = module.functions.prefix(referenced.importedCount).map(\.raw)
    let own = referenced.indices.map { module.functions[$0.int].raw }
    return IsolationDescription(
      isStatic: isStatic, callingConvention: convention.raw, layout: isolationLayout(),
      types: types,
      memories: module.memories.enumerated().map { position, type in
        IsolationDescription.Memory(
          isImported: module.isImported(MemoryIndex(UInt32(position))), isGuarded: isGuarded(type))
      },
      tables: module.tables.enumerated().map { position, type in
        IsolationDescription.Table(
          isImported: module.isImported(TableIndex(UInt32(position))),
          element: isolationValue(.reference(type.element)))
      },
      globals: module.globals.enumerated().map { position, type in
        IsolationDescription.Global(
          isImported: module.isImported(GlobalIndex(UInt32(position))), isMutable: type.isMutable,
          value: isolationValue(type.value))
      },
      elements: module.elements.enumerated().map { position, segment in
        IsolationDescription.Element(
          value: isolationValue(.reference(segment.type)),
          offset: layout.elementReferences[position],
          count: UInt64(elements.ownReferenceCounts[position]))
      },
      tags: module.tags.map(\.raw), dataCount: module.data.count,
      typeOfID: typeTable.rows.map { $0.function?.raw ?? .max },
      functionPointerTypes: imports + own,
      funcrefTypes: own, functions: isolationFunctions())
  }

  private func isolationValue(_ type: ValueType) -> IsolationDescription.Value {
    guard case .reference(let reference) = type else { return .number }
    switch reference.heap {
    case .function, .noFunction: return .function
    case .extern, .noExtern: return .extern
    case .exception, .noException: return .exception
    case .concrete(let index): return .typed(index.raw)
    }
  }

  private func isolationType(_ index: TypeIndex) -> IsolationDescription.FunctionType {
    let signature = signature(index)
    return IsolationDescription.FunctionType(
      canonical: module.canonicalTypes[index.int].raw, llvm: signature.llvm,
      parameters: signature.type.parameters.map(isolationValue),
      places: signature.places.map { place in
        switch place {
        case .register(let position): Int32(position)
        case .slot(let slot): -1 - Int32(slot)
        }
      },
      results: signature.type.results.map(isolationValue),
      directResultCount: signature.directResultCount, returnsSlots: signature.returnsSlots,
      slotCount: signature.slotCount)
  }

  private func isolationLayout() -> IsolationDescription.Layout {
    IsolationDescription.Layout(
      bytes: layout.bytes, memoryPointers: layout.memoryPointers, memories: layout.memories,
      tablePointers: layout.tablePointers, tables: layout.tables,
      globalPointers: layout.globalPointers, globals: layout.globals,
      functionPointers: layout.functionPointers, funcrefs: layout.funcrefs, typeIDs: layout.typeIDs,
      tagIDs: layout.tagIDs, dropped: layout.dropped, slots: layout.slots,
      typeIDCount: UInt64(typeTable.rows.count),
      droppedCount: UInt64(module.elements.count + module.data.count),
      slotCount: UInt64(signatures.map(\.slotCount).max() ?? 0))
  }

  private func isolationFunctions() -> [IsolationDescription.Function] {
    var result = declaredFunctions.map { index, name in
      IsolationDescription.Function(
        name: name, type: module.functions[index.int].raw, role: .body)
    }
    guard options.emitsDescriptor else { return result }
    result += initializerNames.map {
      IsolationDescription.Function(name: $0, type: 0, role: .initializer)
    }
    result += typeTable.rows.compactMap { row in
      row.function.map {
        IsolationDescription.Function(name: thunkName($0), type: $0.raw, role: .thunk)
      }
    }
    return result
  }
}
