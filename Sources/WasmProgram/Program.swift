// A program: the instances of validated modules that are compiled together, in the order of their instantiation, and
// the item that each import is linked to. Nothing is left to look up by name. A core module is a program of one
// instance.

import WasmModule

/// The place of an instance in its program.
public struct InstanceIndex: Index {
  public let raw: UInt32
  public init(_ raw: UInt32) { self.raw = raw }
}

/// An item of one instance's index space.
public struct Item<Space: Index>: Sendable, Hashable {
  public let instance: InstanceIndex
  public let index: Space

  public init(_ instance: InstanceIndex, _ index: Space) {
    self.instance = instance
    self.index = index
  }
}

/// The item that an import is linked to.
public enum Provider<Space: Index>: Sendable {
  /// An item that an earlier instance defines, or that itself comes from a host.
  case instance(Item<Space>)
  /// A slot of the instance, which a host fills when it makes the instance. Only a library has those.
  case host
  /// A call of the runtime. Functions only.
  case wasi(WASICall)
  /// Calling it ends the program with a message that names the import and ends with `remark`. Functions only.
  case trap(remark: String)
  /// Calling it is a trap of an adapter. Functions only.
  case componentTrap(ComponentTrap)
}

/// The instances that are compiled together.
public struct Program: Sendable {
  /// A validated module with a provider for each of its imports.
  public struct Instance: Sendable {
    /// The name in messages.
    public let name: String
    public let validated: ValidatedModule
    /// The providers of the imported items, by index.
    public let functions: [Provider<FunctionIndex>]
    public let tables: [Provider<TableIndex>]
    public let memories: [Provider<MemoryIndex>]
    public let globals: [Provider<GlobalIndex>]
    public let tags: [Provider<TagIndex>]
    /// For each function, whether anything can call it. Code is made only for these.
    public internal(set) var isUsed: [Bool]

    private let exports: [Name: Export.Entity]

    public var module: Module { validated.module }

    init(
      name: String, validated: ValidatedModule, functions: [Provider<FunctionIndex>],
      tables: [Provider<TableIndex>], memories: [Provider<MemoryIndex>],
      globals: [Provider<GlobalIndex>], tags: [Provider<TagIndex>]
    ) {
      self.name = name
      self.validated = validated
      self.functions = functions
      self.tables = tables
      self.memories = memories
      self.globals = globals
      self.tags = tags
      isUsed = Array(repeating: true, count: validated.module.functions.count)
      exports = Dictionary(
        uniqueKeysWithValues: validated.module.exports.map { ($0.name, $0.entity) })
    }

    /// The item that is exported by that name; nil if there is none.
    public func export(named name: Name) -> Export.Entity? { exports[name] }
  }

  public internal(set) var instances: [Instance] = []
  public internal(set) var types = ProgramTypes()

  public init() {}

  public subscript(_ index: InstanceIndex) -> Instance { instances[index.int] }

  public var indices: [InstanceIndex] {
    instances.indices.map { InstanceIndex(UInt32(truncatingIfNeeded: $0)) }
  }

  /// The instance whose exports start the program: the last one.
  public var main: InstanceIndex? { indices.last }

  // MARK: Where items come from

  /// The item that an item is linked to; the item itself if its instance defines it, or if no instance provides it.
  public func origin(_ item: Item<FunctionIndex>) -> Item<FunctionIndex> {
    origin(item, self[item.instance].functions)
  }
  public func origin(_ item: Item<TableIndex>) -> Item<TableIndex> {
    origin(item, self[item.instance].tables)
  }
  public func origin(_ item: Item<MemoryIndex>) -> Item<MemoryIndex> {
    origin(item, self[item.instance].memories)
  }
  public func origin(_ item: Item<GlobalIndex>) -> Item<GlobalIndex> {
    origin(item, self[item.instance].globals)
  }
  public func origin(_ item: Item<TagIndex>) -> Item<TagIndex> {
    origin(item, self[item.instance].tags)
  }

  private func origin<Space>(_ item: Item<Space>, _ imports: [Provider<Space>]) -> Item<Space> {
    guard item.index.int < imports.count, case .instance(let provider) = imports[item.index.int]
    else { return item }
    return provider
  }

  /// Where an imported function comes from; nil if its instance defines the function.
  public func provider(of item: Item<FunctionIndex>) -> Provider<FunctionIndex>? {
    let imports = self[item.instance].functions
    return item.index.int < imports.count ? imports[item.index.int] : nil
  }
}
