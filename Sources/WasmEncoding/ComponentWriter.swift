// Writes a component: definitions one after another, each in a section of its own. A method that adds an item returns
// its index. Spec: Binary.md of the component model, version 0.2.

import WasmModule

public struct ComponentWriter: Sendable {
  private var writer = WasmWriter.of([0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00])
  private var counts: [UInt8: Int] = [:]
  private var coreCounts: [UInt8: Int] = [:]

  public init() {}

  public var bytes: [UInt8] { writer.bytes }

  /// The index spaces. The raw value is the byte of the format.
  public enum Sort: UInt8, Sendable {
    case function = 1
    case type = 3
    case component, instance
  }

  public enum CoreSort: UInt8, Sendable {
    case function = 0
    case memory = 2
    case module = 0x11
    case instance
  }

  private mutating func next(_ sort: Sort) -> Int {
    counts[sort.rawValue, default: 0] += 1
    return counts[sort.rawValue, default: 0] - 1
  }

  private mutating func next(_ sort: CoreSort) -> Int {
    coreCounts[sort.rawValue, default: 0] += 1
    return coreCounts[sort.rawValue, default: 0] - 1
  }

  /// Adds a section with one item.
  private mutating func section(_ id: UInt8, _ item: (inout WasmWriter) -> Void) {
    writer.raw([id])
    writer.sized(WasmWriter.vector(1) { writer, _ in item(&writer) })
  }

  // MARK: Core parts

  public mutating func module(_ module: ModuleWriter) -> Int {
    writer.raw([1])
    writer.sized(.of(module.encoded()))
    return next(CoreSort.module)
  }

  public mutating func instantiate(module: Int, with arguments: [(name: String, instance: Int)])
    -> Int
  {
    section(2) { writer in
      writer.raw([0x00])
      writer.unsigned(module)
      writer.unsigned(arguments.count)
      for argument in arguments {
        writer.name(argument.name)
        writer.raw([CoreSort.instance.rawValue])
        writer.unsigned(argument.instance)
      }
    }
    return next(CoreSort.instance)
  }

  /// A core instance of these functions.
  public mutating func coreInstance(of functions: [(name: String, index: Int)]) -> Int {
    section(2) { writer in
      writer.raw([0x01])
      writer.unsigned(functions.count)
      for function in functions {
        writer.name(function.name)
        writer.raw([CoreSort.function.rawValue])
        writer.unsigned(function.index)
      }
    }
    return next(CoreSort.instance)
  }

  public mutating func aliasCore(_ sort: CoreSort, _ name: String, of instance: Int) -> Int {
    section(6) { writer in
      writer.raw([0x00, sort.rawValue, 0x01])
      writer.unsigned(instance)
      writer.name(name)
    }
    return next(sort)
  }

  // MARK: Components and instances

  public mutating func component(_ component: ComponentWriter) -> Int {
    writer.raw([4])
    writer.sized(component.writer)
    return next(Sort.component)
  }

  public mutating func instantiate(
    component: Int, with arguments: [(name: String, sort: Sort, index: Int)]
  ) -> Int {
    section(5) { writer in
      writer.raw([0x00])
      writer.unsigned(component)
      writer.unsigned(arguments.count)
      for argument in arguments {
        writer.name(argument.name)
        writer.raw([argument.sort.rawValue])
        writer.unsigned(argument.index)
      }
    }
    return next(Sort.instance)
  }

  public mutating func alias(_ sort: Sort, _ name: String, of instance: Int) -> Int {
    section(6) { writer in
      writer.raw([sort.rawValue, 0x00])
      writer.unsigned(instance)
      writer.name(name)
    }
    return next(sort)
  }

  // MARK: Types, imports, exports

  public mutating func type(_ type: ComponentTypeText) -> Int {
    section(7) { type.write(&$0) }
    return next(Sort.type)
  }

  public mutating func importType(_ name: String, equalTo type: Int) -> Int {
    section(10) { writer in
      writer.raw([0x00])
      writer.name(name)
      writer.raw([0x03, 0x00])
      writer.unsigned(type)
    }
    return next(Sort.type)
  }

  public mutating func importResource(_ name: String) -> Int {
    section(10) { writer in
      writer.raw([0x00])
      writer.name(name)
      writer.raw([0x03, 0x01])
    }
    return next(Sort.type)
  }

  public mutating func importFunction(_ name: String, type: Int) -> Int {
    section(10) { writer in
      writer.raw([0x00])
      writer.name(name)
      writer.raw([Sort.function.rawValue])
      writer.unsigned(type)
    }
    return next(Sort.function)
  }

  /// - Parameter type: The type that the export of a function is given; nil: its own.
  public mutating func export(_ name: String, _ sort: Sort, _ index: Int, type: Int? = nil) -> Int {
    section(11) { writer in
      writer.raw([0x00])
      writer.name(name)
      writer.raw([sort.rawValue])
      writer.unsigned(index)
      guard let type else { return writer.raw([0x00]) }
      writer.raw([0x01, sort.rawValue])
      writer.unsigned(type)
    }
    return next(sort)
  }

