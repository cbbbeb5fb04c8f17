// Assembles small modules from bytes, so that each test shows the encoding that it tests.

import WasmModule

typealias Byte = UInt8

enum SectionID: UInt8 {
  case custom, type, `import`, function, table, memory, global, export, start, element, code, data
  case dataCount, tag
}

func leb(_ value: Int) -> [Byte] {
  var rest = value
  var bytes: [Byte] = []
  repeat {
    let low = Byte(rest & 0x7f)
    rest >>= 7
    bytes.append(rest == 0 ? low : low | 0x80)
  } while rest != 0
  return bytes
}

func vector(_ items: [[Byte]]) -> [Byte] { leb(items.count) + items.joined() }
func name(_ text: String) -> [Byte] { leb(text.utf8.count) + text.utf8 }
func sized(_ content: [Byte]) -> [Byte] { leb(content.count) + content }
func section(_ id: SectionID, _ content: [Byte]) -> [Byte] { [id.rawValue] + sized(content) }
func module(_ sections: [Byte]...) -> [Byte] {
  [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0] + sections.joined()
}

let i32: Byte = 0x7f
let i64: Byte = 0x7e
let f32: Byte = 0x7d
let f64: Byte = 0x7c
let v128: Byte = 0x7b
let funcref: Byte = 0x70
let externref: Byte = 0x6f
let end: Byte = 0x0b

func functionType(_ parameters: [Byte], _ results: [Byte]) -> [Byte] {
  [0x60] + leb(parameters.count) + parameters + leb(results.count) + results
}

/// A module of one function, index 0, with a memory. `locals` is the encoded vector of declarations.
func function(
  _ parameters: [Byte], _ results: [Byte], locals: [Byte] = [0], _ instructions: [Byte]
) -> [Byte] {
  module(
    section(.type, vector([functionType(parameters, results)])),
    section(.function, [1, 0]),
    section(.memory, [1, 0, 1]),
    section(.code, vector([sized(locals + instructions + [end])])))
}

func function(locals: [Byte] = [0], _ instructions: [Byte]) -> [Byte] {
  function([], [], locals: locals, instructions)
}

/// The offset of the instructions in a module that `function(...)` made.
func bodyStart(_ bytes: [Byte], _ instructions: [Byte]) -> Int {
  bytes.count - instructions.count - 1
}

func decode(_ bytes: [Byte]) throws(WasmError) -> Module {
  try ModuleDecoder.decode(ModuleBytes(bytes))
}

func validate(_ bytes: [Byte]) throws(WasmError) -> ValidatedModule {
  try ModuleValidator.validate(try decode(bytes))
}

/// The error of decoding and validating; nil if the module is accepted.
func judge(_ bytes: [Byte]) -> WasmError? {
  do throws(WasmError) {
    _ = try validate(bytes)
    return nil
  } catch {
    return error
  }
}
