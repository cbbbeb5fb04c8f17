// The description of a program for the isolation checker, as plain values.
//
// Every partition of a program has the same description, except for the names of its own functions. Nothing here comes
// from the generated code: it is the modules' types and the layout of the state.
import LLVMKit
import WasmModule
import WasmProgram

/// What the isolation check must know about a program. Types are numbered as in the program.
/// Valid as long as the LLVM context that the module was lowered into.
public struct IsolationDescription: @unchecked Sendable {
  /// A value type: a number, a kind of reference, or a reference to functions of one type.
  public enum Value: Sendable, Equatable {
    case number, function, extern, exception
    /// A reference to functions of the type with this number.
    case typed(UInt32)
  }

  /// A function type, and how functions of the type take parameters and return results.
  public struct FunctionType {
    public let canonical: UInt32
    public let llvm: LLVMType
    public let parameters: [Value]
    /// For each parameter, its position among LLVM's parameters, or -1 - s for slot s.
    public let places: [Int32]
    public let results: [Value]
    /// How many bytes of its slot each parameter and each result takes.
    public let parameterBytes, resultBytes: [UInt8]
    /// The number of results that are returned directly; the others are in slots.
    public let directResultCount: Int
    /// Whether the address of the slots is returned after the direct results.
    public let returnsSlots: Bool
    public let slotCount: Int
  }

  /// What a function is: the code of a function of wasm, `initialize`, or a thunk through which C code calls.
  public enum Role: UInt32, Sendable {
    case body, initializer, thunk
  }

  /// A function that the LLVM module may have. Thunks are listed even for types that need none.
  public struct Function: Sendable {
    /// Its name in the LLVM module.
    public let name: String
    public let type: UInt32
    public let role: Role
  }

  /// A memory of an instance.
  public struct Memory: Sendable {
    public let isImported: Bool
    /// Whether the memory's reservation makes comparisons with its size unnecessary.
    public let isGuarded: Bool
  }

  /// A table of an instance.
  public struct Table: Sendable {
    public let isImported: Bool
    public let element: Value
  }

  /// A global of an instance.
  public struct Global: Sendable {
    public let isImported: Bool
    public let isMutable: Bool
    public let value: Value
  }

  /// The references of an element segment that the state holds: `count` of them, `offset` bytes from the state's
  /// beginning.
  public struct Element: Sendable {
    public let value: Value
    public let offset: UInt64
    public let count: UInt64
  }

  /// The program's state: offsets in bytes, and the numbers of entries in the parts that all instances share.
  public struct Layout: Sendable {
    public let bytes, typeIDs, slots: UInt64
    public let typeIDCount, slotCount: UInt64
  }

  /// An instance: offsets in the state, and its parts of the lists below. Each list has the entries of one instance
  /// after another.
  public struct Instance: Sendable {
    public let start, memoryPointers, memories, tablePointers, tables, globalPointers,
      globals: UInt64
    public let functionPointers, funcrefs, tagIDs, dropped: UInt64
    public let memoryRange, tableRange, globalRange, elementRange, tagRange: Range<Int>
    public let functionPointerRange, funcrefRange: Range<Int>
    public let droppedCount, dataCount: Int
  }

  /// Whether functions take the state's address as their first parameter; otherwise it is a symbol.
  public let passesState: Bool
  public let callingConvention: UInt32
  public let layout: Layout
  /// All function types, by the program's numbers. `Value.typed` has the same numbers.
  public let types: [FunctionType]
  /// For each type id, the number of the type, if the ids are the program's own; UInt32.max if it is no function type.
  public let typeOfID: [UInt32]
  public internal(set) var instances: [Instance] = []
  public internal(set) var memories: [Memory] = []
  public internal(set) var tables: [Table] = []
  public internal(set) var globals: [Global] = []
  public internal(set) var elements: [Element] = []
  public internal(set) var tags: [UInt32] = []
  public internal(set) var functionPointerTypes: [UInt32] = []
  public internal(set) var funcrefTypes: [UInt32] = []
  public internal(set) var functions: [Function] = []
  /// What the lines of the module's debug information mean; nil: they are offsets in the file. Messages about failures
  /// use it, and nothing else.
  public let lines: BodyLines?
}

extension ProgramLowering {
  /// Call this after everything is lowered.
  func describeIsolation() -> IsolationDescription {
    var result = IsolationDescription(
      passesState: options.product.passesState, callingConvention: convention.raw,
      layout: IsolationDescription.Layout(
        bytes: layout.bytes, typeIDs: layout.typeIDs, slots: layout.slots,
        typeIDCount: UInt64(layout.typeIDCount), slotCount: UInt64(layout.slotCount)),
      types: program.types.rows.indices.map(isolationType),
      typeOfID: typeTable.rows.map { $0.function?.raw ?? .max }, lines: bodyLines)
    for instance in instances { instance.describe(in: &result) }
    guard options.emitsDescriptor else { return result }
    result.functions += typeTable.rows.compactMap { row in
      row.function.map {
        IsolationDescription.Function(name: thunkName($0), type: $0.raw, role: .thunk)
      }
    }
    return result
  }