  // MARK: Canonical functions

  public enum StringEncoding: UInt8, Sendable, CaseIterable {
    case utf8, utf16, latin1OrUTF16
  }

  public struct Options: Sendable {
    public var encoding: StringEncoding
    public var memory: Int
    public var realloc: Int?
    public var postReturn: Int?

    public init(
      encoding: StringEncoding, memory: Int, realloc: Int? = nil, postReturn: Int? = nil
    ) {
      self.encoding = encoding
      self.memory = memory
      self.realloc = realloc
      self.postReturn = postReturn
    }

    fileprivate func write(_ writer: inout WasmWriter) {
      let indices: [(UInt8, Int?)] = [(3, memory), (4, realloc), (5, postReturn)]
      let given = indices.compactMap { option, index in index.map { (option, $0) } }
      writer.unsigned(1 + given.count)
      writer.raw([encoding.rawValue])
      for (option, index) in given {
        writer.raw([option])
        writer.unsigned(index)
      }
    }
  }

  public mutating func lift(_ function: Int, type: Int, _ options: Options) -> Int {
    section(8) { writer in
      writer.raw([0x00, 0x00])
      writer.unsigned(function)
      options.write(&writer)
      writer.unsigned(type)
    }
    return next(Sort.function)
  }

  public mutating func lower(_ function: Int, _ options: Options) -> Int {
    section(8) { writer in
      writer.raw([0x01, 0x00])
      writer.unsigned(function)
      options.write(&writer)
    }
    return next(CoreSort.function)
  }

  /// Functions for a resource. The raw value is the byte of the format.
  public enum ResourceFunction: UInt8, Sendable {
    case new = 2
    case drop, representation
  }

  public mutating func canonical(_ function: ResourceFunction, _ resource: Int) -> Int {
    section(8) { writer in
      writer.raw([function.rawValue])
      writer.unsigned(resource)
    }
    return next(CoreSort.function)
  }
}

/// A value type where it is used: a primitive type, or the index of a defined one.
public enum ComponentTypeReference: Sendable, Hashable {
  case primitive(UInt8)
  case index(Int)

  fileprivate func write(_ writer: inout WasmWriter) {
    switch self {
    case .primitive(let code): writer.raw([code])
    case .index(let index): writer.signed(Int64(index))
    }
  }
}

/// A type as it is defined.
public enum ComponentTypeText: Sendable {
  case function([(name: String, type: ComponentTypeReference)], ComponentTypeReference?)
  /// - Parameter destructor: The index of a core function.
  case resource(destructor: Int?)
  case record([(name: String, type: ComponentTypeReference)])
  case variant([(name: String, type: ComponentTypeReference?)])
  case list(ComponentTypeReference)
  case tuple([ComponentTypeReference])
  case flags([String])
  case enumeration([String])
  case option(ComponentTypeReference)
  case result(ComponentTypeReference?, ComponentTypeReference?)
  case own(Int)
  case borrow(Int)

  fileprivate func write(_ writer: inout WasmWriter) {
    switch self {
    case .function(let parameters, let result):
      writer.raw([0x40])
      writer.fields(parameters)
      writer.raw(result == nil ? [0x01, 0x00] : [0x00])
      result?.write(&writer)
    case .resource(let destructor):
      writer.raw([0x3f, 0x7f, destructor == nil ? 0x00 : 0x01])
      if let destructor { writer.unsigned(destructor) }
    case .record(let list):
      writer.raw([0x72])
      writer.fields(list)
    case .variant(let cases):
      writer.raw([0x71])
      writer.unsigned(cases.count)
      for item in cases {
        writer.name(item.name)
        writer.optional(item.type)
        writer.raw([0x00])
      }
    case .list(let element):
      writer.raw([0x70])
      element.write(&writer)
    case .tuple(let types):
      writer.raw([0x6f])
      writer.unsigned(types.count)
      for type in types { type.write(&writer) }
    case .flags(let names):
      writer.raw([0x6e])
      writer.labels(names)
    case .enumeration(let names):
      writer.raw([0x6d])
      writer.labels(names)
    case .option(let some):
      writer.raw([0x6b])
      some.write(&writer)
    case .result(let ok, let error):
      writer.raw([0x6a])
      writer.optional(ok)
      writer.optional(error)
    case .own(let resource):
      writer.raw([0x69])
      writer.unsigned(resource)
    case .borrow(let resource):
      writer.raw([0x68])
      writer.unsigned(resource)
    }
  }
}

extension WasmWriter {
  fileprivate mutating func optional(_ type: ComponentTypeReference?) {
    raw([type == nil ? 0x00 : 0x01])
    type?.write(&self)
  }

  fileprivate mutating func labels(_ labels: [String]) {
    unsigned(labels.count)
    for label in labels { name(label) }
  }

  fileprivate mutating func fields(_ fields: [(name: String, type: ComponentTypeReference)]) {
    unsigned(fields.count)
    for field in fields {
      name(field.name)
      field.type.write(&self)
    }
  }
}
