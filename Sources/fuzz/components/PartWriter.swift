// Writes what all parts of a generated component share: a memory and its allocator. The allocator moves what it
// reallocates. It fills both new and returned memory with garbage.

import WasmEncoding
import WasmModule

/// The core instance that has the memory of a part, and its items that canonical functions use.
struct PartMemory {
  let instance: Int
  let memory: Int
  let realloc: Int
  let postReturn: Int
  /// The name of the memory in imports and exports. The decoy is a second memory, which a defect may use instead.
  static let name = "mem"
  static let decoyName = "decoy"

  static let reallocType = FunctionType(parameters: [.i32, .i32, .i32, .i32], results: [.i32])
}

enum PartWriter {
  /// Adds the core instance with the memory.
  /// - Parameter resultBytes: The size of results in memory; nil: results are core values, of type `flat`.
  static func addMemory(
    to writer: inout ComponentWriter, resultBytes: UInt32?, flat: [ValueType]
  ) -> PartMemory {
    var module = ModuleWriter()
    let type = PartMemory.reallocType
    let realloc = module.declareFunction(type, name: "realloc")
    let parameters = resultBytes == nil ? flat : [.i32]
    let postType = FunctionType(parameters: parameters, results: [])
    let post = module.declareFunction(postType, name: "post-return")
    let decoy = module.memory(minimumPages: 1)
    let memory = module.memory(minimumPages: 1)
    let next = module.global(1000)
    let alive = module.global(0)
    module.define(realloc, allocator(type, memory: memory, next: next))
    let scribble = FunctionWriter(postType)
    if let resultBytes {
      fill(scribble, memory, 0xee, scribble.parameters[0]) { scribble.u32(resultBytes) }
    }
    module.define(post, scribble)
    module.exportFunction("realloc", realloc)
    module.exportFunction("post-return", post)
    module.exportMemory(PartMemory.name, memory)
    module.exportMemory(PartMemory.decoyName, decoy)
    addCounter(alive, to: &module)
    let instance = writer.instantiate(module: writer.module(module), with: [])
    return PartMemory(
      instance: instance, memory: writer.aliasCore(.memory, PartMemory.name, of: instance),
      realloc: writer.aliasCore(.function, "realloc", of: instance),
      postReturn: writer.aliasCore(.function, "post-return", of: instance))
  }

  /// Functions that count how many resources there are.
  private static func addCounter(_ alive: Int, to module: inout ModuleWriter) {
    func add(_ name: String, _ type: FunctionType, _ body: (FunctionWriter) -> Void) {
      let f = FunctionWriter(type)
      body(f)
      let index = module.declareFunction(type, name: name)
      module.define(index, f)
      module.exportFunction(name, index)
    }
    func change(_ f: FunctionWriter, by number: Int32) {
      f.getGlobal(alive)
      f.i32(number)
      f.op(.i32Add)
      f.setGlobal(alive)
    }
    add("born", FunctionType(parameters: [], results: [])) { change($0, by: 1) }
    add("destroy", FunctionType(parameters: [.i32], results: [])) { change($0, by: -1) }
    add("alive", FunctionType(parameters: [], results: [.i32])) { $0.getGlobal(alive) }
  }

  private static func fill(
    _ f: FunctionWriter, _ memory: Int, _ byte: Int32, _ address: Local, _ count: () -> Void
  ) {
    f.get(address)
    f.i32(byte)
    count()
    f.memoryFill(memory)
  }

  /// Addresses are odd multiples of the alignment, so that more alignment is not taken for granted.
  private static func allocator(_ type: FunctionType, memory: Int, next: Int) -> FunctionWriter {
    let f = FunctionWriter(type)
    let (old, oldBytes, alignment, bytes) = (
      f.parameters[0], f.parameters[1], f.parameters[2], f.parameters[3]
    )
    let (address, pages, kept) = (f.local(), f.local(), f.local())
    f.getGlobal(next)
    f.get(alignment)
    f.i32(2)
    f.op(.i32Multiply)
    f.op(.i32Add)
    f.i32(0)
    f.get(alignment)
    f.i32(2)
    f.op(.i32Multiply)
    f.op(.i32Subtract)
    f.op(.i32And)
    f.get(alignment)
    f.op(.i32Add)
    f.set(address)
    f.get(address)
    f.get(bytes)
    f.op(.i32Add)
    f.setGlobal(next)
    f.getGlobal(next)
    f.i32(65535)
    f.op(.i32Add)
    f.i32(16)
    f.op(.i32ShiftRight)
    f.memorySize(memory)
    f.op(.i32Subtract)
    f.tee(pages)
    f.i32(0)
    f.op(.i32GreaterSigned)
    f.ifTrue {
      f.get(pages)
      f.memoryGrow(memory)
      f.i32(-1)
      f.op(.i32Equal)
      f.ifTrue { f.op(.unreachable) }
    }
    fill(f, memory, 0xa5, address) { f.get(bytes) }
    f.get(oldBytes)
    f.get(bytes)
    f.get(oldBytes)
    f.get(bytes)
    f.op(.i32Less)
    f.op(.select)
    f.set(kept)
    f.get(address)
    f.get(old)
    f.get(kept)
    f.memoryCopy(to: memory, from: memory)
    fill(f, memory, 0x5a, old) { f.get(oldBytes) }
    f.get(address)
    return f
  }
}

/// The core module of a part, while it is written. Its memory 1 is the part's own. Its memory 0 is the decoy, which
/// code uses if it ignores the index of the memory.
struct PartModule {
  static let memory = 1

  var writer = ModuleWriter()
  private(set) var functions: [(name: String, index: Int)] = []
  let realloc: Int
  let born: Int

  init() {
    _ = writer.importMemory("m", PartMemory.decoyName, pageLog2: 16)
    _ = writer.importMemory("m", PartMemory.name, pageLog2: 16)
    realloc = writer.importFunction("m", "realloc", PartMemory.reallocType)
    born = writer.importFunction("m", "born", FunctionType(parameters: [], results: []))
  }

  /// Imports a core function of the component, whose index there is `index`.
  mutating func importFunction(_ name: String, _ index: Int, _ type: FunctionType) -> Int {
    functions.append((name, index))
    return writer.importFunction("i", name, type)
  }

  /// Adds a function that is exported. The body gets the module as it is then.
  mutating func function(
    _ name: String, _ type: FunctionType, _ body: (FunctionWriter, PartModule) -> Void
  ) {
    let index = writer.declareFunction(type, name: name)
    let f = FunctionWriter(type)
    body(f, self)
    writer.define(index, f)
    writer.exportFunction(name, index)
  }

  /// Pushes the address of new memory.
  func allocate(_ type: ComponentType, _ f: FunctionWriter) {
    f.i32(0)
    f.i32(0)
    f.u32(type.alignment)
    f.u32(type.bytes)
    f.call(realloc)
  }

  /// Instantiates the module in its component.
  func instantiate(_ component: inout ComponentWriter, _ memory: PartMemory) -> Int {
    let imports = component.coreInstance(of: functions)
    return component.instantiate(
      module: component.module(writer), with: [("m", memory.instance), ("i", imports)])
  }
}
