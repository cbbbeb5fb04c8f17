// A component that validation accepted, with everything resolved. Only ComponentValidator makes one.
//
// To link it, instantiate its parts in their order. For each, walk its definitions in their order, with one list for
// each index space: each definition adds what `spaces` says. Instances are found by name, because an argument may
// export more than its import asks for.

import WasmModule

/// A valid component. Whoever has one may rely on every rule of validation.
public struct ValidatedComponent: Sendable {
  /// The outermost components, never none. Each is instantiated once, after those whose exports it imports. The last
  /// one is the main one: its exports are those of the whole.
  public let parts: [ComponentPart]
  /// The types of the files, by the numbers that all of their components use.
  public let types: ComponentTypes
  /// The features of `ComponentFeature` that the files use, each with its first use. Later steps implement only some.
  public let unsupported: [ComponentFeatureUse]

  /// The main component.
  public var root: ComponentBody { parts[parts.count - 1].body }
}

/// An outermost component, and where its imports come from.
public struct ComponentPart: Sendable {
  public let body: ComponentBody
  /// The position of its file among those that were composed. The main component has 0.
  public let file: Int
  /// By the name of an import: the export that satisfies it. The host provides all others.
  public let providers: [String: Provider]

  public struct Provider: Sendable, Hashable {
    /// The position of an earlier part.
    public let part: Int
    public let export: String
  }
}

/// One component of a file.
public struct ComponentBody: Sendable {
  public let component: Component
  public let type: ComponentTypeID
  /// For each of the component's definitions, by position: the facts that validation adds to it.
  public let definitions: [ValidatedDefinition]
  public let spaces: ComponentSpaces
}

/// What validation adds to a definition.
public enum ValidatedDefinition: Sendable {
  case coreModule(ValidatedModule)
  case component(ComponentBody)
  /// For an instantiation of a module: for each import of the module's type, the core instance that exports an item of
  /// that name.
  case coreInstance(providers: [CoreInstanceIndex])
  case canonical(ResolvedCanonical)
  case resource(ResourceDefinition)
  case `import`(ParsedName, ExternType)
  case export(ParsedName, ExternType)
  /// Validation adds nothing to the decoded definition and the index spaces.
  case plain
}

/// A resource type that the component defines. Each of its instances has its own.
public struct ResourceDefinition: Sendable, Hashable {
  public let resource: ResourceID
  public let destructor: CoreFunctionIndex?
}

/// A canonical function with its types.
public struct ResolvedCanonical: Sendable {
  public enum Kind: Sendable {
    case lift(CoreFunctionIndex, FunctionTypeID)
    case lower(ComponentFunctionIndex, FunctionTypeID)
    case resourceNew(ResourceReference)
    case resourceDrop(ResourceReference)
    case resourceRep(ResourceReference)
    case asynchronous
  }

  public let kind: Kind
  /// The type of the core function that is lifted or made.
  public let coreType: CoreTypeID
  public let options: CanonicalOptions
}

/// The options of a canonical definition, each at most once; nil: not given.
public struct CanonicalOptions: Sendable, Hashable {
  public internal(set) var stringEncoding = StringEncoding.utf8
  public internal(set) var memory: CoreMemoryIndex?
  public internal(set) var realloc: CoreFunctionIndex?
  public internal(set) var postReturn: CoreFunctionIndex?
  public internal(set) var isAsync = false
  public internal(set) var callback: CoreFunctionIndex?
}

/// Where an item of an index space comes from. An export gives an item another index with the same source.
public enum ItemSource: Sendable, Hashable {
  /// The definition at a position, which makes it.
  case definition(Int)
  /// The import at a position among the imports.
  case `import`(Int)
  case instanceExport(of: ComponentInstanceIndex, name: String)
  case coreInstanceExport(of: CoreInstanceIndex, name: String)
  /// The item of an index of a component `count` levels outward; never 0.
  case outer(count: Int, index: UInt32)
}

/// An item of an index space.
public struct SpaceItem<Type: Sendable>: Sendable {
  public let type: Type
  public let source: ItemSource
}

/// What an index of the core type index space names.
public enum CoreTypeItem: Sendable, Hashable {
  case function(CoreTypeID)
  case module(CoreModuleTypeID)
}

/// The index spaces of one component, complete.
public struct ComponentSpaces: Sendable {
  public internal(set) var coreModules: [SpaceItem<CoreModuleTypeID>] = []
  /// Each with the type of its exports.
  public internal(set) var coreInstances: [SpaceItem<CoreModuleTypeID>] = []
  public internal(set) var coreTypes: [SpaceItem<CoreTypeItem>] = []
  public internal(set) var coreFunctions: [SpaceItem<CoreTypeID>] = []
  public internal(set) var coreTables: [SpaceItem<TableType>] = []
  public internal(set) var coreMemories: [SpaceItem<MemoryType>] = []
  public internal(set) var coreGlobals: [SpaceItem<GlobalType>] = []
  public internal(set) var coreTags: [SpaceItem<CoreTypeID>] = []
  public internal(set) var types: [SpaceItem<TypeReference>] = []
  public internal(set) var functions: [SpaceItem<FunctionTypeID>] = []
  public internal(set) var instances: [SpaceItem<InstanceTypeID>] = []
  public internal(set) var components: [SpaceItem<ComponentTypeID>] = []
}

// Where resources are found by name.
extension ComponentTypes {
  /// A resource that an item of a type exports, and the names on the way to it. The item itself has an empty path.
  public struct ResourcePath: Sendable, Hashable {
    public let path: [String]
    public let resource: ResourceID
  }

  /// The resources that an import brings or an instance exports, each by every name that it has. To link, give each of
  /// them the resource that the argument or the instance has at the same path.
  public func resourcePaths(of type: ExternType) -> [ResourcePath] {
    var found: [ResourcePath] = []
    collectPaths(of: type, [], &found)
    return found
  }

  private func collectPaths(
    of type: ExternType, _ path: [String], _ found: inout [ResourcePath]
  ) {
    switch type {
    case .type(.resource(let reference)):
      found.append(ResourcePath(path: path, resource: reference.resource))
    case .instance(let id) where self[id].facts.hasResource:
      for item in self[id].exports.items {
        collectPaths(of: item.type, path + [item.name], &found)
      }
    case .coreModule, .function, .type, .instance, .component: break
    }
  }
}
