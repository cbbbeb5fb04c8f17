// A module that imports the memories of another module, and its tables of `funcref` and `externref`. For each it
// exports a function, `0` and so on. For a memory, its result is a hash of the bytes. For a table, it is a hash of
// which elements are null. Both engines run it, so nothing has to be read from outside.

import WasmEncoding
import WasmModule

struct StateChecker {
  let bytes: [UInt8]
  let functionCount: Int
  /// The memories and tables that the functions hash.
  let subjects: [Subject]

  enum Subject {
    case memory(MemoryIndex)
    case table(TableIndex)
  }

  /// nil if the module exports no memory and no table.
  init?(of module: Module) {
    var imports: [(name: String, type: WasmWriter)] = []
    var bodies: [WasmWriter] = []
    var memoryCount = 0
    var tableCount = 0
    var subjects: [Subject] = []
    for export in module.exports {
      switch export.entity {
      case .memory(let index):
        let type = module.memories[index].type
        imports.append((export.name.text, Self.encode(type)))
        bodies.append(Self.body(for: type, index: memoryCount))
        subjects.append(.memory(index))
        memoryCount += 1
      case .table(let index):
        let type = module.tables[index].type
        guard let encoded = Self.encode(type) else { continue }
        imports.append((export.name.text, encoded))
        bodies.append(Self.body(for: type, index: tableCount))
        subjects.append(.table(index))
        tableCount += 1
      case .function, .global, .tag: continue
      }
    }
    guard !bodies.isEmpty else { return nil }
    functionCount = bodies.count
    self.subjects = subjects
    bytes = Self.assemble(imports: imports, bodies: bodies)
  }

  private static func assemble(imports: [(name: String, type: WasmWriter)], bodies: [WasmWriter])
    -> [UInt8]
  {
    WasmWriter.module([
      (1, .of([1, 0x60, 0, 1, 0x7e])),
      (
        2,
        .vector(imports.count) { writer, index in
          writer.name("subject")
          writer.name(imports[index].name)
          writer.raw(imports[index].type.bytes)
        }
      ),
      (3, .vector(bodies.count) { writer, _ in writer.raw([0]) }),
      (
        7,
        .vector(bodies.count) { writer, index in
          writer.name(String(index))
          writer.raw([0])
          writer.unsigned(index)
        }
      ),
      (10, .vector(bodies.count) { writer, index in writer.sized(bodies[index]) }),
    ])
  }

  /// The limits are those of the exporter. They fit by definition, and shared memories need a maximum.
  private static func encode(_ type: MemoryType) -> WasmWriter {
    var writer = WasmWriter()
    let flags: UInt8 =
      (type.limits.maximum == nil ? 0 : 1) | (type.isShared ? 2 : 0) | (type.is64 ? 4 : 0)
      | (type.pageLog2 == 16 ? 0 : 8)
    writer.raw([2, flags])
    writer.unsigned(type.limits.minimum)
    if let maximum = type.limits.maximum { writer.unsigned(maximum) }
    if type.pageLog2 != 16 { writer.unsigned(UInt64(type.pageLog2)) }
    return writer
  }

  private static func encode(_ type: TableType) -> WasmWriter? {
    let element: UInt8
    switch type.element {
    case .funcref: element = 0x70
    case .externref: element = 0x6f
    default: return nil
    }
    var writer = WasmWriter()
    writer.raw([1, element, (type.limits.maximum == nil ? 0 : 1) | (type.is64 ? 4 : 0)])
    writer.unsigned(type.limits.minimum)
    if let maximum = type.limits.maximum { writer.unsigned(maximum) }
    return writer
  }

  /// hash = (hash ^ byte) * odd number, for every byte; it starts from the size.
  static func body(for type: MemoryType, index: Int) -> WasmWriter {
    let memory = UInt8(index)
    // memory.size times the size of a page
    let size: [UInt8] =
      [0x3f, memory]
      + (type.pageLog2 == 0
        ? [] : (type.is64 ? [0x42, type.pageLog2, 0x86] : [0x41, type.pageLog2, 0x74]))
    // i64.load8_u with a memory index
    let element: [UInt8] = [0x20, 0, 0x31] + (index == 0 ? [0, 0] : [0x40, memory, 0])
    return loop(is64: type.is64, size: size, element: element)
  }

  static func body(for type: TableType, index: Int) -> WasmWriter {
    let size: [UInt8] = [0xfc, 0x10, UInt8(index)]
    let element: [UInt8] = [0x20, 0, 0x25, UInt8(index), 0xd1, 0xad]
    return loop(is64: type.is64, size: size, element: element)
  }

  /// local 0: position, 1: end, both of the address type; 2: hash.
  private static func loop(is64: Bool, size: [UInt8], element: [UInt8]) -> WasmWriter {
    let address: UInt8 = is64 ? 0x7e : 0x7f
    let multiplier: [UInt8] = [0x42, 0xb3, 0x83, 0x80, 0x80, 0x80, 0x20]  // i64.const 0x100000001b3
    var code: [UInt8] = [2, 2, address, 1, 0x7e]
    code += size + [0x22, 1]
    if !is64 { code += [0xad] }
    code += [0x21, 2]
    // block, loop, br_if 1 (position == end)
    code += [0x02, 0x40, 0x03, 0x40, 0x20, 0, 0x20, 1] + [is64 ? 0x51 : 0x46] + [0x0d, 1]
    code += [0x20, 2] + element + [0x85] + multiplier + [0x7e, 0x21, 2]
    code += [0x20, 0] + (is64 ? [0x42, 1, 0x7c] : [0x41, 1, 0x6a]) + [0x21, 0]
    code += [0x0c, 0, 0x0b, 0x0b, 0x20, 2, 0x0b]
    return .of(code)
  }
}
