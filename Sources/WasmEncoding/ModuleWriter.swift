// Writes a whole module. Imports come first: declare them before any function, memory or global that the module
// defines. Spec: Binary Format, Modules.

import WasmModule

public struct ModuleWriter {
  private var types: [FunctionType: Int] = [:]
  private var typeList: [FunctionType] = []
  private var imports: [(module: String, name: String, description: WasmWriter)] = []
  private var functionTypes: [Int] = []
  private var importedFunctions = 0
  private var bodies: [Int: WasmWriter] = [:]
  private var memories: [(minimum: UInt64, isImported: Bool)] = []
  /// The first value of each global; nil for imported ones.
  private var globals: [Int32?] = []
  private var exports: [(name: String, kind: UInt8, index: Int)] = []
  private var segments: [[UInt8]] = []
  private var names: [(index: Int, name: String)] = []
  /// How many bytes all bodies have so far.
  public private(set) var codeBytes = 0

  public init() {}

  // MARK: Imports

  private enum Kind: UInt8 {
    case function = 0
    case table, memory, global
  }

  private mutating func type(_ type: FunctionType) -> Int {
    if let known = types[type] { return known }
    types[type] = typeList.count
    typeList.append(type)
    return typeList.count - 1
  }

  private mutating func append(
    _ module: String, _ name: String, _ kind: Kind, _ describe: (inout WasmWriter) -> Void
  ) {
    var description = WasmWriter.of([kind.rawValue])
    describe(&description)
    imports.append((module, name, description))
  }

  /// Returns the function's index.
  public mutating func importFunction(_ module: String, _ name: String, _ type: FunctionType) -> Int
  {
    precondition(functionTypes.count == importedFunctions, "a function was defined before")
    let number = self.type(type)
    append(module, name, .function) { $0.unsigned(number) }
    functionTypes.append(number)
    importedFunctions += 1
    return importedFunctions - 1
  }

  /// Imports a memory with 32-bit addresses, of whatever size. Returns its index.
  public mutating func importMemory(_ module: String, _ name: String, pageLog2: UInt8) -> Int {
    precondition(memories.allSatisfy(\.isImported), "a memory was defined before")
    append(module, name, .memory) { writer in
      writer.raw(pageLog2 == 16 ? [0x00, 0x00] : [0x08, 0x00, pageLog2])
    }
    memories.append((0, true))
    return memories.count - 1
  }

  /// Imports a mutable i32. Returns its index.
  public mutating func importGlobal(_ module: String, _ name: String) -> Int {
    precondition(globals.allSatisfy { $0 == nil }, "a global was defined before")
    append(module, name, .global) { $0.raw([ValueType.i32.code, 0x01]) }
    globals.append(nil)
    return globals.count - 1
  }

  // MARK: Definitions

  /// A function whose body follows later. Returns its index.
  public mutating func declareFunction(_ type: FunctionType, name: String? = nil) -> Int {
    functionTypes.append(self.type(type))
    if let name { names.append((functionTypes.count - 1, name)) }
    return functionTypes.count - 1
  }

  public mutating func define(_ function: Int, _ body: FunctionWriter) {
    let encoded = body.encoded
    codeBytes += encoded.bytes.count
    bodies[function] = encoded
  }

  public mutating func memory(minimumPages: UInt64) -> Int {
    memories.append((minimumPages, false))
    return memories.count - 1
  }

  /// A mutable i32.
  public mutating func global(_ value: Int32) -> Int {
    globals.append(value)
    return globals.count - 1
  }

  /// A passive data segment.
  public mutating func data(_ bytes: [UInt8]) -> Int {
    segments.append(bytes)
    return segments.count - 1
  }

  public mutating func exportFunction(_ name: String, _ index: Int) {
    exports.append((name, Kind.function.rawValue, index))
  }
  public mutating func exportMemory(_ name: String, _ index: Int) {
    exports.append((name, Kind.memory.rawValue, index))
  }
  public mutating func exportGlobal(_ name: String, _ index: Int) {
    exports.append((name, Kind.global.rawValue, index))
  }

  // MARK: The result

  public func encoded() -> [UInt8] {
    var sections: [(id: UInt8, contents: WasmWriter)] = []
    func section(_ id: UInt8, _ count: Int, _ item: (inout WasmWriter, Int) -> Void) {
      if count > 0 { sections.append((id, WasmWriter.vector(count, item))) }
    }
    section(1, typeList.count) { $0.type(typeList[$1]) }
    section(2, imports.count) { writer, index in
      writer.name(imports[index].module)
      writer.name(imports[index].name)
      writer.raw(imports[index].description.bytes)
    }
    let defined = functionTypes.indices.dropFirst(importedFunctions)
    section(3, defined.count) { $0.unsigned(functionTypes[importedFunctions + $1]) }
    let ownMemories = memories.filter { !$0.isImported }
    section(5, ownMemories.count) { writer, index in
      writer.raw([0x00])
      writer.unsigned(ownMemories[index].minimum)
    }
    let ownGlobals = globals.compactMap { $0 }
    section(6, ownGlobals.count) { writer, index in
      writer.raw([ValueType.i32.code, 0x01, 0x41])
      writer.signed(Int64(ownGlobals[index]))
      writer.raw([0x0b])
    }
    section(7, exports.count) { writer, index in
      writer.name(exports[index].name)
      writer.raw([exports[index].kind])
      writer.unsigned(exports[index].index)
    }
    if !segments.isEmpty {
      var count = WasmWriter()
      count.unsigned(segments.count)
      sections.append((12, count))
    }
    section(10, defined.count) { writer, index in
      guard let body = bodies[importedFunctions + index] else {
        preconditionFailure("function \(importedFunctions + index) has no body")
      }
      writer.sized(body)
    }
    section(11, segments.count) { writer, index in
      writer.raw([0x01])
      writer.sized(.of(segments[index]))
    }
    if !names.isEmpty { sections.append((0, nameSection)) }
    return WasmWriter.module(sections)
  }

  /// Spec: appendix, Name Section.
  private var nameSection: WasmWriter {
    var section = WasmWriter()
    section.name("name")
    section.raw([0x01])
    section.sized(
      WasmWriter.vector(names.count) { writer, position in
        writer.unsigned(names[position].index)
        writer.name(names[position].name)
      })
    return section
  }
}

extension WasmWriter {
  fileprivate mutating func type(_ type: FunctionType) {
    raw([0x60])
    for list in [type.parameters, type.results] {
      unsigned(list.count)
      raw(list.map(\.code))
    }
  }
}
