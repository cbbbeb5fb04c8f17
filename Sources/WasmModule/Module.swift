// A decoded module: its types, index spaces and segments, and where the function bodies are.
//
// Made by ModuleDecoder; nothing here has been validated except what decoding needs. Index spaces
// list imports first, in the order of the import section. Spec: 2.5 Modules.

public struct Module: Sendable {
  public let bytes: ModuleBytes
  public internal(set) var types: [FunctionType] = []
  /// By type index: the lowest index of an equal type. Two types are equal exactly where these are.
  public internal(set) var canonicalTypes: [TypeIndex] = []
  /// By type index: the recursion group that the type belongs to; most hold one type.
  public internal(set) var recursionGroups: [Range<Int>] = []
  /// By type index: whether no subtype may be declared.
  public internal(set) var typeIsFinal: [Bool] = []
  public internal(set) var imports: [Import] = []

  public internal(set) var functions: [TypeIndex] = []
  public internal(set) var tables: [TableType] = []
  public internal(set) var memories: [MemoryType] = []
  public internal(set) var globals: [GlobalType] = []
  /// The function type of each tag; it has no results.
  public internal(set) var tags: [TypeIndex] = []

  public internal(set) var importedFunctionCount = 0
  public internal(set) var importedTableCount = 0
  public internal(set) var importedMemoryCount = 0
  public internal(set) var importedGlobalCount = 0
  public internal(set) var importedTagCount = 0

  /// By position among the tables defined here; nil: null.
  public internal(set) var tableInitializers: [ConstantExpression?] = []
  /// By position among the globals defined here.
  public internal(set) var globalInitializers: [ConstantExpression] = []
  /// By position among the functions defined here.
  public internal(set) var bodies: [FunctionBody] = []

  public internal(set) var exports: [Export] = []
  public internal(set) var start: FunctionIndex?
  public internal(set) var elements: [ElementSegment] = []
  public internal(set) var data: [DataSegment] = []
  /// What the data count section says; nil when there is none.
  public internal(set) var declaredDataCount: UInt32?

  public internal(set) var customSections: [CustomSection] = []
  public internal(set) var names = NameSection()
  /// By file offset of a branch instruction: whether it is likely taken.
  public internal(set) var branchHints: [Int: Bool] = [:]

  /// Where things were, for messages of the validator.
  var origins = Origins()

  init(bytes: ModuleBytes) {
    self.bytes = bytes
  }

  public func isImported(_ function: FunctionIndex) -> Bool { function.int < importedFunctionCount }
  public func isImported(_ table: TableIndex) -> Bool { table.int < importedTableCount }
  public func isImported(_ memory: MemoryIndex) -> Bool { memory.int < importedMemoryCount }
  public func isImported(_ global: GlobalIndex) -> Bool { global.int < importedGlobalCount }
  public func isImported(_ tag: TagIndex) -> Bool { tag.int < importedTagCount }

  /// The type of a function whose index is in range.
  public func type(of function: FunctionIndex) -> FunctionType {
    types[functions[function.int].int]
  }
}

/// File offsets that only messages need.
struct Origins: Sendable {
  var types: [Int] = []
  var imports: [Int] = []
  var functions: [Int] = []
  var tables: [Int] = []
  var memories: [Int] = []
  var globals: [Int] = []
  var tags: [Int] = []
  var exports: [Int] = []
  var start = 0
  var elements: [Int] = []
  var data: [Int] = []
}

public struct Import: Sendable, Hashable {
  public enum Entity: Sendable, Hashable {
    case function(TypeIndex)
    case table(TableType)
    case memory(MemoryType)
    case global(GlobalType)
    case tag(TypeIndex)
  }

  public let module: String
  public let name: String
  public let entity: Entity
}

public struct Export: Sendable, Hashable {
  public enum Entity: Sendable, Hashable {
    case function(FunctionIndex)
    case table(TableIndex)
    case memory(MemoryIndex)
    case global(GlobalIndex)
    case tag(TagIndex)
  }

  public let name: String
  public let entity: Entity

  /// Names are equal by their bytes. Swift compares strings by what people see.
  public func isNamed(_ name: String) -> Bool { self.name.utf8.elementsEqual(name.utf8) }
}

/// A constant expression as a range of the file that ends with its `end`. Spec: 3.3.10.
public struct ConstantExpression: Sendable, Hashable {
  public let range: Range<Int>
}

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
}

public struct DataSegment: Sendable {
  public enum Mode: Sendable {
    case passive
    case active(memory: MemoryIndex, offset: ConstantExpression)
  }

  public let mode: Mode
  /// Where its bytes are in the file.
  public let range: Range<Int>
}

/// `count` locals of one type, as the binary format declares them.
public struct LocalRun: Sendable, Hashable {
  public let count: UInt32
  public let type: ValueType
}

public struct FunctionBody: Sendable {
  /// The locals' declarations and the instructions.
  public let range: Range<Int>
  /// The instructions, from the first to the `end` that closes the body.
  public let instructions: Range<Int>
  /// Declared locals, parameters not counted.
  public let locals: [LocalRun]
}

public struct CustomSection: Sendable, Hashable {
  public let name: String
  /// What follows the name.
  public let range: Range<Int>
}

/// What the name section says, for messages and debug information; malformed parts are left out.
public struct NameSection: Sendable {
  public internal(set) var module: String?
  public internal(set) var functions: [FunctionIndex: String] = [:]
  public internal(set) var tags: [TagIndex: String] = [:]
}
