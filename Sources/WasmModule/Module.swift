// A decoded module: its types, index spaces and segments, and where the function bodies are.
//
// ModuleDecoder makes it. It has validated only the parts that it needs for decoding. Imports come first in every index
// space, in the order of the import section. Spec: Structure, Modules.

/// A decoded module. All ranges and offsets are of the whole file, in bytes.
public struct Module: Sendable {
  /// The file that the module is in.
  public private(set) var bytes: ModuleBytes
  public internal(set) var types = IndexSpace<TypeIndex, DefinedType>()
  public internal(set) var imports: [Import] = []

  public internal(set) var functions = IndexSpace<FunctionIndex, Function>()
  public internal(set) var tables = IndexSpace<TableIndex, Table>()
  public internal(set) var memories = IndexSpace<MemoryIndex, Memory>()
  public internal(set) var globals = IndexSpace<GlobalIndex, Global>()
  public internal(set) var tags = IndexSpace<TagIndex, Tag>()
  public internal(set) var elements = IndexSpace<ElementIndex, ElementSegment>()
  public internal(set) var data = IndexSpace<DataIndex, DataSegment>()

  public internal(set) var exports: [Export] = []
  public internal(set) var start: FunctionIndex?
  /// File offset of the start section's contents.
  var startOrigin = 0
  /// The number in the data count section; nil if there is no such section.
  public internal(set) var declaredDataCount: UInt32?

  /// Where the contents of the code section begin in the file. Debug information counts addresses from there.
  public internal(set) var codeStart: Int?
  public internal(set) var customSections: [CustomSection] = []
  public internal(set) var names = NameSection()
  /// For the file offset of a branch instruction: whether the branch is likely taken.
  public internal(set) var branchHints: [Int: Bool] = [:]

  init(bytes: ModuleBytes) {
    self.bytes = bytes
  }

  /// The same module in a file that begins with the bytes of its file.
  init(bytes: ModuleBytes, replacing module: Module) {
    self = module
    self.bytes = bytes
  }

  /// The function type that an index in range names.
  public func functionType(_ index: TypeIndex) -> FunctionType {
    switch types[index].subtype.composite {
    case .function(let type): type
    }
  }

  /// The type of a function whose index is in range.
  public func type(of function: FunctionIndex) -> FunctionType {
    functionType(functions[function].type)
  }
}

// The items of the index spaces. `origin` is the file offset of the item's declaration; only messages need it.
extension Module {
  /// A type of the type section.
  public struct DefinedType: Sendable {
    public let subtype: SubType
    /// The recursion group that the type belongs to. Most groups have one type.
    public let group: Range<TypeIndex>
    /// The lowest index of an equal type. Two types are equal exactly if their canonical indices are.
    public internal(set) var canonical: TypeIndex
  }

  /// A function, imported or defined.
  public struct Function: Sendable {
    public let type: TypeIndex
    /// nil: imported.
    public internal(set) var body: FunctionBody?
    let origin: Int
  }

  /// A table, imported or defined.
  public struct Table: Sendable {
    public let type: TableType
    /// The first value of every element; nil for null. An imported table has none.
    public let initializer: ConstantExpression?
    let origin: Int
  }

  /// A memory, imported or defined.
  public struct Memory: Sendable {
    public let type: MemoryType
    let origin: Int
  }

  /// A global, imported or defined.
  public struct Global: Sendable {
    public let type: GlobalType
    /// nil: imported.
    public let initializer: ConstantExpression?
    let origin: Int
  }

  /// A tag, imported or defined.
  public struct Tag: Sendable {
    /// A function type without results.
    public let type: TypeIndex
    let origin: Int
  }
}

/// An import: the two names that it goes by, and what it must be.
public struct Import: Sendable, Hashable {
  public enum Entity: Sendable, Hashable {
    case function(TypeIndex)
    case table(TableType)
    case memory(MemoryType)
    case global(GlobalType)
    case tag(TypeIndex)
  }

  public let module: Name
  public let name: Name
  public let entity: Entity
}

/// An export: its name, and the item that it names.
public struct Export: Sendable, Hashable {
  public enum Entity: Sendable, Hashable {
    case function(FunctionIndex)
    case table(TableIndex)
    case memory(MemoryIndex)
    case global(GlobalIndex)
    case tag(TagIndex)
  }

  public let name: Name
  public let entity: Entity
  let origin: Int

  /// The same item under another name.
  public func renamed(_ name: Name) -> Export {
    Export(name: name, entity: entity, origin: origin)
  }
}

/// A constant expression as a range of the file that ends with its `end`.
/// Spec: Validation, Constant Expressions.
public struct ConstantExpression: Sendable, Hashable {
  public let range: Range<Int>
}

/// An element segment. Spec: Structure, Element Segments.
public struct ElementSegment: Sendable {
  public enum Mode: Sendable {
    case passive
    case declarative
    case active(table: TableIndex, offset: ConstantExpression)
  }

  public enum Items: Sendable {
    case functions([FunctionIndex])
    case expressions([ConstantExpression])

    public var count: Int {
      switch self {
      case .functions(let indexes): indexes.count
      case .expressions(let expressions): expressions.count
      }
    }
  }

  public let mode: Mode
  public let type: ReferenceType
  public let items: Items
  let origin: Int
}

/// A data segment. Spec: Structure, Data Segments.
public struct DataSegment: Sendable {
  public enum Mode: Sendable {
    case passive
    case active(memory: MemoryIndex, offset: ConstantExpression)
  }

  public let mode: Mode
  /// Where its bytes are in the file.
  public let range: Range<Int>
  let origin: Int
}

/// `count` locals of one type, as the binary format declares them.
public struct LocalRun: Sendable, Hashable {
  public let count: UInt32
  public let type: ValueType
}

/// Where the body of a function is in the file. Only its locals are decoded.
public struct FunctionBody: Sendable {
  /// The locals' declarations and the instructions.
  public let range: Range<Int>
  /// The instructions, from the first to the `end` that closes the body.
  public let instructions: Range<Int>
  /// The declared locals, without parameters.
  public let locals: [LocalRun]
}

/// A custom section; nothing but its name is decoded.
public struct CustomSection: Sendable, Hashable {
  public let name: Name
  /// The contents after the name.
  public let range: Range<Int>

  package init(name: Name, range: Range<Int>) {
    self.name = name
    self.range = range
  }
}

/// The names of the name section, for messages and debug information. Malformed parts are left out.
public struct NameSection: Sendable {
  public internal(set) var module: String?
  public internal(set) var functions: [FunctionIndex: String] = [:]
  public internal(set) var tags: [TagIndex: String] = [:]
}
