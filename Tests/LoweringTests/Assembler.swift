// Assembles small modules for tests byte by byte, so that no tool is needed.
//
// Operands of instructions are passed in their encoded form; `leb` and `sleb` encode integers.
import WasmModule

func leb(_ value: UInt64) -> [UInt8] {
  var value = value
  var bytes: [UInt8] = []
  repeat {
    let low = UInt8(value & 0x7f)
    value >>= 7
    bytes.append(value == 0 ? low : low | 0x80)
  } while value != 0
  return bytes
}

func sleb(_ value: Int64) -> [UInt8] {
  var value = value
  var bytes: [UInt8] = []
  while true {
    let low = UInt8(truncatingIfNeeded: value & 0x7f)
    value >>= 7
    if (value == 0 && low & 0x40 == 0) || (value == -1 && low & 0x40 != 0) {
      return bytes + [low]
    }
    bytes.append(low | 0x80)
  }
}

/// Value types by their encoding.
enum Type: UInt8 {
  case i32 = 0x7f
  case i64 = 0x7e
  case f32 = 0x7d
  case f64 = 0x7c
  case v128 = 0x7b
  case funcref = 0x70
}

/// An opcode with its immediates, already encoded.
func op(_ opcode: Opcode, _ immediates: [UInt8] = []) -> [UInt8] {
  let raw = opcode.rawValue
  if raw < 0x100 { return [UInt8(raw)] + immediates }
  if raw < 0x200 { return [0xfc] + leb(UInt64(raw - 0x100)) + immediates }
  if raw < 0x400 { return [0xfd] + leb(UInt64(raw - 0x200)) + immediates }
  return [0xfe] + leb(UInt64(raw - 0x400)) + immediates
}

func get(_ local: UInt64) -> [UInt8] { op(.localGet, leb(local)) }
func set(_ local: UInt64) -> [UInt8] { op(.localSet, leb(local)) }
func i32(_ value: Int64) -> [UInt8] { op(.i32Const, sleb(value)) }

struct Assembler {
  private var types: [[UInt8]] = []
  private var imports: [[UInt8]] = []
  private var functions: [Int] = []
  private var bodies: [[UInt8]] = []
  private var exports: [[UInt8]] = []
  private var globals: [[UInt8]] = []
  private var elements: [[UInt8]] = []
  private var data: [[UInt8]] = []
  private var hints: [[UInt8]] = []
  /// The least size of the memory in pages; nil for no memory.
  var memory: UInt64?
  /// The least length of a funcref table; nil for no table.
  var table: UInt64?

  private mutating func type(_ parameters: [Type], _ results: [Type]) -> Int {
    let encoded =
      [0x60] + leb(UInt64(parameters.count)) + parameters.map(\.rawValue)
      + leb(UInt64(results.count)) + results.map(\.rawValue)
    if let known = types.firstIndex(of: encoded) { return known }
    types.append(encoded)
    return types.count - 1
  }

  private static func name(_ text: String) -> [UInt8] {
    leb(UInt64(text.utf8.count)) + Array(text.utf8)
  }

  @discardableResult
  mutating func importFunction(
    _ module: String, _ name: String, _ parameters: [Type], _ results: [Type]
  ) -> Int {
    let index = type(parameters, results)
    imports.append(Self.name(module) + Self.name(name) + [0x00] + leb(UInt64(index)))
    return imports.count - 1
  }

  mutating func importMemory(_ module: String, _ name: String) {
    imports.append(Self.name(module) + Self.name(name) + [0x02, 0x00, 0x01])
  }

  /// Adds a function, and the `end` that `body` lacks. Returns the index of its type.
  @discardableResult
  mutating func function(
    _ parameters: [Type], _ results: [Type], locals: [(UInt64, Type)] = [], _ body: [[UInt8]],
    export: String? = nil
  ) -> Int {
    let index = type(parameters, results)
    if let export {
      exports.append(
        Self.name(export) + [0x00] + leb(UInt64(imports.count + functions.count)))
    }
    functions.append(index)
    let declared = locals.flatMap { leb($0.0) + [$0.1.rawValue] }
    let code = leb(UInt64(locals.count)) + declared + body.flatMap { $0 } + [0x0b]
    bodies.append(leb(UInt64(code.count)) + code)
    return index
  }

  mutating func global(_ type: Type, mutable: Bool, _ initial: [UInt8]) {
    globals.append([type.rawValue, mutable ? 1 : 0] + initial + [0x0b])
  }

  /// An active segment of functions at the start of table 0.
  mutating func element(_ functions: [UInt64]) {
    elements.append(
      [0x00] + i32(0) + [0x0b] + leb(UInt64(functions.count)) + functions.flatMap(leb))
  }

  mutating func data(at offset: Int64, _ bytes: [UInt8]) {
    data.append([0x00] + i32(offset) + [0x0b] + leb(UInt64(bytes.count)) + bytes)
  }

  /// A branch hint for the instruction at `offset` of the body, where the instructions start at 1.
  mutating func branchHint(function: UInt64, offset: UInt64, isLikely: Bool) {
    hints.append(leb(function) + [1] + leb(offset) + [1, isLikely ? 1 : 0])
  }

  private var hintSection: [UInt8] {
    if hints.isEmpty { return [] }
    let content =
      Self.name("metadata.code.branch_hint") + leb(UInt64(hints.count)) + hints.flatMap { $0 }
    return [0] + leb(UInt64(content.count)) + content
  }

  var bytes: [UInt8] {
    func section(_ id: UInt8, _ items: [[UInt8]]) -> [UInt8] {
      if items.isEmpty { return [] }
      let content = leb(UInt64(items.count)) + items.flatMap { $0 }
      return [id] + leb(UInt64(content.count)) + content
    }
    return [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00] + section(1, types)
      + section(2, imports) + section(3, functions.map { leb(UInt64($0)) })
      + section(4, table.map { [[0x70, 0x00] + leb($0)] } ?? [])
      + section(5, memory.map { [[0x00] + leb($0)] } ?? []) + section(6, globals)
      + section(7, exports) + section(9, elements) + hintSection + section(10, bodies)
      + section(11, data)
  }
}
