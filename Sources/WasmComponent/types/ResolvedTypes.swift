// Types as validation resolves them: each is a row of ComponentTypes, named by a number.
//
// Two numbers may stand for equal types. An import or export of a type makes a new number, because the rules about what
// may be exported depend on which of them is used. Spec: Explainer.md, Type Checking.

import WasmModule

public struct DefinedTypeID: Index {
  public let raw: UInt32
  public init(_ raw: UInt32) { self.raw = raw }
}
public struct FunctionTypeID: Index {
  public let raw: UInt32
  public init(_ raw: UInt32) { self.raw = raw }
}
public struct InstanceTypeID: Index {
  public let raw: UInt32
  public init(_ raw: UInt32) { self.raw = raw }
}
public struct ComponentTypeID: Index {
  public let raw: UInt32
  public init(_ raw: UInt32) { self.raw = raw }
}
public struct CoreModuleTypeID: Index {
  public let raw: UInt32
  public init(_ raw: UInt32) { self.raw = raw }
}
/// The number of a core function type. In all modules of the file, two types have the same number exactly if they are
/// equal.
public struct CoreTypeID: Index {
  public let raw: UInt32
  public init(_ raw: UInt32) { self.raw = raw }
}
/// A resource type, or a variable that stands for one. Two resource types are equal exactly if their numbers are.
public struct ResourceID: Index {
  public let raw: UInt32
  public init(_ raw: UInt32) { self.raw = raw }
}

/// A use of a resource type by one of the names that it has.
public struct ResourceReference: Sendable, Hashable {
  public let resource: ResourceID
  /// A different number for each import or export that names the type.
  public let name: UInt32
}

/// A value type.
public enum ComponentValueType: Sendable, Hashable {
  case primitive(PrimitiveType)
  case defined(DefinedTypeID)
}

public typealias ResolvedDefinedType = DefinedType<ComponentValueType, ResourceReference>
public typealias ResolvedFunctionType = ComponentFunctionType<ComponentValueType>

/// What an index of the type index space names.
public enum TypeReference: Sendable, Hashable {
  case resource(ResourceReference)
  case defined(DefinedTypeID)
  case function(FunctionTypeID)
  case instance(InstanceTypeID)
  case component(ComponentTypeID)
}

/// The type of an import or export.
public enum ExternType: Sendable, Hashable {
  case coreModule(CoreModuleTypeID)
  case function(FunctionTypeID)
  case type(TypeReference)
  case instance(InstanceTypeID)
  case component(ComponentTypeID)

  public var sort: ComponentSort {
    switch self {
    case .coreModule: .coreModule
    case .function: .function
    case .type: .type
    case .instance: .instance
    case .component: .component
    }
  }
}

/// An import or export: its name and its type.
public struct ExternItem: Sendable {
  public let name: String
  public let type: ExternType
}

/// Imports or exports in their order, which are also found by name.
public struct ExternList: Sendable {
  public private(set) var items: [ExternItem] = []
  private var positions: [Name: Int] = [:]

  /// False if the name is there already.
  mutating func append(_ item: ExternItem) -> Bool {
    let key = Name(item.name)
    guard positions[key] == nil else { return false }
    positions[key] = items.count
    items.append(item)
    return true
  }

  /// The same names with other types.
  func replacing(_ types: [ExternType]) -> ExternList {
    var result = self
    result.items = zip(items, types).map { ExternItem(name: $0.name, type: $1) }
    return result
  }

  public func position(of name: String) -> Int? { positions[Name(name)] }

  public subscript(name: String) -> ExternType? { position(of: name).map { items[$0].type } }
}

/// Facts about a type that many rules need.
public struct TypeFacts: Sendable, Hashable {
  /// The size of the type if everything that it refers to were written out.
  var size = 1
  /// How deep types are nested in the type.
  var depth = 0
  public internal(set) var hasBorrow = false
  public internal(set) var hasResource = false
  /// Whether a value has parts that are always in memory: strings, lists, maps.
  public internal(set) var hasPointer = false

  mutating func include(_ inner: TypeFacts) {
    size = size.addingReportingOverflow(inner.size).overflow ? Int.max : size + inner.size
    depth = max(depth, inner.depth + 1)
    hasBorrow = hasBorrow || inner.hasBorrow
    hasResource = hasResource || inner.hasResource
    hasPointer = hasPointer || inner.hasPointer
  }
}

/// A value type that a component defines, with what validation found out about it.
public struct DefinedTypeRow: Sendable {
  public let type: ResolvedDefinedType
  public let layout: ValueLayout
  public let facts: TypeFacts
  /// The type of which this is another name, or itself.
  public let original: DefinedTypeID
}

/// The type of a component function.
public struct FunctionTypeRow: Sendable {
  public let type: ResolvedFunctionType
  public let facts: TypeFacts
}

/// The type of an instance: what it exports.
public struct InstanceType: Sendable {
  public let exports: ExternList
  /// Resources that each instance has of its own. Empty in the type of an actual instance: its resources belong to
  /// the scope that the instance is in.
  public let resources: [ResourceID]
  public let facts: TypeFacts
}

/// The type of a component: what it imports, and what its instances export.
public struct ComponentType: Sendable {
  public let imports: ExternList
  public let exports: ExternList
  /// Resources that stand for those that the imports will bring.
  public let importedResources: [ResourceID]
  /// Resources of the exports that each instance has of its own.
  public let definedResources: [ResourceID]
  public let facts: TypeFacts
}
