// Core types across the modules of a file: one number for all equal function types, and the types of modules in these
// numbers. Core spec: Validation, Rolling and Unrolling, Matching.

import WasmModule

/// The core function types of a file, by number. Equal types have the same number.
public struct CoreTypes: Sendable {
  /// The types by number. Concrete references in them are numbers too.
  private(set) var rows: [FunctionType] = []
  private var groups: [TypeGroupKey: Int] = [:]

  public subscript(id: CoreTypeID) -> FunctionType { rows[id.int] }

  /// The number of a function type that has no references to other types.
  mutating func intern(_ parameters: [ValueType], _ results: [ValueType]) -> CoreTypeID {
    let type = FunctionType(parameters: parameters, results: results)
    let subtype = SubType(isFinal: true, supertypes: [], composite: .function(type))
    return intern(subtype, position: 0) { CoreTypeID($0.raw) }
  }

  /// The number of a type that is a group of its own.
  /// - Parameters:
  ///   - position: The type's index where it is defined. References to it are to the type itself.
  ///   - number: The number of an earlier type of the same index space.
  mutating func intern(
    _ type: SubType, position: Int, _ number: (TypeIndex) -> CoreTypeID
  ) -> CoreTypeID {
    var key = TypeGroupKey()
    key.append(type, first: position) { number($0).raw }
    if let first = groups[key] { return CoreTypeID(position: first) }
    let own = CoreTypeID(position: rows.count)
    groups[key] = own.int
    rows.append(Self.function(type) { $0.int >= position ? own : number($0) })
    return own
  }

  /// The numbers of a module's types.
  mutating func add(_ module: Module) -> [CoreTypeID] {
    var own: [CoreTypeID] = []
    while own.count < module.types.count {
      let start = own.count
      let group = module.types[module.types[TypeIndex(position: start)].group]
      var key = TypeGroupKey()
      for type in group { key.append(type.subtype, first: start) { own[$0.int].raw } }
      let known = groups[key]
      let first = known ?? rows.count
      for offset in 0..<group.count { own.append(CoreTypeID(position: first + offset)) }
      if known != nil { continue }
      groups[key] = first
      for type in group { rows.append(Self.function(type.subtype) { own[$0.int] }) }
    }
    return own
  }

  private static func function(
    _ type: SubType, _ number: (TypeIndex) -> CoreTypeID
  ) -> FunctionType {
    switch type.composite {
    case .function(let type):
      FunctionType(
        parameters: type.parameters.map { $0.numbered(number) },
        results: type.results.map { $0.numbered(number) })
    }
  }
}

extension ValueType {
  /// The type with numbers in place of indices.
  fileprivate func numbered(_ number: (TypeIndex) -> CoreTypeID) -> ValueType {
    guard case .reference(let type) = self else { return self }
    return .reference(type.numbered(number))
  }
}

extension ReferenceType {
  fileprivate func numbered(_ number: (TypeIndex) -> CoreTypeID) -> ReferenceType {
    guard case .concrete(let index) = heap else { return self }
    return ReferenceType(isNullable: isNullable, heap: .concrete(TypeIndex(number(index).raw)))
  }
}

/// The type of a core import or export. Concrete references are to numbers of CoreTypes.
public enum CoreExternType: Sendable, Hashable {
  case function(CoreTypeID)
  case table(TableType)
  case memory(MemoryType)
  case global(GlobalType)
  case tag(CoreTypeID)

  public var sort: CoreSort {
    switch self {
    case .function: .function
    case .table: .table
    case .memory: .memory
    case .global: .global
    case .tag: .tag
    }
  }

  init(_ entity: WasmModule.Import.Entity, _ number: (TypeIndex) -> CoreTypeID) {
    switch entity {
    case .function(let type): self = .function(number(type))
    case .table(let type): self = .table(type, number)
    case .memory(let type): self = .memory(type)
    case .global(let type): self = .global(type, number)
    case .tag(let type): self = .tag(number(type))
    }
  }

  fileprivate static func table(_ type: TableType, _ number: (TypeIndex) -> CoreTypeID) -> Self {
    let element = type.element.numbered(number)
    return .table(TableType(element: element, limits: type.limits, is64: type.is64))
  }

  fileprivate static func global(_ type: GlobalType, _ number: (TypeIndex) -> CoreTypeID) -> Self {
    .global(GlobalType(value: type.value.numbered(number), isMutable: type.isMutable))
  }
}

/// What a module imports and exports. Also the type of a core instance, of which only the exports matter.
public struct CoreModuleType: Sendable {
  public struct Import: Sendable {
    public let module: String
    public let name: String
    public let type: CoreExternType
  }

  public struct Export: Sendable {
    public let name: String
    public let type: CoreExternType
  }

  public private(set) var imports: [Import] = []
  public private(set) var exports: [Export] = []
  private var importPositions: [ImportKey: Int] = [:]
  private var exportPositions: [Name: Int] = [:]

  private struct ImportKey: Sendable, Hashable {
    let module: Name
    let name: Name
  }

  init() {}

  /// False if the two names are there already.
  mutating func append(_ item: Import) -> Bool {
    let key = ImportKey(module: Name(item.module), name: Name(item.name))
    guard importPositions[key] == nil else { return false }
    importPositions[key] = imports.count
    imports.append(item)
    return true
  }

  /// False if the name is there already.
  mutating func append(_ item: Export) -> Bool {
    guard exportPositions[Name(item.name)] == nil else { return false }
    exportPositions[Name(item.name)] = exports.count
    exports.append(item)
    return true
  }

  public func export(named name: String) -> CoreExternType? {
    exportPositions[Name(name)].map { exports[$0].type }
  }

  func importType(_ module: String, _ name: String) -> CoreExternType? {
    importPositions[ImportKey(module: Name(module), name: Name(name))].map {
      imports[$0].type
    }
  }
}

extension CoreModuleType {
  /// The type of a module that was validated.
  /// - Parameter offset: The offset of the module, for messages.
  init(_ module: Module, _ numbers: [CoreTypeID], at offset: Int) throws(WasmError) {
    func number(_ index: TypeIndex) -> CoreTypeID { numbers[index.int] }
    self.init()
    for item in module.imports {
      let type = CoreExternType(item.entity, number)
      guard append(Import(module: item.module.text, name: item.name.text, type: type)) else {
        throw .invalid("duplicate import name \(item.module):\(item.name)", at: offset)
      }
    }
    for export in module.exports {
      let type: CoreExternType =
        switch export.entity {
        case .function(let index): .function(number(module.functions[index].type))
        case .table(let index): .table(module.tables[index].type, number)
        case .memory(let index): .memory(module.memories[index].type)
        case .global(let index): .global(module.globals[index].type, number)
        case .tag(let index): .tag(number(module.tags[index].type))
        }
      guard append(Export(name: export.name.text, type: type)) else {
        throw .invalid("duplicate export name \(export.name)", at: offset)
      }
    }
  }
}
