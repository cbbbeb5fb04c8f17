// The facts of a module that the validation of bodies needs, in flat arrays: types of functions, globals, tables and
// memories, packed for comparison. They are made after every type reference was checked.

/// A range of FunctionValidator.types.
struct TypeList: BitwiseCopyable, Equatable {
  var start: Int32
  var count: Int32
  static let empty = TypeList(start: 0, count: 0)
}

struct FlatSignature: BitwiseCopyable {
  let parameters: TypeList
  let results: TypeList
}

struct FlatGlobal: BitwiseCopyable {
  let type: OperandType
  let isMutable: Bool
}

struct FlatTable: BitwiseCopyable {
  let element: OperandType
  let address: OperandType
}

struct ModuleFacts: ~Copyable {
  /// For each type.
  var signatures = FlatStack<FlatSignature>()
  var canonical = FlatStack<UInt32>()
  /// For each item of an index space.
  var functions = FlatStack<UInt32>()
  var globals = FlatStack<FlatGlobal>()
  var tables = FlatStack<FlatTable>()
  /// The address type of each memory.
  var memories = FlatStack<OperandType>()
  /// The type index of each tag.
  var tags = FlatStack<UInt32>()
  /// For each function, whether its reference may be taken (C.refs), and whether it is.
  var isDeclared: FlatStack<Bool>
  var isReferenced: FlatStack<Bool>
  /// For each table, whether an instruction may change it.
  var isTableWritten: FlatStack<Bool>
  let declaredDataCount: UInt32?
  let elements: [OperandType]

  /// Fills `types` with the operand types that the signatures refer to.
  init(_ module: Module, _ types: inout FlatStack<OperandType>) {
    // The five plain types come first, at their kind's number, so that blocks can refer to them.
    for type in [OperandType.i32, .i32, .i64, .f32, .f64, .v128] { types.push(type) }
    let definitions = module.types
    func list(_ values: [ValueType], _ types: inout FlatStack<OperandType>) -> TypeList {
      let start = Int32(truncatingIfNeeded: types.count)
      for value in values { types.push(OperandType(value, definitions)) }
      return TypeList(start: start, count: Int32(truncatingIfNeeded: values.count))
    }
    // Loop over indices, here and below: a copy of an item would change the reference counts of its lists.
    for index in definitions.indices {
      switch definitions[index].subtype.composite {
      case .function(let type):
        let parameters = list(type.parameters, &types)
        let results = list(type.results, &types)
        signatures.push(FlatSignature(parameters: parameters, results: results))
      }
      canonical.push(definitions[index].canonical.raw)
    }
    for index in module.functions.indices { functions.push(module.functions[index].type.raw) }
    for global in module.globals {
      let type = OperandType(global.type.value, definitions)
      globals.push(FlatGlobal(type: type, isMutable: global.type.isMutable))
    }
    for table in module.tables {
      let element = OperandType(.reference(table.type.element), definitions)
      tables.push(FlatTable(element: element, address: table.type.is64 ? .i64 : .i32))
    }
    for memory in module.memories { memories.push(memory.type.is64 ? .i64 : .i32) }
    for tag in module.tags { tags.push(tag.type.raw) }
    isDeclared = FlatStack(capacity: module.functions.count)
    isDeclared.extend(to: module.functions.count, with: false)
    isReferenced = FlatStack(capacity: module.functions.count)
    isReferenced.extend(to: module.functions.count, with: false)
    isTableWritten = FlatStack(capacity: module.tables.count)
    isTableWritten.extend(to: module.tables.count, with: false)
    declaredDataCount = module.declaredDataCount
    elements = module.elements.map { OperandType(.reference($0.type), definitions) }
  }
}

extension OperandType {
  /// Packs a type whose indices are in range.
  init(_ type: ValueType, _ types: IndexSpace<TypeIndex, Module.DefinedType>) {
    if case .reference(let reference) = type, case .concrete(let index) = reference.heap {
      let canonical = HeapType.concrete(types[index].canonical)
      self.init(ReferenceType(isNullable: reference.isNullable, heap: canonical))
    } else {
      self.init(type)
    }
  }
}
