// A decoded component: its definitions as the file has them, in their order.
//
// Made by ComponentDecoder; indices may be out of range and types may be ill-formed.
// Spec: Binary.md, Component Definitions.

import WasmModule

/// A decoded component. It is not validated.
public struct Component: Sendable {
  public let bytes: ModuleBytes
  /// Where the component is in the file, its preamble included.
  public let range: Range<Int>
  public internal(set) var definitions: [ComponentDefinition] = []
  public internal(set) var customSections: [CustomSection] = []
  public internal(set) var names = ComponentNames()

  init(bytes: ModuleBytes, range: Range<Int>) {
    self.bytes = bytes
    self.range = range
  }
}

/// One definition of a component.
public struct ComponentDefinition: Sendable {
  /// Where it begins, in bytes from the start of the file.
  public let offset: Int
  public let kind: Kind

  public enum Kind: Sendable {
    case coreModule(Module)
    case coreInstance(CoreInstanceExpression)
    case coreType(CoreTypeDefinition)
    case component(Component)
    case instance(InstanceExpression)
    case alias(Alias)
    case type(TypeDefinition)
    case canonical(CanonicalFunction)
    case `import`(name: ExternName, type: ExternDescription)
    case export(Export)
  }

  /// An export, which also gives the item a new index. Spec: Binary.md, Import and Export Definitions.
  public struct Export: Sendable {
    public let name: ExternName
    public let item: ComponentItem
    /// The type that the export has instead of the item's; nil: the item's.
    public let type: ExternDescription?
  }
}

// Core instances and instances. Spec: Binary.md, Instance Definitions.

/// A core instance: made from a module, or from items that exist.
public enum CoreInstanceExpression: Sendable {
  case instantiate(CoreModuleIndex, arguments: [CoreInstantiationArgument])
  case exports([CoreInlineExport])
}

/// The provider of all imports from one module name.
public struct CoreInstantiationArgument: Sendable, Hashable {
  public let name: String
  public let instance: CoreInstanceIndex
}

/// An item that a core instance exports under a name.
public struct CoreInlineExport: Sendable, Hashable {
  public let name: String
  public let item: CoreItem
}

/// An instance: made from a component, or from items that exist.
public enum InstanceExpression: Sendable {
  case instantiate(ComponentIndex, arguments: [InstantiationArgument])
  case exports([InlineExport])
}

/// The item for the import of that name.
public struct InstantiationArgument: Sendable, Hashable {
  public let name: String
  public let item: ComponentItem
}

/// An item that an instance exports under a name.
public struct InlineExport: Sendable, Hashable {
  public let name: ExternName
  public let item: ComponentItem
}

/// An index for an item that is defined elsewhere. Spec: Binary.md, Alias Definitions.
public enum Alias: Sendable, Hashable {
  case export(of: ComponentInstanceIndex, name: String, sort: ComponentSort)
  case coreExport(of: CoreInstanceIndex, name: String, sort: CoreSort)
  /// `count` scopes outward: 0 is the scope itself.
  case outer(count: UInt32, index: UInt32, sort: OuterSort)
}

/// The name of an import or export as it is written, with its attributes. Its grammar is a rule of validation.
public struct ExternName: Sendable, Hashable {
  public let text: String
  /// Offset of the name.
  public let offset: Int
  /// The interface that the instance implements, where its name does not say so.
  public let implements: String?
  /// The rest of the version, where the name has only the part that decides about compatibility.
  public let versionSuffix: String?
  public let externalID: String?
}

/// The type of an import or export as it is written. Spec: Binary.md, `externdesc`.
public enum ExternDescription: Sendable, Hashable {
  case coreModule(CoreTypeIndex)
  case function(ComponentTypeIndex)
  case value(ValueTypeReference)
  case valueEqual(to: ComponentValueIndex)
  case typeEqual(to: ComponentTypeIndex)
  case subResource
  case component(ComponentTypeIndex)
  case instance(ComponentTypeIndex)
}

/// What the `component-name` section says, for messages; malformed parts are left out.
public struct ComponentNames: Sendable {
  public internal(set) var component: String?
  public internal(set) var items: [ComponentItem: String] = [:]
}