  private func isolationType(_ number: Int) -> IsolationDescription.FunctionType {
    let signature = signatures[number]
    let owner = program.types.rows[number].instance
    func value(_ type: ValueType) -> IsolationDescription.Value {
      IsolationDescription.Value(program.types.canonical(type, in: owner))
    }
    return IsolationDescription.FunctionType(
      canonical: UInt32(number), llvm: signature.llvm,
      parameters: signature.type.parameters.map(value),
      places: signature.places.map { place in
        switch place {
        case .register(let position): Int32(position)
        case .slot(let slot): -1 - Int32(slot)
        }
      },
      results: signature.type.results.map(value),
      parameterBytes: signature.type.parameters.map { UInt8(valueTypes.bytes($0)) },
      resultBytes: signature.type.results.map { UInt8(valueTypes.bytes($0)) },
      directResultCount: signature.directResultCount, returnsSlots: signature.returnsSlots,
      slotCount: signature.slotCount)
  }
}

extension IsolationDescription.Value {
  /// - Parameter type: The type, with the program's type numbers.
  init(_ type: ValueType) {
    guard case .reference(let reference) = type else {
      self = .number
      return
    }
    switch reference.heap {
    case .function, .noFunction: self = .function
    case .extern, .noExtern: self = .extern
    case .exception, .noException: self = .exception
    case .concrete(let index): self = .typed(index.raw)
    }
  }
}

extension InstanceLowering {
  /// Appends the parts of the instance, and those of its functions that the LLVM module declares.
  fileprivate func describe(in result: inout IsolationDescription) {
    func append<Part>(_ parts: [Part], to list: inout [Part]) -> Range<Int> {
      list += parts
      return list.count - parts.count..<list.count
    }
    let start = layout.start
    let pointers = (referenced.linked + referenced.indices).map(typeNumber)
    result.instances.append(
      IsolationDescription.Instance(
        start: start, memoryPointers: start + layout.memoryPointers,
        memories: start + layout.memories, tablePointers: start + layout.tablePointers,
        tables: start + layout.tables, globalPointers: start + layout.globalPointers,
        globals: start + layout.globals, functionPointers: start + layout.functionPointers,
        funcrefs: start + layout.funcrefs, tagIDs: start + layout.tagIDs,
        dropped: start + layout.dropped,
        memoryRange: append(isolationMemories, to: &result.memories),
        tableRange: append(isolationTables, to: &result.tables),
        globalRange: append(isolationGlobals, to: &result.globals),
        elementRange: append(isolationElements, to: &result.elements),
        tagRange: append(module.tags.map { number(of: $0.type).raw }, to: &result.tags),
        functionPointerRange: append(pointers, to: &result.functionPointerTypes),
        funcrefRange: append(referenced.indices.map(typeNumber), to: &result.funcrefTypes),
        droppedCount: module.elements.count + module.data.count, dataCount: module.data.count))
    result.functions += declaredFunctions.map { index, name in
      IsolationDescription.Function(name: name, type: typeNumber(index), role: .body)
    }
    guard options.emitsDescriptor else { return }
    result.functions += initializerNames.map {
      IsolationDescription.Function(name: $0, type: 0, role: .initializer)
    }
  }

  private func typeNumber(_ function: FunctionIndex) -> UInt32 {
    number(of: module.functions[function].type).raw
  }

  private func isolationValue(_ type: ValueType) -> IsolationDescription.Value {
    IsolationDescription.Value(program.program.types.canonical(type, in: instance))
  }

  private var isolationMemories: [IsolationDescription.Memory] {
    module.memories.indices.map { index in
      IsolationDescription.Memory(
        isImported: module.memories.isImported(index),
        isGuarded: isGuarded(module.memories[index].type))
    }
  }

  private var isolationTables: [IsolationDescription.Table] {
    module.tables.indices.map { index in
      IsolationDescription.Table(
        isImported: module.tables.isImported(index),
        element: isolationValue(.reference(module.tables[index].type.element)))
    }
  }

  private var isolationGlobals: [IsolationDescription.Global] {
    module.globals.indices.map { index in
      let type = module.globals[index].type
      return IsolationDescription.Global(
        isImported: module.globals.isImported(index), isMutable: type.isMutable,
        value: isolationValue(type.value))
    }
  }

  private var isolationElements: [IsolationDescription.Element] {
    module.elements.enumerated().map { position, segment in
      IsolationDescription.Element(
        value: isolationValue(.reference(segment.type)),
        offset: layout.start + layout.elementReferences[position],
        count: UInt64(elements.ownReferenceCounts[position]))
    }
  }
}
